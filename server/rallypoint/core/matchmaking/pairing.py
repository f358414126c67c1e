"""What the rules of a queue look at: prepared once for each ticket, and compared often.

A :class:`Measure` is one rule: it prepares a ticket's *value*, and tells which others may be with it. An :class:`Entry`
is a ticket with all of its values. Limits come in *steps* (see :mod:`.steps`): ``measure.step_at(wait)`` is the step in
force, and everything else takes the step, so that nothing is searched while tickets are compared.

Some rules are about pairs (distance, equal, avoid); others about what *all* have in common (overlap, latency): those
keep a ``joint`` number for a group, which starts as :data:`ALL`. Balance is about teams, and holds for each pair.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rallypoint.core.matchmaking.rules import Rule
from rallypoint.core.matchmaking.steps import limit_at, next_change, steps
from rallypoint.core.matchmaking.ticket import Member, Ticket
from rallypoint_protocol.ids import PlayerId

__all__ = ["ALL", "Entry", "Measure", "cost", "limit_at", "next_change", "passes"]

ALL: Final = -1
"""The ``joint`` of a group of nobody: every bit."""


class Entry:
    """A ticket in one queue: what its rules look at, and how far the search has come with it."""

    __slots__ = (
        "again_at",
        "arrived",
        "effort",
        "held",
        "match",
        "parked",
        "players",
        "rank",
        "rests_until",
        "size",
        "stage",
        "ticket",
        "todo",
        "tried",
        "values",
        "wake",
    )

    def __init__(self, ticket: Ticket, values: tuple[Any, ...], rank: tuple[float, ...]) -> None:
        self.ticket = ticket
        self.size = len(ticket.members)
        self.players: tuple[PlayerId, ...] = tuple(member.player for member in ticket.members)
        self.values = values
        """One for each measure, in their order."""
        self.rank = rank
        """Who is tried first: the least. No two are the same."""
        self.stage = 0
        """Of the queue's waits at which something changes, how many this ticket has passed."""
        self.held = False
        """Not looked at, for whatever reason: these three."""
        self.parked = False
        """By whom the queue belongs to."""
        self.match: Any = None
        """The proposal that it is in."""
        self.rests_until: float | None = None
        """After a proposal that was refused."""
        self.todo = False
        """It is to be tried."""
        self.arrived = 0
        """The step of the search at which it became one that others may be matched with; 0 once it was tried with all
        those whom only that concerns."""
        self.tried = 0
        """The step of the search at which it was tried last."""
        self.effort = 1
        """How much is searched for it: more after a search that was cut off."""
        self.wake: float | None = None
        """When something changes for it by mere passing of time."""
        self.again_at: float | None = None
        """When it is tried with more effort."""

    def wait(self, now: float) -> float:
        """Seconds since it was queued; never below 0, whatever the clock does."""
        return max(0.0, now - self.ticket.queued_at)


class Measure:
    """One rule of a queue. The kinds: :mod:`.nearness`, :mod:`.common`, :mod:`.exclusion`."""

    narrows: ClassVar[bool] = True
    """Whether it excludes any ticket at all (balance does not)."""

    def __init__(self, rule: Rule, index: int) -> None:
        self.rule: Rule = rule
        self.index = index
        """Of its values in :attr:`Entry.values`."""
        found = steps(rule)
        self.afters = tuple(after for after, _ in found)
        self.limits = tuple(limit for _, limit in found)
        numbers = [limit for limit in self.limits if limit is not None]
        self.scales = tuple(numbers[min(step, len(numbers) - 1)] for step in range(len(found)))
        """The limits again; once it is optional, the last one that was in force."""

    @property
    def optional(self) -> bool:
        """True if it does not count some day."""
        return self.limits[-1] is None

    def step_at(self, wait: float) -> int:
        """The step in force after so many seconds."""
        return max(0, bisect_right(self.afters, wait) - 1)

    def refusal(self, members: Sequence[Member]) -> str:
        """Why such a ticket never satisfies this rule, as a sentence; "" if it may."""
        raise NotImplementedError

    def value(self, members: Sequence[Member]) -> Any:
        """What this rule looks at; :meth:`refusal` had nothing against it."""
        raise NotImplementedError

    def forget(self, value: Any) -> None:
        """That ticket is gone."""

    def joint(self, joint: int, value: Any, step: int) -> int:
        """What a group has in common once this one is in it."""
        return joint

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        """Those of ``entries``, in order, who may be in a group that ``value`` has just joined."""
        raise NotImplementedError

    def passes(self, a: Entry, b: Entry, step: int) -> bool:
        """Whether two tickets may be in a match."""
        if self.limits[step] is None or not self.narrows:
            return True
        return bool(self.narrow([b], a, self.joint(ALL, a.values[self.index], step), step))

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        """How far each is from ``entry``: from 0 to 1 (at the limit, or beyond it)."""
        raise NotImplementedError

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        """What is measured of a whole match, and its cost from 0 to 1."""
        raise NotImplementedError


def passes(measure: Measure, a: Entry, b: Entry, wait: float) -> bool:
    """Whether this rule allows these two in a match that has been waited for so long. What *all* of a match have in
    common is more than what each two have: two who pass may still not fit with a third."""
    return measure.passes(a, b, measure.step_at(wait))


def cost(measures: Sequence[Measure], a: Entry, b: Entry, wait: float) -> float:
    """How far these two are from each other by all rules, weighted; 0: they could not be closer."""
    return sum(m.rule.weight * m.costs([b], a, m.step_at(wait))[0] for m in measures if m.rule.weight)
