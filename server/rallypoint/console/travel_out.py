"""What time travel answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import ConfigDict

__all__ = ["TickOut", "TicksOut"]


@dataclass
class TicksOut:
    """The ticks of a session that can be gone to."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    first: int
    """The first tick."""
    last: int
    """The last one; of a running session, as of now."""
    gaps: list[tuple[int, int]]
    """First and last step that is missing, of each gap: a server died before it had written them."""
    complete: bool
    """The session has ended, and this tells how."""
    duration_ms: int
    """Session time of the last tick."""
    tick_hz: int
    """Ticks a second; 0: the game is turn-based."""
    game: str
    """The game's name."""
    source: str
    """`replay` (all ticks), or `journal` (those since its last checkpoint, and on from when it was first looked at)."""
    running: bool
    """It goes on: there will be more."""


@dataclass
class ChangeOut:
    """A field that a step has changed."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    where: str
    """As `Ship 12.x`, `player 0.score`, `game.round`; without a field: the whole thing is new, or gone."""
    before: Any
    """Its value after the tick before; null: it was not there."""
    after: Any
    """Its value after this tick; null: it is gone."""


@dataclass
class TickOut:
    """A session at one tick."""

    __pydantic_config__: ClassVar = ConfigDict(use_attribute_docstrings=True)

    tick: int
    """Its number."""
    now_ms: int
    """Session time."""
    epoch: int
    """How many servers the session has had."""
    state: dict[str, Any]
    """Everything: `game`, `players`, `entities`, `seats`, `timers`, `random`, `meta`..., private fields too."""
    known_before: bool
    """False: the tick before is not known, and so is not what this one has changed."""
    changes: list[ChangeOut]
    """What its step has changed."""
    stimuli: list[dict[str, Any]]
    """What reached the game in it: `what`, `seat`, `player`, `name`, `fields`."""
    events: list[dict[str, Any]]
    """What came of it: events, refusals, timers, the end; likewise."""
    left_out: int
    """How many changes, stimuli and events were too many to be told here."""
