"""State sync: what finding and encoding changes costs on the server, and decoding and applying them on a client."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench.arena import Move, Mover
from bench.session import arena
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import decode_session_reply
from rallypoint_protocol.messages import Pass
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.scan import compile_scan, to_wire
from rallypoint_protocol.schema import FieldDef, Fixed, Int

FIELDS = [FieldDef(name, Fixed(0.01)) for name in ("x", "y", "vx", "vy")] + [FieldDef("last_seq", Int())]
ENTITIES = 8


class _Thing:
    __slots__ = ("last_seq", "vx", "vy", "x", "y")

    def __init__(self) -> None:
        self.x = self.y = self.vx = self.vy = 0.0
        self.last_seq = 0

    def move(self, tick: int) -> None:
        self.x += 0.31
        self.y -= 0.17
        self.vx = tick % 7 * 1.01
        self.vy = tick % 5 * 0.97
        self.last_seq = tick


def _loop_scan(fields: list[FieldDef]) -> Callable[[Any, Any, int, list[Any]], None]:
    """What the generated code replaces: the same, as loops over the fields."""
    converts = [(field.name, to_wire(field.type), field.relative) for field in fields]

    def scan(entity: Any, record: Any, tick: int, out: list[Any]) -> None:
        mask, values = 0, []
        for index, (name, convert, relative) in enumerate(converts):
            value, old = convert(getattr(entity, name)), record.wire[index]
            if value != old:
                mask |= 1 << index
                values.append(value - old if relative else value)
                record.wire[index] = value
                record.ticks[index] = tick
        if mask:
            out += (record.id, mask, *values)
            record.changed = tick

    return scan


def _scan_us(scan: Any, steps: int) -> tuple[float, float]:
    """Microseconds an entity to find its changes, and to encode the delta of all."""
    channels = Channels()
    channel = channels.channel("everyone")
    things = [_Thing() for _ in range(ENTITIES)]
    channels.open_tick()
    for id_, thing in enumerate(things, 1):
        channels.enter(channel, id_, 2, 0, 31, thing, [0, 0, 0, 0, 0], scan, 1)
    channels.close_tick(1)
    found = encoded = 0.0
    clock = time.perf_counter
    for tick in range(2, steps + 2):
        for thing in things:
            thing.move(tick)
        channels.open_tick()
        began = clock()
        channels.close_tick(tick)
        scanned = clock()
        channels.delta(channel, tick - 1)
        found += scanned - began
        encoded += clock() - scanned
    return found / steps / ENTITIES * 1e6, encoded / steps / ENTITIES * 1e6


def run(quick: bool) -> dict[str, float]:
    """Microseconds an entity of five changing fields (scan, encode), and a pass of eight of them (client)."""
    steps = 500 if quick else 10_000
    loops, _ = _scan_us(_loop_scan(FIELDS), steps)
    generated, encoded = _scan_us(compile_scan("Thing", list(enumerate(FIELDS))), steps)
    decode_us, apply_us = _client_us(steps)
    return {
        "delta_scan_us": generated,
        "delta_scan_loops_us": loops,
        "delta_scan_ratio": loops / generated,
        "delta_encode_us": encoded,
        "client_decode_us": decode_us,
        "client_apply_us": apply_us,
    }


def _client_us(steps: int) -> tuple[float, float]:
    core = arena()
    replica = Replica(core.game.definition.schema)  # type: ignore[attr-defined]  # a GameDriver
    dice = core.game.random  # type: ignore[attr-defined]  # as above
    decoding = applying = 0.0
    clock = time.perf_counter
    for number in range(1, min(steps, 2000) + 1):
        for mover in core.game.game.all(Mover):  # type: ignore[attr-defined]  # as above
            mover.owner.held(Move).vx = dice.uniform(-10, 10)
            mover.owner.held(Move).vy = dice.uniform(-10, 10)
            mover.owner.held(Move).last_seq = number
        core.step(number * 0.05)
        core.committed(core.tick)
        message = core.passes()[0][1]
        began = clock()
        decoded = decode_session_reply(message)
        read = clock()
        assert isinstance(decoded, Pass)
        replica.apply(decoded)
        decoding += read - began
        applying += clock() - read
        for other in core.seated():
            other.acked = core.tick
    return decoding / min(steps, 2000) * 1e6, applying / min(steps, 2000) * 1e6
