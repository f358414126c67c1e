"""From a group that was formed to the proposal of a match: its teams, its region, and how good it is by each rule."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rallypoint.core.matchmaking.balance import Division, gap_of
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.nearness import BalanceMeasure, share
from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.ticket import Match, RuleScore
from rallypoint_protocol.ids import SessionId

__all__ = ["make_match"]


def make_match(
    measures: Measures,
    entries: Sequence[Entry],
    division: Division,
    now: float,
    *,
    there: Sequence[Sequence[Entry]] = (),
    session: SessionId | None = None,
    region: str = "",
) -> Match:
    """The proposal. ``there`` are the players of the running ``session`` that the entries come into, by team."""
    rules = measures.rules
    waits = [entry.wait(now) for entry in entries]
    wait = max(waits) if rules.age == "oldest" else min(waits)
    whole = [*entries, *(entry for team in there for entry in team)]
    teams = [[entries[place] for place in team] for team in division]
    if len(teams) > 1:
        sides = [[*team, *(there[number] if there else ())] for number, team in enumerate(teams)]
    else:
        sides = []
    scores = tuple(_scores(measures, whole, sides, wait))
    weights = [measure.rule.weight for measure in measures.all]
    total = sum(weights)
    worst = sum(weight * score.cost for weight, score in zip(weights, scores, strict=True))
    if not region and measures.latency is not None:
        region = measures.latency.region(whole)[0]
    bots: tuple[int, ...] = ()
    if session is None:
        counts = [sum(entry.size for entry in team) for team in teams]
        bots = tuple(max(0, size.least - count) for size, count in zip(rules.teams, counts, strict=True))
    return Match(
        queue=rules.name,
        teams=tuple(tuple(entry.ticket for entry in team) for team in teams),
        scores=scores,
        quality=1.0 - worst / total if total > 0.0 else 1.0,
        at=now,
        region=region,
        bots=bots if any(bots) else (),
        backfill=session,
    )


def _scores(measures: Measures, whole: list[Entry], sides: list[list[Entry]], wait: float) -> list[RuleScore]:
    found = []
    for measure in measures.all:
        step = measure.step_at(wait)
        if isinstance(measure, BalanceMeasure):
            value, cost = _balance(measure, sides, step)
        else:
            value, cost = measure.score(whole, step)
        found.append(RuleScore(measure.rule.name, value, measure.scales[step], cost))
    return found


def _balance(measure: BalanceMeasure, sides: list[list[Entry]], step: int) -> tuple[float, float]:
    whole = [entry for side in sides for entry in side]
    if not whole:
        return 0.0, 0.0
    sizes, values = [entry.size for entry in whole], [entry.values[measure.index] for entry in whole]
    ends = [sum(len(side) for side in sides[:number]) for number in range(len(sides) + 1)]
    division = tuple(tuple(range(first, last)) for first, last in pairwise(ends))
    gap = gap_of(division, sizes, values)
    return gap, share(gap, measure.scales[step])
