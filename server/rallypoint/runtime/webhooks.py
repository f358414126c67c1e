"""Tells backends what the outbox holds: at least once, each session's events in order.

An event is noted as delivered after the answer has come. If the node ends in between, it is sent again, with the same
``Idempotency-Key``. A receiver that fails or hangs holds back its session's own events and one of the slots, for at
most the time limit; everything else goes on.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from rallypoint.core.backoff import Backoff
from rallypoint.ports import Outbox, OutboxEvent, Settlement, StoreDown
from rallypoint_protocol.ids import SessionId

from .webhook_request import accepted, checked_url, headers

if TYPE_CHECKING:
    import httpx

__all__ = ["WebhookRules", "WebhookSender", "checked_url"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.webhooks")

_ANSWER_BYTES_MAX: Final = 65_536
"""Of an answer's body: so much is read, so that the connection can be used again, and nothing is done with it."""
_WHY_CHARS_MAX: Final = 200
_LOOK_S: Final = 60.0
"""The outbox is looked at that often without a reason."""
_SWEEP_S: Final = 3_600.0


_PAUSES: Final = Backoff(first_s=5.0, most_s=3_600.0)
_DATABASE_PAUSES: Final = Backoff(first_s=0.5, most_s=30.0)


@dataclass(frozen=True, slots=True)
class WebhookRules:
    """How webhooks are sent. Durations in seconds."""

    slots: int = 8
    """Under way at the same time."""
    timeout_s: float = 10.0
    """From the start of an attempt to the end of the answer."""
    pauses: Backoff = field(default=_PAUSES)
    attempts_max: int = 33
    """With these pauses, about 24 hours of trying; the time in which the node is down does not count."""
    database_pauses: Backoff = field(default=_DATABASE_PAUSES)
    ready_max: int = 64
    """Read from the outbox at once; and as many may wait to be noted in it."""
    stop_s: float = 3.0
    """What is under way may end within that when the node stops."""


class WebhookSender:
    """Sends to one URL."""

    def __init__(
        self,
        outbox: Outbox,
        url: str,
        secret: str = "",
        *,
        rules: WebhookRules = WebhookRules(),
        wall: Callable[[], float] = time.time,
        dice: Callable[[], float] = random.random,
    ) -> None:
        """``secret`` empty: not signed. ``wall``: Unix time. Raises ``ValueError`` for a URL that is none."""
        self._outbox = outbox
        self._url = checked_url(url)
        self._secret = secret
        self._rules = rules
        self._wall = wall
        self._dice = dice
        self._wake = asyncio.Event()
        self._ready: deque[OutboxEvent] = deque()
        self._under_way: dict[SessionId, asyncio.Task[None]] = {}
        self._unsettled: dict[SessionId, Settlement] = {}
        self._main: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient

    async def start(self) -> None:
        """Sends from here on. Takes some tens of milliseconds: it is for the start of a node."""
        import anyio.lowlevel
        import httpx

        await anyio.lowlevel.checkpoint()  # loads what the first request would load while games run
        limits = httpx.Limits(max_connections=self._rules.slots, max_keepalive_connections=self._rules.slots)
        self._client = httpx.AsyncClient(timeout=self._rules.timeout_s, limits=limits, follow_redirects=False)
        self._outbox.filled = self._wake.set
        self._main = asyncio.get_running_loop().create_task(self._run(), name="webhooks")

    async def stop(self) -> None:
        """Begins nothing new, waits a little for what is under way, and leaves the rest to the next start."""
        if self._main is None:
            return
        self._ready.clear()
        self._main.cancel()
        tasks = {self._main, *self._under_way.values()}
        await asyncio.wait(tasks, timeout=self._rules.stop_s)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1.0)
        await self._client.aclose()
        try:
            async with asyncio.timeout(1.0):
                await self._settle()
        except (StoreDown, TimeoutError):
            log.warning("what has arrived cannot be noted: it is sent again", webhooks=len(self._unsettled))

    async def _run(self) -> None:
        sweep_at = self._wall()
        failures = 0
        while True:
            self._wake.clear()
            try:
                await self._settle()
                if self._wall() >= sweep_at:
                    await self._outbox.sweep(self._wall())
                    sweep_at = self._wall() + _SWEEP_S
                pause_s = await self._refill()
                failures = 0
            except StoreDown:  # the store says so itself
                failures += 1
                pause_s = self._rules.database_pauses.pause_s(failures, self._dice())
                self._wake.clear()  # what ends meanwhile does not make it shorter
            except Exception:
                log.exception("webhooks cannot be sent; trying again")
                pause_s = _LOOK_S
                self._wake.clear()
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _settle(self) -> None:
        """Notes what has been found out since the last time."""
        noted = list(self._unsettled.values())
        if noted:
            await self._outbox.settle(noted)
            for settlement in noted:
                del self._unsettled[settlement.event.session]

    async def _refill(self) -> float:
        """Gets what is due and begins with it. Gives the seconds until there may be more without being woken."""
        self._begin()
        if self._ready:  # all slots are taken: the end of one wakes
            return _LOOK_S
        now = self._wall()
        events, next_at = await self._outbox.due(now, self._rules.ready_max, [*self._under_way, *self._unsettled])
        self._ready.extend(events)
        self._begin()
        return _LOOK_S if next_at is None else min(_LOOK_S, max(0.0, next_at - now))

    def _begin(self) -> None:
        """Fills the slots with what is ready."""
        while self._ready and len(self._under_way) < self._rules.slots and len(self._unsettled) < self._rules.ready_max:
            event = self._ready.popleft()
            task = asyncio.get_running_loop().create_task(self._deliver(event), name=f"webhook {event.key}")
            self._under_way[event.session] = task

    async def _deliver(self, event: OutboxEvent) -> None:
        """One attempt, and what is to be noted of it. Until it is noted, the session's next event waits."""
        try:
            why = await self._post(event)
        except Exception as error:  # a mistake of ours: it is like any failure, but for the traceback
            log.exception("a webhook failed in an unforeseen way", **_label(event))
            why = type(error).__name__
        finally:
            del self._under_way[event.session]
        self._unsettled[event.session] = self._judged(event, why)
        self._begin()
        self._wake.set()

    def _judged(self, event: OutboxEvent, why: str) -> Settlement:
        now = self._wall()
        if not why:
            if self._outbox.error:
                log.warning("webhooks arrive again")
            self._outbox.error = ""
            return Settlement(event, "delivered", now)
        if not self._outbox.error:  # once an episode
            log.warning("a webhook has not arrived, and is tried again", **_label(event), error=why)
        self._outbox.error = why
        attempts = event.attempts + 1
        if attempts >= self._rules.attempts_max:
            log.error("a webhook is given up", **_label(event), attempts=attempts, error=why)
            return Settlement(event, "failed", now, why)
        return Settlement(event, "pending", now + self._rules.pauses.pause_s(attempts, self._dice()), why)

    async def _post(self, event: OutboxEvent) -> str:
        """One attempt. Gives why it failed; empty if it did not."""
        import httpx

        sent = headers(event, self._secret, int(self._wall()))
        try:
            async with (
                asyncio.timeout(self._rules.timeout_s),  # httpx limits each wait on the network, not the sum of them
                self._client.stream("POST", self._url, content=event.body, headers=sent) as answer,
            ):
                if not accepted(answer.status_code):
                    return f"the receiver answered {answer.status_code}"
                await _drain(answer)
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer within {self._rules.timeout_s:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return (str(error) or type(error).__name__)[:_WHY_CHARS_MAX]
        return ""


async def _drain(answer: httpx.Response) -> None:
    """Reads the body up to a bound; what is longer is cut off with its connection when the caller leaves the answer."""
    length = 0
    async for chunk in answer.aiter_raw():
        length += len(chunk)
        if length > _ANSWER_BYTES_MAX:
            return


def _label(event: OutboxEvent) -> dict[str, str]:
    return {"session": event.session, "kind": event.kind}
