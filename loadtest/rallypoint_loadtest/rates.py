"""How often a fault strikes: ``5%/s`` is the chance that a bot is struck within one second."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

__all__ = ["NEVER", "Rate", "parse_rate"]

_RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<percent>%)?/(?P<unit>s|min)")


@dataclass(frozen=True, slots=True)
class Rate:
    """A chance for each bot and each second, from 0 to 1."""

    per_s: float

    def chance(self, span_s: float) -> float:
        """The chance to be struck at least once within ``span_s`` seconds."""
        return 1.0 if self.per_s >= 1 else -math.expm1(span_s * math.log1p(-self.per_s))


NEVER = Rate(0.0)


def parse_rate(text: str) -> Rate:
    """Reads ``5%/s``, ``0.05/s`` or ``30%/min``; ``0`` is never. Raises ``ValueError`` with what to write instead."""
    text = text.strip()
    if text == "0":
        return NEVER
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no rate: write the chance per bot and second, as in 5%/s")
    chance = float(match["number"]) / (100 if match["percent"] else 1)
    if chance > 1:
        raise ValueError(f"{text!r} is more than certain: a chance is at most 100%")
    if match["unit"] == "min" and chance < 1:
        chance = Rate(chance).chance(1 / 60)
    return Rate(chance)
