"""Every message of ``rallypoint.v1``: one MessagePack array ``[kind, ...]`` each, and one table of kinds.

Messages of clients are decoded strictly: an unknown kind, a missing or extra element, a wrong type, a number out of
range, NaN or trailing bytes is an error. Messages of servers may grow: clients ignore appended elements. A game's own
inputs are messages too, with kinds from 64 on; see :mod:`rallypoint_protocol.inputs`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from .limits import (
    BAG_KEYS_MAX,
    CHAT_CHARS_MAX,
    CONDITIONS_MAX,
    FLOAT_MAX,
    INT_MAX,
    INT_MIN,
    KEY_CHARS_MAX,
    LEADERS_MAX,
    LIST_VALUES_MAX,
    LISTED_MAX,
    QUEUES_MAX,
    REGIONS_MAX,
    VALUE_CHARS_MAX,
)

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A number that only grows: sequence, request id, tick, event. At most 2^53 - 1, exact in JavaScript."""
BaseTick = Annotated[int, msgspec.Meta(ge=-1, le=2**53 - 1)]
"""A tick, or -1 for nothing yet."""
Version = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Text = Annotated[str, msgspec.Meta(max_length=256)]
TokenBytes = Annotated[bytes, msgspec.Meta(max_length=64)]
HashBytes = Annotated[bytes, msgspec.Meta(max_length=32)]
Finite = Annotated[float, msgspec.Meta(ge=-FLOAT_MAX, le=FLOAT_MAX)]
Int64 = Annotated[int, msgspec.Meta(ge=INT_MIN, le=INT_MAX)]
Scalar = None | bool | Int64 | Finite | Annotated[str, msgspec.Meta(max_length=VALUE_CHARS_MAX)]
"""A value of an option or of metadata."""
Bag = Annotated[
    dict[Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_CHARS_MAX)], Scalar],
    msgspec.Meta(max_length=BAG_KEYS_MAX),
]
"""Options of a game, or metadata of a session: a small map of names to plain values."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_CHARS_MAX)]
Attributes = Annotated[
    dict[
        Name,
        bool
        | Int64
        | Finite
        | Annotated[str, msgspec.Meta(max_length=VALUE_CHARS_MAX)]
        | Annotated[
            list[Annotated[str, msgspec.Meta(max_length=KEY_CHARS_MAX)]], msgspec.Meta(max_length=LIST_VALUES_MAX)
        ],
    ],
    msgspec.Meta(max_length=BAG_KEYS_MAX),
]
"""What a player says for the rules of queues: numbers, texts, lists of texts."""
Latencies = Annotated[dict[Name, Annotated[float, msgspec.Meta(ge=0, le=10_000)]], msgspec.Meta(max_length=REGIONS_MAX)]
"""Round trip to each region, in milliseconds."""


# --- from clients -------------------------------------------------------------------------------------------------


class Hello(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """First frame on the lobby: a new guest, or (``player`` and ``secret``) one whom the server knows from before.

    If the server does not know them, or cannot look, the player is a new guest; see :class:`Welcome`.
    """

    version: Version
    name: Text
    client: Text = ""
    player: Text = ""
    secret: TokenBytes = b""


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
    """Everything up to this pass and this event was applied.

    On the lobby: everything up to this push (``event``) and this :class:`Listing` (``tick``; 0 for none).
    """

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


class Create(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=19):
    """Request: a new session of ``game``, and a seat in it as its leader. A ``private`` one is not listed."""

    id: Count
    game: Text
    options: Bag
    """Given to the game's ``created(options)``, which may refuse them."""
    meta: Bag
    """What others see of the session, and filter by."""
    private: bool


class Join(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=20):
    """Request: a seat in that session. By id, by room code (``session`` empty), or for a private one by either.

    Who has a seat there already gets it, with a new token: so a page that was reloaded comes back.
    """

    id: Count
    session: Text
    code: Text = ""


class Spectate(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=21):
    """Request: to watch that session. Named as for :class:`Join`."""

    id: Count
    session: Text
    code: Text = ""


class Condition(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One condition on a session row: its ``field``, or ``meta.<key>``. ``has``: the text contains it, in any case."""

    field: Annotated[str, msgspec.Meta(max_length=KEY_CHARS_MAX + 5)]
    op: Literal["=", "!=", "<", "<=", ">", ">=", "has"]
    value: Scalar


class Watch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=22):
    """Request: the live list of sessions, as :class:`Listing` messages, in place of an earlier one."""

    id: Count
    game: Text
    """Empty: all games."""
    where: Annotated[list[Condition], msgspec.Meta(max_length=CONDITIONS_MAX)]
    """All must hold."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=LISTED_MAX)]


class Unwatch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=23):
    """Request: no more listings."""

    id: Count


class Lock(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=24):
    """Request of a session's leader: nobody else is seated (or: free seats are open again)."""

    id: Count
    session: Text
    locked: bool


class Describe(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=25):
    """Request of a session's leader: other metadata, whole."""

    id: Count
    session: Text
    meta: Bag


class Kick(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=26):
    """Request of a session's leader: that player goes, and does not come back."""

    id: Count
    session: Text
    player: Text


class Listen(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=27):
    """Request: the chat of ``room``, as :class:`Chat` messages: a session's id, or empty for the lobby's."""

    id: Count
    room: Text


class Unlisten(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=28):
    """Request: no more of that chat."""

    id: Count
    room: Text


class Say(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=29):
    """Request: a line in the chat of ``room``, which the player must be listening to."""

    id: Count
    room: Text
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=CHAT_CHARS_MAX)]


class Rematch(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=30):
    """Request: another session of that game with the same players as in ``session``, which has ended; or not."""

    id: Count
    session: Text
    wanted: bool


class Enqueue(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=48):
    """Request: a ticket in these queues, for the player, or (from its leader) for the player's party.

    A game is a queue, too: the one of its quick matches. The members of a party say their own attributes and
    latencies with :class:`PartyReady`.
    """

    id: Count
    queues: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=QUEUES_MAX)]
    attributes: Attributes
    latency_ms: Latencies


class Accept(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=49):
    """Request: the player takes part in that match, whose ready check runs; or not."""

    id: Count
    match: Text
    accepted: bool


class Explain(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=50):
    """Request: why the player's ticket waits, rule by rule, and for how long it probably will."""

    id: Count


class PartyCreate(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=51):
    """Request: a party with the player as its leader. The answer has the code that others join with."""

    id: Count


class PartyJoin(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=52):
    """Request: into the party that has this code."""

    id: Count
    code: Text


class PartyLeave(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=53):
    """Request: out of the party."""

    id: Count


class PartyReady(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=54):
    """Request: the player is ready to be queued with the party, with these attributes; or is not."""

    id: Count
    ready: bool
    attributes: Attributes
    latency_ms: Latencies


class PartyKick(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=55):
    """Request of a party's leader: that member goes, and does not come back with the same code."""

    id: Count
    player: Text


class PartyLead(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=56):
    """Request of a party's leader: that member leads from now on."""

    id: Count
    player: Text


class Block(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=57):
    """Request: that player is on the own block list, or no longer: for queues that avoid such matches."""

    id: Count
    player: Text
    blocked: bool


class Leaderboard(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=58):
    """Request: the best players of a queue; or (``around``) those next to the player, who is in the middle."""

    id: Count
    queue: Text
    limit: Annotated[int, msgspec.Meta(ge=1, le=LEADERS_MAX)]
    around: bool


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
    secret: bytes = b""
    """For a guest who is to be known again: to be kept with ``player``, and given with the next :class:`Hello`. Empty
    if there is nothing new to keep: the guest is known already, or this server keeps nobody."""
    seats: list[list[str]] = []
    """``[session, game]`` for each seat that the player has: :class:`Join` gives a new token for it."""


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
    """``queued``, ``matched``, ``unqueued``, ``rematch``, ``notice``: see ``docs/protocol.md``."""
    data: dict[str, Any]


class SessionRow(msgspec.Struct, array_like=True):
    """A session, as the list of sessions has it."""

    id: str
    game: str
    state: str
    """``waiting`` or ``running``."""
    players: int
    """Seats that somebody has, reserved ones and bots included."""
    seats: int
    free: int
    """Seats that somebody can have now: 0 while it is locked."""
    spectators: int
    leader: str
    """The leader's name; empty if it has none."""
    meta: dict[str, Any]
    created_ms: int
    """Unix time."""


class Listing(msgspec.Struct, array_like=True, tag=35):
    """The list of sessions, or what has changed in it. To be acknowledged (``Ack.tick``): the next one waits for it."""

    n: int
    """Counts up within a connection."""
    whole: bool
    """``rows`` is the list, in order; otherwise rows that are new (to be appended) or changed."""
    rows: list[SessionRow]
    gone: list[str]
    """Ids of sessions that are in the list no longer."""
    total: int
    """How many sessions there are that fit, listed or not."""
    counts: dict[str, int] | None = None
    """When it changed: ``lobby`` (players connected to the lobby), ``playing`` (players with a seat), ``sessions``."""


class ChatLine(msgspec.Struct, array_like=True):
    """One line of a chat."""

    n: int
    """Numbered from 1 within its room. A gap: older lines that the server no longer has."""
    player: str
    name: str
    text: str
    at_ms: int
    """Unix time."""


class Chat(msgspec.Struct, array_like=True, tag=36):
    """Lines of a room, oldest first; those that the client has already are to be ignored."""

    room: str
    lines: list[ChatLine]


class Seated(msgspec.Struct, array_like=True, tag=40):
    """Answer to take seat or resume on a session. A pass follows with the next step."""

    session: str
    token: bytes
    seat: int
    """-1 for a spectator."""
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


LobbyRequest = (
    QuickMatch
    | CancelQueue
    | Locate
    | Create
    | Join
    | Spectate
    | Watch
    | Unwatch
    | Lock
    | Describe
    | Kick
    | Listen
    | Unlisten
    | Say
    | Rematch
    | Enqueue
    | Accept
    | Explain
    | PartyCreate
    | PartyJoin
    | PartyLeave
    | PartyReady
    | PartyKick
    | PartyLead
    | Block
    | Leaderboard
)
"""What a client may ask of the lobby: each has an ``id``, and is answered once."""
LobbyMessage = Hello | Resume | Proved | Ack | Ping | Leave | LobbyRequest
"""What a client may send on the lobby."""
SessionMessage = TakeSeat | Resume | Proved | Ack | Ping | Leave
"""What a client may send on a session, besides the game's inputs."""
LobbyReply = Welcome | Answer | Push | Pong | Listing | Chat
SessionReply = Seated | Pass | Pong


class BuiltinEvent:
    """Kinds of events that every game has (``EventItem.kind``)."""

    REFUSED = 0
    """fields: input sequence, reason. The input was not applied."""
    ENDED = 1
    """fields: the result as a map. The session is over; the connection closes next."""
