"""When tickets are to be looked at again by mere passing of time."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from rallypoint.core.matchmaking.pairing import Entry

__all__ = ["Waking"]


class Waking:
    """The next time of each ticket (:attr:`Entry.wake`), in order; a ticket has one at most."""

    def __init__(self) -> None:
        self._times: list[tuple[float, int, Entry]] = []
        self._count = 0
        self._live = 0

    def set(self, entry: Entry, at: float | None) -> None:
        """Replaces what was set before; ``None``: it is left alone."""
        if entry.wake == at:
            return
        self._live += (at is not None) - (entry.wake is not None)
        entry.wake = at
        if at is not None:
            self._count += 1  # of equal times, what was set first
            heappush(self._times, (at, self._count, entry))
        if len(self._times) > 64 + 4 * self._live:
            self._tidy()

    @property
    def due(self) -> float | None:
        """The first time of all."""
        times = self._times
        while times and times[0][2].wake != times[0][0]:
            heappop(times)
        return times[0][0] if times else None

    def pop(self, now: float) -> Entry | None:
        """The first ticket whose time has come; its time is taken away."""
        due = self.due
        if due is None or due > now:
            return None
        entry = heappop(self._times)[2]
        entry.wake = None
        self._live -= 1
        return entry

    def _tidy(self) -> None:
        self._times = [one for one in self._times if one[2].wake == one[0]]
        heapify(self._times)
