"""What the Python step of Orbit makes of many flights, for its twin in JavaScript.

``python -m tests.games.flight_vectors`` writes ``games/orbit/web/flight.json``. A flight is where a ship begins, what
is held for how many ticks, and where it is after each of these.
"""

from __future__ import annotations

import json
from math import tau
from pathlib import Path
from random import Random
from typing import Any

from games.orbit.flight import SIZE, STAR, STAR_RADIUS, fly, place_on_orbit
from games.orbit.game import Orbit, Ship, Steer
from rallypoint.testing import Match

__all__ = ["FILE", "flights"]

FILE = Path(__file__).parents[2] / "games/orbit/web/flight.json"
DT = 1 / 20
_HANGAR = Match(Orbit, players=2).game  # which makes ships; it does not fly them
FIELDS = ("x", "y", "vx", "vy", "angle")
Held = list[tuple[int, bool, int]]
"""``(turn, thrust, ticks)``, one after the other."""


def flights() -> dict[str, Any]:
    """The whole document."""
    return {"dt": DT, "fields": list(FIELDS), "flights": [_flight(*it) for it in _cases()]}


def _flight(name: str, ship: Ship, held: Held) -> dict[str, Any]:
    start = _state(ship)
    legs = []
    for turn, thrust, ticks in held:
        for _ in range(ticks):
            fly(ship, Steer(turn=turn, thrust=thrust), DT)
        legs.append({"turn": turn, "thrust": thrust, "ticks": ticks, "end": _state(ship)})
    return {"name": name, "start": start, "legs": legs}


def _cases() -> list[tuple[str, Ship, Held]]:
    cases: list[tuple[str, Ship, Held]] = [
        ("a circular orbit, long", _on_orbit(0.0), [(0, False, 100)] * 10),
        ("turning left through zero", _ship(200, 200, angle=0.3), [(-1, False, 1)] * 5),
        ("turning right through two pi", _ship(200, 200, angle=tau - 0.3), [(1, False, 1)] * 5),
        ("turning round and round", _ship(200, 800), [(1, False, 50), (-1, False, 120), (1, True, 70)]),
        ("thrust along each axis", _ship(250, 250), [(0, True, 20), (1, True, 8), (0, True, 20), (-1, True, 30)]),
        ("into the left wall", _ship(3, 400, vx=-90), [(0, False, 1)] * 3),
        ("into the right wall", _ship(SIZE - 3, 400, vx=120), [(0, False, 1)] * 3),
        ("into the upper wall", _ship(400, 2, vy=-70), [(0, False, 1)] * 3),
        ("into the lower wall", _ship(400, SIZE - 1, vy=70), [(0, False, 1)] * 3),
        ("into a corner", _ship(2, 2, vx=-80, vy=-90, angle=3.9), [(0, True, 1)] * 6),
        ("on the wall, exactly", _ship(0, SIZE), [(0, False, 1)] * 4),
        ("past the star", _ship(STAR - 120, STAR + 45, vx=140), [(0, False, 1)] * 40),
        ("through the star", _ship(STAR - 60, STAR + 5, vx=100), [(1, True, 1)] * 30),
        ("in the middle of the star", _ship(STAR, STAR), [(0, False, 5), (0, True, 5)]),
        ("at the star's edge", _ship(STAR + STAR_RADIUS, STAR), [(0, False, 1)] * 5),
    ]
    random = Random(5)
    for number in range(20):
        ship = _ship(
            random.uniform(0, SIZE),
            random.uniform(0, SIZE),
            vx=random.uniform(-250, 250),
            vy=random.uniform(-250, 250),
            angle=random.uniform(0, tau),
        )
        held = [(random.randint(-1, 1), random.random() < 0.5, random.randint(1, 12)) for _ in range(12)]
        cases.append((f"by chance, {number}", ship, held))
    return cases


def _ship(x: float, y: float, *, vx: float = 0.0, vy: float = 0.0, angle: float = 0.0) -> Ship:
    return _HANGAR.spawn(Ship, x=float(x), y=float(y), vx=float(vx), vy=float(vy), angle=angle)


def _on_orbit(turns: float) -> Ship:
    ship = _HANGAR.spawn(Ship)
    ship.angle = place_on_orbit(ship, turns)
    return ship


def _state(ship: Ship) -> list[float]:
    return [getattr(ship, name) for name in FIELDS]


def main() -> None:
    """Writes the file, one flight a line."""
    document = flights()
    lines = ",\n".join(f"  {json.dumps(flight)}" for flight in document.pop("flights"))
    head = json.dumps(document)[:-1]
    FILE.write_text(f'{head}, "flights": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
