"""Requests about one session: to create it, join it, watch it; and of its leader, to lock, describe, kick.

They are answered here and decided by the sessions' side (:class:`~.rooms.Rooms`). Texts of strangers, which others get
to see, are normalised like names.
"""

from __future__ import annotations

from typing import Final, assert_never

from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import Answer, Create, Describe, Join, Kick, Lock, Spectate

from .bucket import Bucket, Rate
from .lobby_session import LobbySession
from .names import normalised_bag
from .orders import Denial, Order, SpectatorOffer
from .quick_match import SeatOffer
from .room_codes import Guesses
from .rooms import Rooms

__all__ = ["CREATE_RATE", "RoomRequest", "RoomRequests"]

RoomRequest = Create | Join | Spectate | Lock | Describe | Kick

CREATE_RATE: Final = Rate(per_second=1.0, burst=10)
"""Sessions that one player creates: each costs the game's ``created``, whether it is left at once or not."""


class RoomRequests:
    """Answers requests about one session."""

    def __init__(self, rooms: Rooms, guesses: Guesses) -> None:
        self._rooms = rooms
        self._guesses = guesses

    def answer(self, session: LobbySession, message: RoomRequest, address: str, now: float) -> Answer:
        """Carries the request out. ``address`` is the client's, for who tries too many codes."""
        player = session.player
        match message:
            case Create():
                return self._create(session, message, now)
            case Join() | Spectate():
                return self._enter(session, message, address, now)
            case Lock():
                denied = self._rooms.lock(player, SessionId(message.session), message.locked, now)
            case Describe():
                denied = self._rooms.describe(player, SessionId(message.session), normalised_bag(message.meta), now)
            case Kick():
                denied = self._rooms.kick(player, SessionId(message.session), PlayerId(message.player), now)
            case _:
                assert_never(message)
        return Answer(message.id) if denied is None else _denied(message.id, denied)

    def _create(self, session: LobbySession, message: Create, now: float) -> Answer:
        if session.queue is not None:
            return _queued(message.id)
        if session.creates is None:
            session.creates = Bucket(CREATE_RATE, now)
        if not session.creates.take(now):
            return Answer(message.id, error="too_fast", reason="wait a moment before you create another session")
        order = Order(normalised_bag(message.options), normalised_bag(message.meta), message.private)
        offer = self._rooms.create_for(session.player, session.name, session.id, message.game, order, now)
        return _denied(message.id, offer) if isinstance(offer, Denial) else Answer(message.id, value=offer.data)

    def _enter(self, session: LobbySession, message: Join | Spectate, address: str, now: float) -> Answer:
        seat = isinstance(message, Join)
        if seat and session.queue is not None:
            return _queued(message.id)
        if not self._guesses.allowed(session, address, message.code, now):
            return Answer(message.id, error="too_fast", reason="too many sessions that do not exist: wait a moment")
        player, name, wanted, code = session.player, session.name, SessionId(message.session), message.code
        offer: SeatOffer | SpectatorOffer | Denial
        if seat:
            offer = self._rooms.join(player, name, session.id, wanted, code, now)
        else:
            offer = self._rooms.spectate(player, name, wanted, code, now)
        if not isinstance(offer, Denial):
            return Answer(message.id, value=offer.data)
        if offer.error == "unknown":
            self._guesses.missed(session, address, code, now)
        return _denied(message.id, offer)


def _denied(request_id: int, denial: Denial) -> Answer:
    return Answer(request_id, error=denial.error, reason=denial.reason)


def _queued(request_id: int) -> Answer:
    return Answer(request_id, error="already_queued", reason="you are waiting in a queue: cancel that first")
