"""What is measured of one lobby session: its losses."""

from __future__ import annotations

from rallypoint_client import Lobby, LobbyState

from .tally import Tally

__all__ = ["LobbyWatch"]


class LobbyWatch:
    """Counts the losses of ``lobby`` into ``tally``."""

    def __init__(self, lobby: Lobby, tally: Tally) -> None:
        self.lobby = lobby
        self.away = False
        self._tally = tally
        self._resumes = 0

    @property
    def connected(self) -> bool:
        """The lobby session has a connection."""
        return not self.away and self.lobby.state is LobbyState.CONNECTED

    def cut(self) -> None:
        """Breaks the connection."""
        self.lobby.cut()
        self._lost()

    def look(self) -> None:
        """Call it now and then: sees losses that are not our doing, and returns."""
        state, resumes = self.lobby.state, self.lobby.resumes
        if not self.away and (state is not LobbyState.CONNECTED or resumes > self._resumes):
            self._lost()
        if self.away and resumes > self._resumes:
            self.away = False
            self._resumes = resumes
            self._tally.lobby_resumed += 1

    def ended(self) -> None:
        """It is about to be left."""
        self.look()
        self._tally.lobby_failed += self.away

    def _lost(self) -> None:
        self.away = True
        self._tally.lobby_dropped += 1
