"""The live list of sessions: who watches which part of it, and what they are sent about it.

Sessions change all the time, and thousands may watch. So changes are only noted when they happen, and looked at in a
*flush*, every ``FLUSH_EVERY_S`` while there is anything to do:

1. Each filter looks at the sessions that have changed, once for all of its watchers.
2. Watchers of filters in which something changed are *behind*, and so are all when the counts of players changed.
3. Who is behind, has acknowledged the listing before, and was sent that at least ``LISTINGS_EVERY_S`` ago, is sent one
   that takes the client from what it has to what there is now. What came and went meanwhile is not told.

The first listing after a watch or a resume is whole. Each distinct listing is encoded once in a flush.

Bounds: a flush looks at no more than ``work_max`` conditions and rows, and writes at most ``sends_max`` listings; the
rest has its turn in the next one, filters and watchers in order. Filters with conditions are at most ``filters_max``;
a watch with another one is answered ``full``, watches without conditions are always possible. A watcher owes at most
one acknowledgement, so nothing piles up for one that is slow. A window has at most
:data:`~.session_filter.WINDOW_BYTES_MAX` bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Condition, SessionRow

from .conditions import FilterKey, filter_key, plain_conditions
from .listing_bytes import ListingBytes
from .lobby_image import WatchImage
from .session_filter import Filter, View, Window
from .session_rows import SessionRows
from .watcher import Watcher

if TYPE_CHECKING:
    from .lobby_session import LobbySession

__all__ = ["FLUSH_EVERY_S", "LISTINGS_EVERY_S", "Directory"]

FLUSH_EVERY_S: Final = 0.05
LISTINGS_EVERY_S: Final = 0.5
_QUANTUM: Final = 1_000
"""Conditions that one filter may look at before it is the turn of the next."""
_NOTED_MAX: Final = 256
"""While nobody watches, rows are looked up when so many sessions have changed."""


class Directory:
    """The sessions that are listed, and those who watch. Times are seconds."""

    def __init__(
        self,
        row_of: Callable[[SessionId], SessionRow | None],
        *,
        filters_max: int = 256,
        work_max: int = 5_000,
        sends_max: int = 200,
        removals_max: int = 1024,
    ) -> None:
        """``row_of`` gives a session's row, a new one each time, or ``None`` if it is not listed (any more)."""
        self._row_of = row_of
        self._noted: dict[SessionId, None] = {}
        """Sessions that have changed since their rows were looked at."""
        self._filters_max = filters_max
        self._work_max = work_max
        self._sends_max = sends_max
        self._rows = SessionRows(removals_max)
        self._filters: dict[FilterKey, Filter] = {}  # whose turn it is comes first
        self._with_conditions = 0
        self._behind: dict[Watcher, None] = {}
        self._counts = {"lobby": 0, "playing": 0, "sessions": 0}
        self._counts_version = 1
        self._counts_raw = encode(self._counts)
        self._counts_due = False
        self._flush_from = float("-inf")
        self._due: float | None = None

    @property
    def watched(self) -> bool:
        """True if anybody watches."""
        return bool(self._filters)

    # --- what there is ----------------------------------------------------------------------------------------------

    def changed(self, session: SessionId) -> None:
        """A session appeared, its row may have changed, or it went. Costs nearly nothing, however often it comes."""
        self._noted[session] = None
        if self._filters:
            self._be_due(self._flush_from)
        elif len(self._noted) > _NOTED_MAX:
            self._look_up()

    @property
    def sessions(self) -> int:
        """How many are listed."""
        self._look_up()
        return len(self._rows)

    def counts_may_have_changed(self) -> None:
        """Whoever calls :meth:`flush` is asked for them then."""
        self._counts_due = True
        if self._filters:
            self._be_due(self._flush_from)

    # --- who watches ------------------------------------------------------------------------------------------------

    def watch(self, session: LobbySession, game: str, where: Sequence[Condition], limit: int) -> bool:
        """From now on this, in place of an earlier watch. False: too many different filters, nothing has changed."""
        self._look_up()
        where = plain_conditions(where)
        key = filter_key(game, where)
        filter_ = self._filters.get(key)
        if filter_ is None:
            if where and self._with_conditions >= self._filters_max and not self._frees_one(session):
                return False
            filter_ = Filter(game, where, self._rows)
        self.unwatch(session)
        if key not in self._filters:
            self._filters[key] = filter_
            self._with_conditions += bool(where)
        watcher = session.watcher
        if watcher is None:
            watcher = session.watcher = Watcher(session)
        view = filter_.views.get(limit)
        if view is None:
            view = filter_.views[limit] = View(filter_, limit)
        view.watchers[watcher] = None
        watcher.view = view
        watcher.forget()
        self._counts_due = True
        self._look_at(watcher)
        return True

    def unwatch(self, session: LobbySession) -> None:
        """No more listings. Nothing happens if it does not watch."""
        watcher = session.watcher
        if watcher is None or watcher.view is None:
            return
        view, watcher.view = watcher.view, None
        self._behind.pop(watcher, None)
        del view.watchers[watcher]
        filter_ = view.filter
        if not view.watchers:
            del filter_.views[view.limit]
        if not filter_.views:
            del self._filters[filter_.key]
            self._with_conditions -= filter_.conditional

    def drop(self, session: LobbySession) -> None:
        """The connection is gone: the watch waits for a resume."""
        if session.watcher is not None:
            session.watcher.here = False
            self._behind.pop(session.watcher, None)

    def come_back(self, session: LobbySession) -> None:
        """There is another connection: listings are numbered anew, and the first is whole."""
        watcher = session.watcher
        if watcher is not None:
            watcher.here, watcher.waits, watcher.listings = True, False, 0
            watcher.forget()
            self._look_at(watcher)

    def image(self, session: LobbySession) -> WatchImage | None:
        """What it watches."""
        view = None if session.watcher is None else session.watcher.view
        if view is None:
            return None
        game, where = view.filter.key
        return WatchImage(game, [Condition(field, cast("Any", op), value) for field, op, _, value in where], view.limit)

    def restore(self, session: LobbySession, image: WatchImage) -> None:
        """The watch of one who is away."""
        if self.watch(session, image.game, image.where, image.limit):
            self.drop(session)

    def acknowledged(self, session: LobbySession, listing: int) -> None:
        """The client has that listing. Numbers of the past or the future change nothing."""
        watcher = session.watcher
        if watcher is None or not watcher.waits or listing != watcher.listings:
            return
        watcher.waits = False
        view = watcher.view
        if view is not None and (watcher.seen != view.filter.version or watcher.counts != self._counts_version):
            self._look_at(watcher)

    # --- time -------------------------------------------------------------------------------------------------------

    @property
    def due(self) -> float | None:
        """When to flush; ``None`` while there is nothing to do."""
        return self._due

    def wants_counts(self, now: float) -> bool:
        """True if the next flush, which is due now, wants to know the counts."""
        return self._counts_due and self.watched and self._due is not None and self._due <= now

    def flush(self, now: float, counts: dict[str, int] | None = None) -> list[tuple[LobbySession, bytes]]:
        """What to write to whom: whole messages, the same bytes for those who get the same."""
        if self._due is None or now < self._due:
            return []
        former, self._flush_from = self._flush_from, now + FLUSH_EVERY_S
        self._due = None
        self._look_up()
        if counts is not None:
            self._count(counts)
        left = self._work_max
        for key in list(self._filters):
            if left <= 0:
                break
            left -= self._advance(key, min(left, _QUANTUM))
        if any(filter_.seen < self._rows.version for filter_ in self._filters.values()):
            self._due = self._flush_from
        sent = self._send(now, max(left, _QUANTUM))
        if not sent and left == self._work_max:
            self._flush_from = former  # that was nothing: the next need not wait
        return sent

    def _count(self, counts: dict[str, int]) -> None:
        self._counts_due = False
        if counts != self._counts:
            self._counts, self._counts_raw = counts, encode(counts)
            self._counts_version += 1
            for filter_ in self._filters.values():
                self._all_behind(filter_)

    def _advance(self, key: FilterKey, budget: int) -> int:
        filter_ = self._filters[key]
        if filter_.seen == self._rows.version:
            return 0
        before = filter_.version
        spent = filter_.advance(self._rows, budget)
        if filter_.version != before:
            self._all_behind(filter_)
        self._filters[key] = self._filters.pop(key)  # to the end
        return spent

    def _all_behind(self, filter_: Filter) -> None:
        for view in filter_.views.values():
            self._behind.update(view.watchers)

    def _send(self, now: float, work: int) -> list[tuple[LobbySession, bytes]]:
        sent: list[tuple[LobbySession, bytes]] = []
        encoded = ListingBytes()
        for watcher in list(self._behind):
            view = watcher.view
            if view is None or watcher.waits or not watcher.here:
                del self._behind[watcher]  # it is looked at again when that changes
                continue
            if not view.filter.ready:
                continue  # so the filter has more to look at, and that is due
            if now < watcher.not_before:
                self._be_due(watcher.not_before)
                continue
            if work <= 0 or len(sent) >= self._sends_max:
                self._be_due(self._flush_from)
                break
            del self._behind[watcher]
            work -= 1 + view.refresh(self._rows)
            watcher.seen = view.filter.version
            if watcher.window is not view.window or watcher.counts != self._counts_version:
                work -= len(view.window.listed)
                sent.append((watcher.owner, self._listing(watcher, view.window, encoded, now)))
        return sent

    def _listing(self, watcher: Watcher, window: Window, encoded: ListingBytes, now: float) -> bytes:
        """The next message for a watcher, which counts as sent."""
        counts = self._counts_raw if watcher.counts != self._counts_version else None
        watcher.listings += 1
        message = encoded.message(watcher.listings, watcher.window, window, counts)
        watcher.window, watcher.counts, watcher.waits = window, self._counts_version, True
        watcher.not_before = now + LISTINGS_EVERY_S
        return message

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _look_at(self, watcher: Watcher) -> None:
        if watcher.view is not None:
            self._behind[watcher] = None
            self._be_due(max(self._flush_from, watcher.not_before))

    def _look_up(self) -> None:
        for session in self._noted:
            row = self._row_of(session)
            if row is None:
                self._rows.remove(session)
            else:
                self._rows.put(row)
        self._noted.clear()

    def _be_due(self, when: float) -> None:
        if self._due is None or when < self._due:
            self._due = when

    def _frees_one(self, session: LobbySession) -> bool:
        """True if the session's present watch is the only one with its filter, so that the filter goes with it."""
        view = None if session.watcher is None else session.watcher.view
        if view is None or not view.filter.conditional:
            return False
        return len(view.filter.views) == 1 and len(view.watchers) == 1
