"""Networks as players have them: what each is like, and what goes wrong on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Final

from .network import Weather
from .scenario import Fault

__all__ = ["CONDITIONS", "Conditions"]


@dataclass(frozen=True, slots=True)
class Conditions:
    """One kind of network. Seconds; ranges are drawn from anew for each player and each fault."""

    latency_s: tuple[float, float]
    jitter_s: float
    stall_every_s: float = 0.0
    stall_s: float = 0.0
    faults_per_min: Mapping[str, float] = field(default_factory=dict)
    """By what happens: ``reset`` (cut, both sides know), ``vanish`` (cut, nobody knows), ``darken`` (nothing gets
    through for a while)."""
    dark_s: tuple[float, float] = (1.0, 4.0)

    def weather(self, dice: Random) -> Weather:
        """Of one player."""
        return Weather(
            latency_s=round(dice.uniform(*self.latency_s), 4),
            jitter_s=self.jitter_s,
            stall_every_s=self.stall_every_s,
            stall_s=self.stall_s,
        )

    def faults(self, player: str, seconds: float, dice: Random) -> Iterator[Fault]:
        """What goes wrong for one player in so many seconds, in no order."""
        for do, per_min in self.faults_per_min.items():
            at = dice.expovariate(per_min / 60)
            while at < seconds:
                args = {"seconds": round(dice.uniform(*self.dark_s), 2)} if do == "darken" else {}
                yield Fault(do, at=round(at, 3), target=player, args=args)
                at += dice.expovariate(per_min / 60)


CONDITIONS: Final[Mapping[str, Conditions]] = MappingProxyType(
    {
        "good": Conditions((0.005, 0.02), 0.002),
        "home": Conditions((0.01, 0.04), 0.01, 30.0, 0.3, {"reset": 0.1}),
        "mobile": Conditions((0.03, 0.1), 0.05, 8.0, 0.6, {"reset": 0.5, "vanish": 0.2, "darken": 0.5}),
        "train": Conditions((0.05, 0.2), 0.1, 3.0, 1.5, {"reset": 1.0, "vanish": 0.5, "darken": 2.0}, (1.0, 12.0)),
    }
)
"""By name."""
