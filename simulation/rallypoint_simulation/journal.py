"""A journal in virtual time: commits after a while, and tells who watches of each step."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from random import Random

from rallypoint.ports import Committed, StepRecord

from .loop import SimulatedLoop

__all__ = ["SimulatedJournal"]


class SimulatedJournal:
    """Implements :class:`rallypoint.ports.Journal`. With ``commit_s`` 0 each batch is committed at once."""

    durability = "off"

    def __init__(
        self, loop: SimulatedLoop, dice: Random, commit_s: float, stepped: Callable[[StepRecord], None]
    ) -> None:
        self._loop = loop
        self._dice = dice
        self._commit_s = commit_s
        self._stepped = stepped
        self._last = 0.0
        self._waiting: deque[tuple[list[StepRecord], Committed]] = deque()

    def append(self, batch: Sequence[StepRecord], committed: Committed) -> None:
        """See the port."""
        for record in batch:
            self._stepped(record)
        if not self._commit_s:
            committed(batch)
            return
        self._last = max(self._last, self._loop.time() + self._commit_s * self._dice.random())
        self._waiting.append((list(batch), committed))
        self._loop.call_at(self._last, self._commit)

    def _commit(self) -> None:
        """The oldest: the loop shuffles what is due at one moment, and a journal commits in order."""
        batch, committed = self._waiting.popleft()
        committed(batch)

    async def close(self) -> None:
        """What was appended is committed when its time comes."""
