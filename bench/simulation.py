"""A whole world in virtual time: the real server, eight real clients whose bots play orbit at 20 Hz, all on one core.

``python -m bench.simulation`` prints where the time goes: the share of each part, as a profiler sees it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from typing import Any, Final

from games.orbit.bot import OrbitBot
from games.orbit.game import Orbit
from rallypoint_client import play
from rallypoint_simulation.network import Weather
from rallypoint_simulation.world import URL, World

PLAYERS: Final = 8
HZ: Final = 20
"""Of orbit."""
_SEATED_S: Final = 5.0
"""Until then everybody has a seat: not counted."""
_AREAS: Final = {
    "/server/rallypoint/core/": "server: core",
    "/server/rallypoint/game/": "server: the game's driver",
    "/server/rallypoint/": "server: around the core",
    "/games/": "game, with its bots",
    "/client/": "client",
    "/shared/": "protocol, both sides",
    "/rallypoint_simulation/": "loop, network, wire",
    "/tests/simulation/": "observers",
    "/websockets/": "websockets",
    "/asyncio/": "asyncio",
}


def run(quick: bool) -> dict[str, float]:
    """Simulated seconds for each CPU second: of a session alone, and under the eyes of all observers; and for a pair.

    A pair is an input and its pass, from the client's bot to the client's view.
    """
    seconds = 10.0 if quick else 60.0
    best = min(_cpu_s(seconds, ()) for _ in range(1 if quick else 5))
    figures = {
        "simulation_ratio_8x20hz": seconds / best,
        "simulation_pair_us": best / (seconds * HZ * PLAYERS) * 1e6,
    }
    if observers := _observers():
        best = min(_cpu_s(seconds, observers) for _ in range(1 if quick else 3))
        figures["simulation_watched_ratio_8x20hz"] = seconds / best
    return figures


def _observers() -> tuple[Callable[[World], Any], ...]:
    """Those of the tests; none where only the packages are."""
    try:
        from tests.simulation.invariants.all import OBSERVERS
    except ModuleNotFoundError:
        return ()
    return OBSERVERS


def _cpu_s(
    seconds: float, observers: tuple[Callable[[World], Any], ...], profile: cProfile.Profile | None = None
) -> float:
    """For so many simulated seconds of a session in which everybody plays."""
    world = World(1, [Orbit], observers=observers)
    try:
        world.start_server()
        for number in range(PLAYERS):
            name = f"p{number}"
            world.network.route(name).weather = Weather(latency_s=0.03, jitter_s=0.02)
            work = play(URL, OrbitBot, game="orbit", name=name, random=world.dice(name))
            world.loop.start_on(world.device(name), work, name)
        world.run_for(_SEATED_S)
        (host,) = world.node.hosts.values()
        assert len(list(host.core.seated())) == PLAYERS
        tick, began = host.core.tick, time.process_time()
        if profile is not None:
            profile.enable()
        world.run_for(seconds)
        if profile is not None:
            profile.disable()
        spent = time.process_time() - began
        assert host.core.tick - tick > seconds * HZ * 0.9
        return spent
    finally:
        world.close()


def shares(profile: cProfile.Profile) -> dict[str, float]:
    """Of the time that was spent, by area; what is written in C counts for who calls it."""
    spent: dict[str, float] = {}
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed lacks it
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        if file == "~" and callers:
            for (caller, _, _), (_, _, share, _) in callers.items():
                spent[_area(caller)] = spent.get(_area(caller), 0.0) + share
        else:
            spent[_area(file)] = spent.get(_area(file), 0.0) + own
    whole = sum(spent.values())
    return {area: share / whole for area, share in sorted(spent.items(), key=lambda item: -item[1])}


def _area(file: str) -> str:
    if file.startswith("<scan"):
        return _AREAS["/shared/"]  # made for each entity class
    return next((area for part, area in _AREAS.items() if part in file), "Python and other libraries")


def main() -> None:
    """Prints the profile."""
    parser = argparse.ArgumentParser(prog="bench.simulation", description="Where the time of a simulated session goes.")
    parser.add_argument("--watched", action="store_true", help="with all observers")
    parser.add_argument("--seconds", type=float, default=60.0, help="simulated (60)")
    args = parser.parse_args()
    profile = cProfile.Profile()
    spent = _cpu_s(args.seconds, _observers() if args.watched else (), profile)
    for area, share in shares(profile).items():
        print(f"  {area:<32} {share:>6.1%}")
    print(f"  ({args.seconds / spent:.0f} times faster than real time, with the profiler)")


if __name__ == "__main__":
    main()
