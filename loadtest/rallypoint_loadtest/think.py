"""How long a bot thinks about a move in a turn-based game: ``0.2s..1s``, any time between with the same chance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rallypoint_client import Bot

__all__ = ["THINK", "Think", "parse_think", "think_of"]

_SPAN: Final = r"(\d+(?:\.\d+)?)(ms|s)"
_FORM: Final = re.compile(rf"{_SPAN}(?:\.\.{_SPAN})?")
_SECONDS: Final = {"s": 1.0, "ms": 0.001}
_LEAST_S: Final = 0.001


@dataclass(frozen=True, slots=True)
class Think:
    """From ``least_s`` to ``most_s`` seconds, a move."""

    least_s: float
    most_s: float

    def draw(self, random: Random) -> float:
        """How long this time."""
        return random.uniform(self.least_s, self.most_s)


THINK: Final = Think(0.2, 1.0)
"""Of a bot that does not say. Quicker than people, who take several seconds: sessions end, and others begin, in a run
of half a minute, too."""


def think_of(bot: type[Bot]) -> Think:
    """How long that bot itself wants to think."""
    least_s, most_s = bot.think_s
    return Think(least_s, most_s) if most_s > 0 else THINK


def parse_think(text: str) -> Think:
    """Reads ``0.2s..1s``, ``50ms..200ms`` or ``1s``. Raises ``ValueError`` with what to write instead."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no time to think: write the least and the most a move, as in 0.2s..1s")
    least, unit, most, most_unit = match.groups()
    least_s = float(least) * _SECONDS[unit]
    most_s = least_s if most is None else float(most) * _SECONDS[most_unit]
    if not _LEAST_S <= least_s <= most_s:
        raise ValueError(f"{text!r} is no time to think: the least comes first, and is 1ms or more")
    return Think(least_s, most_s)
