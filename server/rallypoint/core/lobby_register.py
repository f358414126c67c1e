"""Who is in the lobby: lobby sessions by id and by player, and when those who are away are given up."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from rallypoint_protocol.ids import LobbyId, PlayerId

from .lobby_session import LobbySession

__all__ = ["LobbyRegister"]


class LobbyRegister:
    """All lobby sessions that have not ended; at most one a player."""

    def __init__(self) -> None:
        self._sessions: dict[LobbyId, LobbySession] = {}
        self._by_player: dict[PlayerId, LobbySession] = {}
        # Ends of grace windows; those of players who came back stay in until their time. The count in the middle
        # breaks ties: lobby sessions cannot be compared.
        self._deadlines: list[tuple[float, int, LobbySession]] = []
        self._deadlines_made = 0
        self.connected = 0
        """How many of them have a connection; counted by whoever connects and drops them."""

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[LobbySession]:
        return iter(list(self._sessions.values()))

    def find(self, lobby_id: LobbyId) -> LobbySession | None:
        """The lobby session, unless it has ended."""
        return self._sessions.get(lobby_id)

    def of(self, player: PlayerId) -> LobbySession | None:
        """The player's lobby session, unless it has ended."""
        return self._by_player.get(player)

    def add(self, session: LobbySession) -> None:
        """A new one."""
        self._sessions[session.id] = self._by_player[session.player] = session

    def remove(self, session: LobbySession) -> None:
        """It has ended."""
        del self._sessions[session.id], self._by_player[session.player]

    # --- grace ------------------------------------------------------------------------------------------------------

    def watch_grace(self, session: LobbySession) -> None:
        """Its grace window may have begun."""
        if session.grace.deadline is not None:
            self._deadlines_made += 1
            heapq.heappush(self._deadlines, (session.grace.deadline, self._deadlines_made, session))

    def take_expired(self, now: float) -> list[LobbySession]:
        """Those whose grace window is over now, each once."""
        expired: dict[LobbySession, None] = {}  # one that was dropped twice at one time is in there twice
        while self._deadlines and self._deadlines[0][0] <= now:
            deadline, _, session = heapq.heappop(self._deadlines)
            if session.grace.deadline == deadline:
                expired[session] = None
        return list(expired)

    @property
    def due(self) -> float | None:
        """When the next grace window ends."""
        while self._deadlines and self._deadlines[0][2].grace.deadline != self._deadlines[0][0]:
            heapq.heappop(self._deadlines)
        return self._deadlines[0][0] if self._deadlines else None
