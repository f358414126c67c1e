"""What a seat keeps for whoever iterates over it: how many passes were not looked at, and all events since."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from .events import Event
from .news import News
from .view import View

__all__ = ["EVENTS_KEPT_MAX", "Update", "Updates"]

EVENTS_KEPT_MAX: Final = 1024
"""Events that wait to be taken; beyond that the oldest are dropped, and counted in ``stats.events_dropped``."""


@dataclass(frozen=True, slots=True)
class Update:
    """What is new since the last one. ``view`` always shows the newest state: take out what you want to keep."""

    tick: int
    view: View
    events: list[Event]
    """All events since the last update, in order."""
    conflated: int
    """How many passes came in between and were not looked at, because the consumer was slower than the server."""


class Updates:
    """Of one seat. ``unread`` counts its passes."""

    def __init__(self) -> None:
        self.unread = 0
        self.news = News("one seat")
        self._events: deque[Event] = deque()

    def add(self, events: list[Event]) -> int:
        """Keeps them. Gives how many older ones had to go."""
        self._events += events
        dropped = max(0, len(self._events) - EVENTS_KEPT_MAX)
        for _ in range(dropped):
            self._events.popleft()
        return dropped

    def take_events(self) -> list[Event]:
        """The events that nobody has taken yet, in order."""
        events = list(self._events)
        self._events.clear()
        return events

    def take(self, view: View) -> Update:
        """Everything since the last one, of which there is at least one pass."""
        conflated, self.unread = self.unread - 1, 0
        return Update(view.tick, view, self.take_events(), conflated)
