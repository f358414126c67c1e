"""When which bot's input is to be sent: one wheel for all bots of a process.

Bot b's inputs are planned at ``start + (slot_b + k * slots) * slot_s`` for k = 0, 1, 2, ...: at the game's tick rate,
each bot in a slot of its own choosing. The plan is fixed in advance and does not wait for a slow server or a slow
generator; latency is measured from the planned time, so that whatever held an input back shows in the figures.
Otherwise the generator would omit just the moments when things went wrong: G. Tene's "coordinated omission".

Pure: the time is given. Seconds of one monotonic clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["Wheel"]

T = TypeVar("T")


class Wheel(Generic[T]):
    """Turns once per ``interval_s``, in slots of at most ``slot_max_s``."""

    def __init__(
        self, interval_s: float, start: float, *, slot_max_s: float = 0.001, behind_max_s: float = 1.0
    ) -> None:
        self.slots = max(1, math.ceil(interval_s / slot_max_s - 1e-9))
        self.slot_s = interval_s / self.slots
        self._start = start
        self._behind_max = max(1, round(behind_max_s / self.slot_s))
        self._items: list[list[T]] = [[] for _ in range(self.slots)]
        self._turned = 0
        """Running number of the next slot that comes due."""
        self.skipped = 0
        """Planned moments of items that were given up, because the generator was further behind than is allowed."""

    def add(self, item: T, slot: int) -> None:
        """Puts an item into a slot; it is due from that slot's next turn on."""
        self._items[slot].append(item)

    def remove(self, item: T, slot: int) -> None:
        """Takes an item out. Raises ``ValueError`` if it is not there."""
        self._items[slot].remove(item)

    @property
    def next_due(self) -> float:
        """When the next slot is due."""
        return self._start + self._turned * self.slot_s

    def due(self, now: float) -> Iterator[tuple[float, list[T]]]:
        """``(planned time, its items)`` for every slot that is due and was not given before, oldest first.

        What is more than ``behind_max_s`` overdue is skipped and counted: sent all at once, it would only tell how the
        server refuses a flood. An item may be removed while this runs; what is not taken is due the next time.
        """
        last = int((now - self._start) / self.slot_s + 1e-9)
        if last - self._turned > self._behind_max:
            first = last - self._behind_max
            self.skipped += sum(len(self._items[number % self.slots]) for number in range(self._turned, first))
            self._turned = first
        while self._turned <= last:
            number = self._turned
            self._turned += 1
            items = self._items[number % self.slots]
            yield self._start + number * self.slot_s, items[:]
