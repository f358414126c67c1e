"""Who has a seat in which session of this node."""

from __future__ import annotations

from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["SeatBook"]


class SeatBook:
    """By player, in the order in which the seats were given. Bots are in it as well."""

    def __init__(self) -> None:
        self._sessions: dict[PlayerId, dict[SessionId, tuple[str, bool]]] = {}
        self._bots = 0

    def add(self, player: PlayerId, session: SessionId, game: str, *, exclusive: bool, bot: bool) -> None:
        """The player has a seat there now."""
        self._sessions.setdefault(player, {})[session] = (game, exclusive)
        self._bots += bot

    def remove(self, player: PlayerId, session: SessionId, *, bot: bool) -> bool:
        """The player has none there any more. False if there was none."""
        sessions = self._sessions.get(player)
        if sessions is None or sessions.pop(session, None) is None:
            return False
        if not sessions:  # a bot has one seat at most
            self._bots -= bot
            del self._sessions[player]
        return True

    def is_seated(self, player: PlayerId) -> bool:
        """True while the player has a seat in any session."""
        return player in self._sessions

    def may_sit(self, player: PlayerId, *, exclusive: bool) -> bool:
        """False if a seat in an exclusive session is asked for by one who has such a seat."""
        sessions = self._sessions.get(player)
        return sessions is None or not exclusive or not any(other for _, other in sessions.values())

    def seats_of(self, player: PlayerId) -> list[tuple[SessionId, str]]:
        """The player's sessions and their games, oldest first."""
        return [(session, game) for session, (game, _) in self._sessions.get(player, {}).items()]

    @property
    def players(self) -> int:
        """How many players have a seat, bots not counted."""
        return len(self._sessions) - self._bots
