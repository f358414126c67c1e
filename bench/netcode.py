"""What a player sees of their own ship on a bad network, and what others see of it, in virtual time.

The real server, and two real clients that fly orbit's ships, in a simulated world: one flies as a person does, on a
network of given conditions, and draws 60 times a second. ``python -m bench.netcode`` prints the figures of
``docs/netcode.md``; with ``--write`` it puts them there, and the pictures into ``docs/pictures``. The same seeds give
the same figures.
"""

from __future__ import annotations

import argparse
import asyncio
import math
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from games.orbit.flight import SIZE, Body, fly
from games.orbit.game import Orbit
from rallypoint_client import LobbySeat, connect
from rallypoint_simulation.network import Weather
from rallypoint_simulation.world import URL, World

__all__ = ["CONDITIONS", "Flight", "Setting", "fly_for", "step"]

CONDITIONS: Final = "latency=120±30ms,loss=1%,stall=200ms@5s"
FRAMES_HZ: Final = 60
_SEATED_S: Final = 6.0
"""Until then everybody has a seat, and the client has measured its network: not counted."""
_EDGE: Final = 20.0
"""Nearer to the arena's edge than this, a ship may turn round at once."""


class OrbitAtOnce(Orbit, name="orbit", input_buffer_ticks=0):
    """Orbit as it is without an input buffer."""


@dataclass(frozen=True)
class Setting:
    """What is tried out."""

    label: str
    network: str = CONDITIONS
    predict: bool = True
    buffer: bool = True
    smooth: bool = True


@dataclass
class Flight:
    """What was seen of one ship. Times are seconds of the world."""

    frames: list[tuple[float, int, float, float, float]] = field(default_factory=list)
    """Time, id, x, y and angle of the ship as its own player saw it."""
    others: list[tuple[float, int, float, float, float]] = field(default_factory=list)
    """The same, as the other player saw it."""
    turns: list[tuple[float, int]] = field(default_factory=list)
    """When the player steered, and where to."""
    corrections: list[tuple[float, float]] = field(default_factory=list)
    """At each pass, by how much the prediction was off."""
    leads: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    late: int = 0
    inputs: int = 0
    snaps: int = 0
    replayed: int = 0

    def part(self, part: float) -> float:
        """How large that part of the corrections was at most."""
        return percentile([off for _, off in self.corrections], part)

    def jumps(self, frames: list[tuple[float, int, float, float, float]] | None = None) -> list[float]:
        """For each frame, how far the ship was from where the two frames before let expect it."""
        frames = self.frames if frames is None else frames
        found = []
        for (t0, a, x0, y0, _), (t1, b, x1, y1, _), (t2, c, x2, y2, _) in zip(
            frames, frames[1:], frames[2:], strict=False
        ):
            if a == b == c and t2 - t0 < 2.5 / FRAMES_HZ and _inside(x1, y1):
                found.append(math.hypot(x2 - 2 * x1 + x0, y2 - 2 * y1 + y0))
        return found

    def answers(self, frames: list[tuple[float, int, float, float, float]]) -> list[float]:
        """For each turn of the wheel, how long it took until it was seen in ``frames``."""
        found = []
        ends = [at for at, _ in self.turns[1:]] + [math.inf]
        for (at, turn), end in zip(self.turns, ends, strict=True):
            until = min(end + 0.2, at + 1.5)
            for (t0, a, _, _, old), (t1, b, _, _, new) in zip(frames, frames[1:], strict=False):
                if t1 <= at or a != b:
                    continue
                if t1 > until:
                    break
                rate = math.remainder(new - old, math.tau) / (t1 - t0) / 4.0
                if abs(rate - turn) < 0.5:
                    found.append(t1 - at)
                    break
        return found


def _inside(x: float, y: float) -> bool:
    return _EDGE < x < SIZE - _EDGE and _EDGE < y < SIZE - _EDGE


def percentile(values: list[float], part: float) -> float:
    """How large that part of the values is at most; nan for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else math.nan


class _Craft(SimpleNamespace):
    """A ship without a server."""

    push = Body.push
    fall = Body.fall
    move = Body.move


def step(ship: Any, held: Any, dt: float) -> None:
    """What the server does with a ship in each tick."""
    craft = _Craft(**vars(ship))
    fly(craft, held.Steer, dt)
    vars(ship).update(vars(craft))


def fly_for(setting: Setting, seconds: float, seed: int) -> Flight:
    """One flight in a world of its own."""
    world = World(seed, [Orbit if setting.buffer else OrbitAtOnce])
    flight = Flight()
    try:
        world.start_server()
        assert world.port is not None
        opened: asyncio.Future[str] = world.loop.create_future()
        for name in ("ann", "bob"):
            world.network.route(name).weather = Weather(latency_s=0.0, split=0.0)
            if setting.network:
                world.port.simulate(name, setting.network)
        pilots = [
            _ann(world, setting, flight, opened, _SEATED_S + seconds),
            _bob(world, flight, opened, _SEATED_S + seconds),
        ]
        for name, pilot in zip(("ann", "bob"), pilots, strict=True):
            world.loop.start_on(world.device(name), pilot, name)
        world.run_for(_SEATED_S + seconds + 2.0)
    finally:
        world.close()
    return flight


async def _ann(world: World, setting: Setting, flight: Flight, opened: asyncio.Future[str], until: float) -> None:
    dice = world.dice("pilot")
    async with connect(URL, name="ann", random=world.dice("ann")) as lobby:
        seat = await lobby.create("orbit", options={"round_s": 3600.0, "rounds_max": 1000, "wins_max": 1000})
        opened.set_result(seat.session)
        await _steer(world, setting, flight, seat, dice, until)


async def _steer(
    world: World, setting: Setting, flight: Flight, seat: LobbySeat, dice: Random, until: float
) -> None:
    mine = seat.predict("Ship", step, holds=["Steer"]) if setting.predict else None
    counted = lambda: world.elapsed_s >= _SEATED_S  # noqa: E731
    if mine is not None:
        if not setting.smooth:
            seat._core.prediction._smoothing._half_life_ms = 1e-9  # type: ignore[union-attr]  # to show what it does

        def passed(_: Any) -> None:
            if counted():
                flight.corrections.append((world.elapsed_s, mine.correction))

        seat.on_pass = passed
    next_turn, turn = 0.0, 0
    while world.elapsed_s < until:
        await asyncio.sleep(1 / FRAMES_HZ)
        view = seat.view()
        ship = mine.view() if mine is not None else None if view.me is None else view.me.one("Ship")
        if ship is not None and counted():
            flight.frames.append((world.elapsed_s, ship.id, ship.x, ship.y, ship.angle))
            flight.delays.append(seat.delay_ms)
            if mine is not None:
                flight.leads.append(mine.stats.lead_ms)
        if world.elapsed_s >= next_turn:
            next_turn = world.elapsed_s + dice.uniform(0.15, 0.6)
            turn, was = dice.choice([each for each in (-1, 0, 1) if each != turn]), turn
            seat.hold(seat.inputs.Steer(turn=turn, thrust=dice.random() < 0.4))
            if counted() and turn != was:
                flight.turns.append((world.elapsed_s, turn))
    if mine is not None:
        stats = mine.stats
        flight.late, flight.inputs, flight.snaps, flight.replayed = (
            stats.late_inputs, stats.inputs, stats.snaps, stats.replayed,
        )  # fmt: skip


async def _bob(world: World, flight: Flight, opened: asyncio.Future[str], until: float) -> None:
    session = await opened
    async with connect(URL, name="bob", random=world.dice("bob")) as lobby:
        seat = await lobby.join(session)
        while world.elapsed_s < until:
            await asyncio.sleep(1 / FRAMES_HZ)
            ann = seat.view().player(0)
            ship = None if ann is None else ann.one("Ship")
            if ship is not None and world.elapsed_s >= _SEATED_S:
                flight.others.append((world.elapsed_s, ship.id, ship.x, ship.y, ship.angle))


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for setting in (
        Setting("predicted, buffer"),
        Setting("predicted, none", buffer=False),
        Setting("plain", predict=False),
        Setting("clean", network="latency=120ms"),
    ):
        flight = fly_for(setting, args.seconds, args.seed)
        own, others = flight.answers(flight.frames), flight.answers(flight.others)
        jumps = flight.jumps()
        print(setting.label, f"p50 {flight.part(.5):.3f} p99 {flight.part(.99):.3f} max {flight.part(1):.3f}",
              f"jump p99 {percentile(jumps, .99):.2f} max {percentile(jumps, 1):.2f}",
              f"late {flight.late}/{flight.inputs} lead {percentile(flight.leads, .5):.0f} delay {percentile(flight.delays, .5):.0f}",
              f"own {percentile(own, .5) * 1000:.0f} others {percentile(others, .5) * 1000:.0f} n={len(own)},{len(others)}",
              f"replayed {flight.replayed} snaps {flight.snaps} frames {len(flight.frames)}")


if __name__ == "__main__":
    main()
