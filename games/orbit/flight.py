"""How things fly in Orbit: the star's gravity, the edge of the arena, and what all that flies has in common.

Pages predict their own ship, so :func:`fly` is written twice: ``web/flight.js`` is its twin, and a test
compares the two.
"""

from math import cos, sin, tau
from typing import Protocol

from rallypoint import Entity, fixed

SIZE = 1000.0
"""The arena is a square with this side; its edge throws everything back."""
STAR = SIZE / 2
"""x and y of the star."""
STAR_RADIUS = 40.0
GRAVITY = 10_000.0
"""The star's pull at distance 1. It fades with the distance, so that any circular orbit has the speed sqrt(GRAVITY)."""
ORBIT_RADIUS = 300.0
TURN, THRUST = 4.0, 150.0  # radians, and speed gained, in a second


class Steering(Protocol):
    """What a pilot holds."""

    turn: int
    thrust: bool


class Body(Entity):
    """A place and a speed, in units and units a second."""

    x: float = fixed(0.01)
    y: float = fixed(0.01)
    vx: float = fixed(0.01)
    vy: float = fixed(0.01)

    def push(self, angle: float, speed: float) -> None:
        """Adds some speed in a direction."""
        self.vx += speed * cos(angle)
        self.vy += speed * sin(angle)

    def fall(self, dt: float) -> None:
        """What the star's gravity does in ``dt`` seconds."""
        dx, dy = STAR - self.x, STAR - self.y
        pull = GRAVITY * dt / max(dx * dx + dy * dy, STAR_RADIUS * STAR_RADIUS)
        self.vx += dx * pull
        self.vy += dy * pull

    def move(self, dt: float) -> None:
        """Goes on for ``dt`` seconds."""
        x, y = self.x + self.vx * dt, self.y + self.vy * dt
        if not 0.0 <= x <= SIZE:
            x, self.vx = min(max(x, 0.0), SIZE), -self.vx
        if not 0.0 <= y <= SIZE:
            y, self.vy = min(max(y, 0.0), SIZE), -self.vy
        self.x, self.y = x, y

    @property
    def is_in_star(self) -> bool:
        """True where no ship lasts."""
        dx, dy = STAR - self.x, STAR - self.y
        return dx * dx + dy * dy < STAR_RADIUS * STAR_RADIUS

    def is_near(self, other: "Body", distance: float) -> bool:
        """True if the other is nearer than that."""
        dx, dy = other.x - self.x, other.y - self.y
        return dx * dx + dy * dy < distance * distance


class Craft(Protocol):
    """A body that somebody steers."""

    angle: float
    thrust: bool

    def push(self, angle: float, speed: float) -> None: ...
    def fall(self, dt: float) -> None: ...
    def move(self, dt: float) -> None: ...


def fly(craft: Craft, steer: Steering, dt: float) -> None:
    """One step of ``dt`` seconds. All that it reads and changes is public: so a page can do the same."""
    craft.angle = (craft.angle + steer.turn * TURN * dt) % tau
    craft.thrust = steer.thrust
    if steer.thrust:
        craft.push(craft.angle, THRUST * dt)
    craft.fall(dt)
    craft.move(dt)


def place_on_orbit(body: Body, turns: float) -> float:
    """Puts a body on a circular orbit, so many turns from where that begins; gives the direction in which it flies."""
    angle = turns * tau
    body.x = STAR + ORBIT_RADIUS * cos(angle)
    body.y = STAR + ORBIT_RADIUS * sin(angle)
    body.vx = body.vy = 0.0
    ahead = (angle + tau / 4) % tau
    body.push(ahead, GRAVITY**0.5)
    return ahead
