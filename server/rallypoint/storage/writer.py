"""The task that writes: takes what waits in the queue, batch by batch, and tries again for as long as it has to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.core.backoff import Backoff

from .database import CLOSE_S, Database
from .faults import Outcome, outcome_of, why
from .write_queue import Entry, Round, WriteQueue, plan
from .writes import Transaction, Write

__all__ = ["PAUSES", "Writer"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.storage")

PAUSES: Final = Backoff(first_s=0.5, most_s=30.0)
ANSWER_S: Final = 15.0
"""An attempt that takes longer is told of; it cannot be broken off, since its thread hangs in the system."""
CHECK_S: Final = 5.0
"""While there is nothing to write, it is looked that often whether the database is there."""
_CLOSING_PAUSE_S: Final = 0.2


class Writer:
    """Empties the queue. ``written`` is told of what is in the database, ``dropped`` of what never will be."""

    def __init__(
        self,
        database: Database,
        queue: WriteQueue[Write],
        *,
        written: Callable[[Sequence[Write], Transaction], None],
        dropped: Callable[[Write], None],
        events_state: Callable[[], str],
        dice: Callable[[], float],
        pauses: Backoff = PAUSES,
    ) -> None:
        self._database = database
        self._queue = queue
        self._written = written
        self._dropped = dropped
        self._events_state = events_state
        self._dice = dice
        self._pauses = pauses
        self._wake = asyncio.Event()
        self._closing = False
        self._giving_up = False
        self._failures = 0
        self._overflowing = False
        self._reason = ""
        self.error = ""
        """Why the last attempt failed; empty if it did not."""

    def start(self) -> None:
        """Writes from here on."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="writer of the database")

    def add(self, write: Write) -> None:
        """Takes a write; the oldest goes if too many wait."""
        lost = self._queue.add(write)
        self._wake.set()
        if lost is not None:
            self._dropped(lost)
            if not self._overflowing:  # once an episode: `/status.json` counts them
                self._overflowing = True
                log.error("too many writes wait: the oldest are lost", waiting=len(self._queue), error=self.error)

    async def close(self, within_s: float) -> None:
        """Writes what waits, as far as that goes within the time; says in the log what did not."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        if not (await asyncio.wait({self._task}, timeout=within_s))[0]:
            self._giving_up = True
            await asyncio.wait({self._task}, timeout=CLOSE_S)  # an attempt is not broken off
        if self._queue:
            log.error("not written, and lost", writes=len(self._queue), error=self.error)

    async def _run(self) -> None:
        while not self._giving_up and (self._queue or not self._closing):
            if not self._queue:
                await self._idle()
                continue
            done = await self._round(self._queue.take())
            self._queue.settle(done)
            if done.left:
                await self._pause()
            else:
                self._failures = 0

    async def _idle(self) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(CHECK_S):
                await self._wake.wait()
        except TimeoutError:
            try:
                await self._database.check()
                self._recovered()
            except Exception as error:
                self._failed(why(error))

    async def _pause(self) -> None:
        """After a failure. What is new does not make it shorter; closing does."""
        self._failures += 1
        pause_s = self._pauses.pause_s(self._failures, self._dice())
        ends_at = asyncio.get_running_loop().time() + pause_s
        while not self._closing and (left_s := ends_at - asyncio.get_running_loop().time()) > 0:
            self._wake.clear()
            try:
                async with asyncio.timeout(left_s):
                    await self._wake.wait()
            except TimeoutError:
                return
        if self._closing:
            await asyncio.sleep(min(pause_s, _CLOSING_PAUSE_S))

    async def _round(self, batch: Sequence[Entry[Write]]) -> Round[Write]:
        steps = plan(batch)
        group = next(steps)
        while True:
            outcome = await self._watched([entry.write for entry in group])
            try:
                group = steps.send(outcome)
            except StopIteration as end:
                done: Round[Write] = end.value
                for entry in done.dropped:
                    log.error(
                        "a write was dropped: the database does not take it", **_label(entry.write), error=self._reason
                    )
                    self._dropped(entry.write)
                return done

    async def _watched(self, writes: Sequence[Write]) -> Outcome:
        """One attempt; the status says so while it hangs."""
        if self._giving_up:
            return Outcome.DATABASE
        attempt = asyncio.create_task(self._attempt(writes), name="write to the database")
        while not (await asyncio.wait({attempt}, timeout=ANSWER_S))[0]:
            self._failed(f"the database has not answered for {ANSWER_S:g} s")
        return attempt.result()

    async def _attempt(self, writes: Sequence[Write]) -> Outcome:
        transaction: Transaction | None = None

        async def work(connection: AsyncConnection) -> None:
            nonlocal transaction
            transaction = Transaction(connection, self._database.keep_first, self._events_state())
            await transaction.write(writes)

        try:
            await self._database.check()
            await self._database.write(work)
        except Exception as error:
            outcome = outcome_of(error)
            if outcome is Outcome.DATABASE:
                self._failed(why(error))
            self._reason = why(error)
            return outcome
        assert transaction is not None
        self._recovered()
        self._written(writes, transaction)
        return Outcome.WRITTEN

    def _failed(self, reason: str) -> None:
        if not self.error:  # once an episode
            log.error("the database does not take writes; games go on", error=reason, waiting=len(self._queue))
        self.error = reason

    def _recovered(self) -> None:
        if self.error:
            log.warning("the database takes writes again", waiting=len(self._queue), lost=self._queue.lost)
        self.error = ""
        self._overflowing = False


def _label(write: Write) -> dict[str, str]:
    return {"what": type(write).__name__, "key": write.key}
