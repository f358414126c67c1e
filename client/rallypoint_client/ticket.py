"""The ticket that a lobby session is in, as far as the server has told: its own, or that of its party."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .ready_check import ReadyCheck

__all__ = ["Ticket"]


class Ticket:
    """``new_check`` makes a :class:`ReadyCheck` of a match's id."""

    def __init__(self, new_check: Callable[[str], ReadyCheck]) -> None:
        self._new_check = new_check
        self.queues: tuple[str, ...] = ()
        """Those that it waits in; empty: there is none."""
        self.place = 0
        self.waiting = 0
        self.check: ReadyCheck | None = None
        """The ready check that runs."""

    def pushed(self, kind: str, data: dict[str, Any]) -> None:
        """A push of the lobby, of whatever kind."""
        match kind:
            case "queued":
                self._queued(data)
            case "ready_check":
                self._checked(data)
            case "ready_check_off":
                if self.check is not None and data.get("match") == self.check.match:
                    self._check_over(str(data.get("reason", "failed")), requeued=bool(data.get("requeued")))
            case "unqueued":
                self.clear(str(data.get("reason", "gone")))
            case "matched" if not data.get("rematch") and (data.get("queue") or data.get("game")) in self.queues:
                self.clear("matched")

    def clear(self, reason: str) -> None:
        """There is none any more."""
        self.queues, self.place, self.waiting = (), 0, 0
        self._check_over(reason)

    def _queued(self, data: dict[str, Any]) -> None:
        queues = data.get("queues") or [data.get("game", "")]
        self.queues = tuple(str(queue) for queue in queues)
        place, waiting = data.get("place", 0), data.get("waiting", 0)
        if isinstance(place, int) and isinstance(waiting, int):
            self.place, self.waiting = place, waiting

    def _checked(self, data: dict[str, Any]) -> None:
        match = str(data.get("match", ""))
        if self.check is None or self.check.match != match:
            self._check_over("failed")
            self.check = self._new_check(match)
        self.check.told(data)

    def _check_over(self, reason: str, *, requeued: bool = False) -> None:
        check, self.check = self.check, None
        if check is not None:
            check.ended(reason, requeued=requeued)
