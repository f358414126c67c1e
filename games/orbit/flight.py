"""How things fly in Orbit: the star's gravity, the edge of the arena, and what all flying things have in common."""

from math import cos, sin, tau

from rallypoint import Entity, fixed

SIZE = 1000.0
"""The arena is a square with this side; its edge throws everything back."""
STAR = SIZE / 2
"""x and y of the star."""
STAR_RADIUS = 40.0
GRAVITY = 10_000.0
"""The star's pull at distance 1. It fades with the distance, so that all circular orbits have the speed sqrt(GRAVITY)."""
ORBIT_RADIUS = 300.0


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
        """What gravity does in ``dt`` seconds."""
        dx, dy = STAR - self.x, STAR - self.y
        pull = GRAVITY * dt / max(dx * dx + dy * dy, STAR_RADIUS * STAR_RADIUS)
        self.vx += dx * pull
        self.vy += dy * pull

    def move(self, dt: float) -> None:
        """Goes on for ``dt`` seconds."""
        x = self.x + self.vx * dt
        y = self.y + self.vy * dt
        if not 0.0 <= x <= SIZE:
            x, self.vx = min(max(x, 0.0), SIZE), -self.vx
        if not 0.0 <= y <= SIZE:
            y, self.vy = min(max(y, 0.0), SIZE), -self.vy
        self.x, self.y = x, y

    @property
    def in_star(self) -> bool:
        """True where nothing lives."""
        dx, dy = STAR - self.x, STAR - self.y
        return dx * dx + dy * dy < STAR_RADIUS * STAR_RADIUS

    def touches(self, other: "Body", distance: float) -> bool:
        """True if the other is nearer than ``distance``."""
        dx, dy = other.x - self.x, other.y - self.y
        return dx * dx + dy * dy < distance * distance


def orbit(turns: float) -> dict[str, float]:
    """The fields of a body on a circular orbit, so many turns from its beginning, heading where it flies."""
    angle = turns * tau
    speed = GRAVITY**0.5
    return {
        "x": STAR + ORBIT_RADIUS * cos(angle),
        "y": STAR + ORBIT_RADIUS * sin(angle),
        "vx": -speed * sin(angle),
        "vy": speed * cos(angle),
        "angle": (angle + tau / 4) % tau,
    }
