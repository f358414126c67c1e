"""What is kept of the lobby, as plain data: of each lobby session, and of what does not belong to one of them.

A *whole* is an image; a *part* says what has changed since the entry before it, and :meth:`LobbyImage.apply` brings
the image up to date: what comes out is what would have been written whole then. Lobby objects are made of an image
once, by :meth:`.Lobby.restore`.

Times are seconds of the clock of the node that wrote them. Of secrets there are hashes alone, except in pushes and
answers that a client has not acknowledged: those have to be sent again as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Generic, TypeVar

import msgspec

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer, Condition, Push

from .lobby_session import ANSWERS_KEPT
from .orders import Group

__all__ = [
    "TABLE_KEY",
    "Attention",
    "LobbyImage",
    "LobbyPart",
    "MemberImage",
    "OfferImage",
    "PartyImage",
    "PlaysImage",
    "PushesPart",
    "Stay",
    "TableImage",
    "TablePart",
    "TicketImage",
    "Unreadable",
    "Waits",
    "WatchImage",
    "key_of",
]

TABLE_KEY: Final = "lobby"
"""The key of what belongs to no lobby session."""

I = TypeVar("I")  # noqa: E741  # as in "image"
P = TypeVar("P")


class Unreadable(Exception):
    """An entry is not what this release writes: another one has written it."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"the journal's entry {key} cannot be read: {why}")
        self.key = key


class _Reader(Generic[I, P]):
    """Reads the entries of one thing."""

    def __init__(self, whole: type[I], part: type[P]) -> None:
        self._whole = msgspec.msgpack.Decoder(whole)
        self._part = msgspec.msgpack.Decoder(part)

    def read(self, key: str, entries: Iterable[bytes]) -> tuple[I, list[P]]:
        """Its last whole, and the parts after that."""
        first, *rest = entries
        try:
            return self._whole.decode(first), [self._part.decode(part) for part in rest]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreadable(key, str(error)) from error


# --- a lobby session --------------------------------------------------------------------------------------------------


class Stay(msgspec.Struct, array_like=True):
    """Who may come back, and until when."""

    proven: bytes
    issued: bytes | None
    """Hashes of tokens."""
    connected: bool
    grace_left_s: float
    grace_until: float | None
    grace_since: float


class TicketImage(msgspec.Struct, array_like=True):
    """A place in a queue."""

    game: str
    """The first of its queues, which may be one with rules."""
    number: int
    """In the order in which tickets came."""
    queued_at: float
    told: int
    barred: list[str]
    queues: list[str] = []
    """All of them; empty: it is the quick match of ``game``."""
    attributes: dict[str, Any] = {}
    latency_ms: dict[str, float] = {}
    members: list[str] = []
    """The lobby sessions of a party's ticket, in its order; empty: its own alone."""
    check: str = ""
    """The match whose ready check runs."""


class PlaysImage(msgspec.Struct, array_like=True):
    """As what its player was matched: for those who are to join the same session later."""

    queue: str
    attributes: dict[str, Any]
    latency_ms: dict[str, float]
    mu: float
    sigma: float


class Waits(msgspec.Struct, array_like=True):
    """What it is queued for."""

    place_push: int = 0
    ticket: TicketImage | None = None
    plays: PlaysImage | None = None


class WatchImage(msgspec.Struct, array_like=True):
    """Which part of the list of sessions it watches."""

    game: str
    where: list[Condition]
    limit: int


class Attention(msgspec.Struct, array_like=True):
    """What it watches and listens to."""

    watch: WatchImage | None = None
    listens: list[str] = []


class MemberImage(msgspec.Struct, array_like=True):
    """What belongs to its player's place in a party; as it is for those who are in none."""

    ready: bool = False
    attributes: dict[str, Any] = {}
    latency_ms: dict[str, float] = {}
    told: int = 0
    """Which of the party's changes it was told last."""
    told_push: int = 0


class PushesPart(msgspec.Struct, array_like=True):
    """Pushes: how far they are, and those that are new and kept."""

    last: int = 0
    acked: int = 0
    lost: int = 0
    kept: list[Push] = []


class LobbyPart(msgspec.Struct, array_like=True):
    """What has changed in a lobby session; ``None``: not that."""

    stay: Stay | None = None
    waits: Waits | None = None
    attention: Attention | None = None
    pushes: PushesPart | None = None
    answers: list[Answer] = []
    """Of requests that were executed since."""
    member: MemberImage | None = None


class LobbyImage(msgspec.Struct, array_like=True):
    """All that is kept of a lobby session."""

    id: str
    player: str
    name: str
    stay: Stay
    waits: Waits
    attention: Attention
    pushes: PushesPart
    answers: list[Answer]
    forgotten: int
    member: MemberImage = msgspec.field(default_factory=MemberImage)

    def apply(self, part: LobbyPart) -> None:
        """What has changed."""
        if part.member is not None:
            self.member = part.member
        if part.stay is not None:
            self.stay = part.stay
        if part.waits is not None:
            self.waits = part.waits
        if part.attention is not None:
            self.attention = part.attention
        if part.pushes is not None:
            gone = max(part.pushes.acked, part.pushes.lost)
            part.pushes.kept = [push for push in (*self.pushes.kept, *part.pushes.kept) if push.n > gone]
            self.pushes = part.pushes
        for answer in part.answers:
            self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        """As :class:`.Answers` does."""
        self.answers.append(answer)
        if len(self.answers) > ANSWERS_KEPT:
            self.forgotten = min(kept.id for kept in self.answers)
            self.answers = [kept for kept in self.answers if kept.id != self.forgotten]

    def encode(self) -> bytes:
        """As a journal's entry."""
        return encode(self)

    @classmethod
    def read(cls, key: str, entries: Iterable[bytes]) -> LobbyImage:
        """From its last whole, and the parts after that. Raises :class:`Unreadable`."""
        image, parts = _SESSIONS.read(key, entries)
        for part in parts:
            image.apply(part)
        return image


def key_of(lobby_id: str) -> str:
    """The key of a lobby session."""
    return f"{TABLE_KEY}/{lobby_id}"


# --- what belongs to none ---------------------------------------------------------------------------------------------


class OfferImage(msgspec.Struct, array_like=True):
    """A rematch that was asked for."""

    session: str
    group: Group
    wanted: list[str]
    until: float
    open: bool


class PartyImage(msgspec.Struct, array_like=True):
    """A party. What belongs to the places of its members is kept with their lobby sessions."""

    id: str
    code: str
    leader: str
    members: list[str]
    """Who is longest in it comes first."""
    kicked: list[str] = []
    n: int = 0
    shown: dict[str, Any] = {}
    """What members saw of it when it was ``n``."""


class TablePart(msgspec.Struct, array_like=True):
    """What has changed in the table."""

    offers: list[OfferImage] = []
    """New ones, and those that have changed."""
    offers_gone: list[str] = []
    rooms: dict[str, int] = {}
    """Chats in which something was said: the number of the last line. 0: the chat is gone."""
    parties: list[PartyImage] = []
    """New ones, and those that have changed."""
    parties_gone: list[str] = []


class TableImage(msgspec.Struct, array_like=True):
    """Rematches, parties, and how far the chats have counted: their lines are not kept, but no number comes twice."""

    offers: dict[str, OfferImage] = {}
    """By session, in the order in which they were opened."""
    rooms: dict[str, int] = {}
    parties: dict[str, PartyImage] = {}
    """By id, in the order in which they were created."""

    def apply(self, part: TablePart) -> None:
        """What has changed."""
        for gone in part.offers_gone:
            self.offers.pop(gone, None)
        for offer in part.offers:
            self.offers[offer.session] = offer
        for gone in part.parties_gone:
            self.parties.pop(gone, None)
        for party in part.parties:
            self.parties[party.id] = party
        for room, last in part.rooms.items():
            if last:
                self.rooms[room] = last
            else:
                self.rooms.pop(room, None)

    def encode(self) -> bytes:
        """As a journal's entry."""
        return encode(self)

    @classmethod
    def read(cls, entries: Iterable[bytes]) -> TableImage:
        """From its last whole, and the parts after that. Raises :class:`Unreadable`."""
        image, parts = _TABLES.read(TABLE_KEY, entries)
        for part in parts:
            image.apply(part)
        return image


_SESSIONS: Final[_Reader[LobbyImage, LobbyPart]] = _Reader(LobbyImage, LobbyPart)
_TABLES: Final[_Reader[TableImage, TablePart]] = _Reader(TableImage, TablePart)
