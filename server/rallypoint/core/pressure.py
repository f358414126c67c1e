"""How far the disk is behind, as one of a few levels: what gives way first is the matter of whoever asks."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PRESSURE_LIMITS", "PressureGauge", "PressureLimit", "WritingDebt"]


class PressureLimit(NamedTuple):
    """A level begins at either of these, and ends when both are below half of it."""

    lag_s: float
    lag_bytes: int


PRESSURE_LIMITS = (
    PressureLimit(0.1, 1 << 20),  # players do not notice yet
    PressureLimit(0.25, 4 << 20),  # events come visibly late
    PressureLimit(1.0, 16 << 20),  # what waits would soon cost more memory than steps are worth
)
"""Of the levels 1, 2 and 3."""


class PressureGauge:
    """The level, with hysteresis: one that goes up and down with every look would help nobody."""

    __slots__ = ("_limits", "level")

    def __init__(self, limits: tuple[PressureLimit, ...] = PRESSURE_LIMITS) -> None:
        self._limits = limits
        self.level = 0
        """0: the disk keeps up; at most the number of limits."""

    def update(self, lag_s: float, lag_bytes: int) -> int:
        """The level, given the age of the oldest thing that is not committed and how much there is."""
        level = self.level
        if not level and lag_s < self._limits[0].lag_s and lag_bytes < self._limits[0].lag_bytes:
            return 0
        while level and _below_half(self._limits[level - 1], lag_s, lag_bytes):
            level -= 1
        for number in range(level, len(self._limits)):
            limit = self._limits[number]
            if lag_s >= limit.lag_s or lag_bytes >= limit.lag_bytes:
                level = number + 1
        self.level = level
        return level


def _below_half(limit: PressureLimit, lag_s: float, lag_bytes: int) -> bool:
    return lag_s < limit.lag_s / 2 and lag_bytes < limit.lag_bytes / 2


_SHARE = 0.1
"""Of all time that writing may take before it counts as slow."""
_DEBT_S_MAX = 2.0
"""More is not remembered: a disk that works again must not be held back for long."""


class WritingDebt:
    """For writes that are waited for: how many seconds they have taken more than their share of the time."""

    __slots__ = ("_as_of", "_debt_s")

    def __init__(self, now: float) -> None:
        self._as_of = now
        self._debt_s = 0.0

    def wrote(self, now: float, took_s: float) -> None:
        """A write has ended now that took so long."""
        self._debt_s = min(_DEBT_S_MAX, self.lag_s(now) + took_s)

    def lag_s(self, now: float) -> float:
        """What is left of it: it is paid off by time that passes."""
        if now > self._as_of:
            if self._debt_s:
                self._debt_s = max(0.0, self._debt_s - (now - self._as_of) * _SHARE)
            self._as_of = now
        return self._debt_s
