"""When a session starts, or is cancelled.

It starts when its least number of players is there: connected, and known to the game. Others who have a seat and have
not come yet are waited for a little: a match of five is not to begin with the first three of them. If there are too
few, it is cancelled when its patience ends; a world that goes on without anybody has patience without end.
"""

from __future__ import annotations

import enum

from .seat import SeatState
from .seating import Seating
from .session_terms import SessionSettings

__all__ = ["Start", "Starts"]


class Starts(enum.Enum):
    """What is to be done now."""

    NOT_YET = enum.auto()
    NOW = enum.auto()
    NEVER = enum.auto()


class Start:
    """Times are seconds of the node's monotonic clock. ``patience_s`` in place of the game's ``start_after_s``."""

    __slots__ = ("_seating", "_settings", "bots_after", "gathers_until", "patience_ends")

    def __init__(self, settings: SessionSettings, seating: Seating, now: float, patience_s: float | None) -> None:
        self._settings = settings
        self._seating = seating
        self.gathers_until: float | None = None
        """It has enough players, and waits so long for others who have a seat."""
        own_s = settings.start_after_s if patience_s is None else patience_s
        self.patience_ends: float | None = now + own_s if settings.dispose_when_empty else None
        self.bots_after: float | None = now + settings.start_after_s if patience_s is None else None
        """From then on bots fill it; ``None``: never by themselves."""

    def expect_bots(self) -> None:
        """The shell fills it with bots if players are missing: they get the time of a reservation to come."""
        if self.patience_ends is not None:
            self.patience_ends += self._settings.reserved_s

    def shift(self, seconds: float) -> None:
        """Nobody could come for so long: that time does not count."""
        if self.patience_ends is not None:
            self.patience_ends += seconds
        if self.bots_after is not None:
            self.bots_after += seconds
        if self.gathers_until is not None:
            self.gathers_until += seconds

    def decide(self, now: float) -> Starts:
        """To be asked in every step of a session that waits."""
        here = sum(seat.in_game and seat.state is SeatState.CONNECTED for seat in self._seating)
        if here >= self._settings.seats_min:
            if self.gathers_until is None:
                self.gathers_until = now + self._settings.gather_s
            if now >= self.gathers_until or not self._expected:
                return Starts.NOW
            return Starts.NOT_YET
        self.gathers_until = None
        return Starts.NEVER if self.patience_ends is not None and now >= self.patience_ends else Starts.NOT_YET

    @property
    def dues(self) -> tuple[float | None, float | None]:
        """When it may be decided otherwise by mere passing of time."""
        return self.patience_ends if self.gathers_until is None else None, self.gathers_until

    @property
    def _expected(self) -> bool:
        return any(seat.state is SeatState.RESERVED or (seat.is_seated and not seat.in_game) for seat in self._seating)

    def wants_bots(self, now: float) -> int:
        """How many players are missing for a start that should have happened by now."""
        if self.bots_after is None or now < self.bots_after:
            return 0
        seats = list(self._seating)
        if not any(seat.state is SeatState.CONNECTED for seat in seats):
            return 0
        return max(0, self._settings.seats_min - len(seats))
