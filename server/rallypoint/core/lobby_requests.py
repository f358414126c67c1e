"""Requests of the lobby: each to the part that answers it."""

from __future__ import annotations

from typing import Protocol, assert_never

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import (
    Accept,
    Answer,
    Block,
    CancelQueue,
    Create,
    Describe,
    Enqueue,
    Explain,
    Join,
    Kick,
    Leaderboard,
    Listen,
    LobbyRequest,
    Locate,
    Lock,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
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
from .parties import Parties
from .party_requests import PartyRequests
from .queue_requests import QueueRequests
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
        parties: Parties,
        party_requests: PartyRequests,
    ) -> None:
        self._seats = seats
        self._queues = queues
        self._directory = directory
        self._chats = chats
        self._rematches = rematches
        self._rooms = rooms
        self._parties = parties
        self._party_requests = party_requests
        self._tickets = QueueRequests(seats, queues, parties)
        self.blocks: list[tuple[PlayerId, PlayerId, bool]] = []
        """To be stored: who, whom, and whether to block or not any more."""

    def answer(self, session: LobbySession, message: LobbyRequest, address: str, now: float) -> Answer:
        """Executes the request. ``address`` is the client's, for who tries too many room codes."""
        match message:
            case QuickMatch() | Enqueue() | CancelQueue() | Accept() | Explain():
                answer = self._tickets.answer(session, message, now)
                if session.ticket is not None and not answer.error:
                    for player in session.ticket.players:
                        self._rematches.left(player)
                return answer
            case Block():
                return self._block(session, message)
            case Leaderboard():  # whoever drives the lobby asks the store: only one that has none leaves it to us
                return Answer(message.id, error="not_kept", reason="this server keeps no ratings")
            case Locate():
                url = self._seats.locate(SessionId(message.session), message.token)
                if url is None:
                    return Answer(message.id, error="unknown", reason=CloseCode.UNKNOWN.policy.meaning)
                return Answer(message.id, value={"url": url})
            case Create() | Join():
                answer = self._rooms.answer(session, message, address, now)
                if not answer.error:
                    self._rematches.seated(session.player)
                    self._parties.seen(session.player)
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
            case PartyCreate() | PartyJoin() | PartyLeave() | PartyReady() | PartyKick() | PartyLead():
                return self._party_requests.answer(session, message, address, now)
            case _:
                assert_never(message)

    def _block(self, session: LobbySession, message: Block) -> Answer:
        if message.player == session.player:
            return Answer(message.id, error="refused", reason="you cannot block yourself")
        self.blocks.append((session.player, PlayerId(message.player), message.blocked))
        return Answer(message.id)

    def _watch(self, session: LobbySession, message: Watch) -> Answer:
        if message.game and message.game not in self._queues:
            return Answer(message.id, error="unknown_game", reason="this server does not have that game")
        if not self._directory.watch(session, message.game, message.where, message.limit):
            return Answer(message.id, error="full", reason="too many different filters: try another one, or later")
        return Answer(message.id)
