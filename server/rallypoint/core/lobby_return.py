"""The lobby goes on where a server died: lobby sessions, tickets, watches and chats out of what was kept of them.

Nobody has a connection any more. Who had one is away, with a fresh grace window; who was away keeps what was left of
the window; who has a seat needs none, as always. Tickets keep their order and how long they have waited. Players come
back with their tokens, as after any lost connection, and get the pushes that they have not acknowledged and the
answers to requests that they send again. What was answered is remembered, and what was not committed was not answered:
so every request is executed once.

Allowances (:mod:`.bucket`) begin full, and the lines of chats are gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.messages import Push

from .chat import Chats
from .directory import Directory
from .grace import Grace
from .lobby_entry import EntryTerms
from .lobby_image import TABLE_KEY, LobbyImage, PushesPart, Stay, TableImage, TicketImage
from .lobby_keeper import LobbyKeeper
from .lobby_queues import LobbyQueues
from .lobby_register import LobbyRegister
from .lobby_session import Answers, LobbySession, LobbyState
from .outgoing import Outgoing
from .parties import Parties
from .rematch import Rematches
from .tokens import TokenPair

__all__ = ["LobbyReturn"]


class IsSeated(Protocol):
    """The part of the sessions' side that knows who has a seat."""

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat (reserved, connected or away) in any session."""


class LobbyReturn:
    """Brings a lobby back that nobody has entered yet. The sessions' side is there again already."""

    def __init__(
        self,
        terms: EntryTerms,
        seats: IsSeated,
        register: LobbyRegister,
        queues: LobbyQueues,
        directory: Directory,
        chats: Chats,
        rematches: Rematches,
        parties: Parties,
        keeper: LobbyKeeper,
    ) -> None:
        self._terms = terms
        self._seats = seats
        self._register = register
        self._queues = queues
        self._directory = directory
        self._chats = chats
        self._rematches = rematches
        self._parties = parties
        self._keeper = keeper

    def restore(self, entries: Mapping[str, Sequence[bytes]], shift_s: float, now: float) -> None:
        """Of each key its last whole and the parts after it. ``shift_s`` is added to every time in there.

        Raises:
            Unreadable: they are of another release.
        """
        images = [LobbyImage.read(key, kept) for key, kept in entries.items() if key != TABLE_KEY]
        table = TableImage.read(entries[TABLE_KEY]) if TABLE_KEY in entries else TableImage()
        self._chats.restore_rooms(table.rooms, now)
        for offer in table.offers.values():
            self._rematches.restore(offer, shift_s)
        tickets: dict[LobbyId, tuple[LobbySession, TicketImage]] = {}
        for image in images:
            session = self._session(image, shift_s, now)
            if image.waits.ticket is not None:
                tickets[session.id] = session, image.waits.ticket
            if image.waits.plays is not None and self._seats.is_seated(session.player):
                self._queues.restore_plays(session, image.waits.plays)
        self._queues.restore(tickets, shift_s)
        members = {image.player: image.member for image in images}
        for party in table.parties.values():
            self._parties.restore(party, members)
        for session in self._register:
            self._keeper.restored(session)

    def _session(self, image: LobbyImage, shift_s: float, now: float) -> LobbySession:
        """One of them, away from now on at the latest."""
        stay = image.stay
        session = LobbySession(
            LobbyId(image.id),
            PlayerId(image.player),
            image.name,
            Token(b""),
            self._grace(stay, shift_s),
            self._keeper.touch,
        )
        session.tokens = TokenPair.restored(stay.proven, stay.issued)
        asked = bool(image.answers) or image.forgotten >= 0
        session.resume_from(
            LobbyState.CONNECTED if stay.connected else LobbyState.AWAY,
            _pushes(image.pushes),
            Answers.restored(image.answers, image.forgotten) if asked else None,
        )
        session.place_push = image.waits.place_push
        self._register.add(session)
        seated = self._seats.is_seated(session.player)
        if stay.connected:
            session.drop(now, seated=seated)
        elif not seated:
            session.unseat(now)  # the seat that kept it may be lost
        self._register.watch_grace(session)
        if image.attention.watch is not None:
            self._directory.restore(session, image.attention.watch)
        self._chats.restore(session, image.attention.listens, now)
        return session

    def _grace(self, stay: Stay, shift_s: float) -> Grace:
        until = None if stay.grace_until is None else stay.grace_until + shift_s
        grace = Grace(self._terms.grace_s, stay.grace_left_s)
        grace.restore(stay.grace_since + shift_s, stay.grace_left_s, until)
        return grace


def _pushes(image: PushesPart) -> Outgoing[Push] | None:
    if not image.last:
        return None
    pushes: Outgoing[Push] = Outgoing()
    kept = [(push.n, push, len(encode(push))) for push in image.kept]
    pushes.restore(kept, image.last, image.acked, image.lost)
    return pushes
