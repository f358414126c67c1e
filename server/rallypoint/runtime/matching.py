"""Carries out what the lobby decides: sessions are created, seats reserved, and the players told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Protocol, assert_never

import structlog

from rallypoint.core.lobby import Lobby, Seats
from rallypoint.core.orders import Denial, Order
from rallypoint.core.quick_match import CreateFor, Decision, OpenSession, SeatIn, SeatOffer
from rallypoint.core.rematch import Agreed
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

__all__ = ["Matching", "Sessions"]

_OF_THE_PLAYER: Final = frozenset({"kicked", "already_seated"})
"""Denials that concern one player, and nobody else who waits."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class Sessions(Seats, Protocol):
    """The sessions' side, as the lobby sees it. None of these waits for anything.

    Each seat that :meth:`reserve` gave ends with one call of :meth:`.LobbyHost.player_unseated`.
    """

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        """The running sessions of ``game`` that take more players, oldest first."""

    def create(self, game: str, now: float, order: Order, /) -> SessionId | Denial:
        """A new session without players; denied if this node takes no more (full, draining), or the game refuses."""

    def reserve(
        self, session_id: SessionId, player: PlayerId, name: str, lobby_id: LobbyId, now: float, /
    ) -> SeatOffer | Denial:
        """A seat for the player, kept for a while; denied if the session no longer takes players, or not this one."""

    def add_bots(self, session_id: SessionId, count: int, /) -> None:
        """Bots in free seats of the session."""


class Matching:
    """Between the lobby and the sessions of this node."""

    def __init__(self, lobby: Lobby, sessions: Sessions) -> None:
        self._lobby = lobby
        self._sessions = sessions

    def settle(self, now: float) -> None:
        """Does all that was decided. It ends: each round seats somebody, puts a queue to rest, or makes a rematch."""
        queues, rematches = self._lobby.queues, self._lobby.rematches
        while True:
            games, agreed = queues.take_changed(), rematches.take_agreed()
            if not games and not agreed:
                return
            for rematch in agreed:
                self.rematch(rematch, now)
            for game in games:
                self.run(game, now)

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

    def rematch(self, agreed: Agreed, now: float) -> None:
        """Makes the session that was agreed on. Raises nothing: those who get no seat are told that there is none."""
        waiting = [member.player for member in agreed.members if not member.bot]
        try:
            self._again(agreed, waiting, now)
            self._lobby.queues.capacity_changed()  # the new session may have seats for others, too
        except Exception:
            log.exception("rematch failed", session=agreed.session, game=agreed.group.game)
        if waiting:
            log.info("rematch not placed", session=agreed.session, game=agreed.group.game, players=len(waiting))
            self._lobby.rematches.failed(agreed, waiting)

    def _execute(self, game: str, decision: Decision, now: float) -> bool:
        """True if everybody concerned has a seat, or the queue has changed and is matched again anyhow."""
        match decision:
            case SeatIn():
                return not self._may_wait(game, decision.lobby_id) or self._seat(
                    decision.lobby_id, decision.session_id, now
                )
            case CreateFor():
                staying = [self._may_wait(game, lobby_id) for lobby_id in decision.lobby_ids]
                if not all(staying):
                    return True
                session_id = self._sessions.create(game, now, Order())
                if isinstance(session_id, Denial):
                    return False
                seated = [self._seat(lobby_id, session_id, now) for lobby_id in decision.lobby_ids]
                if decision.bots and any(seated):
                    self._sessions.add_bots(session_id, decision.bots)
                return all(seated)
            case _:
                assert_never(decision)

    def _may_wait(self, game: str, lobby_id: LobbyId) -> bool:
        """False if the player has got a seat elsewhere while waiting, from a backend, and so waits no more."""
        session = self._lobby.find(lobby_id)
        if session is None or self._sessions.may_sit(session.player, game):
            return True
        self._lobby.queues.turned_away(session, "already_seated")
        return False

    def _seat(self, lobby_id: LobbyId, session_id: SessionId, now: float) -> bool:
        session = self._lobby.find(lobby_id)
        if session is None:
            return True  # gone meanwhile: nobody is left to be seated
        offer = self._sessions.reserve(session_id, session.player, session.name, lobby_id, now)
        if not isinstance(offer, Denial):
            self._lobby.seat(session, offer)
        elif offer.error in _OF_THE_PLAYER:
            self._lobby.queues.barred(session, session_id)
        else:
            return False
        return True

    def _again(self, agreed: Agreed, waiting: list[PlayerId], now: float) -> None:
        """Takes those who get a seat out of ``waiting``."""
        order = agreed.group.order
        if order.leader is not None and order.leader not in waiting:
            order = replace(order, leader=waiting[0])
        session_id = self._sessions.create(agreed.group.game, now, order)
        if isinstance(session_id, Denial):
            return
        for member in agreed.members:
            session = self._lobby.of(member.player)
            if member.bot:
                self._sessions.add_bots(session_id, 1)  # one by one: a bot keeps its place in the order, too
            elif session is not None:
                offer = self._sessions.reserve(session_id, session.player, session.name, session.id, now)
                if not isinstance(offer, Denial):
                    self._lobby.seat(session, offer, agreed.session)
                    waiting.remove(member.player)
