"""Which bots are struck by a fault: each with the same chance, in each span of time, whatever happened before.

Pure: dice and time are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Protocol, TypeVar

from .rates import Rate

__all__ = ["Faults"]


class _Strikable(Protocol):
    @property
    def connected(self) -> bool: ...


T = TypeVar("T", bound=_Strikable)


class Faults:
    """Strikes at ``rate``. ``now`` is seconds of one monotonic clock."""

    def __init__(self, rate: Rate, random: Random, now: float) -> None:
        self._rate = rate
        self._random = random
        self._looked = now

    def struck(self, bots: Iterable[T], now: float) -> Iterator[T]:
        """The bots that are struck in the time since the last call. Who is not connected cannot be."""
        span_s, self._looked = now - self._looked, now
        if self._rate.per_s <= 0 or span_s <= 0:
            return
        chance, dice = self._rate.chance(span_s), self._random.random
        for bot in bots:
            if bot.connected and dice() < chance:
                yield bot
