"""Matches of one game between bots on bad networks, each from a seed: what ``rallypoint simulate`` plays."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from rallypoint.games import find_game
from rallypoint.ports import SessionRecord

from .breakage import Breakage, breakage_of
from .conditions import CONDITIONS
from .observer import Observer
from .outcomes import MatchOutcome, SeatOutcome
from .referee import REFUSED, Referee
from .run import Outcome, run
from .scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan
from .watchdog import moving

if TYPE_CHECKING:
    from .world import World

__all__ = ["CROWD_MAX", "MINUTES", "MatchPlan", "OptionsRefused", "Played", "play_match", "play_scenario"]

_NAMES: Final = ("Ann", "Bob", "Cid", "Dee", "Eve", "Fay", "Gus", "Hal")
MINUTES: Final = 30.0
"""What a match may take, if nothing is said."""
CROWD_MAX: Final = 8
"""Players of a game that allows more, unless it is said."""
_CPU_S_MIN: Final = 60.0
_CPU_PER_S: Final = 1.0
"""CPU time that a match may take, for each second of it."""
_STUCK_CPU_S: Final = 3.0
"""CPU time at one moment of a match: more than a server lets a step have."""


class OptionsRefused(Exception):
    """The game does not take the options: no match can be played."""


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What all matches of a run have in common."""

    game: str
    """``module:Class``."""
    bots: tuple[str, ...]
    """``module:Class`` each; they take the seats in turn, and another of them begins with each seed."""
    players: tuple[int, int]
    """Least and most: each match draws."""
    network: str = "mixed"
    options: dict[str, Any] = field(default_factory=dict)
    minutes: float = MINUTES
    """A match that takes longer, in its own time, is ``unfinished``."""

    def networks(self, seed: int) -> tuple[str, ...]:
        """What each player of a match is connected through, by :data:`~rallypoint_simulation.conditions.CONDITIONS`."""
        dice = Random(f"{seed}/networks")
        count = dice.randint(*self.players)
        return tuple(dice.choice(list(CONDITIONS)) if self.network == "mixed" else self.network for _ in range(count))

    def scenario(self, seed: int) -> Scenario:
        """One match."""
        dice = Random(f"{seed}/match")
        name = find_game(self.game).definition().options.name
        seconds = self.minutes * 60
        players: list[PlayerPlan] = []
        faults: list[Fault] = []
        for number, network in enumerate(self.networks(seed)):
            who = _NAMES[number] if number < len(_NAMES) else f"P{number + 1}"
            conditions = CONDITIONS[network]
            if number == 0:
                act = Act(0.0, "host", {"game": name, "options": self.options, "patience_s": seconds})
            else:
                act = Act(0.0, "meet", {"friend": _NAMES[0], "patience_s": seconds})
            bot = self.bots[(seed + number) % len(self.bots)]
            players.append(PlayerPlan(who, conditions.weather(dice), (act,), bot))
            faults += conditions.faults(who, seconds, dice)
        return Scenario(
            seed,
            (self.game,),
            seconds,
            until_over=True,
            players=tuple(players),
            faults=tuple(sorted(faults, key=lambda fault: fault.at)),
            server=ServerPlan(bots=False),
        )


@dataclass(frozen=True, slots=True)
class Played:
    """A match that was played."""

    outcome: MatchOutcome
    breakage: Breakage | None
    state: tuple[str, ...]
    """What the game had in its fields in the end or when it broke: a line for the game, and one for each player."""
    timeline: tuple[str, ...]
    """Its last seconds, without the violation."""


def play_match(plan: MatchPlan, seed: int) -> MatchOutcome:
    """Plays one match, and says what came of it. Raises :class:`OptionsRefused`."""
    return play_scenario(plan.scenario(seed), plan.networks(seed)).outcome


def play_scenario(
    scenario: Scenario, networks: Iterable[str] = (), *, keep_timeline: bool = False, timeline_s: float = 10.0
) -> Played:
    """The same for a match that is given whole. ``networks``: of the players, if they are known by name."""
    referees: list[Referee] = []

    def referee(world: World) -> Observer:
        referees.append(Referee(world))
        return referees[-1]

    began = time.process_time()
    with moving(lambda: referees[0].world.loop.now if referees else 0.0, _STUCK_CPU_S):
        outcome = run(
            scenario,
            (referee,),
            keep_timeline=keep_timeline,
            timeline_s=timeline_s,
            cpu_s_max=_CPU_S_MIN + scenario.duration_s * _CPU_PER_S,
            games_may_fail=False,
        )
    cpu_s = time.process_time() - began
    (one,) = referees
    violation = outcome.violation
    if violation is not None and violation.invariant == REFUSED:
        raise OptionsRefused(violation.text)
    breakage = None if violation is None else breakage_of(violation, one.world, one.ticks)
    lines = outcome.timeline if violation is None else outcome.timeline[:-1]
    told = _outcome(scenario, tuple(networks), one, outcome, breakage, cpu_s)
    return Played(told, breakage, one.state(), tuple(lines))


def _outcome(
    scenario: Scenario,
    networks: tuple[str, ...],
    referee: Referee,
    outcome: Outcome,
    breakage: Breakage | None,
    cpu_s: float,
) -> MatchOutcome:
    record = referee.record
    if breakage is not None:
        name, why = "broken", breakage.text
    else:
        name, why = _how(referee, scenario)
    result: Mapping[str, Any] = {}
    if record is not None and record.result is not None and name == "ended":
        result = record.result
    if record is not None and record.started_at is not None:
        duration_s = record.duration_ms / 1000
    else:
        duration_s = outcome.violation.at if outcome.violation is not None else 0.0
    return MatchOutcome(
        scenario.seed,
        name,
        why,
        "" if breakage is None else breakage.kind,
        "" if breakage is None else breakage.details,
        round(duration_s, 3),
        referee.ticks,
        tuple(_seats(scenario, networks, record, result, referee.world)),
        round(outcome.simulated_s, 3),
        round(cpu_s, 4),
        outcome.digest,
    )


def _how(referee: Referee, scenario: Scenario) -> tuple[str, str]:
    record = referee.record
    if record is None or record.ended_at is None:
        refusals = [each for player in referee.world.players.values() for each in player.refusals]
        return "cancelled", max(refusals)[2] if refusals else "nobody got as far as a seat"
    if record.started_at is None:
        return "cancelled", "too few came"
    world = referee.world
    if record.ended_at - (world.wall() - world.elapsed_s) >= scenario.duration_s:
        return "unfinished", "time was up"  # they were told to leave: what the game makes of that does not count
    if not referee.finished:
        return "abandoned", record.reason
    return "ended", str((record.result or {}).get("reason") or "")


def _seats(
    scenario: Scenario,
    networks: tuple[str, ...],
    record: SessionRecord | None,
    result: Mapping[str, Any],
    world: World,
) -> Iterable[SeatOutcome]:
    winners, scores = result.get("winners", ()), result.get("scores", {})
    seats = {} if record is None else {seat.name: seat for seat in record.seats}
    for number, plan in enumerate(scenario.players):
        seat = seats.get(plan.name)
        index = None if seat is None else seat.seat
        yield SeatOutcome(
            plan.name,
            index,
            plan.bot,
            networks[number] if number < len(networks) else "",
            "" if seat is None else seat.outcome,
            index in winners,
            scores.get(index),
            sum(each.stats.resumes for each in world.players[plan.name].seats),
        )
