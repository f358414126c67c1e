"""What has happened to a session, from its creation on: for its timeline. Bounded, the newest of it.

Kept of every session, whether somebody looks or not: what it notes is rare.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from rallypoint.core.seat import Seat
from rallypoint.core.session import Taken
from rallypoint.ports import Clock

__all__ = ["Happening", "SessionStory"]

STORY_MAX: Final = 100
"""Happenings of a session that are kept."""
_SLOW_EVERY_S: Final = 1.0
"""Of the slow steps in so much time only the first is noted."""


class Happening(NamedTuple):
    """One of them. ``at`` is the node's clock; ``player`` who it is about, and ``by`` which operator did it."""

    at: float
    tick: int
    kind: str
    text: str
    player: str
    by: str


class SessionStory:
    """Of one session."""

    __slots__ = ("_clock", "_gone", "_slow_at", "count", "happenings")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.happenings: deque[Happening] = deque(maxlen=STORY_MAX)
        """Oldest first."""
        self.count = 0
        """How many there were, those that are forgotten included."""
        self._gone: set[int] = set()
        """Numbers of seats that were given up, which is noted, and are not free."""
        self._slow_at = float("-inf")

    def add(self, tick: int, kind: str, text: str = "", *, player: str = "", by: str = "") -> None:
        """Something has happened."""
        self.count += 1
        self.happenings.append(Happening(self._clock(), tick, kind, text, player, by))

    def came(self, tick: int, taken: Taken) -> None:
        """A player has taken the seat, or come back to it."""
        seat, outcome = taken.seat, taken.message.outcome
        if taken.takes_over:
            self.add(tick, "returned", "from another connection", player=seat.player_id)
        elif outcome == "fresh" and not seat.in_game:
            self.add(tick, "joined", player=seat.player_id)
        else:
            self.add(tick, "returned", outcome, player=seat.player_id)

    def gone(self, tick: int, seat: Seat, kind: str = "", by: str = "") -> None:
        """The seat was given up (``kind``: ``left``, ``kicked``), or is free now; noted once."""
        if kind:
            self._gone.add(seat.number)
        elif seat.number in self._gone:
            self._gone.discard(seat.number)
            return
        self.add(tick, kind or seat.reason or "left", player=seat.player_id, by=by)

    def slow_step(self, tick: int, took_s: float) -> None:
        """A step has taken long."""
        now = self._clock()
        if now - self._slow_at >= _SLOW_EVERY_S:
            self._slow_at = now
            self.add(tick, "slow step", f"took {took_s * 1000:.0f} ms")
