"""Carries out what the queues decide: sessions are created, seats reserved, and the players told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, assert_never

import structlog

from rallypoint.core.lobby import Lobby, Seats
from rallypoint.core.quick_match import CreateFor, Decision, OpenSession, SeatIn, SeatOffer
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

__all__ = ["Matching", "Sessions"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class Sessions(Seats, Protocol):
    """The sessions' side, as the lobby sees it. None of these waits for anything.

    Each seat that :meth:`reserve` gave ends with one call of :meth:`.LobbyHost.player_unseated`.
    """

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        """The running sessions of ``game`` that take more players, oldest first."""

    def create(self, game: str, now: float, /) -> SessionId | None:
        """A new session without players; ``None`` if this node takes no more (full, draining)."""

    def reserve(
        self, session_id: SessionId, player: PlayerId, name: str, lobby_id: LobbyId, now: float, /
    ) -> SeatOffer | None:
        """A seat for the player, kept for a while; ``None`` if the session no longer takes players."""

    def add_bots(self, session_id: SessionId, count: int, /) -> None:
        """Bots in free seats of the session."""


class Matching:
    """Between the queues of the lobby and the sessions of this node."""

    def __init__(self, lobby: Lobby, sessions: Sessions) -> None:
        self._lobby = lobby
        self._sessions = sessions

    def run(self, game: str, now: float) -> None:
        """Seats whoever can be seated in ``game``. Raises nothing: a failure is logged, and the queue rests."""
        queues = self._lobby.queues
        try:
            for decision in queues.match(game, now, self._sessions.open_sessions(game)):
                if not self._execute(game, decision, now):
                    log.info("match not placed", game=game, decision=type(decision).__name__)
                    queues.refused(game, decision, now)
                    if isinstance(decision, CreateFor):
                        break  # only others like it follow
        except Exception:
            log.exception("matching failed", game=game)
            queues.refused(game, None, now)

    def _execute(self, game: str, decision: Decision, now: float) -> bool:
        """True if everybody concerned has a seat now."""
        match decision:
            case SeatIn():
                return self._seat(decision.lobby_id, decision.session_id, now)
            case CreateFor():
                session_id = self._sessions.create(game, now)
                if session_id is None:
                    return False
                seated = [self._seat(lobby_id, session_id, now) for lobby_id in decision.lobby_ids]
                if decision.bots and any(seated):
                    self._sessions.add_bots(session_id, decision.bots)
                return all(seated)
            case _:
                assert_never(decision)

    def _seat(self, lobby_id: LobbyId, session_id: SessionId, now: float) -> bool:
        session = self._lobby.find(lobby_id)
        if session is None:
            return True  # gone meanwhile: nobody is left to be seated
        offer = self._sessions.reserve(session_id, session.player, session.name, lobby_id, now)
        if offer is None:
            return False
        self._lobby.queues.matched(session, offer)
        return True
