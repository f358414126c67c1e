"""Whom a quick match seats next, if some of those who wait are groups.

A group goes into one session together: into an open one with enough free seats, or into a new one. Where it does not
fit it is *passed over*, and those who came later go on. So that it is not passed over for ever, while singles take
every free seat as it comes: once a group has waited for ``GROUP_OVERDUE_S``, free seats that are too few for it go to
those who came after it only when they have waited for ``GROUP_HOLD_S`` themselves. Until then free seats gather for the
group, and so do players for a session of its own; and singles are held up by no more than that.

A new session is for the oldest ticket with which one can be filled at all (two groups of three fill no session of
four), and for the next in order who leave that possible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, Generic, Protocol, TypeVar

from rallypoint_protocol.ids import SessionId

__all__ = ["GROUP_HOLD_S", "GROUP_OVERDUE_S", "Line", "Overdue", "Waiting", "into_open"]

GROUP_OVERDUE_S: Final = 20.0
GROUP_HOLD_S: Final = 10.0
PASSED_LOOKS: Final = 100
"""So many of those who were passed over are tried for each free seat: with thousands of groups and thousands of
sessions that have a seat each, all of them would be tried for every one, in vain."""


class Waiting(Protocol):
    """What there is to know of a ticket."""

    @property
    def size(self) -> int:
        """How many players it is."""

    @property
    def queued_at_s(self) -> float:
        """When it came."""

    @property
    def barred(self) -> frozenset[SessionId]:
        """Sessions that do not take it."""


class Free(Protocol):
    """A session with free seats."""

    @property
    def session_id(self) -> SessionId:
        """Which."""

    @property
    def free(self) -> int:
        """How many."""


T = TypeVar("T", bound=Waiting)


class Overdue:
    """Whether a group has been passed over for too long. ``due`` is when the first who is held because of it may go."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._holds = False
        self.due: float | None = None

    def passes(self, ticket: Waiting) -> None:
        """That one does not fit into the session that is looked at."""
        if ticket.size > 1 and self._now >= ticket.queued_at_s + GROUP_OVERDUE_S:
            self._holds = True

    def holds(self, ticket: Waiting) -> bool:
        """True if that one, which comes after those that were passed over, has to wait."""
        until = ticket.queued_at_s + GROUP_HOLD_S
        if not self._holds or self._now >= until or self._now < ticket.queued_at_s:
            return False
        if self.due is None or until < self.due:
            self.due = until
        return True


def into_open(
    here: Iterator[T], passed: list[T], open_sessions: Iterable[Free], overdue: Overdue | None
) -> Iterator[tuple[T, SessionId]]:
    """Tickets in order into free seats. Those who may not sit where they were next go to ``passed``, in order.

    ``overdue`` is ``None`` if all are single players.
    """
    for session in open_sessions:
        free = session.free
        while free > 0:
            ticket = _next_for(session.session_id, free, here, passed, overdue)
            if ticket is None:
                break
            free -= ticket.size
            yield ticket, session.session_id
        else:
            continue
        if not passed:
            return


def _next_for(session: SessionId, free: int, here: Iterator[T], passed: list[T], overdue: Overdue | None) -> T | None:
    for at, ticket in enumerate(islice(passed, PASSED_LOOKS)):
        if _fits(ticket, session, free, overdue):
            return passed.pop(at)
    for ticket in here:
        if _fits(ticket, session, free, overdue):
            return ticket
        passed.append(ticket)
    return None


def _fits(ticket: Waiting, session: SessionId, free: int, overdue: Overdue | None) -> bool:
    if session in ticket.barred:
        return False
    if overdue is None:
        return True
    if ticket.size > free:
        overdue.passes(ticket)
        return False
    return not overdue.holds(ticket)


class Line(Generic[T]):
    """Those who wait for a new session, in order of arrival."""

    def __init__(self, waiting: Iterable[T]) -> None:
        self._waiting = list(waiting)
        self._by_size: dict[int, deque[int]] = {}
        """Of those who are left, by size: where they are."""
        for at, ticket in enumerate(self._waiting):
            self._by_size.setdefault(ticket.size, deque()).append(at)

    @property
    def first(self) -> T | None:
        """The oldest who is left."""
        at = min((those[0] for those in self._by_size.values()), default=None)
        return None if at is None else self._waiting[at]

    def take(self, least: int, most: int) -> list[T]:
        """The next session's: at least ``least`` players, at most ``most``. Empty: those who are left fill none."""
        if len(self._by_size) == 1 and 1 in self._by_size:
            return self._take_singles(least, most)
        group: list[T] = []
        while sizes := [size for size in self._by_size if self._can_begin(size, least, most)]:
            size = min(sizes, key=lambda size: self._by_size[size][0])
            group.append(self._waiting[self._by_size[size].popleft()])
            least, most = least - size, most - size
            if not self._by_size[size]:
                del self._by_size[size]
        return group

    def _take_singles(self, least: int, most: int) -> list[T]:
        those = self._by_size[1]
        if len(those) < least:
            return []
        group = [self._waiting[those.popleft()] for _ in range(min(len(those), most))]
        if not those:
            del self._by_size[1]
        return group

    def _can_begin(self, size: int, least: int, most: int) -> bool:
        """True if some of those who are left, with one of ``size`` among them, are ``least`` to ``most`` players."""
        if size > most:
            return False
        if size >= least:
            return True
        sums, mask = 1 << size, (1 << (most + 1)) - 1  # bit n: n players can be had
        for other, those in self._by_size.items():
            for _ in range(min(len(those) - (other == size), (most - size) // other)):
                sums |= sums << other & mask
        return bool(sums >> least)
