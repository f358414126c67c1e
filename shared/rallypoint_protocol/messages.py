"""Every message of ``rallypoint.v1``: one MessagePack array ``[kind, ...]`` each, and one table of kinds.

Messages of clients are decoded strictly: an unknown kind, a missing or extra element, a wrong type, a number out of
range, NaN or trailing bytes is an error. Messages of servers may grow: clients ignore appended elements. A game's own
inputs are messages too, with kinds from 64 on; see :mod:`rallypoint_protocol.inputs`.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from .limits import FLOAT_MAX

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A number that only grows: sequence, request id, tick, event. At most 2^53 - 1, exact in JavaScript."""
BaseTick = Annotated[int, msgspec.Meta(ge=-1, le=2**53 - 1)]
"""A tick, or -1 for nothing yet."""
Version = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Text = Annotated[str, msgspec.Meta(max_length=256)]
TokenBytes = Annotated[bytes, msgspec.Meta(max_length=64)]
HashBytes = Annotated[bytes, msgspec.Meta(max_length=32)]
Finite = Annotated[float, msgspec.Meta(ge=-FLOAT_MAX, le=FLOAT_MAX)]


# --- from clients -------------------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """First frame on the lobby: a new guest."""

    version: Version
    name: Text
    client: Text = ""


class Resume(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    """First frame on the lobby or on a session: go on where the last connection broke.

    On the lobby ``id`` is the lobby session's and ``epoch`` and ``tick`` are 0; on a session it is the session's, and
    ``(epoch, tick)`` is the last pass applied (tick -1: none). ``event`` is the last event or push received.
    ``schema`` is the hash of the schema that the client has, or empty.
    """

    version: Version
    id: Text
    token: TokenBytes
    epoch: Count
    tick: BaseTick
    event: Count
    schema: HashBytes = b""


class TakeSeat(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3):
    """First frame on a session, with the token that the match issued."""

    version: Version
    session: Text
    token: TokenBytes
    schema: HashBytes = b""


class Proved(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=4):
    """The client has the newest token: every older one ends."""


class Ack(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=5):
    """Everything up to this pass and this event was applied. On the lobby only ``event`` counts."""

    epoch: Count
    tick: BaseTick
    event: Count


class Ping(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=6):
    """Asks for a :class:`Pong`; ``sent_ms`` is the client's own clock and comes back as it is."""

    sent_ms: Finite


class Leave(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=7):
    """Give up the seat (session) or log out (lobby), for good."""


class QuickMatch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=16):
    """Request: a seat in any session of ``game``. First come, first seated."""

    id: Count
    game: Text


class CancelQueue(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=17):
    """Request: give up the queue place."""

    id: Count


class Locate(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=18):
    """Request: where does this session live now? Issues no token."""

    id: Count
    session: Text
    token: TokenBytes


# --- from servers -------------------------------------------------------------------------------------------------


class Welcome(msgspec.Struct, array_like=True, tag=32):
    """Answer to hello or resume on the lobby."""

    lobby: str
    token: bytes
    player: str
    name: str
    games: list[str]
    resumed: bool
    event: int
    """Number of the last push so far. Pushes newer than the resume's ``event`` follow this message."""
    grace_s: float


class Answer(msgspec.Struct, array_like=True, tag=33):
    """Answer to the request ``id``: ``error`` empty and a value, or an error's code and a sentence for people."""

    id: int
    value: Any = None
    error: str = ""
    reason: str = ""


class Push(msgspec.Struct, array_like=True, tag=34):
    """A reliable message of the lobby, numbered from 1: acknowledged with ``ack``, replayed on resume."""

    n: int
    kind: str
    """``queued``, ``matched``, ``unqueued``: see ``docs/protocol.md``."""
    data: dict[str, Any]


class Seated(msgspec.Struct, array_like=True, tag=40):
    """Answer to take seat or resume on a session. A pass follows with the next step."""

    session: str
    token: bytes
    seat: int
    player: str
    epoch: int
    outcome: str
    """``fresh``: a first entry. ``resumed``: everything since the client's last pass and event follows. ``resync``:
    the whole state follows, and ``lost`` events are gone."""
    lost: int
    applied: int
    """Last input decided. Unapplied newer actions are to be sent again."""
    received: int
    """Highest input sequence that the server has: the next one must be larger."""
    schema_hash: bytes
    schema: bytes | None


class Pong(msgspec.Struct, array_like=True, tag=42):
    """Answer to ping: the client's own time, and the session's clock (0 on the lobby)."""

    sent_ms: float
    now_ms: float
    tick: int


class EventItem(msgspec.Struct, array_like=True):
    """One reliable event of the game to this player."""

    n: int
    tick: int
    kind: int
    fields: list[Any]


class SeatPart(msgspec.Struct, array_like=True):
    """What one seat alone gets in a pass."""

    events: list[EventItem] | None = None
    applied: int | None = None
    """In sessions of more than 16 seats, when it changed."""
    channels: list[int] | None = None
    """The channels that this seat is subscribed to, when that changed: state of others is to be dropped."""


class Head(msgspec.Struct, array_like=True):
    """What all seats of a session share in a pass."""

    epoch: int
    tick: int
    now_ms: int
    """Session time."""
    undurable: int
    """``tick - durable_tick``: how many ticks the journal is behind."""
    applied: bytes | None = None
    """Low 16 bits (big endian) of the last input decided, for each seat in order; in sessions of up to 16 seats."""


class Part(msgspec.Struct, array_like=True):
    """What changed in one channel between tick ``head.tick - age`` and ``head.tick``.

    ``age`` 0: clear the channel; what follows is everything. ``age`` 1: whole numbers in ``changes`` are differences.
    """

    channel: int
    age: int
    leaves: list[int] | None = None
    enters: list[list[Any]] | None = None
    """``[id, class, owner seat or nil, mask, wire values...]``: bit i of the mask stands for field i of the class."""
    changes: list[Any] | None = None
    """Flat: ``id, mask, wire values..., id, mask, ...``"""
    crc: int | None = None
    """CRC-32 of the channel's canonical bytes after this part."""


class Pass(msgspec.Struct, array_like=True, tag=41):
    """Everything that one client gets after one step; applied whole."""

    seat: SeatPart | None
    head: Head
    parts: list[Part]


LobbyMessage = Hello | Resume | Proved | Ack | Ping | Leave | QuickMatch | CancelQueue | Locate
"""What a client may send on the lobby."""
SessionMessage = TakeSeat | Resume | Proved | Ack | Ping | Leave
"""What a client may send on a session, besides the game's inputs."""
LobbyReply = Welcome | Answer | Push | Pong
SessionReply = Seated | Pass | Pong


class BuiltinEvent:
    """Kinds of events that every game has (``EventItem.kind``)."""

    REFUSED = 0
    """fields: input sequence, reason. The input was not applied."""
    ENDED = 1
    """fields: the result as a map. The session is over; the connection closes next."""
