"""Why a ticket waits: rule by rule, against all others that wait in the same queue, at what is in force now.

It is computed for a ticket that somebody asks about, never for all: a pass over the others for each rule, with what the
search has prepared anyway. Where many wait, the rules are counted in a sample; who is near is still counted among all
if there are few of them, because those are who will ask. Everything is about pairs with this ticket: some who each
fit it may still not fit each other, so ``nearby`` is the most there can be, not a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rallypoint.core.matchmaking.estimate import Estimate, RecentMatches
from rallypoint.core.matchmaking.explain_text import sentence
from rallypoint.core.matchmaking.pairing import Entry, Measure
from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.matchmaking.steps import limit_at, next_change
from rallypoint.core.matchmaking.tally import Tally, tally_of

__all__ = ["Explanation", "RuleFacts", "explain"]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What one rule does to one ticket."""

    rule: str
    passes: int
    """Of these tickets, so many may be with it by this rule."""
    of: int
    excludes: int
    """So many are excluded by this rule alone: they would be near without it."""
    limit: float | None
    """In force for this ticket's own wait; ``None``: the rule does not count any more."""
    next_s: float | None
    """In how many seconds it relaxes; ``None``: never again."""
    next_limit: float | None
    """To what; ``None``: it does not count from then on (or never relaxes)."""

    @property
    def data(self) -> dict[str, Any]:
        """As players are told."""
        return {
            "rule": self.rule,
            "passes": self.passes,
            "of": self.of,
            "excludes": self.excludes,
            "limit": self.limit,
            "next_s": self.next_s,
            "next_limit": self.next_limit,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a ticket waits in one queue."""

    queue: str
    waited_s: float
    waiting: int
    """Tickets there, this one included."""
    rules: tuple[RuleFacts, ...]
    """In their order; without those about teams, which exclude nobody."""
    tightest: str | None
    """The rule that excludes most by itself; ``None``: none excludes anybody."""
    nearby: int
    """Tickets that pass all rules with this one; about so many, if the rules were counted in a sample."""
    players_needed: int
    """How many more than these a match needs at least."""
    estimate: Estimate | None
    text: str
    """For players: one short sentence."""

    @property
    def data(self) -> dict[str, Any]:
        """As players are told."""
        found = self.estimate
        return {
            "queue": self.queue,
            "waited_s": round(self.waited_s, 3),
            "waiting": self.waiting,
            "rules": [rule.data for rule in self.rules],
            "tightest": self.tightest,
            "nearby": self.nearby,
            "players_needed": self.players_needed,
            "estimate_s": None if found is None or found.seconds is None else round(found.seconds, 1),
            "basis": {
                "matches": 0 if found is None else found.matches,
                "minutes": 0 if found is None else found.minutes,
            },
            "text": self.text,
        }


def explain(
    rules: QueueRules,
    measures: Sequence[Measure],
    entry: Entry,
    entries: Iterable[Entry],
    now: float,
    recent: RecentMatches,
) -> Explanation:
    """For one ticket of a queue. ``entries``: all that wait there, this one included; those held are not candidates."""
    waiting = list(entries)
    others = [other for other in waiting if other is not entry and not other.held]
    counted = [measure for measure in measures if measure.narrows]
    tally = tally_of(counted, entry, others, now, oldest=rules.age == "oldest")
    wait_s = entry.wait(now)
    facts = tuple(_facts(measure, tally, place, wait_s) for place, measure in enumerate(counted))
    tightest = _tightest(facts)
    if entry.match is not None:
        text = "a match is being made"
    elif entry.parked:
        text = "the search goes on when all of you are here"
    else:
        text = sentence(
            rules,
            size=entry.size,
            waited_s=wait_s,
            others=sum(other.size for other in others),
            near=tally.players,
            tightest=None if tightest is None else counted[tightest].rule,
            next_s=None if tightest is None else facts[tightest].next_s,
            sampled=tally.about,
        )
    return Explanation(
        rules.name,
        wait_s,
        len(waiting),
        facts,
        None if tightest is None else facts[tightest].rule,
        tally.near,
        max(0, rules.seats_min - entry.size - tally.players),
        recent.estimate(entry.ticket, now),
        text,
    )


def _tightest(facts: Sequence[RuleFacts]) -> int | None:
    """Which rule excludes most by itself; of those that exclude nobody by themselves, which most do not pass."""
    return max(
        (place for place, fact in enumerate(facts) if fact.passes < fact.of),
        key=lambda place: (facts[place].excludes, -facts[place].passes),
        default=None,
    )


def _facts(measure: Measure, tally: Tally, place: int, wait_s: float) -> RuleFacts:
    change = next_change(measure.rule, wait_s)
    return RuleFacts(
        measure.rule.name,
        tally.passes[place],
        tally.of,
        tally.excludes[place],
        limit_at(measure.rule, wait_s),
        None if change is None else round(change[0] - wait_s, 3),
        None if change is None else change[1],
    )
