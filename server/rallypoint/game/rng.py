"""A session's random numbers: a standard ``random.Random`` whose whole state is one 64-bit number.

The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Its small
state can be kept with every step, so that a recovered or replayed session draws the same numbers.
"""

from __future__ import annotations

import random
from typing import Any

__all__ = ["SEED_MASK", "SessionRandom"]

SEED_MASK = 2**64 - 1
"""What a session can be seeded with: its state from then on."""


class SessionRandom(random.Random):
    """``game.random``: use it for everything that is random in a game."""

    def __init__(self, state: int = 0) -> None:
        super().__init__(state)

    def seed(self, a: Any = None, version: int = 2) -> None:
        """Starts over from a whole number."""
        if not isinstance(a, int):
            raise TypeError("a session's random is seeded with an int")
        self.state = a & SEED_MASK
        self.gauss_next = None

    def _next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & SEED_MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & SEED_MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & SEED_MASK
        return z ^ (z >> 31)

    def random(self) -> float:
        """A float in [0, 1)."""
        return (self._next() >> 11) * 2.0**-53

    def getrandbits(self, k: int, /) -> int:
        """A whole number of ``k`` random bits."""
        if k < 0:
            raise ValueError("number of bits must not be negative")
        value, bits = 0, 0
        while bits < k:
            value = value << 64 | self._next()
            bits += 64
        return value >> (bits - k)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Normal distribution. Without the spare value that the standard one keeps: it would be hidden state."""
        return self.normalvariate(mu, sigma)

    def getstate(self) -> Any:
        """The whole state: one number."""
        return self.state

    def setstate(self, state: Any) -> None:
        """Goes on from a state of :meth:`getstate`."""
        self.state = int(state) & SEED_MASK
