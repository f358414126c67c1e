"""How long a ticket will still wait, by what was seen: the waits of those who were matched lately.

The past is no promise, so nothing is computed where there is no basis for it, and what it is based on is said with it.
Only waits that have ended in a match are known here: in a queue from which many go without one, waits look shorter
than they are. What is known of the ticket itself counts: those who had been matched before they had waited as long as
it does now say nothing of what is to come for it. So the estimate is the middle of the *further* waits of those who had
waited at least as long.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .ticket import Match, Ticket

__all__ = ["BASIS_TICKETS_MIN", "Estimate", "RecentMatches", "RecentWaits"]

MATCHES_MAX: Final = 256
"""So many matches are remembered of a queue, the newest."""
TICKETS_MAX: Final = 8
"""So many tickets are remembered of one match: of a larger one, evenly from all of its teams.

Together at most 0.4 MB a queue."""
WINDOWS_S: Final = (300.0, 900.0, 3600.0)
"""The newest matches tell most: the first of these windows is taken that has enough."""
BASIS_TICKETS_MIN: Final = 8
"""With fewer tickets in the largest window there is no basis."""
BAND_TICKETS_MIN: Final = 20
"""With fewer tickets that are like the one asked about, all are looked at."""
LONGER_MIN: Final = 3
"""If fewer of them have waited as long as the ticket does already, nothing is known of what comes after that."""
BAND_RATING: Final = 3.0
"""A rating is like another within so much; a ticket of another size is not like it."""


@dataclass(frozen=True, slots=True)
class _Waited:
    """A ticket that was matched."""

    wait_s: float
    """Until all had their seats."""
    found_s: float
    """Until the match was found: who is being asked whether they are ready does not ask why they wait."""
    rating: float
    size: int


@dataclass(frozen=True, slots=True)
class _Made:
    at: float
    quality: float
    waited: tuple[_Waited, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of further waits."""

    seconds: float | None
    """Half of those who had waited as long as this ticket were matched within so much more; ``None``: too few had."""
    matches: int
    """Seen, in so many ``minutes``."""
    minutes: int
    tickets: int
    """In these matches; or so many of them that are like the one asked about, with ``alike``."""
    alike: bool
    """Only tickets of the same size and about the same rating are counted."""
    longer: int
    """So many of ``tickets`` waited longer than it has now."""


@dataclass(frozen=True, slots=True)
class RecentWaits:
    """For operators: what became of a queue lately."""

    matches: int
    minutes: int
    p50_s: float | None
    """Of the waits of all tickets in these matches; ``None``: there were none."""
    p90_s: float | None
    per_minute: float
    quality: float | None
    """The mean of these matches."""


class RecentMatches:
    """The newest matches of one queue: bounded in number and in what is kept of each."""

    def __init__(self) -> None:
        self._made: deque[_Made] = deque(maxlen=MATCHES_MAX)

    def note(self, match: Match, now: float) -> None:
        """All of its players have seats."""
        tickets = match.tickets
        every = -(-len(tickets) // TICKETS_MAX)
        waited = tuple(
            _Waited(
                max(0.0, now - ticket.queued_at),
                max(0.0, match.at - ticket.queued_at),
                rating_of(ticket),
                len(ticket.members),
            )
            for ticket in tickets[:: max(1, every)]
        )
        self._made.append(_Made(now, match.quality, waited))

    def estimate(self, ticket: Ticket, now: float) -> Estimate | None:
        """For a ticket that waits. ``None``: too little was seen within an hour."""
        for window_s in WINDOWS_S:
            made = self._within(window_s, now)
            waited = [one for each in made for one in each.waited]
            if len(waited) >= (BAND_TICKETS_MIN if window_s < WINDOWS_S[-1] else BASIS_TICKETS_MIN):
                return _estimate(ticket, now, waited, len(made), math.ceil(self._seen_s(window_s, now) / 60))
        return None

    def recent(self, now: float) -> RecentWaits:
        """Of the last quarter of an hour; of a busy queue, of as much of it as is remembered."""
        window_s = WINDOWS_S[1]
        made = self._within(window_s, now)
        waits = sorted(one.wait_s for each in made for one in each.waited)
        seen_s = self._seen_s(window_s, now)
        return RecentWaits(
            matches=len(made),
            minutes=math.ceil(seen_s / 60),
            p50_s=_quantile(waits, 0.5),
            p90_s=_quantile(waits, 0.9),
            per_minute=round(len(made) * 60 / seen_s, 2),
            quality=round(sum(each.quality for each in made) / len(made), 3) if made else None,
        )

    def _seen_s(self, window_s: float, now: float) -> float:
        """How much of the window is remembered: of a busy queue, the newest part."""
        if len(self._made) < MATCHES_MAX:
            return window_s
        return min(window_s, max(1.0, now - self._made[0].at))

    def _within(self, window_s: float, now: float) -> list[_Made]:
        return [each for each in self._made if now - each.at <= window_s]


def rating_of(ticket: Ticket) -> float:
    """The mean of its members' means."""
    return sum(member.rating.mu for member in ticket.members) / max(1, len(ticket.members))


def _estimate(ticket: Ticket, now: float, waited: Sequence[_Waited], matches: int, minutes: int) -> Estimate:
    rating, size = rating_of(ticket), len(ticket.members)
    alike = [one for one in waited if one.size == size and abs(one.rating - rating) <= BAND_RATING]
    is_alike = len(alike) >= BAND_TICKETS_MIN
    counted = alike if is_alike else waited
    has_waited = max(0.0, now - ticket.queued_at)
    longer = sorted(one.wait_s for one in counted if one.found_s > has_waited)
    further = _quantile(longer, 0.5) if len(longer) >= LONGER_MIN else None
    return Estimate(
        None if further is None else further - has_waited,
        matches,
        minutes,
        len(counted),
        is_alike,
        len(longer),
    )


def _quantile(ordered: Sequence[float], part: float) -> float | None:
    """The smallest of them that at least that part of them does not exceed; ``None`` of nothing."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]
