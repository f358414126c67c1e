"""Hoard: Books with a heap that is too large for any buffer between server and client, and changes now and then."""

from __future__ import annotations

from rallypoint import Entity, field

from .books import Put, Told
from .ledgers import Books, Lean

__all__ = ["HEAP_BYTES", "Heap", "Hoard", "Lean", "Put", "Told"]

HEAP_BYTES = 80_000


class Heap(Entity):
    """Nobody looks into it."""

    things: str = field("")
    turned: int = field(0)


class Hoard(
    Books,
    seats=(1, 4),
    tick_hz=10,
    grace_s=4,
    grace_budget_s=12,
    start_after_s=3,
    room_wait_s=6,
    spectators=2,
    spectate_delay_s=1,
):
    """For anybody at once."""

    def started(self) -> None:
        super().started()
        self.spawn(Heap, things="x" * HEAP_BYTES)

    def tick(self) -> None:
        super().tick()
        if self.random.random() < 0.03:
            for heap in self.all(Heap):
                heap.turned += 1
                heap.things = "xyz"[heap.turned % 3] * HEAP_BYTES
