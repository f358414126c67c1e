"""What is counted of one prediction."""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["PredictionStats"]

_KEPT: Final = 1000


class PredictionStats:
    """Counts since the prediction began. Distances are in the units of the game's fields."""

    def __init__(self) -> None:
        self.inputs = 0
        self.late_inputs = 0
        """Of these, applied in a later tick than they were meant for."""
        self.early_inputs = 0
        self.lead_ms = 0.0
        """How far ahead of the session's clock the client is now."""
        self.replayed = 0
        """Steps that were made again."""
        self.snaps = 0
        """Corrections too large to be smoothed."""
        self.starts = 0
        """Times that it began anew: with another entity, or after a lost connection."""
        self._corrections: deque[float] = deque(maxlen=_KEPT)

    def corrected(self, distance: float) -> None:
        """A pass has said how far the prediction for its tick was off."""
        self._corrections.append(distance)

    def correction(self, part: float) -> float:
        """How large that part of the last 1000 corrections was at most (most are 0): ``correction(0.99)``."""
        ordered = sorted(self._corrections)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0

    @property
    def p50(self) -> float:
        """The median correction."""
        return self.correction(0.5)

    @property
    def p99(self) -> float:
        """What 99 of 100 corrections do not exceed."""
        return self.correction(0.99)

    @property
    def max(self) -> float:
        """The largest correction."""
        return self.correction(1.0)
