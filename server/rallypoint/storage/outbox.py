"""The outbox table: what backends are to be told, and how that goes. Events are written with what they tell of.

A session's events are sent in order: one is due only when no older one of its session is pending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Delete, Row, Update, bindparam, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import OutboxEvent, Settlement, StoreDown
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
        self.failed = 0

    async def count(self) -> None:
        """Counts what is there. Raises :class:`StoreDown`."""
        query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)

        async def work(connection: AsyncConnection) -> dict[str, int]:
            return {row.state: row.number for row in await connection.execute(query)}

        found = await self._database.read(work)
        self.pending, self.failed = found.get("pending", 0), found.get("failed", 0)

    def new_state(self) -> str:
        """The state of new events: as long as not too many wait, they wait too."""
        return "pending" if self.pending < PENDING_MAX else "failed"

    def added(self, events: int, state: str) -> None:
        """So many new ones have been written."""
        if state == "failed":
            self.failed += events
        elif events:
            self.pending += events
            self.filled()

    async def due(self, now: float, limit: int, busy: Collection[SessionId]) -> tuple[list[OutboxEvent], float | None]:
        """See :class:`rallypoint.ports.Outbox`."""
        older = outbox.alias("older")
        waits_for = exists().where(
            older.c.session == outbox.c.session, older.c.state == "pending", older.c.rank < outbox.c.rank
        )
        query = (
            select(outbox)
            .where(outbox.c.state == "pending", ~waits_for, outbox.c.session.not_in(list(busy)))
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(limit + 1)
        )

        async def work(connection: AsyncConnection) -> Sequence[Row[Any]]:
            return (await connection.execute(query)).all()

        rows = await self._database.read(work)
        events = [
            OutboxEvent(row.id, row.session, row.kind, row.key, row.body.encode(), row.attempts)
            for row in rows[:limit]
            if row.due_at <= now
        ]
        return events, rows[len(events)].due_at if len(rows) > len(events) else None

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """See :class:`rallypoint.ports.Outbox`."""

        async def work(connection: AsyncConnection) -> list[Settlement]:
            ids = [settlement.event.id for settlement in settlements]
            query = select(outbox.c.id, outbox.c.attempts).where(outbox.c.id.in_(ids), outbox.c.state == "pending")
            attempts = {row.id: row.attempts for row in await connection.execute(query)}
            new = [one for one in settlements if attempts.get(one.event.id) == one.event.attempts]
            if new:
                await connection.execute(_SETTLE, [_settled(settlement) for settlement in new])
            return new

        for settlement in await self._write(work):
            self.pending = max(0, self.pending - (settlement.state != "pending"))  # somebody may change the table
            self.failed += settlement.state == "failed"

    async def sweep(self, now: float) -> None:
        """Removes what was delivered seven days ago, and what failed thirty days ago; counts what is there."""
        ahead = update(outbox).where(outbox.c.state == "pending", outbox.c.due_at > now + _CLOCK_JUMP_S)
        await self._change(ahead.values(due_at=now))
        for state, kept_s in (("delivered", DELIVERED_KEPT_S), ("failed", FAILED_KEPT_S)):
            old = select(outbox.c.id).where(outbox.c.state == state, outbox.c.settled_at < now - kept_s)
            statement = delete(outbox).where(outbox.c.id.in_(old.limit(_SWEEP_ROWS)))
            while await self._change(statement) == _SWEEP_ROWS:  # in pieces: others write in between
                pass
        await self.count()

    async def _change(self, statement: Update | Delete) -> int:
        async def work(connection: AsyncConnection) -> int:
            return int((await connection.execute(statement)).rowcount)

        return await self._write(work)

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        try:
            async with self._writing:  # one connection is enough
                return await self._database.write(work)
        except Exception as error:
            if outcome_of(error) is Outcome.DATABASE:
                raise StoreDown(why(error)) from error
            raise


_SETTLE: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        state=bindparam("state"),
        attempts=bindparam("attempts"),
        due_at=bindparam("due_at"),
        settled_at=bindparam("settled_at"),
        error=bindparam("error"),
    )
)


def _settled(settlement: Settlement) -> dict[str, Any]:
    return {
        "of": settlement.event.id,
        "state": settlement.state,
        "attempts": settlement.event.attempts + 1,
        "due_at": settlement.at,
        "settled_at": None if settlement.state == "pending" else settlement.at,
        "error": settlement.error,
    }
