"""The outbox table: what backends are to be told, and how that goes. Events are written with what they tell of.

A session's events are sent in order: one is due only when no older one of its session is pending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import OutboxEvent, StoreDown
from rallypoint_protocol.ids import SessionId

from .database import Database
from .faults import Outcome, outcome_of, why
from .tables import outbox

__all__ = ["DELIVERED_KEPT_S", "FAILED_KEPT_S", "PENDING_MAX", "SqlOutbox"]

T = TypeVar("T")

DELIVERED_KEPT_S: Final = 7 * 86_400.0
FAILED_KEPT_S: Final = 30 * 86_400.0
PENDING_MAX: Final = 100_000
"""Beyond, new events are stored as failed: the table has a bound, and what was not sent can be found."""
_CLOCK_JUMP_S: Final = 7_200.0
"""No pause is that long: an event that is due later was written before the clock was set back."""
_SWEEP_ROWS: Final = 1_000


def _nothing() -> None:
    """Nobody wants to know."""


class SqlOutbox:
    """Implements :class:`rallypoint.ports.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = asyncio.Lock()
        self.filled: Callable[[], None] = _nothing
        self.error = ""
        self.pending = 0
        self.failed_count = 0

    async def count(self) -> None:
        """Counts what is there. Raises :class:`StoreDown`."""
        query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)

        async def work(connection: AsyncConnection) -> dict[str, int]:
            return {row.state: row.number for row in await connection.execute(query)}

        found = await self._database.read(work)
        self.pending, self.failed_count = found.get("pending", 0), found.get("failed", 0)

    def new_state(self) -> str:
        """The state of new events: as long as not too many wait, they wait too."""
        return "pending" if self.pending < PENDING_MAX else "failed"

    def added(self, events: int, state: str) -> None:
        """So many new ones have been written."""
        if state == "failed":
            self.failed_count += events
        elif events:
            self.pending += events
            self.filled()

    async def due(self, now: float, limit: int, busy: Collection[SessionId]) -> list[OutboxEvent]:
        """See :class:`rallypoint.ports.Outbox`."""
        query = (
            select(outbox)
            .where(_first_of_its_session(busy), or_(outbox.c.due_at <= now, outbox.c.due_at > now + _CLOCK_JUMP_S))
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[OutboxEvent]:
            rows = (await connection.execute(query)).all()
            return [OutboxEvent(r.id, r.session, r.kind, r.key, r.body.encode(), r.attempts) for r in rows]

        return await self._database.read(work)

    async def next_due(self, busy: Collection[SessionId]) -> float | None:
        """See :class:`rallypoint.ports.Outbox`."""
        query = select(outbox.c.due_at).where(_first_of_its_session(busy)).order_by(outbox.c.due_at).limit(1)

        async def work(connection: AsyncConnection) -> float | None:
            return await connection.scalar(query)

        return await self._database.read(work)

    async def delivered(self, event: OutboxEvent, now: float) -> None:
        """See :class:`rallypoint.ports.Outbox`."""
        if await self._settle(event, state="delivered", settled_at=now, error=""):
            self.pending -= 1

    async def retry(self, event: OutboxEvent, due_at: float, why: str) -> None:
        """See :class:`rallypoint.ports.Outbox`."""
        await self._settle(event, due_at=due_at, error=why)

    async def failed(self, event: OutboxEvent, now: float, why: str) -> None:
        """See :class:`rallypoint.ports.Outbox`."""
        if await self._settle(event, state="failed", settled_at=now, error=why):
            self.pending -= 1
            self.failed_count += 1

    async def sweep(self, now: float) -> None:
        """Removes what was delivered seven days ago, and what failed thirty days ago; counts what is there."""
        for state, kept_s in (("delivered", DELIVERED_KEPT_S), ("failed", FAILED_KEPT_S)):
            old = select(outbox.c.id).where(outbox.c.state == state, outbox.c.settled_at < now - kept_s)
            statement = delete(outbox).where(outbox.c.id.in_(old.limit(_SWEEP_ROWS)))
            while await self._change(statement) == _SWEEP_ROWS:  # in pieces: others write in between
                pass
        await self.count()

    async def _settle(self, event: OutboxEvent, **values: Any) -> bool:
        """Notes an attempt, once: it may be told again if it is not known whether the first time went well."""
        same = (outbox.c.id == event.id, outbox.c.state == "pending", outbox.c.attempts == event.attempts)
        statement = update(outbox).where(*same).values(attempts=event.attempts + 1, **values)
        return await self._change(statement) == 1

    async def _change(self, statement: Any) -> int:
        async def work(connection: AsyncConnection) -> int:
            return int((await connection.execute(statement)).rowcount)

        try:
            async with self._writing:  # one connection is enough for all that deliver
                await self._database.check()
                return await self._database.write(work)
        except Exception as error:
            if outcome_of(error) is Outcome.DATABASE:
                raise StoreDown(why(error)) from error
            raise


def _first_of_its_session(busy: Collection[SessionId]) -> ColumnElement[bool]:
    """Pending, nothing older of its session is, and nobody is at it."""
    older = outbox.alias("older")
    waits_for = exists().where(
        older.c.session == outbox.c.session, older.c.state == "pending", older.c.rank < outbox.c.rank
    )
    return (outbox.c.state == "pending") & ~waits_for & outbox.c.session.not_in(list(busy))
