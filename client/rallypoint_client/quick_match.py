"""A quick match that goes on: what it was asked for, and the seat that it waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .callbacks import call
from .errors import RequestRefused
from .matches import Claim

__all__ = ["OnWait", "QuickMatching"]

OnWait = Callable[[int, int], None]
"""``on_wait(place, waiting)``: place in the queue, from 1, and how many wait in it."""


class QuickMatching(Claim):
    """The one quick match of a lobby that is going on."""

    def __init__(self, game: str, on_wait: OnWait | None) -> None:
        super().__init__()
        self._game = game
        self._on_wait = on_wait
        self._told = False

    def fits(self, data: dict[str, Any]) -> bool:
        """Any session of that game, but none that continues another."""
        return data.get("game") == self._game and not data.get("rematch")

    def pushed(self, kind: str, data: dict[str, Any]) -> None:
        """``queued``: another place in the queue. ``unqueued``: none any more."""
        if data.get("game") != self._game:
            return
        if kind == "queued":
            self._tell(data)
        elif kind == "unqueued":
            self.refuse(RequestRefused(str(data.get("reason", "unqueued")), "the queue place is gone"))

    def answered(self, value: Any) -> None:
        """The answer to the request; a push that came right behind it knows better."""
        if not self._told:
            self._tell(value)

    def _tell(self, data: Any) -> None:
        match data:
            case {"place": int(place), "waiting": int(waiting)}:
                self._told = True
                call(self._on_wait, place, waiting)
