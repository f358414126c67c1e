"""How long to wait before the next attempt to connect: exponential backoff with full jitter.

Attempt n waits a random time between 0 and ``first_s * 2**n``, at most ``max_s``: a thousand clients that lost the same
server come back spread over that time and not all at once, and the first attempt after a short break is quick. After M.
Brooker, "Exponential Backoff And Jitter" (2015). Pure: randomness and time are given.
"""

from __future__ import annotations

import math
from random import Random
from typing import Final

__all__ = ["FIRST_S", "MAX_S", "Backoff"]

FIRST_S: Final = 0.05
MAX_S: Final = 5.0


class Backoff:
    """The delays of one series of attempts, until :meth:`reset` begins a new one."""

    __slots__ = ("_bound_s", "_first_s", "_max_s", "_random", "attempts")

    def __init__(self, random: Random, first_s: float = FIRST_S, max_s: float = MAX_S) -> None:
        self._random = random
        self._first_s = first_s
        self._max_s = max_s
        self._bound_s = first_s
        self.attempts = 0
        """Delays given since the last reset."""

    def next_s(self, most_s: float = math.inf) -> float:
        """Seconds to wait before the next attempt, at most ``most_s``: with that, the bound does not grow beyond it."""
        bound_s = min(self._bound_s, most_s)
        self._bound_s = min(self._max_s, most_s, bound_s * 2)
        delay_s = self._random.random() * bound_s
        self.attempts += 1
        return delay_s

    def reset(self) -> None:
        """It worked: the next series begins with the shortest delay again."""
        self._bound_s = self._first_s
        self.attempts = 0
