"""The reference work: a game of 8 whose every seat has one entity that moves, and shows the last input it was told."""

from __future__ import annotations

from rallypoint import Entity, Game, Hold, Player, fixed


class Move(Hold):
    """Steers the entity."""

    vx: float
    vy: float
    last_seq: int


class Mover(Entity):
    """Moves about a square of 1,000 by 1,000."""

    x: float = fixed(0.01, 500.0)
    y: float = fixed(0.01, 500.0)
    vx: float = fixed(0.01)
    vy: float = fixed(0.01)
    last_seq: int = 0


class Arena(Game, seats=(1, 8), tick_hz=20):
    """One mover a player."""

    def joined(self, player: Player) -> None:
        self.spawn(Mover, owner=player, x=self.random.uniform(100, 900), y=self.random.uniform(100, 900))

    def tick(self) -> None:
        dt = self.dt
        for mover in self.all(Mover):
            assert mover.owner is not None
            move = mover.owner.held(Move)
            mover.vx, mover.vy, mover.last_seq = move.vx, move.vy, move.last_seq
            x, y = mover.x + mover.vx * dt, mover.y + mover.vy * dt
            mover.x = x if 0 <= x <= 1000 else 500.0
            mover.y = y if 0 <= y <= 1000 else 500.0


class Crowd(Arena, seats=(1, 200)):
    """The same with everybody in one session."""
