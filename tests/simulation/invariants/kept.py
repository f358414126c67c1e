"""A lobby session is kept for as long as was granted after each loss, and no shorter because of an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbyState
from rallypoint_protocol.ids import LobbyId
from rallypoint_protocol.messages import Welcome
from rallypoint_simulation.observer import Observer

from .sittings import server_clock

if TYPE_CHECKING:
    from rallypoint.core.lobby_session import LobbySession
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["KEPT", "Kept"]

KEPT: Final = "who is away from the lobby is kept until the time is over"

_EXACT_S: Final = 1e-6


class Kept(Observer):
    """Remembers until when everybody who is away is kept."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._lobbies: dict[str, LobbySession | None] = {}
        self._until: dict[str, float] = {}
        """By lobby session, while it is away."""

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server and type(message) is Welcome:
            self._lobbies[message.lobby] = None
            self._until.pop(message.lobby, None)

    def look(self) -> None:
        port = self.world.port
        if port is None:
            return
        now = server_clock(self.world)
        for id_, former in list(self._lobbies.items()):
            session = port.lobby.find(LobbyId(id_))
            if session is None:
                self._gone(id_, former, now)
                continue
            self._lobbies[id_] = session
            deadline = session.grace.deadline
            if session.state is LobbyState.AWAY and deadline is not None:
                self._until[id_] = deadline
            else:
                self._until.pop(id_, None)

    def _gone(self, id_: str, former: LobbySession | None, now: float) -> None:
        del self._lobbies[id_]
        until = self._until.pop(id_, None)
        if until is not None and former is not None and now < until - _EXACT_S:
            text = f"the lobby session of {former.name} was kept until {until:.3f}, and is gone at {now:.3f}"
            self.violate(KEPT, text)

    def server_gone(self, crashed: bool) -> None:
        self._lobbies.clear()
        self._until.clear()
