"""What a player sees of their own ship on a bad network, and what others see of it, in virtual time.

The real server, and two real clients that fly orbit's ships, in a simulated world: one steers as a person does, on a
network of given conditions, and draws 60 times a second. ``python -m bench.netcode`` prints the figures of
``docs/netcode.md``; with ``--write`` it puts them there, and the pictures into ``docs/pictures``. The same seeds give
the same figures.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from games.orbit.flight import SIZE, Body, fly
from games.orbit.game import Orbit
from rallypoint_client import LobbySeat, connect
from rallypoint_simulation.network import Weather
from rallypoint_simulation.world import URL, World

__all__ = ["BAD", "CLEAN", "SETTINGS", "Flight", "Setting", "fly_for", "percentile", "run", "step", "table"]

BAD: Final = "latency=120±30ms,loss=1%,stall=200ms@5s"
CLEAN: Final = "latency=120ms"
FRAMES_HZ: Final = 60
SEEDS: Final = (1, 2, 3, 4, 5)
SECONDS: Final = 60.0
_SEATED_S: Final = 6.0
"""Until then everybody has a seat, and the client has measured its network: not counted."""
_EDGE: Final = 60.0
"""Nearer to the arena's edge than this, a ship may turn round at once: no frame there is expected to be smooth."""
_LAST_FRAMES: Final = 4
_TURN: Final = 4.0
"""Radians in a second, of a ship that is steered."""

Frame = tuple[float, int, float, float, float]
"""When a ship was drawn (seconds of the world), its id, x, y and angle."""


class OrbitAtOnce(Orbit, name="orbit", input_buffer_ticks=0):
    """Orbit as it is without an input buffer."""


@dataclass(frozen=True)
class Setting:
    """What is tried out."""

    label: str
    network: str = BAD
    predict: bool = True
    buffer: bool = True
    smooth: bool = True


SETTINGS: Final = (
    Setting("predicted, input buffer of 6 ticks"),
    Setting("the same, corrections not smoothed", smooth=False),
    Setting("predicted, no input buffer", buffer=False),
    Setting("not predicted", predict=False),
    Setting("predicted, input buffer of 6 ticks", CLEAN),
    Setting("predicted, no input buffer", CLEAN, buffer=False),
    Setting("not predicted", CLEAN, predict=False),
)


@dataclass
class Flight:
    """What was seen of one ship. Times are seconds of the world."""

    own: list[Frame] = field(default_factory=list)
    """As its own player saw it."""
    viewed: list[Frame] = field(default_factory=list)
    """As its own player's interpolated view had it."""
    others: list[Frame] = field(default_factory=list)
    """As the other player saw it."""
    steered: list[tuple[float, int]] = field(default_factory=list)
    """When the player steered, and where to."""
    corrections: list[tuple[float, float]] = field(default_factory=list)
    """At each pass, by how much the prediction was off."""
    ages: list[tuple[float, float]] = field(default_factory=list)
    """At each pass, how old its state was, in milliseconds."""
    delays: list[tuple[float, float]] = field(default_factory=list)
    leads: list[tuple[float, float]] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    """When it became known that an input had been late."""
    inputs: int = 0
    replayed: int = 0

    def jumps(self) -> list[float]:
        """For each frame, how far the ship was from where the two before it let expect it.

        Not at the arena's edge, nor in the last tick of a ship: what comes after is not known there.
        """
        found, own = [], self.own
        for index in range(2, len(own) - _LAST_FRAMES):
            (t0, id_, x0, y0, _), (_, _, x1, y1, _), (t2, _, x2, y2, _) = own[index - 2 : index + 1]
            if id_ == own[index + _LAST_FRAMES][1] and t2 - t0 < 2.5 / FRAMES_HZ and _inside(x1, y1):
                found.append(math.hypot(x2 - 2 * x1 + x0, y2 - 2 * y1 + y0))
        return found

    def answer_s(self, frames: Sequence[Frame]) -> float:
        """How much later than it was steered the ship is seen to turn in these frames: what fits best."""
        times = [at for at, _ in self.steered]
        rates = [
            (t1, math.remainder(new - old, math.tau) / (t1 - t0) / _TURN)
            for (t0, a, _, _, old), (t1, b, _, _, new) in itertools.pairwise(frames)
            if a == b and t1 > t0
        ]

        def misfit(late_s: float) -> float:
            off = 0.0
            for at, rate in rates:
                index = bisect_right(times, at - late_s) - 1
                off += abs(rate - (self.steered[index][1] if index >= 0 else 0))
            return off

        return min((lag / (2 * FRAMES_HZ) for lag in range(2 * FRAMES_HZ)), key=misfit)


def _inside(x: float, y: float) -> bool:
    return _EDGE < x < SIZE - _EDGE and _EDGE < y < SIZE - _EDGE


def percentile(values: Iterable[float], part: float) -> float:
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


# --- one flight -----------------------------------------------------------------------------------------------------


def fly_for(setting: Setting, seconds: float, seed: int) -> Flight:
    """One flight in a world of its own."""
    world = World(seed, [Orbit if setting.buffer else OrbitAtOnce])
    flight = Flight()
    until = _SEATED_S + seconds
    try:
        world.start_server()
        assert world.port is not None
        opened: asyncio.Future[str] = world.loop.create_future()
        for name in ("ann", "bob"):
            world.network.route(name).weather = Weather(latency_s=0.0, split=0.0)
            world.port.simulate(name, setting.network)
        world.loop.start_on(world.device("ann"), _ann(world, setting, flight, opened, until), "ann")
        world.loop.start_on(world.device("bob"), _bob(world, flight, opened, until), "bob")
        world.run_for(until + 2.0)
    finally:
        world.close()
    return flight


async def _ann(world: World, setting: Setting, flight: Flight, opened: asyncio.Future[str], until: float) -> None:
    async with connect(URL, name="ann", random=world.dice("ann")) as lobby:
        seat = await lobby.create("orbit", options={"round_s": 3600.0, "rounds_max": 1000, "wins_max": 1000})
        opened.set_result(seat.session)
        await _Pilot(world, setting, flight, seat).fly(until)


class _Pilot:
    """Ann: steers as a person does, and looks at every frame."""

    def __init__(self, world: World, setting: Setting, flight: Flight, seat: LobbySeat) -> None:
        self.world, self.flight, self.seat = world, flight, seat
        self.dice: Random = world.dice("pilot")
        self.mine = seat.predict("Ship", step, holds=["Steer"]) if setting.predict else None
        prediction = seat._core.prediction
        if prediction is not None and not setting.smooth:
            prediction._smoothing._half_life_ms = 1e-9  # what nobody can set: to show what it is good for
        self.late = 0
        seat.on_pass = self.passed

    @property
    def counts(self) -> bool:
        return self.world.elapsed_s >= _SEATED_S

    def passed(self, _: Any) -> None:
        if not self.counts:
            return
        now, flight, seat = self.world.elapsed_s, self.flight, self.seat
        flight.ages.append((now, seat.now_ms - seat.latest.now_ms))
        flight.delays.append((now, seat.delay_ms))
        if self.mine is not None:
            stats = self.mine.stats
            flight.corrections.append((now, self.mine.correction))
            flight.leads.append((now, stats.lead_ms))
            flight.late += [now] * (stats.late_inputs - self.late)
            self.late, flight.inputs, flight.replayed = stats.late_inputs, stats.inputs, stats.replayed

    async def fly(self, until: float) -> None:
        steer_at, turn = 0.0, 0
        while self.world.elapsed_s < until:
            await asyncio.sleep(1 / FRAMES_HZ)
            self.draw()
            now = self.world.elapsed_s
            if now >= steer_at:
                steer_at = now + self.dice.uniform(0.15, 0.6)
                turn = self.dice.choice([each for each in (-1, 0, 1) if each != turn])
                self.seat.hold(self.seat.inputs.Steer(turn=turn, thrust=self.dice.random() < 0.4))
                self.flight.steered.append((now, turn))

    def draw(self) -> None:
        view = self.seat.view()
        viewed = None if view.me is None else view.me.one("Ship")
        own = viewed if self.mine is None else self.mine.view()
        if self.counts:
            _keep(self.flight.viewed, self.world, viewed)
            _keep(self.flight.own, self.world, own)


def _keep(frames: list[Frame], world: World, ship: Any) -> None:
    if ship is not None:
        frames.append((world.elapsed_s, ship.id, ship.x, ship.y, ship.angle))


async def _bob(world: World, flight: Flight, opened: asyncio.Future[str], until: float) -> None:
    session = await opened
    async with connect(URL, name="bob", random=world.dice("bob")) as lobby:
        seat = await lobby.join(session)
        while world.elapsed_s < until:
            await asyncio.sleep(1 / FRAMES_HZ)
            ann = seat.view().player(0)
            if world.elapsed_s >= _SEATED_S and ann is not None:
                _keep(flight.others, world, ann.one("Ship"))


# --- figures --------------------------------------------------------------------------------------------------------

_COLUMNS: Final[tuple[tuple[str, Callable[[list[Flight]], str]], ...]] = (
    ("correction p50", lambda flights: _units(_corrections(flights), 0.5)),
    ("p99", lambda flights: _units(_corrections(flights), 0.99)),
    ("max", lambda flights: _units(_corrections(flights), 1.0)),
    ("jump in a frame, p99", lambda flights: _units(_jumps(flights), 0.99)),
    ("max", lambda flights: _units(_jumps(flights), 1.0)),
    ("late inputs", lambda flights: _share([len(each.late) for each in flights], [each.inputs for each in flights])),
    ("lead", lambda flights: _ms(ms for each in flights for _, ms in each.leads)),
    ("delay of others", lambda flights: _ms(ms for each in flights for _, ms in each.delays)),
    ("own ship answers after", lambda flights: _ms(each.answer_s(each.own) * 1000 for each in flights)),
    ("others see it after", lambda flights: _ms(each.answer_s(each.others) * 1000 for each in flights)),
)


def _corrections(flights: list[Flight]) -> list[float]:
    return [off for flight in flights for _, off in flight.corrections]


def _jumps(flights: list[Flight]) -> list[float]:
    return [jump for flight in flights for jump in flight.jumps()]


def _units(values: list[float], part: float) -> str:
    return f"{percentile(values, part):.2f}" if values else "-"


def _ms(values: Iterable[float]) -> str:
    middle = percentile(values, 0.5)
    return "-" if math.isnan(middle) else f"{middle:.0f} ms"


def _share(some: list[int], of: list[int]) -> str:
    return f"{100 * sum(some) / sum(of):.1f} %" if sum(of) else "-"


def table(seconds: float = SECONDS, seeds: Sequence[int] = SEEDS) -> str:
    """The figures, as a table of a document."""
    lines = [
        "| network | ship | " + " | ".join(name for name, _ in _COLUMNS) + " |",
        "|---" * (len(_COLUMNS) + 2) + "|",
    ]
    for setting in SETTINGS:
        flights = [fly_for(setting, seconds, seed) for seed in seeds]
        network = "bad" if setting.network == BAD else "clean"
        lines.append(f"| {network} | {setting.label} | " + " | ".join(show(flights) for _, show in _COLUMNS) + " |")
    return "\n".join(lines)


def run(quick: bool) -> dict[str, float]:
    """Of a predicted ship on the bad network, in units of its arena and milliseconds."""
    flights = [fly_for(SETTINGS[0], 20.0 if quick else SECONDS, seed) for seed in (SEEDS[:1] if quick else SEEDS)]
    return {
        "netcode_correction_p50_units": percentile(_corrections(flights), 0.5),
        "netcode_correction_p99_units": percentile(_corrections(flights), 0.99),
        "netcode_jump_p99_units": percentile(_jumps(flights), 0.99),
        "netcode_jump_max_units": percentile(_jumps(flights), 1.0),
        "netcode_own_answer_ms": percentile((each.answer_s(each.own) * 1000 for each in flights), 0.5),
        "netcode_others_see_ms": percentile((each.answer_s(each.others) * 1000 for each in flights), 0.5),
    }


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="bench.netcode", description="Figures and pictures of docs/netcode.md")
    parser.add_argument("--write", action="store_true", help="put them into docs/")
    write = parser.parse_args().write
    text = table()
    print(text)
    if write:
        from bench.netcode_pictures import write_all

        write_all(text)


if __name__ == "__main__":
    main()
