"""Requests of the lobby: each to the part that answers it."""

from __future__ import annotations

from typing import Protocol, assert_never

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import (
    Answer,
    CancelQueue,
    Create,
    Describe,
    Join,
    Kick,
    Listen,
    LobbyRequest,
    Locate,
    Lock,
    QuickMatch,
    Rematch,
    Say,
    Spectate,
    Unlisten,
    Unwatch,
    Watch,
)

from .chat import Chats
from .directory import Directory
from .lobby_queues import LobbyQueues
from .lobby_session import LobbySession
from .rematch import Rematches
from .room_requests import RoomRequests

__all__ = ["LobbyRequests", "Seats"]


class Seats(Protocol):
    """What the lobby asks the sessions' side about seats. All are plain look-ups."""

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat (reserved, connected or away) in any session."""

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        """False if a seat elsewhere keeps the player from having one in ``game``."""

    def locate(self, session: SessionId, token: bytes, /) -> str | None:
        """Where the session lives, if ``token`` is valid for a seat in it; else ``None``."""


class LobbyRequests:
    """Executes requests."""

    def __init__(
        self,
        seats: Seats,
        queues: LobbyQueues,
        directory: Directory,
        chats: Chats,
        rematches: Rematches,
        rooms: RoomRequests,
    ) -> None:
        self._seats = seats
        self._queues = queues
        self._directory = directory
        self._chats = chats
        self._rematches = rematches
        self._rooms = rooms

    def answer(self, session: LobbySession, message: LobbyRequest, address: str, now: float) -> Answer:
        """Executes the request. ``address`` is the client's, for who tries too many room codes."""
        match message:
            case QuickMatch():
                may_sit = self._seats.may_sit(session.player, message.game)
                answer = self._queues.join(session, message, now, may_sit=may_sit)
                if not answer.error:
                    self._rematches.left(session.player)
                return answer
            case CancelQueue():
                return self._queues.cancel(session, message)
            case Locate():
                url = self._seats.locate(SessionId(message.session), message.token)
                if url is None:
                    return Answer(message.id, error="unknown", reason=CloseCode.UNKNOWN.policy.meaning)
                return Answer(message.id, value={"url": url})
            case Create() | Join():
                answer = self._rooms.answer(session, message, address, now)
                if not answer.error:
                    self._rematches.seated(session.player)
                return answer
            case Spectate() | Lock() | Describe() | Kick():
                return self._rooms.answer(session, message, address, now)
            case Watch():
                return self._watch(session, message)
            case Unwatch():
                self._directory.unwatch(session)
                return Answer(message.id)
            case Listen():
                return self._chats.listen(session, message, now)
            case Unlisten():
                return self._chats.unlisten(session, message)
            case Say():
                return self._chats.say(session, message, now)
            case Rematch():
                return self._rematches.ask(session, message, now)
            case _:
                assert_never(message)

    def _watch(self, session: LobbySession, message: Watch) -> Answer:
        if message.game and message.game not in self._queues:
            return Answer(message.id, error="unknown_game", reason="this server does not have that game")
        if not self._directory.watch(session, message.game, message.where, message.limit):
            return Answer(message.id, error="full", reason="too many different filters: try another one, or later")
        return Answer(message.id)
