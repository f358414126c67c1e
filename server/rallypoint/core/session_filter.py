"""Who fits a filter, and what the watchers of it see: a window of the oldest that fit.

A :class:`Filter` is evaluated once, however many watch with it, and only for sessions that have changed. Its views
differ in how many rows they show. What a view shows at one moment is a :class:`Window`; a watcher keeps the window that
it was sent last, so that what to send next follows from two windows alone, and nothing has to be remembered
for slow ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Raw

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Condition

from .conditions import compiled, filter_key
from .session_rows import ListedSession, SessionRows

if TYPE_CHECKING:
    from .watcher import Watcher

__all__ = ["WINDOW_BYTES_MAX", "Filter", "View", "Window", "delta"]

WINDOW_BYTES_MAX: Final = 64 * 1024
"""Rows in one window, encoded. With long metadata it ends before its ``limit``. One row is a sixth of it at most."""


class Window:
    """What is shown: the sessions, oldest first, as they were in version ``as_of`` of the rows."""

    __slots__ = ("as_of", "listed", "total")

    def __init__(self, listed: tuple[ListedSession, ...], total: int, as_of: int) -> None:
        self.listed = listed
        self.total = total
        self.as_of = as_of

    def shows(self, listed: tuple[ListedSession, ...], total: int) -> bool:
        """True if that would look the same."""
        return (
            total == self.total
            and listed == self.listed  # the same objects: they have no equality of their own
            and all(one.changed <= self.as_of for one in listed)
        )


class View:
    """The first ``limit`` of a filter. ``watchers`` is kept by whoever sends to them."""

    __slots__ = ("_seen", "filter", "limit", "watchers", "window")

    def __init__(self, filter_: Filter, limit: int) -> None:
        self.filter = filter_
        self.limit = limit
        self.watchers: dict[Watcher, None] = {}
        self.window = Window((), -1, -1)
        self._seen = -1

    def refresh(self, rows: SessionRows) -> int:
        """Brings the window up to date. Gives the rows looked at; 0 if there was no need."""
        filter_ = self.filter
        if self._seen == filter_.version:
            return 0
        self._seen = filter_.version
        listed: list[ListedSession] = []
        size = 0
        for age in filter_.fitting[: self.limit]:
            one = rows[age]
            if one is None:
                continue  # gone, and not looked at yet
            size += len(memoryview(one.raw))
            if size > WINDOW_BYTES_MAX:
                break
            listed.append(one)
        found = tuple(listed)
        if not self.window.shows(found, len(filter_.fitting)):
            self.window = Window(found, len(filter_.fitting), rows.version)
        return len(listed) + 1


class Filter:
    """The sessions of ``game`` (empty: of all) for which all conditions hold."""

    __slots__ = ("_filled", "_game", "_tests", "cost", "fitting", "key", "seen", "version", "views")

    def __init__(self, game: str, where: Sequence[Condition], rows: SessionRows) -> None:
        self.key = filter_key(game, where)
        self._game = game
        self._tests = [compiled(condition) for condition in where]
        self.cost = max(1, len(self._tests))
        """Of looking at one session, in conditions."""
        self.fitting: list[int] = []
        """Ages of those that fit, the oldest first."""
        self.version = 0
        """Counts changes of what fits, and of the rows that do."""
        self.views: dict[int, View] = {}
        """By limit."""
        self.seen = 0
        """The version of the rows up to which it has looked."""
        self._filled = rows.version

    @property
    def conditional(self) -> bool:
        """True if it has conditions."""
        return bool(self._tests)

    @property
    def ready(self) -> bool:
        """False while it is still looking at everything for the first time: windows would jump about."""
        return self.seen >= self._filled

    def advance(self, rows: SessionRows, budget: int) -> int:
        """Looks at what has changed, for about ``budget`` conditions. Gives how many it were."""
        if rows.forgotten > max(self.seen, self._filled):
            # Sessions have gone meanwhile that nobody can name any more.
            self.fitting, self.seen, self._filled = [], 0, rows.version
            self.version += 1
        spent = 0
        for listed in rows.since(self.seen):
            if spent >= budget:
                return spent
            spent += self._look(listed)
            self.seen = listed.changed
        self.seen = rows.version
        return spent

    def _look(self, listed: ListedSession) -> int:
        at = bisect_left(self.fitting, listed.age)
        fitted = at < len(self.fitting) and self.fitting[at] == listed.age
        fits = self._fits(listed)
        if fits and not fitted:
            self.fitting.insert(at, listed.age)
        elif fitted and not fits:
            del self.fitting[at]
        if fits or fitted:
            self.version += 1
        return self.cost

    def _fits(self, listed: ListedSession) -> bool:
        row = listed.row
        if row is None or (self._game and row.game != self._game):
            return False
        return all(test(row) for test in self._tests)


def delta(before: Window | None, after: Window) -> bytes:
    """The middle of a listing, encoded: its elements ``whole``, ``rows``, ``gone`` and ``total``.

    It takes a client from ``before`` (``None``: nothing) to ``after``. Rows that are new are appended there, so a new
    one that is older than one that stays needs the whole list. Gone and new at once is a session that was away.
    """
    if before is None or (changes := _changes(before, after)) is None:
        return _middle(True, [one.raw for one in after.listed], [], after.total)
    return _middle(False, *changes, after.total)


def _changes(before: Window, after: Window) -> tuple[list[Raw], list[str]] | None:
    if before is after:
        return [], []
    had = {one.age for one in before.listed}
    rows: list[Raw] = []
    appended: set[str] = set()
    for one in after.listed:
        if one.age not in had:
            appended.add(one.id)
        elif appended:
            return None
        elif one.changed <= before.as_of:
            continue
        rows.append(one.raw)
    if after.listed and len(appended) == len(after.listed):
        return None  # nothing stays
    has = {one.age for one in after.listed}
    gone = [one.id for one in before.listed if one.age not in has]
    return None if appended.intersection(gone) else (rows, gone)


def _middle(whole: bool, rows: list[Raw], gone: list[str], total: int) -> bytes:
    return encode((whole, rows, gone, total))[1:]  # without the array's own header: all four are one byte of it
