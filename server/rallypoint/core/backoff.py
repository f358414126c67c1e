"""How long to wait before the next attempt: twice as long after each failure, up to a bound, and never exactly.

The spread keeps what failed together from coming back together. Pure: the dice are thrown by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Backoff"]

_DOUBLINGS_MAX = 32
"""Longer series change nothing: ``most_s`` was reached long before."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses of a series of failures. Durations in seconds."""

    first_s: float
    most_s: float
    spread: float = 0.2
    """A pause is between ``1 - spread`` and ``1 + spread`` times what it would be."""

    def pause_s(self, failures: int, roll: float) -> float:
        """The pause after that many failures in a row, from 1; ``roll`` is random, from 0 to 1."""
        doublings = min(failures - 1, _DOUBLINGS_MAX)
        plain_s = min(self.most_s, self.first_s * 2.0**doublings)
        return plain_s * (1 + self.spread * (2 * roll - 1))
