"""Whether a guest is known from before: asked of the store, which may take its time or not answer at all.

Nobody waits longer than ``wait_s`` in all, nor for one answer longer than ``answer_s``: whoever could not be looked up
is let in as a guest without a secret, and keeps the one there is for the next time. At most ``at_once_max`` are looked
up at once, the others wait in line; the line is bounded by the connections that there may be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from rallypoint.ports import Clock, Guest, Store, StoreDown
from rallypoint.runtime.lobby_receiver import LobbyReceiver
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Hello

__all__ = ["Found", "GuestLookups"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")

Found = Callable[[LobbyReceiver, Hello, Guest | None, bool], None]
"""Told whose lookup has ended, the hello, the guest (``None``: there is none of that id and secret), and whether the
store has said so: it has not if it is down, or did not answer in time."""


@dataclass(slots=True)
class _Lookup:
    message: Hello
    until: float
    task: asyncio.Task[None] | None = None


class GuestLookups:
    """The lookups of a node. Each ends with one call of ``found``, or with :meth:`cancel`.

    ``begun`` is called when :attr:`due` may be earlier than it was.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        found: Found,
        begun: Callable[[], None],
        *,
        answer_s: float = 2.0,
        wait_s: float = 5.0,
        at_once_max: int = 32,
    ) -> None:
        self._store = store
        self._clock = clock
        self._found = found
        self._begun = begun
        self._answer_s = answer_s
        self._wait_s = wait_s
        self._at_once_max = at_once_max
        # Both in the order in which they began, and so in that in which their time is up.
        self._line: dict[LobbyReceiver, _Lookup] = {}
        self._asked: dict[LobbyReceiver, _Lookup] = {}
        self._tasks: dict[asyncio.Task[None], None] = {}

    @property
    def receivers(self) -> list[LobbyReceiver]:
        """Those whose lookups have not ended."""
        return [*self._asked, *self._line]

    def start(self, receiver: LobbyReceiver, message: Hello) -> None:
        """Looks the guest up, now or in its turn. The answer never comes before this returns."""
        self._line[receiver] = _Lookup(message, self._clock() + self._wait_s)
        self._ask()

    def cancel(self, receiver: LobbyReceiver) -> None:
        """Nobody waits for it any more. Nothing happens if there is none."""
        self._take(receiver)

    @property
    def due(self) -> float | None:
        """When to :meth:`poll`; ``None`` while there is nothing."""
        firsts = [next(iter(lookups.values())).until for lookups in (self._asked, self._line) if lookups]
        return min(firsts, default=None)

    def poll(self, now: float) -> None:
        """Gives up those whose time is up."""
        late = [one for lookups in (self._asked, self._line) for one, it in lookups.items() if it.until <= now]
        for receiver in late:
            lookup = self._take(receiver)
            if lookup is not None:
                log.warning("guest not looked up in time", peer=receiver.connection.remote_ip)
                self._found(receiver, lookup.message, None, False)

    async def stop(self) -> None:
        """Ends all, with no call of ``found``."""
        for receiver in self.receivers:
            self._take(receiver)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if not self._line or len(self._tasks) >= self._at_once_max:
            return
        while self._line and len(self._tasks) < self._at_once_max:
            receiver = next(iter(self._line))
            lookup = self._asked[receiver] = self._line.pop(receiver)
            lookup.until = min(lookup.until, self._clock() + self._answer_s)
            name = f"guest lookup for {receiver.connection.remote_ip}"
            lookup.task = asyncio.get_running_loop().create_task(self._look(receiver, lookup.message), name=name)
            self._tasks[lookup.task] = None
        self._begun()

    async def _look(self, receiver: LobbyReceiver, message: Hello) -> None:
        guest, certain = None, False
        try:
            guest = await self._store.find_guest(PlayerId(message.player), message.secret)
            certain = True
        except StoreDown as error:
            log.warning("guest not looked up", peer=receiver.connection.remote_ip, why=str(error))
        except Exception:
            log.exception("guest lookup failed", peer=receiver.connection.remote_ip)
        finally:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.pop(task, None)
            lookup = self._asked.pop(receiver, None)
            self._ask()  # also if this one was cancelled: the next has its place
        if lookup is not None:
            self._found(receiver, message, guest, certain)

    def _take(self, receiver: LobbyReceiver) -> _Lookup | None:
        lookup = self._asked.pop(receiver, None) or self._line.pop(receiver, None)
        if lookup is not None and lookup.task is not None:
            lookup.task.cancel()
        return lookup
