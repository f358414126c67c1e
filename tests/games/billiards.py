"""Balls on a table, moved by a real physics engine: what its bodies are is declared, the engine itself is transient.

Two players push the white ball by turns. The engine is pymunk, a C library: its space cannot be kept. It is built again
of what was kept of each body: place, speed, angle and spin in full. What the engine remembers besides (with which
impulses touching balls held each other in its last step) is not to be had, and begins at nothing.
"""

from __future__ import annotations

from math import hypot
from typing import Any, ClassVar

import pymunk

from rallypoint import Action, Entity, Game, Player, Refused, field, fixed, on, transient

WIDTH, HEIGHT = 200.0, 100.0
RADIUS, MASS = 3.0, 1.0
SUBSTEPS = 4
SPEED_MAX = 150.0
STILL = 0.5
"""Units a second: slower than that is not moving."""


class Push(Action):
    vx: float
    vy: float


class Ball(Entity):
    number: int = field(0)  # 0: the white one
    x: float = fixed(0.01)
    y: float = fixed(0.01)
    vx: float = fixed(0.01)
    vy: float = fixed(0.01)
    angle: float = fixed(0.01, lerp="turn")
    spin: float = fixed(0.01)
    body: pymunk.Body | None = transient()


class Billiards(Game, seats=2, tick_hz=20):
    uses: ClassVar = [Push, Ball]

    turn: int = field(0)
    space: pymunk.Space | None = transient()

    def created(self, options: dict[str, Any]) -> None:
        self.spawn(Ball, x=50.0, y=50.0)
        for number in range(1, 7):
            row, place = (1, 0) if number == 1 else (2, number - 2) if number < 4 else (3, number - 4)
            x, y = 130.0 + row * 5.5, 50.0 + (place - (row - 1) / 2) * 6.3
            self.spawn(Ball, number=number, x=x + self.random.uniform(0.0, 0.2), y=y)
        self._build()

    def restored(self) -> None:
        self._build()

    @on(Push)
    def push(self, player: Player, push: Push) -> None:
        if player.seat != self.turn:
            raise Refused("it is not your turn")
        if any(hypot(ball.vx, ball.vy) > STILL for ball in self.all(Ball)):
            raise Refused("wait until the balls lie still")
        if hypot(push.vx, push.vy) > SPEED_MAX:
            raise Refused("too hard")
        white = self.all(Ball)[0]
        assert white.body is not None
        white.body.velocity = push.vx, push.vy
        self.turn = 1 - self.turn

    def tick(self) -> None:
        assert self.space is not None
        for _ in range(SUBSTEPS):
            self.space.step(self.dt / SUBSTEPS)
        for ball in self.all(Ball):
            body = ball.body
            assert body is not None
            ball.x, ball.y = body.position
            ball.vx, ball.vy = body.velocity
            ball.angle, ball.spin = body.angle, body.angular_velocity

    def _build(self) -> None:
        """The space, from nothing but the fields: bodies in the order of their ids."""
        space = pymunk.Space()
        space.damping = 0.6
        corners = (0.0, 0.0), (WIDTH, 0.0), (WIDTH, HEIGHT), (0.0, HEIGHT)
        for i in range(4):
            cushion = pymunk.Segment(space.static_body, corners[i], corners[(i + 1) % 4], 1.0)
            cushion.elasticity, cushion.friction = 0.8, 0.3
            space.add(cushion)
        for ball in self.all(Ball):
            body = pymunk.Body(MASS, pymunk.moment_for_circle(MASS, 0.0, RADIUS))
            body.position, body.velocity = (ball.x, ball.y), (ball.vx, ball.vy)
            body.angle, body.angular_velocity = ball.angle, ball.spin
            shape = pymunk.Circle(body, RADIUS)
            shape.elasticity, shape.friction = 0.9, 0.2
            space.add(body, shape)
            ball.body = body
        self.space = space
