"""Into the lobby: the first frame of a connection, and who it makes its player.

``hello`` makes a lobby session; that of a guest who is known, and still has one, comes back to it, and its client
begins anew there. ``resume`` comes back with the token of the last connection. Either takes the place of a connection
that is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import LobbyId, PlayerId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello, Push, Resume, Welcome

from .chat import Chats
from .directory import Directory
from .grace import Grace
from .lobby_keeper import LobbyKeeper
from .lobby_queues import LobbyQueues
from .lobby_register import LobbyRegister
from .lobby_session import LobbyEvent, LobbySession
from .names import guest_name, normalised
from .parties import Parties
from .rooms import Rooms
from .tokens import NewToken

__all__ = ["Close", "Entered", "KnownGuest", "LobbyEntry"]


class KnownGuest(Protocol):
    """A guest who has shown the secret that belongs to the id."""

    @property
    def player(self) -> PlayerId:
        """The id."""

    @property
    def name(self) -> str:
        """What the guest was called before."""


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is to be closed. ``why`` is for the log: the client is told the code's own meaning."""

    code: CloseCode
    why: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A first frame was accepted: what to write, and whether an older connection is to be closed ``TAKEN_OVER``.

    If the welcome has a secret, its hash is to be stored.
    """

    session: LobbySession
    welcome: Welcome
    missed: tuple[Push, ...] = ()
    took_over: bool = False


@dataclass(frozen=True, slots=True)
class EntryTerms:
    """What a new lobby session gets. ``lobbies_max`` in all: a newcomer beyond is turned away with ``FULL``."""

    grace_s: float
    grace_budget_s: float
    lobbies_max: int


class LobbyEntry:
    """Lets players in. ``end`` ends a lobby session that nobody can come back to any more."""

    def __init__(
        self,
        terms: EntryTerms,
        new_token: NewToken,
        new_id: Callable[[], str],
        rooms: Rooms,
        register: LobbyRegister,
        queues: LobbyQueues,
        directory: Directory,
        chats: Chats,
        parties: Parties,
        keeper: LobbyKeeper,
        end: Callable[[LobbySession, LobbyEvent], None],
    ) -> None:
        self._terms = terms
        self._new_token = new_token
        self._new_id = new_id
        self._rooms = rooms
        self._register = register
        self._queues = queues
        self._directory = directory
        self._chats = chats
        self._parties = parties
        self._keeper = keeper
        self._end = end

    def hello(
        self, message: Hello, now: float, guest: KnownGuest | None = None, *, keep: bool = False
    ) -> Entered | Close:
        """A guest: one who is known, or else a new one, with a secret if guests are to be kept (``keep``).

        A known one who still has a lobby session comes back to that. A client of a newer version is accepted: it has
        to speak ours.
        """
        if message.version < PROTOCOL_VERSION:
            return Close(CloseCode.UPDATE, "version too old")
        present = None if guest is None else self._present(guest.player, now)
        if present is not None:
            return self._begin_anew(present, message, now)
        if len(self._register) >= self._terms.lobbies_max:
            return Close(CloseCode.FULL, "too many lobby sessions")
        terms = self._terms
        lobby_id = LobbyId(self._new_id())
        player = PlayerId(self._new_id()) if guest is None else guest.player
        name = normalised(message.name) or ("" if guest is None else guest.name) or guest_name(player)
        token = self._new_token()
        grace = Grace(terms.grace_s, terms.grace_budget_s)
        session = LobbySession(lobby_id, player, name, token, grace, self._keeper.touch)
        session.touch()
        self._register.add(session)
        self._is_here()
        secret = self._new_token() if keep and guest is None else b""
        return Entered(session, self._welcome(session, token, secret=secret))

    def resume(self, message: Resume, now: float) -> Entered | Close:
        """Back on a new connection. One answer, ``UNKNOWN``, to whatever is wrong with the id or the token."""
        if message.version < PROTOCOL_VERSION:
            return Close(CloseCode.UPDATE, "version too old")
        session = self._register.find(LobbyId(message.id))
        if session is None:
            return Close(CloseCode.UNKNOWN, "no such lobby session")
        if session.grace.over(now):  # whether or not it was polled already
            return Close(CloseCode.UNKNOWN, "grace is over")
        token = session.tokens.redeem(message.token, self._new_token)
        if token is None:
            return Close(CloseCode.UNKNOWN, "wrong token")
        # One that began anew with a hello does not have what its player had acknowledged before.
        if session.pushed and session.pushes.lost_since(max(message.event, session.pushes.acked)):
            self._end(session, LobbyEvent.OVERFLOWED)
            return Close(CloseCode.UNKNOWN, "pushes are gone")
        took_over = self._come_back(session, now)
        self._directory.come_back(session)
        self._chats.come_back(session)
        if session.pushed:
            session.pushes.ack(message.event)
            self._queues.acknowledged(session, now)
        return Entered(session, self._welcome(session, token, resumed=True), _missed(session, message.event), took_over)

    def _present(self, player: PlayerId, now: float) -> LobbySession | None:
        """The player's lobby session, if one can still come back to it."""
        session = self._register.of(player)
        if session is None:
            return None
        if session.grace.over(now):
            self._end(session, LobbyEvent.EXPIRED)
        elif session.pushed and session.pushes.lost_since(session.pushes.acked):
            self._end(session, LobbyEvent.OVERFLOWED)
        else:
            return session
        return None

    def _begin_anew(self, session: LobbySession, message: Hello, now: float) -> Entered:
        took_over = self._come_back(session, now)
        session.name = normalised(message.name) or session.name
        token = session.begin_anew(self._new_token)
        self._keeper.anew(session)
        self._queues.begin_anew(session, now)
        self._parties.begin_anew(session)
        self._directory.unwatch(session)
        self._directory.come_back(session)
        self._chats.forget(session)
        return Entered(session, self._welcome(session, token), _missed(session, 0), took_over)

    def _come_back(self, session: LobbySession, now: float) -> bool:
        took_over = session.come_back(now)
        if not took_over:
            self._is_here()
        self._queues.come_back(session)
        self._parties.seen(session.player)
        return took_over

    def _is_here(self) -> None:
        self._register.connected += 1
        self._directory.counts_may_have_changed()

    def _welcome(self, session: LobbySession, token: bytes, *, resumed: bool = False, secret: bytes = b"") -> Welcome:
        return Welcome(
            lobby=session.id,
            token=token,
            player=session.player,
            name=session.name,
            games=self._queues.games,
            resumed=resumed,
            event=session.pushed,
            grace_s=session.grace.next_s,
            secret=secret,
            seats=[[seat, game] for seat, game in self._rooms.seats_of(session.player)],
        )


def _missed(session: LobbySession, event: int) -> tuple[Push, ...]:
    return tuple(push for _, push in session.pushes.since(event)) if session.pushed else ()
