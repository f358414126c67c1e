"""One living connection a seat, and nothing more for whoever has been replaced, has left or is gone."""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import SeatState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import Leave, Pass, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Knocking, Sitting, Sittings, host_of, is_open

__all__ = [
    "AWAY",
    "CONNECTED_ONLY",
    "LET_GO",
    "NOBODY_ERRS",
    "NOTHING_MORE",
    "NOT_AWAY",
    "ONE_LIVING",
    "TOLD",
    "Connections",
]

ONE_LIVING: Final = "a seat has one living connection"
TOLD: Final = "who is taken over is told so"
NOTHING_MORE: Final = "a connection that was closed or replaced is sent nothing more"
CONNECTED_ONLY: Final = "passes go to connected seats only"
AWAY: Final = "a seat whose connection is gone is away"
NOT_AWAY: Final = "a seat with a living connection is not away"
LET_GO: Final = "who leaves is let go at once"
NOBODY_ERRS: Final = "neither server nor client library says what the other cannot use"

_ERRORS: Final = {1002, 1003, 1007, 1009, CloseCode.MALFORMED, CloseCode.UNEXPECTED}
_OF_THE_SERVER: Final = {1011, CloseCode.SERVER_FAILED}
_FAILING_GAMES: Final = {"trouble"}
"""Those that raise errors on purpose."""
_GIVEN_UP: Final = (SeatState.LEFT, SeatState.EXPIRED)


class Connections(Observer):
    """Every message of the server on a session's connection is looked at, and all seats between callbacks."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sittings = Sittings(world, Sitting)
        self._knocking = Knocking(world)
        self._closed: dict[Wire, int] = {}
        """What the server has closed, until it knows the end."""
        self._were_open: dict[Wire, list[Wire]] = {}
        """For a connection that has just said its first word: the others of its session that were living then."""
        self._leaving: list[tuple[Sitting, Wire]] = []

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        if not from_server:
            return
        if wire in self._closed:
            self.violate(NOTHING_MORE, f"{wire} was closed with {self._closed[wire]}, and is sent {message!r:.80}")
        sitting = self._sittings.by_wire.get(wire)
        if sitting is None:
            if type(message) is Seated and message.seat >= 0:
                self._seated(wire, message)
        elif sitting.wire is not wire:
            self.violate(NOTHING_MORE, f"{sitting} is at {sitting.wire}, and {wire} is sent {message!r:.80}")
        elif type(message) is Pass and sitting.seat.state is not SeatState.CONNECTED:
            self.violate(CONNECTED_ONLY, f"{sitting} is {sitting.seat.state.value}, and {wire} is sent a pass")

    def _seated(self, wire: Wire, message: Seated) -> None:
        before = self._sittings.before(message)
        older = None if before is None else before.wire
        if older is not None and older is not wire:
            code = self._closed.get(older)
            if code is None and is_open(older):
                self.violate(ONE_LIVING, f"{before} is at {older}, which is open, and {wire} is let in")
            elif code is not None and code != CloseCode.TAKEN_OVER and older in self._were_open.get(wire, ()):
                self.violate(TOLD, f"{older} of {before} was closed with {code} when {wire} took over")
        self._were_open.pop(wire, None)
        self._sittings.seated(wire, message)

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.received(wire, message, from_server)
        if from_server:
            return
        kind = type(message)
        if kind is Leave:
            sitting = self._sittings.newest(wire)
            if sitting is not None:
                self._leaving.append((sitting, wire))
        elif (kind is Resume or kind is TakeSeat) and wire.session:
            self._were_open[wire] = [
                sitting.wire
                for (session, _), sitting in self._sittings.by_seat.items()
                if session == wire.session and sitting.wire not in self._closed and is_open(sitting.wire)
            ]

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sittings.closing(wire, code, from_server)
        if from_server:
            self._closed.setdefault(wire, code)
            self._were_open.pop(wire, None)
        if not from_server:
            if code in _ERRORS and wire.closed_by == "client":
                self.violate(NOBODY_ERRS, f"the client closes {wire} with {code}: {reason}")
        elif wire.closed_by == "server" and (
            code in _OF_THE_SERVER or (code in _ERRORS and wire in self._sittings.by_wire)  # others may be strangers
        ):
            self.violate(NOBODY_ERRS, f"the server closes {wire} with {code}: {reason}")
        elif code == CloseCode.GAME_FAILED:
            host = host_of(self.world, wire.session)
            if host is not None and host.definition.options.name not in _FAILING_GAMES:
                self.violate(NOBODY_ERRS, f"the session of {wire} has failed")

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if at_server:
            self._closed.pop(wire, None)
            self._were_open.pop(wire, None)
            self._knocking.ended(wire, at_server)
            self._sittings.ended(wire, at_server)

    def server_gone(self, crashed: bool) -> None:
        self._knocking.clear()
        self._sittings.gone()
        self._sittings.by_seat.clear()
        self._closed.clear()
        self._were_open.clear()
        self._leaving.clear()

    def look(self) -> None:
        if self.world.port is None:
            return
        self._sittings.prune()
        for sitting in self._sittings.by_seat.values():
            self._look_at(sitting)
        leaving, self._leaving = self._leaving, []
        for sitting, wire in leaving:
            refused = sitting.wire is wire and sitting.code not in (None, CloseCode.LEFT)
            if sitting.seat.state not in _GIVEN_UP and not refused and sitting.running:
                self.violate(LET_GO, f"{sitting} has left at {wire}, and is {sitting.seat.state.value}")

    def _look_at(self, sitting: Sitting) -> None:
        state, wire = sitting.seat.state, sitting.wire
        if state is SeatState.CONNECTED:
            if wire not in self._sittings.by_wire and sitting.running and not self._knocking.at(sitting.session):
                self.violate(AWAY, f"the server knows that {wire} is gone, and {sitting} is connected")
        elif state is SeatState.AWAY and wire not in self._closed and is_open(wire):
            self.violate(NOT_AWAY, f"{wire} of {sitting} is open")
