"""Who plays these games: random holds and actions, numbered so that observers know each of them again."""

from __future__ import annotations

from collections.abc import Iterator

from rallypoint_client import Bot, Input, View

__all__ = ["ServerBot"]


class ServerBot(Bot):
    """Fills seats. It numbers its actions from 1 on in each session."""

    think_s = (0.1, 1.0)
    number: int = 0

    def tick(self, view: View) -> Iterator[Input]:
        if self.random.random() < 0.1 or (view.game.status.name == "RUNNING" and self.turn_is_ours(view)):
            self.number += 1
            yield self.inputs.Put(number=self.number, what=self.random.randrange(8))
        if hasattr(self.inputs, "Lean") and self.random.random() < 0.05:
            yield self.inputs.Lean(value=self.random.randrange(1_000_000))

    def turn_is_ours(self, view: View) -> bool:
        """In Turns."""
        return getattr(view.game, "turn", None) == self.seat.index
