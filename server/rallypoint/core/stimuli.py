"""What reaches a session from outside, besides inputs: those are queued as they are, because they are the many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .game_like import Answer
from .seat import Seat

__all__ = ["Drop", "Gone", "Join", "Look", "Overlooked", "Recovered", "Replaced", "Return", "Signal", "Stimulus"]


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
class Replaced:
    """Another connection of the player has taken the seat over, and holds nothing yet."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class Gone:
    """A seat became free: ``left``, ``expired`` or ``kicked``."""

    seat: Seat
    reason: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A backend tells the game something."""

    name: str
    data: Any
    number: int = 0
    """Of all that this session was sent."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody is to be sent the state, and nothing else has happened: a turn-based session makes a step for it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The server was away: nobody holds anything, and what the game had asked the outside for is lost."""


@dataclass(frozen=True, slots=True)
class Overlooked:
    """So many actions of a player were too many, while the session was paused; the last of them was ``seq``."""

    seat: Seat
    count: int
    seq: int


Stimulus = Join | Drop | Return | Replaced | Gone | Answer | Signal | Look | Recovered | Overlooked
