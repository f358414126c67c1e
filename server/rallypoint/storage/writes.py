"""What is written, each thing whole. All of it may be written again: what is there already stays as it is.

Those of one kind that are in the same transaction share their statements: a node that stops has thousands to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import SessionRecord
from rallypoint_protocol.ids import PlayerId

from .tables import outbox, players, result_seats, results

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["Ended", "NewGuest", "Seen", "Started", "Transaction", "Write"]


@dataclass(frozen=True, slots=True)
class NewGuest:
    """A guest to be known again."""

    player: PlayerId
    name: str
    secret_hash: bytes = field(repr=False)
    created_at: float
    stored: Callable[[], None] | None = None
    """Called once it is written."""

    @property
    def key(self) -> str:
        """The player."""
        return self.player

    def row(self) -> dict[str, Any]:
        """The row of ``players``."""
        return {
            "id": self.player,
            "name": self.name,
            "secret_hash": self.secret_hash,
            "created_at": self.created_at,
            "seen_at": self.created_at,
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """A guest has come again."""

    player: PlayerId
    at: float

    @property
    def key(self) -> str:
        """The player."""
        return self.player


@dataclass(frozen=True, slots=True)
class Started:
    """A session runs. Only backends are told of it."""

    session: str
    events: list[dict[str, Any]]

    @property
    def key(self) -> str:
        """The session."""
        return self.session


@dataclass(frozen=True, slots=True)
class Ended:
    """A session has ended: its result, who had a seat, and what backends are told, together or not at all."""

    record: SessionRecord
    """As it will be read."""
    row: dict[str, Any]
    seats: list[dict[str, Any]]
    events: list[dict[str, Any]]
    stored: Callable[[], None] | None = None
    """Called once it is written."""

    @property
    def key(self) -> str:
        """The session."""
        return self.record.session


Write = NewGuest | Seen | Started | Ended
"""Something to be written. ``key``: whose it is; what has the same key is written in the order in which it came."""


@dataclass(slots=True)
class Transaction:
    """Writes into one transaction of the database."""

    connection: AsyncConnection
    keep_first: Callable[[Table], sqlite.Insert | postgresql.Insert]
    """An insert that changes nothing where there is such a row already."""
    events_state: str = "pending"
    """Of new events: ``failed`` while too many wait."""
    events: int = 0
    """New events so far."""

    async def write(self, writes: Sequence[Write]) -> None:
        """Writes all of them."""
        await self._new_guests([write for write in writes if isinstance(write, NewGuest)])
        await self._seen([write for write in writes if isinstance(write, Seen)])
        await self._started([write for write in writes if isinstance(write, Started)])
        await self._ended([write for write in writes if isinstance(write, Ended)])

    async def _new_guests(self, guests: Sequence[NewGuest]) -> None:
        if guests:
            await self.connection.execute(self.keep_first(players), [guest.row() for guest in guests])

    async def _seen(self, guests: Sequence[Seen]) -> None:
        for guest in guests:
            query = update(players).where(players.c.id == guest.player).values(seen_at=guest.at)
            await self.connection.execute(query)

    async def _started(self, starts: Sequence[Started]) -> None:
        if not starts:
            return
        query = select(results.c.session).where(results.c.session.in_([start.session for start in starts]))
        over = set((await self.connection.execute(query)).scalars())
        await self._add_events(event for start in starts if start.session not in over for event in start.events)

    async def _ended(self, ends: Sequence[Ended]) -> None:
        """Only what is new comes back from the insert: of all else nothing is written, seats and events neither."""
        if not ends:
            return
        firsts = list({end.key: end for end in reversed(ends)}.values())
        query = self.keep_first(results).returning(results.c.session)
        found = await self.connection.execute(query, [end.row for end in firsts])
        new = set(found.scalars())
        seats = [seat for end in firsts if end.key in new for seat in end.seats]
        if seats:
            await self.connection.execute(result_seats.insert(), seats)
        await self._add_events(event for end in firsts if end.key in new for event in end.events)

    async def _add_events(self, events: Iterable[dict[str, Any]]) -> None:
        """Puts events into the outbox; those that are there already stay."""
        rows = [{**event, "state": self.events_state} for event in events]
        if self.events_state == "failed":
            rows = [{**row, "settled_at": row["created_at"], "error": "too many events wait"} for row in rows]
        if rows:
            added = await self.connection.execute(self.keep_first(outbox).returning(outbox.c.id), rows)
            self.events += len(added.all())
