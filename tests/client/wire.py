"""What a server says, made by hand: a small game's schema, and its messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.messages import (
    Chat,
    ChatLine,
    EventItem,
    Head,
    Listing,
    Part,
    Pass,
    Pong,
    Seated,
    SeatPart,
    SessionRow,
    Welcome,
)
from rallypoint_protocol.schema import (
    Bool,
    EntityDef,
    Enumeration,
    EventDef,
    FieldDef,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Schema,
    Str,
    TupleOf,
    encode_schema,
    schema_hash,
)

STATE = Enumeration("PlayerState", (("CONNECTED", 0), ("AWAY", 1)))
COLOUR = Enumeration("Colour", (("RED", 1), ("BLUE", 2)))

GAME, PLAYER, SHIP, ROCK = range(4)
SCHEMA = Schema(
    "duel",
    20,
    1,
    4,
    30.0,
    (
        EntityDef("Game", (FieldDef("round", Int()), FieldDef("colour", COLOUR))),
        EntityDef("Player", (FieldDef("name", Str()), FieldDef("state", STATE), FieldDef("score", Int()))),
        EntityDef(
            "Ship",
            (
                FieldDef("x", Fixed(0.01), lerp="linear"),
                FieldDef("angle", Fixed(0.01), lerp="turn"),
                FieldDef("ammo", Int(), to="owner"),
                FieldDef("target", Ref("Ship")),
                FieldDef("colour", COLOUR),
                FieldDef("path", TupleOf((Fixed(0.5),), more=True)),
                FieldDef("kind", OptionalOf(COLOUR)),
            ),
        ),
        EntityDef("Rock", (FieldDef("x", Float(), lerp="linear"), FieldDef("heading", Float(), lerp="turn"))),
    ),
    (
        InputDef("Steer", True, (FieldDef("turn", Int()), FieldDef("thrust", Bool())), (0, False)),
        InputDef("Aim", True, (FieldDef("angle", Float()),), (0.0,)),
        InputDef("Fire", False, ()),
        InputDef("Say", False, (FieldDef("text", Str()), FieldDef("colour", COLOUR))),
    ),
    (
        EventDef("Hit", (FieldDef("by", Int()),)),
        EventDef("Painted", (FieldDef("colour", COLOUR), FieldDef("kind", Str()))),
    ),
)
SCHEMA_BYTES = encode_schema(SCHEMA)
HASH = schema_hash(SCHEMA_BYTES)
TURNS = msgspec.structs.replace(SCHEMA, game="turns", tick_hz=0)
"""The same as a turn-based game."""
STEER, AIM, FIRE, SAY = range(64, 68)
HIT, PAINTED = 16, 17


def player(seat: int, name: str = "Ann", state: int = 0, score: int = 0) -> list[Any]:
    """How a player enters."""
    return [-1 - seat, PLAYER, seat, 0b111, name, state, score]


def ship(id_: int, owner: int | None, x: int = 0, angle: int = 0, ammo: int | None = None) -> list[Any]:
    """How a ship enters; ``x`` and ``angle`` in steps. Without ``ammo`` it is somebody else's."""
    if ammo is None:
        return [id_, SHIP, owner, 0b1111011, x, angle, 0, 1, [2, 4], None]
    return [id_, SHIP, owner, 0b1111111, x, angle, ammo, 0, 2, [], 1]


def seated(
    token: bytes = b"t1",
    *,
    seat: int = 0,
    epoch: int = 1,
    outcome: str = "fresh",
    lost: int = 0,
    applied: int = 0,
    received: int = 0,
    schema: bytes | None = SCHEMA_BYTES,
) -> bytes:
    """The answer to a first frame."""
    hash_ = HASH if schema is None else schema_hash(schema)
    return encode(Seated("s", token, seat, "p", epoch, outcome, lost, applied, received, hash_, schema))


def make_pass(
    tick: int,
    *,
    epoch: int = 1,
    undurable: int = 0,
    applied: Sequence[int] | None = (0, 0, 0, 0),
    seat_applied: int | None = None,
    events: Sequence[EventItem] = (),
    age: int = 1,
    enters: list[Any] | None = None,
    changes: list[Any] | None = None,
    leaves: list[int] | None = None,
    crc: int | None = None,
    now_ms: int | None = None,
) -> bytes:
    """One pass with one channel; an empty one has no part."""
    table = None if applied is None else b"".join((value & 0xFFFF).to_bytes(2, "big") for value in applied)
    own = SeatPart(list(events) or None, seat_applied) if events or seat_applied is not None else None
    parts = []
    if enters is not None or changes is not None or leaves is not None or crc is not None or age == 0:
        parts.append(Part(0, age, leaves, enters, changes, crc))
    head = Head(epoch, tick, tick * 50 if now_ms is None else now_ms, undurable, table)
    return encode(Pass(own, head, parts))


def read_pass(message: bytes) -> Pass:
    """A pass as a client decodes it."""
    decoded = decode_session_reply(message)
    assert isinstance(decoded, Pass)
    return decoded


def hit(n: int, tick: int, by: int = 1) -> EventItem:
    """An event of the game."""
    return EventItem(n, tick, HIT, [by])


def ended(n: int, tick: int, result: dict[str, Any] | None = None) -> EventItem:
    """The built-in event."""
    return EventItem(n, tick, 1, [result or {}, "the session has ended"])


def pong(sent_ms: float, now_ms: float, tick: int = 0) -> bytes:
    """The answer to a ping."""
    return encode(Pong(sent_ms, now_ms, tick))


def welcome(
    token: bytes = b"l1",
    *,
    resumed: bool = False,
    event: int = 0,
    lobby: str = "l",
    secret: bytes = b"",
    seats: Sequence[list[str]] = (),
) -> bytes:
    """The answer to a first frame on the lobby."""
    player = f"player-{lobby}"
    return encode(Welcome(lobby, token, player, "Ann", ["duel"], resumed, event, 30.0, secret, list(seats)))


def row(id_: str, *, players: int = 1, **meta: Any) -> SessionRow:
    """A session in a list."""
    return SessionRow(id_, "duel", "waiting", players, 4, 4 - players, 0, "Bob", meta, 1_700_000_000_000)


def listing(
    n: int,
    *rows: SessionRow,
    whole: bool = False,
    gone: Sequence[str] = (),
    total: int = 0,
    counts: Mapping[str, int] | None = None,
) -> bytes:
    """The list of sessions, or what has changed in it."""
    return encode(Listing(n, whole, list(rows), list(gone), total, None if counts is None else dict(counts)))


def line(n: int, text: str = "", *, name: str = "Bob", at_ms: int | None = None) -> ChatLine:
    """A line of a chat; its time is its number's unless it is given."""
    return ChatLine(n, f"id-{name}", name, text or f"line {n}", 1000 * n if at_ms is None else at_ms)


def chat(*lines: ChatLine, room: str = "") -> bytes:
    """Lines of a chat."""
    return encode(Chat(room, list(lines)))
