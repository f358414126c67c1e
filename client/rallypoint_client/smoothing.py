"""What hides corrections: the picture goes to where the prediction is now gently, not at once.

When a prediction is put right, what is drawn must not jump. So the difference is kept, added to all that is drawn from
then on, and halved every :data:`HALF_LIFE_MS`. A difference larger than the *snap* distance is no correction but
another place: there it jumps. Pure: times are given, in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["HALF_LIFE_MS", "Smoothing"]

HALF_LIFE_MS: Final = 80.0


class Smoothing:
    """The differences of so many numbers, as they fade."""

    __slots__ = ("_at_ms", "_half_life_ms", "offsets")

    def __init__(self, numbers: int, half_life_ms: float = HALF_LIFE_MS) -> None:
        self._half_life_ms = half_life_ms
        self._at_ms = 0.0
        self.offsets = [0.0] * numbers
        """To be added to what is drawn, as of the last call."""

    def fade(self, at_ms: float) -> list[float]:
        """The offsets at that time, which does not go back."""
        passed_ms = at_ms - self._at_ms
        if passed_ms > 0:
            self._at_ms = at_ms
            part = 0.5 ** (passed_ms / self._half_life_ms)
            self.offsets = [offset * part for offset in self.offsets]
        return self.offsets

    def shift(self, by: Sequence[float]) -> None:
        """What is below has moved by that much: what is drawn is to stay where it is for now."""
        self.offsets = [offset - way for offset, way in zip(self.offsets, by, strict=True)]

    def snap(self) -> None:
        """To where it belongs, at once."""
        self.offsets = [0.0] * len(self.offsets)
