"""Worlds in which an operator pauses sessions, steps them, and has them go on: any mean world, with that in it.

They are seeds of their own, so that all others stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from msgspec import structs

from rallypoint_simulation.scenario import Fault, Scenario

__all__ = ["FROM", "has_pauses", "with_pauses"]

FROM: Final = 300_000
"""The world of ``FROM + n`` is that of ``n`` with pauses."""


def has_pauses(seed: int) -> bool:
    """Whether the world of that number is one of these."""
    return seed >= FROM


def with_pauses(seed: int, scenario: Scenario) -> Scenario:
    """One to four pauses, some of them with steps; at the end all sessions go on."""
    dice = Random(f"{seed}/pauses")
    names = tuple(player.name for player in scenario.players)
    drawn = [fault for _ in range(dice.randint(1, 4)) for fault in _pause(dice, names, scenario.duration_s)]
    last = [Fault("resume", round(scenario.duration_s * part, 3)) for part in (0.85, 0.92, 0.99)]
    return structs.replace(scenario, seed=seed, faults=(*scenario.faults, *drawn, *last))


def _pause(dice: Random, names: tuple[str, ...], duration_s: float) -> Iterator[Fault]:
    target = "" if dice.random() < 0.4 else dice.choice(names)
    at = dice.uniform(0.5, duration_s * 0.7)
    seconds = dice.choice((0.004, 0.3, 2.0, 6.0, 12.0)) * dice.uniform(0.7, 1.3)
    yield Fault("pause", round(at, 3), target, args={"reason": "to look"})
    for _ in range(dice.choice((0, 0, 1, 2, 4))):
        ticks = dice.choice((1, 1, 3, 20, 100))
        yield Fault("step", round(at + dice.uniform(0.0, seconds), 3), target, args={"ticks": ticks})
    if dice.random() < 0.85:  # else it goes on with the others
        yield Fault("resume", round(at + seconds, 3), dice.choice((target, "")))
