"""What reaches a session from outside, besides inputs: those are queued as they are, because they are the many."""

from __future__ import annotations

from dataclasses import dataclass

from .game_like import Answer
from .seat import Seat

__all__ = ["Drop", "Gone", "Join", "Return", "Stimulus"]


@dataclass(frozen=True, slots=True)
class Join:
    """A player took a seat for the first time."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Drop:
    """A connection was lost."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Return:
    """A player came back."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Gone:
    """A seat became free: ``left``, ``expired`` or ``kicked``."""

    seat: Seat
    reason: str


Stimulus = Join | Drop | Return | Gone | Answer
