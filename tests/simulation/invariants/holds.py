"""Of what a player holds the newest counts, until the connection is lost; a client that returns says it again."""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import Leave, Proved, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .dues import Dues, fields_of
from .sittings import Chain, Chains, Knocking, Sitting, Sittings, host_of

__all__ = ["AGAIN", "LET_GO", "NEWEST", "Holds"]

NEWEST: Final = "of what a player holds, the newest counts"
LET_GO: Final = "what somebody held who is away is let go"
AGAIN: Final = "after a return, what is held is said again"


class _Seat(Sitting):
    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        super().__init__(host, seat, wire)
        self.received = 0
        self.value: int | None = None
        """What came last on the newest connection, of what is due; ``None``: nothing yet."""
        self.dues = Dues()
        self.coming: list[tuple[int, int]] = []
        """What may wait for its tick: which, and the value."""
        self.carried = 0
        """What came last on an earlier one."""
        self.leaning = 0
        """What the game has seen last."""
        self.player: Any = None


class _Program(Chain):
    def __init__(self) -> None:
        super().__init__()
        self.holds: dict[int, list[Any]] = {}
        """By kind, the values that were said last."""
        self.owed: list[int] = []


class Holds(Observer):
    """The test games write down what is held in each tick."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sittings = Sittings(world, _Seat)
        self._knocking = Knocking(world)
        self._by_session: dict[str, list[_Seat]] = {}
        self._programs = Chains(_Program)
        self._kinds: dict[str, dict[int, list[Any]]] = {}
        """By session: the kinds that are holds, and their defaults."""

    def _holds_of(self, session: str) -> dict[int, list[Any]]:
        kinds = self._kinds.get(session)
        if kinds is None:
            host = host_of(self.world, session)
            if host is None:
                return {}
            inputs = enumerate(host.definition.schema.inputs, GAME_INPUT_KIND_FIRST)
            kinds = self._kinds[session] = {kind: list(each.defaults) for kind, each in inputs if each.hold}
        return kinds

    def _fields_of(self, session: str, message: list[Any]) -> list[Any]:
        host = host_of(self.world, session)
        return message[3:] if host is None else fields_of(host.definition, message)

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        kind = type(message)
        if from_server:
            if kind is Seated and message.seat >= 0:
                self._seated(wire, message)
        elif kind is list:
            program = self._programs.by_wire.get(wire)
            if program is not None:
                if message[0] in program.owed:
                    program.owed.remove(message[0])
                if message[0] in self._holds_of(wire.session):
                    program.holds[message[0]] = self._fields_of(wire.session, message)
        elif kind is Resume or kind is TakeSeat:
            if wire.session:
                self._programs.first(wire, message).owed = []
        elif kind is not Proved and kind is not Leave:
            program = self._programs.by_wire.get(wire)
            if program is not None and program.owed:
                self.violate(AGAIN, f"{wire}: holds {program.owed} were not said again; {program.holds} were held")
                program.owed = []

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.received(wire, message, from_server)
        kind = type(message)
        if from_server:
            if kind is Seated and message.seat >= 0:
                program = self._programs.seated(wire, message)
                if program is not None:
                    defaults = self._holds_of(wire.session)
                    program.owed = [kind for kind, said in program.holds.items() if said != defaults.get(kind)]
        elif kind is list:
            sitting = self._sittings.newest(wire)
            if sitting is not None and message[1] > sitting.received:
                sitting.received = message[1]
                due = sitting.dues.came(sitting.host, sitting.seat, message)
                sitting.coming = [(min(at, due), value) for at, value in sitting.coming]  # a pause brings it forward
                if message[0] in self._holds_of(sitting.session):
                    sitting.coming.append((due, message[3]))

    def _seated(self, wire: Wire, message: Seated) -> None:
        known = self._sittings.before(message)
        sitting = self._sittings.seated(wire, message)
        if sitting is not None:
            sitting.received = message.received
            last = sitting.coming[-1][1] if sitting.coming else sitting.value
            sitting.carried, sitting.value = last or sitting.carried, None
            sitting.coming.clear()
            sitting.dues.clear()
            if known is None:
                self._by_session.setdefault(sitting.session, []).append(sitting)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sittings.closing(wire, code, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._knocking.ended(wire, at_server)
        self._sittings.ended(wire, at_server)
        self._programs.ended(wire, at_server)

    def stepped(self, record: StepMade) -> None:
        for sitting in self._by_session.get(record.session, ()):
            seat = sitting.seat
            if seat.in_game and sitting.host.core.state is SessionState.RUNNING:
                self._compare(sitting, record.tick)

    def _compare(self, sitting: _Seat, tick: int) -> None:
        sitting.dues.by(tick)
        while sitting.coming and sitting.coming[0][0] <= tick:
            sitting.value = sitting.coming.pop(0)[1]
        player = sitting.player
        if player is None:
            players = getattr(sitting.host.core.game, "player_list", ())
            player = next((each for each in players if each.seat == sitting.seat.index), None)
            if not hasattr(player, "leaning"):
                return
            sitting.player = player
        before, now = sitting.leaning, player.leaning
        sitting.leaning = now
        if self._knocking.at(sitting.session):
            return  # a newer connection may have been let in already
        state = sitting.seat.state
        if state is SeatState.AWAY:
            if now:
                self.violate(LET_GO, f"{sitting} is away, and holds {now} at tick {tick}")
        elif state is SeatState.CONNECTED and sitting.code is None:
            if sitting.value is None:
                # Nothing was said on this connection: let go by a drop, or still held after a takeover.
                if now not in (0, before, sitting.carried):
                    self.violate(NEWEST, f"{sitting} holds {now} at tick {tick}, held {before}, and has said nothing")
            elif now != sitting.value:
                self.violate(NEWEST, f"{sitting} holds {now} at tick {tick}; {sitting.value} came last")

    def server_gone(self, crashed: bool) -> None:
        self._knocking.clear()
        self._sittings.gone()
        self._sittings.by_seat.clear()
        self._by_session.clear()

    def look(self) -> None:
        if self.world.port is not None:
            self._sittings.prune()
            for session in [session for session in self._kinds if host_of(self.world, session) is None]:
                del self._kinds[session]
                self._by_session.pop(session, None)
