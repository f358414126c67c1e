"""Players made of code: they fill empty seats, and play load tests.

A bot sees what any client of its seat sees. ``tick`` gets the view of every new state, and yields what to send. It has
to be quick, for a thousand bots may share one core: read what is needed, and look around only now and then.
"""

from collections.abc import Iterator
from math import atan2, hypot, pi, tau
from typing import Any

from rallypoint_client import Bot, EntityView, Input, View

from .flight import STAR
from .game import COOLING_S, SHIP_RADIUS, SHOT_S, SHOT_SPEED

NEAR_ENOUGH = 0.1  # radians: half of what a ship turns in a tick
LOOK_EVERY_MS = 500.0
FIRE_EVERY_MS = COOLING_S * 1000 + 50
AHEAD_S, STAR_DISTANCE = 0.5, 150.0  # so long from now it must not be so near to the star
SHIP_DISTANCE, SPEED_MAX = 160.0, 280.0  # goes up to another ship so far, and so fast


class RandomBot(Bot):
    """Presses keys at random: the least that a bot can do, and what a better one has to beat."""

    def tick(self, view: View) -> Iterator[Input]:
        if self.random.random() < 0.2:
            yield self.inputs.Steer(turn=self.random.randint(-1, 1), thrust=self.random.random() < 0.5)
        if self.random.random() < 0.1:
            yield self.inputs.Fire()


class OrbitBot(Bot):
    """Keeps out of the star, goes after the nearest ship, and shoots at where that will be."""

    target: int = 0  # id of a ship; 0: none
    miss: float = 0.0  # radians: nobody aims perfectly
    look_at_ms: float = 0.0
    fire_at_ms: float = 0.0

    def tick(self, view: View) -> Iterator[Input]:
        if view.tick % 2 != self.seat.index % 2:  # ten times a second is quick enough for anybody
            return
        ship = None if view.me is None else view.me.one("Ship")
        if ship is None:
            return
        now_ms = view.now_ms
        if now_ms >= self.look_at_ms:
            self._look_around(view, ship)
        x, y, vx, vy = ship.x, ship.y, ship.vx, ship.vy
        out_x, out_y = x - STAR + vx * AHEAD_S, y - STAR + vy * AHEAD_S
        if hypot(out_x, out_y) < STAR_DISTANCE:
            off = _half_turn(atan2(out_y, out_x) - ship.angle)
            yield self._steer(off, thrust=abs(off) < 1.0)
            return
        target = view.get(self.target) if self.target else None
        if target is None:
            yield self._steer(0.0, thrust=False)
            return
        dx, dy = target.x - x, target.y - y
        distance = hypot(dx, dy)
        flight_s = distance / SHOT_SPEED
        aim = atan2(dy + (target.vy - vy) * flight_s, dx + (target.vx - vx) * flight_s)
        off = _half_turn(aim + self.miss - ship.angle)
        yield self._steer(off, thrust=distance > SHIP_DISTANCE and abs(off) < 0.5 and hypot(vx, vy) < SPEED_MAX)
        aimed = abs(off) * distance < SHIP_RADIUS and flight_s < SHOT_S
        if aimed and now_ms >= max(self.fire_at_ms, target.shield_until_ms) and ship.ammo > 0:
            self.fire_at_ms = now_ms + FIRE_EVERY_MS
            yield self.inputs.Fire()

    def _look_around(self, view: View, ship: EntityView) -> None:
        """Chooses the nearest ship as the target."""
        self.look_at_ms = view.now_ms + LOOK_EVERY_MS * self.random.uniform(0.5, 1.5)
        self.miss = self.random.gauss(0.0, 0.03)
        others = [(hypot(it.x - ship.x, it.y - ship.y), it.id) for it in view.all("Ship") if it.id != ship.id]
        self.target = min(others)[1] if others else 0

    def _steer(self, off: float, thrust: bool) -> Any:
        """Turns to where it should point, ``off`` radians from where it does, unless that is near enough."""
        turn = 0 if abs(off) < NEAR_ENOUGH else 1 if off > 0 else -1
        return self.inputs.Steer(turn=turn, thrust=thrust)


def _half_turn(angle: float) -> float:
    """The same direction, as an angle from -pi to pi."""
    return (angle + pi) % tau - pi
