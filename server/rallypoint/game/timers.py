"""Named timers on session time: they stand still while the session does, and can be kept, because they are names."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from rallypoint.core.game_image import TimerImage

__all__ = ["Timers"]


class Timers:
    """A heap of ``(due_ms, number, method, arguments)``; equal times fire in the order in which they were set."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str, tuple[Any, ...]]] = []
        self.last = 0
        """The number that was given last."""
        self.log: tuple[list[TimerImage], list[int]] | None = None
        """If somebody keeps them: what was set since they looked, and what has fired or was cancelled."""

    def add(self, due_ms: int, method: str, args: tuple[Any, ...]) -> int:
        """Sets a timer and gives its number."""
        self.last += 1
        heapq.heappush(self._heap, (due_ms, self.last, method, args))
        if self.log is not None:
            self.log[0].append((due_ms, self.last, method, list(args)))
        return self.last

    def cancel(self, number: int) -> bool:
        """Takes a timer back. False if it has fired, was cancelled, or never was."""
        for place, entry in enumerate(self._heap):
            if entry[1] == number:
                self._heap[place] = self._heap[-1]
                self._heap.pop()
                heapq.heapify(self._heap)
                if self.log is not None:
                    self.log[1].append(number)
                return True
        return False

    def due(self, now_ms: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Takes out what is due, in order. What these set for now or earlier is due with the next call."""
        last = self.last
        while self._heap and self._heap[0][0] <= now_ms:
            entry = self._heap[0]
            if entry[1] > last:
                return
            heapq.heappop(self._heap)
            if self.log is not None:
                self.log[1].append(entry[1])
            yield entry[2], entry[3]

    @property
    def next_ms(self) -> int | None:
        """Session time of the earliest timer, or ``None``."""
        return self._heap[0][0] if self._heap else None

    def image(self) -> list[TimerImage]:
        """All of them, in the order in which they were set."""
        found = sorted(self._heap, key=lambda entry: entry[1])
        return [(due_ms, number, method, list(args)) for due_ms, number, method, args in found]

    def restore(self, image: Iterable[TimerImage], last: int) -> None:
        """Instead of whatever is here: what an image says."""
        self._heap = [(due_ms, number, method, tuple(args)) for due_ms, number, method, args in image]
        heapq.heapify(self._heap)
        self.last = last

    def __len__(self) -> int:
        return len(self._heap)
