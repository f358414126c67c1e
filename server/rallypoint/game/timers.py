"""Named timers on session time: they stand still while the session does, and can be kept, because they are names."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

__all__ = ["Timers"]


class Timers:
    """A heap of ``(due_ms, number, method, arguments)``; equal times fire in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str, tuple[Any, ...]]] = []
        self._last = 0

    def add(self, due_ms: int, method: str, args: tuple[Any, ...]) -> int:
        """Sets a timer and gives its number."""
        self._last += 1
        heapq.heappush(self._heap, (due_ms, self._last, method, args))
        return self._last

    def cancel(self, number: int) -> bool:
        """Takes a timer back. False if it has fired, was cancelled, or never was."""
        for place, entry in enumerate(self._heap):
            if entry[1] == number:
                self._heap[place] = self._heap[-1]
                self._heap.pop()
                heapq.heapify(self._heap)
                return True
        return False

    def due(self, now_ms: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Takes out what is due, in order. What these set for now or earlier is due with the next call."""
        last = self._last
        while self._heap and self._heap[0][0] <= now_ms:
            entry = self._heap[0]
            if entry[1] > last:
                return
            heapq.heappop(self._heap)
            yield entry[2], entry[3]

    @property
    def next_ms(self) -> int | None:
        """Session time of the earliest timer, or ``None``."""
        return self._heap[0][0] if self._heap else None

    def __len__(self) -> int:
        return len(self._heap)
