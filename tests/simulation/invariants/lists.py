"""A list of sessions, kept by what its listings say, is what there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.names import normalised_text
from rallypoint.runtime.rooms import row_of
from rallypoint_protocol.limits import VALUE_CHARS_MAX
from rallypoint_protocol.messages import Ack, Answer, Condition, Listing, SessionRow, Unwatch, Watch

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Lists", "fits"]

NUMBERED: Final = "listings are numbered from 1 on each connection"
WHOLE_FIRST: Final = "the first listing of a watch and of a connection is whole"
ONE_AT_A_TIME: Final = "a listing comes after the one before was acknowledged"
HALF_A_SECOND: Final = "listings come at most twice a second"
WATCHED: Final = "listings are for who watches"
WELL_FORMED: Final = "a listing fits to the list that it changes"
TRUE_ROWS: Final = "the rows of a list are those of the sessions"
TRUE_TOTAL: Final = "the total of a list is how many sessions fit"
TRUE_COUNTS: Final = "the counts of a list are how many are there"

_SETTLED_S: Final = 1.0
"""After so long without a change, and with everything acknowledged, a list is true."""
_EVERY_S: Final = 0.5


class _List:
    """What one who watches has."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self.fresh = True
        """The next listing must be whole."""
        self.n = 0
        self.acked = 0
        self.sent_at = float("-inf")
        """On the server's clock."""
        self.touched_at = 0.0
        """When the last listing was sent or acknowledged, in the world's time."""
        self.rows: dict[str, SessionRow] = {}
        self.total = -1
        self.counts: dict[str, int] = {}
        self.stable: dict[str, tuple[Any, float]] = {}
        """What each part should be, and since when it should be that, or could not be looked at."""


class Lists(LobbyObserver):
    """Keeps each list as a client does, and compares it with the sessions."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._lists: dict[str, _List] = {}
        """By lobby session."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """Numbers begin anew; after a hello nothing is watched."""
        mine = self._lists.get(stay.lobby)
        if mine is not None:
            mine.n, mine.acked, mine.fresh = 0, 0, True
            mine.stable.clear()
            if not welcome.resumed:
                mine.watch = None

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """Another watch, or none."""
        if not news or answer.error:
            return
        if isinstance(request, Watch):
            mine = self._lists.setdefault(stay.lobby, _List())
            mine.watch, mine.fresh = request, True
            mine.stable.clear()
        elif isinstance(request, Unwatch) and stay.lobby in self._lists:
            self._lists[stay.lobby].watch = None

    def said(self, stay: Stay, wire: Wire, message: Any) -> None:
        """Acknowledgements."""
        mine = self._lists.get(stay.lobby)
        if isinstance(message, Ack) and mine is not None and message.tick == mine.n:
            mine.acked = message.tick
            mine.touched_at = self.world.loop.now

    def told(self, stay: Stay, wire: Wire, message: Any) -> None:
        """A listing."""
        if not isinstance(message, Listing):
            return
        mine = self._lists.setdefault(stay.lobby, _List())
        if mine.watch is None:
            if not stay.doubtful:
                self.violate(WATCHED, f"{stay} gets listing {message.n} on {wire}, and watches nothing")
            mine.n = message.n
            return
        if message.n != mine.n + 1:
            self.violate(NUMBERED, f"{stay} gets listing {message.n} on {wire} after {mine.n}")
        if mine.n > mine.acked:
            self.violate(ONE_AT_A_TIME, f"{stay} gets listing {message.n} and has not acknowledged {mine.n}")
        if mine.fresh and not message.whole and not stay.doubtful:
            self.violate(WHOLE_FIRST, f"{stay} gets listing {message.n} on {wire}, the first there is, in part")
        now = self.server_now
        if not self.world.storage.commits_s and now - mine.sent_at < _EVERY_S - 0.001:
            self.violate(HALF_A_SECOND, f"{stay} gets listing {message.n} {now - mine.sent_at:.3f} s after the last")
        mine.n, mine.fresh, mine.sent_at = message.n, False, now
        mine.touched_at = self.world.loop.now
        self._apply(stay, mine, message)

    def _apply(self, stay: Stay, mine: _List, listing: Listing) -> None:
        ids = [row.id for row in listing.rows]
        if len(set(ids)) < len(ids) or set(ids) & set(listing.gone):
            self.violate(
                WELL_FORMED, f"{stay} gets listing {listing.n} with a session twice: {ids}, gone {listing.gone}"
            )
        if listing.whole:
            mine.rows = {}
        for gone in listing.gone:
            mine.rows.pop(gone, None)
        for row in listing.rows:
            mine.rows[row.id] = row
        mine.total = listing.total
        if listing.counts is not None:
            mine.counts = listing.counts
        assert mine.watch is not None
        if len(mine.rows) > min(mine.watch.limit, mine.total):
            text = f"{len(mine.rows)} rows of {mine.total}, and {mine.watch.limit} were asked for"
            self.violate(WELL_FORMED, f"{stay} has after listing {listing.n} {text}")

    # --- the server -------------------------------------------------------------------------------------------------

    def server_started(self) -> None:
        """Another server does not know when the last listing was sent."""
        super().server_started()
        for mine in self._lists.values():
            mine.sent_at = float("-inf")

    def over(self, stay: Stay) -> None:
        """Nothing is watched."""
        self._lists.pop(stay.lobby, None)

    def inspect(self, now: float) -> None:
        """Every list that should be true by now."""
        watching = [
            (self.stays[lobby], mine)
            for lobby, mine in self._lists.items()
            if mine.watch is not None and lobby in self.stays and self.stays[lobby].wire is not None
        ]
        if not watching:
            return
        rows = self._rows()
        counts = self._counts(len(rows))
        for stay, mine in watching:
            self._compare(stay, mine, rows, counts, now)

    def _rows(self) -> list[SessionRow]:
        port = self.world.port
        assert port is not None
        hosts = port.node.hosts.values()
        return [row_of(host) for host in hosts if host.running and not host.core.order.private]

    def _counts(self, sessions: int) -> dict[str, int] | None:
        port = self.world.port
        if port is None or not self.knows_all:
            return None
        states = [session.state for stay in self.stays.values() if (session := self.session(stay)) is not None]
        here = sum(state is LobbyState.CONNECTED for state in states)
        return {"lobby": here, "playing": port.node.book.players, "sessions": sessions}

    def _compare(
        self, stay: Stay, mine: _List, rows: list[SessionRow], counts: dict[str, int] | None, now: float
    ) -> None:
        watch, wire = mine.watch, stay.wire
        if watch is None or wire is None or not self.writable(wire) or mine.n > mine.acked:
            mine.stable.clear()
            return
        fitting = [row for row in rows if fits(row, watch)]
        true = fitting[: watch.limit]
        what = f"{stay}, after listing {mine.n} of {watch.game or 'all games'}"
        if self._should_be(mine, "rows", true, now) and list(mine.rows.values()) != true:
            self.violate(TRUE_ROWS, f"{what}: {_difference(list(mine.rows.values()), true)}")
        if self._should_be(mine, "total", len(fitting), now) and mine.total != len(fitting):
            self.violate(TRUE_TOTAL, f"{what}: a total of {mine.total}, and {len(fitting)} fit")
        if counts is not None and self._should_be(mine, "counts", counts, now) and mine.counts != counts:
            self.violate(TRUE_COUNTS, f"{what}: {mine.counts}, and there are {counts}")

    def _should_be(self, mine: _List, part: str, value: Any, now: float) -> bool:
        """True if it has been that for long enough for everybody to know."""
        before = mine.stable.get(part)
        if before is None or before[0] != value:
            mine.stable[part] = value, now
            return False
        # A change and back again between two looks makes a listing.
        return self.steady(max(before[1], mine.touched_at)) > _SETTLED_S + self.world.storage.commits_s


def _difference(has: list[SessionRow], true: list[SessionRow]) -> str:
    for at in range(max(len(has), len(true))):
        mine = has[at] if at < len(has) else None
        server = true[at] if at < len(true) else None
        if mine != server:
            return f"row {at} is {mine}, and should be {server}"
    return "the same"


# --- what fits, by docs/protocol.md alone ---------------------------------------------------------------------------

_FIELDS: Final = ("game", "state", "players", "seats", "free", "spectators", "leader")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def fits(row: SessionRow, watch: Watch) -> bool:
    """True if the row is to be in that list."""
    return watch.game in ("", row.game) and all(_holds(row, condition) for condition in watch.where)


def _holds(row: SessionRow, condition: Condition) -> bool:
    if condition.field.startswith("meta."):
        found: Any = row.meta.get(condition.field.removeprefix("meta."))
    elif condition.field in _FIELDS:
        found = getattr(row, condition.field)
    else:
        return False
    wanted = condition.value
    if isinstance(wanted, str):
        wanted = normalised_text(wanted, VALUE_CHARS_MAX)
    alike = _type(found) == _type(wanted)
    match condition.op:
        case "=":
            return alike and found == wanted
        case "!=":
            return not alike or found != wanted
        case "has":
            return alike and isinstance(wanted, str) and wanted.casefold() in found.casefold()
        case order:
            return alike and _type(wanted) in ("number", "text") and _COMPARE[order](found, wanted)


def _type(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"
