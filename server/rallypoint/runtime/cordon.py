"""Empties a node: no new sessions, and if it is to be drained, how far it is.

Cordoned, a node creates no sessions; quick matches still fill those that go on, which end when they end. A drain does
not even fill them, so that they run out; it says how many are left and how long that will take, and may end what is
left after a time. A restart forgets all of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

__all__ = ["Cordon", "CordonState", "Durations", "eta_s"]

REMEMBERED: Final = 50
"""So many of the last sessions of each game say how long the next ones take."""


class CordonState(StrEnum):
    """Where a node stands."""

    SERVING = "serving"
    CORDONED = "cordoned"
    DRAINING = "draining"
    DRAINED = "drained"
    """Its last session is over."""


@dataclass(slots=True)
class Cordon:
    """Of one node. ``now`` is its clock, in seconds."""

    state: CordonState = CordonState.SERVING
    since: float = 0.0
    by: str = ""
    sessions_at_start: int = 0
    end_at: float | None = None
    """When what is left is ended; ``None``: it is waited for."""

    @property
    def closed(self) -> bool:
        """No session is created."""
        return self.state is not CordonState.SERVING

    @property
    def empties(self) -> bool:
        """Nor are those that are there filled by quick matches."""
        return self.state in (CordonState.DRAINING, CordonState.DRAINED)

    def close(self, now: float, by: str, sessions: int) -> None:
        """No new sessions. If it is drained already, nothing changes."""
        if not self.closed:
            self._begin(CordonState.CORDONED, now, by, sessions)

    def drain(self, now: float, by: str, sessions: int, end_after_s: float | None) -> None:
        """No new sessions, and those that are there are waited for, for so long. Again: another time."""
        if self.state is not CordonState.DRAINING:
            self._begin(CordonState.DRAINING, now, by, sessions)
        self.by = by
        self.end_at = None if end_after_s is None else now + end_after_s
        if not sessions:
            self.state, self.end_at = CordonState.DRAINED, None

    def open(self) -> None:
        """As before."""
        self._begin(CordonState.SERVING, 0.0, "", 0)

    def look(self, now: float, sessions: int) -> bool:
        """Once a second: with so many left. True: they are to be ended now, once."""
        if self.state is not CordonState.DRAINING:
            return False
        if not sessions:
            self.state, self.end_at = CordonState.DRAINED, None
            return False
        if self.end_at is not None and now >= self.end_at:
            self.end_at = None
            return True
        return False

    def _begin(self, state: CordonState, now: float, by: str, sessions: int) -> None:
        self.state, self.since, self.by, self.sessions_at_start, self.end_at = state, now, by, sessions, None


class Durations:
    """How long the last sessions of each game took."""

    def __init__(self) -> None:
        self._by_game: dict[str, deque[float]] = {}

    def add(self, game: str, duration_s: float) -> None:
        """One that has ended by itself."""
        self._by_game.setdefault(game, deque(maxlen=REMEMBERED)).append(duration_s)

    def usual_s(self) -> dict[str, float]:
        """Of each game of which any ended: what half of them took at most."""
        return {game: median(durations) for game, durations in self._by_game.items()}


def eta_s(ages: Iterable[tuple[str, float]], usual_s: Mapping[str, float]) -> float | None:
    """Until the last of these sessions (game, age) is over, if they take as long as usual; ``None``: nobody knows.

    Of one that lasts longer than usual already, half of its age: of what is old, much is left.
    """
    left = 0.0
    for game, age_s in ages:
        if game not in usual_s:
            return None
        left = max(left, usual_s[game] - age_s if age_s < usual_s[game] else age_s / 2)
    return left
