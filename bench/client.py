"""The Python client without its sockets: what one pass in and one input out cost a bot.

The reference work: 8 entities of five fields that all change with every tick, 20 times a second. A thousand bots on one
core leave 50 us for each pass, the kernel's part included.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Iterable
from typing import Any

from rallypoint_client.bot import Bot
from rallypoint_client.classes import SchemaCache
from rallypoint_client.heartbeat import Timing
from rallypoint_client.seat_core import SeatCore, SeatOffer
from rallypoint_client.view import View
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import Pass, Seated
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.scan import compile_scan, compile_values
from rallypoint_protocol.schema import (
    EntityDef,
    FieldDef,
    Fixed,
    Float,
    InputDef,
    Int,
    Schema,
    Str,
    encode_schema,
    schema_hash,
)

SEATS = 8
MOVER = EntityDef(
    "Mover",
    (
        FieldDef("x", Fixed(0.01), lerp="linear"),
        FieldDef("y", Fixed(0.01), lerp="linear"),
        FieldDef("vx", Fixed(0.01)),
        FieldDef("vy", Fixed(0.01)),
        FieldDef("last_seq", Int()),
    ),
)
SCHEMA = Schema(
    "arena",
    20,
    1,
    SEATS,
    30.0,
    (EntityDef("Game", ()), EntityDef("Player", (FieldDef("name", Str()),)), MOVER),
    (InputDef("Move", True, (FieldDef("vx", Float()), FieldDef("vy", Float()), FieldDef("last_seq", Int()))),),
    (),
)


class _Mover:
    __slots__ = ("last_seq", "vx", "vy", "x", "y")

    def __init__(self, dice: random.Random) -> None:
        self.x, self.y = dice.uniform(0, 1000), dice.uniform(0, 1000)
        self.vx = self.vy = 0.0
        self.last_seq = 0

    def move(self, tick: int, dice: random.Random) -> None:
        self.vx, self.vy, self.last_seq = dice.uniform(-10, 10), dice.uniform(-10, 10), tick
        self.x, self.y = (self.x + self.vx) % 1000, (self.y + self.vy) % 1000


class _Player:
    name = "somebody"


def passes(ticks: int) -> list[bytes]:
    """The messages of ``ticks`` ticks, the first from nothing."""
    dice = random.Random(1)
    channels = Channels()
    everyone = channels.channel("everyone")
    scan = compile_scan("Mover", list(enumerate(MOVER.fields)))
    values = compile_values("Mover", MOVER.fields)
    movers = [_Mover(dice) for _ in range(SEATS)]
    channels.open_tick()
    for seat, mover in enumerate(movers):
        channels.enter(everyone, -1 - seat, 1, seat, 1, _Player(), [_Player.name], None, 1)
        channels.enter(everyone, seat + 1, 2, seat, 31, mover, values(mover), scan, 1)
    messages = []
    for tick in range(1, ticks + 1):
        if tick > 1:
            channels.open_tick()
            for mover in movers:
                mover.move(tick, dice)
        channels.close_tick(tick)
        part = channels.delta(everyone, tick - 1 if tick > 1 else -1, tick % 100 == 0)
        assert part is not None
        head = encode((1, tick, tick * 50, 0, (tick & 0xFFFF).to_bytes(2, "big") * SEATS))
        messages.append(b"\x94" + encode(Pass.__struct_config__.tag) + b"\xc0" + head + b"\x91" + part)
    return messages


class Walker(Bot):
    """Looks at its own entity, and sends a new hold with every pass."""

    def tick(self, view: View) -> Iterable[Input] | None:
        """One pass."""
        mover = view.me.one("Mover")
        return (self.inputs.Move(vx=mover.x - 500.0, vy=mover.y - 500.0, last_seq=view.tick),)


class _BotSeat:
    def __init__(self, inputs: Any) -> None:
        self.inputs = inputs
        self.index = 0


def seated(now: float) -> SeatCore:
    """A seat that the server has let in."""
    data = encode_schema(SCHEMA)
    core = SeatCore(SeatOffer("s", b"t", "ws://x/session/s"), SchemaCache(), random.Random(1), Timing(), now)
    core.first_frame(now)
    core.received(encode(Seated("s", b"u", 0, "p", 1, "fresh", 0, 0, 0, schema_hash(data), data)), now)
    core.outbox.clear()
    return core


def _bot_us(messages: list[bytes]) -> float:
    """Microseconds for everything that a bot does with a pass."""
    core = seated(0.0)
    bot = Walker(_BotSeat(core.classes.inputs), random.Random(1))
    began = time.perf_counter()
    for number, message in enumerate(messages):
        core.received(message, number * 0.05)
        for x in bot.tick(core.view) or ():
            core.hold(x)
        core.pass_done()
        core.outbox.clear()
    return (time.perf_counter() - began) / len(messages) * 1e6


def _replica_us(messages: list[bytes]) -> tuple[float, float]:
    """Microseconds to decode a pass, and to apply it."""
    replica = Replica(SCHEMA)
    decoding = applying = 0.0
    clock = time.perf_counter
    for message in messages:
        began = clock()
        decoded = decode_session_reply(message)
        read = clock()
        assert isinstance(decoded, Pass)
        replica.apply(decoded)
        decoding += read - began
        applying += clock() - read
    return decoding / len(messages) * 1e6, applying / len(messages) * 1e6


def _view_us(messages: list[bytes]) -> float:
    """Microseconds for one interpolated view, with the places of all entities read."""
    core = seated(0.0)
    spent = 0.0
    for number, message in enumerate(messages):
        now = number * 0.05
        core.received(message, now)
        for part in (0.01, 0.025, 0.04):
            began = time.perf_counter()
            for mover in core.interpolated(now + part).all("Mover"):
                _ = mover.x, mover.y
            spent += time.perf_counter() - began
    return spent / len(messages) / 3 * 1e6


def run(quick: bool) -> dict[str, float]:
    """Microseconds for each part; passes a second is one core's whole work, sockets left out."""
    messages = passes(500 if quick else 5000)
    gc.collect()
    _bot_us(messages[:100])  # what is compiled at the first use
    decode_us, apply_us = _replica_us(messages)
    bot_us = min(_bot_us(messages) for _ in range(3))
    return {
        "client_pass_decode_us": decode_us,
        "client_pass_apply_us": apply_us,
        "client_bot_pass_us": bot_us,
        "client_bot_passes_per_s": 1e6 / bot_us,
        "client_view_us": _view_us(messages[:1000]),
    }
