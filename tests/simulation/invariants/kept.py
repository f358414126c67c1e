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

__all__ = ["KEPT", "STANDS", "Kept"]

STANDS: Final = "the time of who is away from the lobby stands still while the server is away"
KEPT: Final = "who is away from the lobby is kept until the time is over"

_EXACT_S: Final = 1e-6
_BEAT_S: Final = 1.5
"""So long before its end a server may have written that it lives."""


class Kept(Observer):
    """Remembers until when everybody who is away is kept."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._lobbies: dict[str, LobbySession | None] = {}
        self._until: dict[str, float] = {}
        """By lobby session, while it is away."""
        self._frozen = False
        self._left_s: dict[str, float] = {}
        """The same while no server runs, and what was left of it."""

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
        now = server_clock(self.world)
        self._frozen = self.world.server_host.frozen_until > self.world.loop.now - _BEAT_S
        self._left_s = {id_: until - now for id_, until in self._until.items()} if self.world.kept else {}
        if not self.world.kept:
            self._lobbies.clear()
        self._until.clear()

    def server_started(self) -> None:
        """No time has passed for who was away."""
        port = self.world.port
        assert port is not None
        now = server_clock(self.world)
        for id_ in list(self._lobbies):
            session = self._lobbies[id_] = port.lobby.find(LobbyId(id_))
            if session is None:
                del self._lobbies[id_]
                continue
            left_s, deadline = self._left_s.get(id_), session.grace.deadline
            if self._frozen or left_s is None or left_s < 0:
                continue
            if deadline is not None and not -_EXACT_S < deadline - now - left_s < _BEAT_S + self.world.unwritten_s:
                text = f"{session.name} had {left_s:.3f} s left when the server went, and has {deadline - now:.3f} s"
                self.violate(STANDS, text)
        self._left_s = {}
