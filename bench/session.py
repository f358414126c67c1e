"""A session's step without a network: inputs decoded and queued, the game's tick, changes found, passes built."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable

from bench.arena import Arena
from rallypoint.core.orders import Denial
from rallypoint.core.session import SessionCore, SessionSettings, Taken
from rallypoint.game.driver import GameDriver
from rallypoint.game.entity import check_assignments
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.messages import TakeSeat

SEATS = 8


def arena(seats: int = SEATS) -> SessionCore:
    """A session of the reference work with all its seats taken."""
    definition = Arena.definition()
    tokens = random.Random(1)
    core = SessionCore(
        SessionId("bench"),
        GameDriver(definition, 1),
        SessionSettings(seats_min=1, seats_max=seats, tick_hz=20),
        schema=definition.schema_bytes,
        schema_hash=definition.schema_hash,
        new_token=lambda: Token(tokens.randbytes(32)),
        now=0.0,
    )
    for number in range(seats):
        reserved = core.reserve(PlayerId(f"p{number}"), f"Player {number}", 0.0)
        assert not isinstance(reserved, Denial)
        taken = core.take(TakeSeat(1, "bench", reserved[1]), 0.0)
        assert isinstance(taken, Taken)
    return core


def run(quick: bool) -> dict[str, float]:
    """Microseconds for each input and its pass (a *pair*), by stage, and bytes of a pass."""
    check_assignments(False)  # as a server does
    try:
        return _run(300 if quick else 3000)
    finally:
        check_assignments(True)


def _run(steps: int) -> dict[str, float]:
    core = arena()
    decode: Callable[[bytes], object] = Arena.definition().decode
    dice = random.Random(2)
    spent = {"session_input_us": 0.0, "session_step_us": 0.0, "session_passes_us": 0.0}
    clock, size = time.perf_counter, 0
    seats = list(core.seated())
    gc.collect()
    for number in range(1, steps + 1):
        frames = [
            encode((64, number, max(0, core.tick), dice.uniform(-10, 10), dice.uniform(-10, 10), number)) for _ in seats
        ]
        began = clock()
        for seat, data in zip(seats, frames, strict=True):
            core.input(seat, decode(data))  # type: ignore[arg-type]  # an input, by its kind
        queued = clock()
        core.step(number * 0.05)
        core.committed(core.tick)
        stepped = clock()
        passes = core.passes()
        built = clock()
        spent["session_input_us"] += queued - began
        spent["session_step_us"] += stepped - queued
        spent["session_passes_us"] += built - stepped
        size += len(passes[0][1])
        for seat in seats:
            seat.acked = core.tick
    figures = {name: seconds / steps / len(seats) * 1e6 for name, seconds in spent.items()}
    return {**figures, "session_pair_us": sum(figures.values()), "session_pass_bytes": size / steps}
