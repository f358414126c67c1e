"""A locked session takes no newcomers, and what was said to a turn-based one is heard at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.seat import SeatState
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Answer
from rallypoint_simulation.observer import Observer

from .awake import Awake, Lasting

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.steps import StepMade
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["HEARD", "LOCKED", "Locks"]

LOCKED: Final = "a locked session takes no newcomers"
HEARD: Final = "a turn-based session hears at once what happens to it"

_AT_ONCE_S: Final = 0.4


class Locks(Observer):
    """Knows all seats that there ever were; a new one in a locked session is a newcomer's."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._known: dict[str, int] = {}
        """By session, the running number of the newest seat."""
        self._awake = Awake(world)
        self._unheard = Lasting(self._awake)

    def _note(self, host: SessionHost) -> int:
        """Looks at the session's seats. Gives the newest number that was known before."""
        session = str(host.core.id)
        before = self._known.get(session, -1)
        newest = max((seat.number for seat in host.core.seats if seat is not None), default=-1)
        self._known[session] = max(before, newest)
        return before

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server or type(message) is not Answer or not isinstance(message.value, dict):
            return
        session, index = message.value.get("session"), message.value.get("seat")
        port = self.world.port
        if port is None or not isinstance(session, str) or not isinstance(index, int):
            return
        host = port.node.hosts.get(SessionId(session))
        seat = host.core.seats[index] if host is not None else None
        if host is None or seat is None:
            return
        before = self._note(host)
        if host.core.locked and seat.number > before and seat.state is SeatState.RESERVED:
            self.violate(LOCKED, f"{seat.name} is given seat {index} of {session}, which is locked")

    def stepped(self, record: StepMade) -> None:
        port = self.world.port
        host = None if port is None else port.node.hosts.get(SessionId(record.session))
        if host is not None:
            self._note(host)

    def look(self) -> None:
        self._awake.look()
        port = self.world.port
        if port is None:
            return
        for host in port.node.hosts.values():
            self._note(host)
            if host.held_back or host.core.paused is not None:
                continue
            if host.core.settings.turn_based and host.core.stimuli_waiting and host.running:
                waits_s = self._unheard.seen(host)
                if waits_s > _AT_ONCE_S + self.world.storage.commits_s:  # the last turn is to be committed before
                    text = f"{host.core.stimuli_waiting} stimuli wait in {host.core.id} for {waits_s:.2f} s"
                    self.violate(HEARD, text)
        self._unheard.looked()
        for session in [session for session in self._known if SessionId(session) not in port.node.hosts]:
            del self._known[session]

    def server_gone(self, crashed: bool) -> None:
        self._known.clear()
