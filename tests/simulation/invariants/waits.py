"""An input is applied in the step that it is meant for, or in the next one: not before, and not after.

Of sessions by the clock, with an input buffer or without. What waits for its tick waits no longer when its player's
connection is lost or replaced, or the seat given up: it is applied before that.
"""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import Leave, Seated
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .dues import Dues
from .sittings import Knocking, Sitting, Sittings, host_of

__all__ = ["COUNTED", "EARLY", "LATE", "LEFT", "Waits"]

EARLY: Final = "no input is applied before the tick that it is meant for"
LATE: Final = "no input waits longer than for the tick that it is meant for"
LEFT: Final = "what waits is applied before its player is away or gone"
COUNTED: Final = "as many inputs count as waiting as wait"


class _Seat(Sitting):
    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        super().__init__(host, seat, wire)
        self.dues = Dues()
        self.undecided: list[int] = []
        """The numbers of what the server has, and no step has applied."""
        self.exact_from = 0
        """What came before a recovered session's first step may be applied with it, whatever it waits for."""
        self.left = False
        """It was given up by its player."""


class Waits(Observer):
    """Compares what each step has applied with what was due in it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.waited = 0
        """How many inputs were meant for a later step than the next."""
        self._sittings = Sittings(world, _Seat)
        self._knocking = Knocking(world)
        self._by_session: dict[str, list[_Seat]] = {}
        self._stepped: dict[str, int] = {}
        """By session: the epoch of its last step."""

    # --- what happens -----------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        if from_server and type(message) is Seated and message.seat >= 0:
            self._seated(wire, message)

    def _seated(self, wire: Wire, message: Seated) -> None:
        before = self._sittings.before(message)
        sitting = self._sittings.seated(wire, message)
        if sitting is None or not sitting.host.core.settings.tick_hz:
            return
        if before is None:
            self._by_session.setdefault(sitting.session, []).append(sitting)
        else:
            sitting.dues.release(sitting.host.core.tick + 1)
        sitting.dues.taken_back(message.received)
        sitting.undecided = [seq for seq in sitting.undecided if seq <= message.received]

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.received(wire, message, from_server)
        if from_server:
            return
        sitting = self._sittings.newest(wire)
        if sitting is None or not sitting.host.core.settings.tick_hz or sitting.left:
            return
        if type(message) is Leave:
            sitting.left = True
        elif type(message) is list and message[0] >= GAME_INPUT_KIND_FIRST:
            self._came(sitting, message)

    def _came(self, sitting: _Seat, message: list[Any]) -> None:
        seq, core = message[1], sitting.host.core
        newest = max(sitting.undecided[-1:], default=sitting.seat.applied)
        if seq <= max(newest, sitting.seat.applied):
            return
        due = sitting.dues.came(sitting.host, sitting.seat, message)
        sitting.undecided.append(seq)
        self.waited += due > core.tick + 1
        if core.epoch > 1 and self._stepped.get(sitting.session) != core.epoch:
            sitting.exact_from = seq + 1

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sittings.closing(wire, code, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._knocking.ended(wire, at_server)
        self._sittings.ended(wire, at_server)

    # --- steps ------------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        self._stepped[record.session] = record.epoch
        for sitting in self._by_session.get(record.session, ()):
            if sitting.undecided and sitting.running:
                self._compare(sitting, record.tick)

    def _compare(self, sitting: _Seat, tick: int) -> None:
        seat = sitting.seat
        due, applied = sitting.dues.by(tick), seat.applied
        had = sitting.undecided
        sitting.undecided = [seq for seq in had if seq > applied]
        where = f"{sitting} at tick {tick}: of {had}"
        here = seat.in_game and seat.state is SeatState.CONNECTED
        taken = [seq for seq in sitting.undecided if seq <= seat.received]  # else: it has not looked at it
        if taken and (not here or sitting.left):
            if seat.reason != "kicked" and (seat.in_game or sitting.left):
                self.violate(LEFT, f"{where} {taken} is not applied, and the seat is {seat.state.name}")
            sitting.undecided = []
        elif not here:
            return
        elif taken and taken[0] <= due:
            self.violate(LATE, f"{where} {applied} is the last that is applied, and {due} is due")
        elif applied > due and applied >= sitting.exact_from and sitting.code is None:
            # Else a newer connection may have been let in already; and nothing waits any longer when a pause comes.
            if not self._knocking.at(sitting.session) and sitting.session not in self.world.paused:
                self.violate(
                    EARLY, f"{where} {applied} is applied, and {due} is due. Due later: {sitting.dues.waiting}"
                )
        elif len(taken) != seat.pending and sitting.code is None:
            self.violate(COUNTED, f"{where} {taken} wait, and {seat.pending} are counted")

    # --- servers ----------------------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        self._knocking.clear()
        self._sittings.gone()
        self._stepped.clear()
        if not self.world.kept:
            self._by_session.clear()

    def server_started(self) -> None:
        self._by_session.clear()
        for sitting in self._sittings.back():
            sitting.dues.clear()
            sitting.undecided = []
            sitting.left = False
            self._by_session.setdefault(sitting.session, []).append(sitting)

    def look(self) -> None:
        if self.world.port is not None:
            self._sittings.prune()
            for session in [session for session in self._by_session if host_of(self.world, session) is None]:
                del self._by_session[session]
                self._stepped.pop(session, None)
