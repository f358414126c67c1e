"""What rules would make of those who wait: their tickets are played through a queue of its own, ahead of time.

Nobody else comes, nobody goes away or declines, and there is always a session: who is matched how soon says how rules
compare, not what will be. Nothing of the real queue is touched: tickets are plain data, and all else is made anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .queue import MatchQueue
from .rules import QueueRules
from .ticket import Ticket

__all__ = ["AHEAD_S", "UNITS_MAX", "Trial", "TrialResult"]

AHEAD_S: Final = 300.0
"""So far into the future."""
UNITS_MAX: Final = 4_000_000
"""Looks at pairs: some four seconds of work."""
_CHEAPEST: Final = 10
"""What a turn counts for at least: a queue that is due and finds nothing to do ends, too."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of it. Waits in seconds, from when each ticket was queued in reality."""

    tickets: int
    """Those that these rules can match at all."""
    refused: int
    """Those that they never match."""
    matches: int
    tickets_matched: int
    wait_mean_s: float | None
    """``None``: there was no match."""
    quality_mean: float | None
    whole: bool
    """False: it was too much work, and this is as far as it came."""


class Trial:
    """Of one set of rules, from ``now`` on."""

    def __init__(self, rules: QueueRules, now: float, tickets_max: int, *, units_max: int = UNITS_MAX) -> None:
        self._queue = MatchQueue(rules, max(1, tickets_max))
        self._now = now
        self._ends = now + AHEAD_S
        self._units = units_max
        self._tickets = self._refused = self._matched = 0
        self._waits_s = 0.0
        self._qualities: list[float] = []
        self._whole = False

    def add(self, ticket: Ticket) -> None:
        """One that waits."""
        if self._queue.refusal(ticket.members):
            self._refused += 1
            return
        self._tickets += 1
        self._queue.add(Ticket(ticket.id, ticket.members, ticket.queued_at, ticket.number, ticket.barred))

    def work(self, units: int) -> bool:
        """Some of it: about so many looks at pairs. False: it is over."""
        queue = self._queue
        units = min(units, self._units)
        if units <= 0:
            return False
        for match in queue.work(self._now, units):
            queue.settled(match, self._now)
            self._matched += len(match.tickets)
            self._waits_s += sum(max(0.0, self._now - ticket.queued_at) for ticket in match.tickets)
            self._qualities.append(match.quality)
        if queue.busy:
            self._units -= units
            return True
        self._units -= min(units, _CHEAPEST)
        if not len(queue) or queue.due is None or queue.due > self._ends:
            self._whole = True
            return False
        self._now = max(self._now, queue.due)
        return True

    @property
    def result(self) -> TrialResult:
        """So far."""
        matches = len(self._qualities)
        return TrialResult(
            self._tickets,
            self._refused,
            matches,
            self._matched,
            round(self._waits_s / self._matched, 1) if self._matched else None,
            round(sum(self._qualities) / matches, 3) if matches else None,
            self._whole,
        )
