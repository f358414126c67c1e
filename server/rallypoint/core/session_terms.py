"""What goes into a session and comes out of it, as data."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import ACK_WINDOW_TICKS
from rallypoint_protocol.messages import Seated

from .game_like import Ask
from .seat import Seat

if TYPE_CHECKING:
    from .spectators import Spectator

__all__ = ["INPUT_BUFFER_TICKS_MAX", "Ended", "Refusal", "SessionSettings", "SessionState", "Step", "Taken", "Watching"]

INPUT_BUFFER_TICKS_MAX: Final = 30
"""An input and an action for each of these ticks are fewer than what may wait (``inputs_pending_max``)."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What a session needs to know besides its game. Durations in seconds; ``tick_hz`` 0: turn-based."""

    seats_min: int
    seats_max: int
    tick_hz: int
    grace_s: float = 30.0
    grace_budget_s: float = 120.0
    reserved_s: float = 15.0
    start_after_s: float = 15.0
    gather_s: float = 2.0
    """How long a session with enough players waits for others who have a seat and have not taken it."""
    ack_deadline_s: float = 10.0
    ack_window_ticks: int = ACK_WINDOW_TICKS
    inputs_pending_max: int = 64
    crc_every_s: float = 5.0
    max_duration_s: float | None = None
    dispose_when_empty: bool = True
    spectators_max: int = 0
    spectate_delay_s: float = 0.0
    input_buffer_ticks: int = 0
    """How many ticks an input may wait for the one that it is meant for; 0: all are applied in the next step."""

    @property
    def turn_based(self) -> bool:
        """True if steps are made when a stimulus or a timer is due."""
        return self.tick_hz == 0


class SessionState(enum.Enum):
    """Where a session is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A first frame, or a message, that is answered with a close."""

    code: CloseCode
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A connection got its seat. ``takes_over``: an older connection has it still, and is to be told."""

    seat: Seat
    message: Seated
    takes_over: bool


@dataclass(frozen=True, slots=True)
class Watching:
    """A connection watches. ``passes`` is what it is sent at once."""

    spectator: Spectator
    message: Seated
    passes: list[bytes]
    takes_over: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended, and the close code that its players get."""

    code: CloseCode
    reason: str
    result: dict[str, Any] | None


@dataclass(slots=True)
class Step:
    """What the shell has to do after a step, besides sending the passes."""

    asks: list[Ask] = field(default_factory=list)
    started: bool = False
    """The session has its least number of players now."""
    freed: list[Seat] = field(default_factory=list)
    """Seats whose players are in this session no longer."""
    ended: Ended | None = None
    """The session ended with this step: close every connection after its last pass."""
