"""A place in queues that is waited out: what it was asked for, what its owner is told, and the seat at its end.

There is one way for all: a quick match, ``play`` in queues with rules, and a member of a party who waits for what its
leader queues for. A match is for who waits in its queue, unless it continues another session.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from .callbacks import call
from .errors import RallypointError, RequestRefused
from .explanation import Explanation
from .matches import Claim
from .ready_check import OnReadyCheck, ReadyCheck
from .ticket import Ticket
from .waiting import OnWaiting, Waiting

__all__ = ["EXPLAIN_EVERY_S", "Queueing", "keep_explaining"]

EXPLAIN_EVERY_S: Final = 5.0
EXPLAIN_FIRST_S: Final = 0.5
"""Who is matched at once asks nothing; and by then the server knows the player."""
_ASKS_A_SECOND: Final = 10.0
"""Of all together who wait in one queue: what is said to them costs the server something."""

_WHY_OUT: Final = {
    "declined": "you declined the match",
    "not_ready": "you did not accept the match in time",
    "party_changed": "your party has changed",
    "already_seated": "you have a seat already",
    "kicked": "you were removed from the party",
    "left": "you left the party",
    "ended": "the party is over",
}


class Queueing(Claim):
    """The one of a lobby that is going on. ``queues`` empty: whichever the leader of the party queues for."""

    def __init__(
        self,
        ticket: Ticket,
        queues: tuple[str, ...],
        on_wait: OnWaiting | None,
        on_ready_check: OnReadyCheck | None = None,
    ) -> None:
        super().__init__()
        self._ticket = ticket
        self._queues = queues
        self._on_wait = on_wait
        self._on_ready_check = on_ready_check or ReadyCheck.accept
        self._check: ReadyCheck | None = None
        self._told: Waiting | None = None
        self._why: Explanation | None = None
        self.stirred = asyncio.Event()
        """Set when there may be something else to explain."""

    @property
    def follows(self) -> bool:
        """Whether it is a member's, who queues for nothing."""
        return not self._queues

    @property
    def is_explained(self) -> bool:
        """Whether there is something to ask about."""
        return bool(self._ticket.queues) and self._ticket.check is None

    def fits(self, data: dict[str, Any]) -> bool:
        """Any match of those queues, but none that continues another session."""
        queue = data.get("queue") or data.get("game")
        return not data.get("rematch") and (self.follows or queue in self._queues)

    def began(self) -> None:
        """For who comes in the middle of it: what there is already."""
        self._tell()
        self._ask()

    def pushed(self, kind: str, data: dict[str, Any]) -> None:
        """Any other push of the lobby; the ticket knows of it already."""
        match kind:
            case "queued":
                self._tell()
                self.stirred.set()
            case "ready_check":
                self._ask()
            case "ready_check_off":
                self._tell(again=True)
                self.stirred.set()
            case "unqueued" if self.follows:
                self._why = None
                self._tell()
            case "unqueued" if self._is_mine(data):
                self._out(str(data.get("reason", "unqueued")))
            case "party_off" if self.follows:
                self._out(str(data.get("reason", "ended")))

    def agreed(self) -> None:
        """The server has said yes; what it said behind that, before a lost connection, knows better."""
        if not self.offer.done() and not self._ticket.queues:
            self._ticket.queues = self._queues

    def answered(self, value: Any) -> None:
        """The rest of the answer: of a quick match, the place in line."""
        match value:
            case {"place": int(place), "waiting": int(waiting)} if self._ticket.queues and not self._ticket.place:
                self._ticket.place, self._ticket.waiting = place, waiting
        if self._ticket.queues:
            self._tell()

    def pause_s(self, every_s: float) -> float:
        """How long until it asks again: with many who wait, less often."""
        waiting = max((queue.waiting for queue in self._why.queues), default=0) if self._why is not None else 0
        return max(every_s, waiting / _ASKS_A_SECOND)

    def explained(self, why: Explanation) -> None:
        """The newest word of why it waits."""
        if self._ticket.queues:
            self._why = why
            self._tell()

    def _is_mine(self, data: dict[str, Any]) -> bool:
        return any(queue in self._queues for queue in data.get("queues") or [data.get("game")])

    def _out(self, reason: str) -> None:
        self.refuse(RequestRefused(reason, _WHY_OUT.get(reason, "the place in the queue is gone")))

    def _tell(self, *, again: bool = False) -> None:
        now = Waiting(self._ticket.queues, self._ticket.place, self._ticket.waiting, self._why)
        if now != self._told or again:
            self._told = now
            call(self._on_wait, now)

    def _ask(self) -> None:
        check = self._ticket.check
        if check is not None and check is not self._check:
            self._check = check
            call(self._on_ready_check, check)


async def keep_explaining(queueing: Queueing, explain: Callable[[], Awaitable[Explanation]], every_s: float) -> None:
    """Asks why, again and again. Ends with the lobby session; otherwise, to be cancelled."""
    while True:
        if not queueing.is_explained:
            queueing.stirred.clear()
            await queueing.stirred.wait()
            await asyncio.sleep(min(EXPLAIN_FIRST_S, every_s))
            continue
        try:
            queueing.explained(await explain())
        except RequestRefused:
            pass  # a ticket that has just gone, or a server that has no time: the next one will do
        except RallypointError:
            return
        await asyncio.sleep(queueing.pause_s(every_s))
