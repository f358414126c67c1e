"""What is written, each thing whole. All of it may be written again: what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Table, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import SessionRecord
from rallypoint_protocol.ids import PlayerId

from .tables import outbox, players, result_seats, results

__all__ = ["Ended", "NewGuest", "Seen", "Started", "Transaction", "Write"]


@dataclass(slots=True)
class Transaction:
    """What a write needs of the transaction that it is in."""

    connection: AsyncConnection
    keep_first: Callable[[Table], sqlite.Insert | postgresql.Insert]
    events_state: str = "pending"
    """Of new events: ``failed`` while too many wait."""
    events: int = 0
    """New events so far."""

    async def add_events(self, rows: list[dict[str, Any]]) -> None:
        """Puts events into the outbox; those that are there already stay."""
        for row in rows:  # one by one: of several at once, a driver does not say how many were new
            values = {**row, "state": self.events_state}
            if self.events_state == "failed":
                values |= {"settled_at": row["created_at"], "error": "too many events wait"}
            self.events += (await self.connection.execute(self.keep_first(outbox).values(values))).rowcount


class Write(Protocol):
    """Something to be written."""

    @property
    def key(self) -> str:
        """Whose it is: writes of the same key are never made in another order than they came."""

    async def apply(self, to: Transaction) -> None:
        """Writes it."""


@dataclass(frozen=True, slots=True)
class NewGuest:
    """A guest to be known again."""

    player: PlayerId
    name: str
    secret_hash: bytes = field(repr=False)
    created_at: float

    @property
    def key(self) -> str:
        """The player."""
        return self.player

    async def apply(self, to: Transaction) -> None:
        """Adds the player."""
        values = {
            "id": self.player,
            "name": self.name,
            "secret_hash": self.secret_hash,
            "created_at": self.created_at,
            "seen_at": self.created_at,
        }
        await to.connection.execute(to.keep_first(players).values(values))


@dataclass(frozen=True, slots=True)
class Seen:
    """A guest has come again."""

    player: PlayerId
    at: float

    @property
    def key(self) -> str:
        """The player."""
        return self.player

    async def apply(self, to: Transaction) -> None:
        """Notes the time."""
        await to.connection.execute(update(players).where(players.c.id == self.player).values(seen_at=self.at))


@dataclass(frozen=True, slots=True)
class Started:
    """A session runs. Only backends are told of it."""

    session: str
    events: list[dict[str, Any]]

    @property
    def key(self) -> str:
        """The session."""
        return self.session

    async def apply(self, to: Transaction) -> None:
        """Adds the event, unless the session has ended already."""
        if not await to.connection.scalar(select(exists().where(results.c.session == self.session))):
            await to.add_events(self.events)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session has ended: its result, who had a seat, and what backends are told, together or not at all."""

    record: SessionRecord
    """As it will be read."""
    row: dict[str, Any]
    seats: list[dict[str, Any]]
    events: list[dict[str, Any]]

    @property
    def key(self) -> str:
        """The session."""
        return self.record.session

    async def apply(self, to: Transaction) -> None:
        """Stores it, unless it is stored already: then nothing changes."""
        if (await to.connection.execute(to.keep_first(results).values(self.row))).rowcount == 0:
            return
        if self.seats:
            await to.connection.execute(result_seats.insert(), self.seats)
        await to.add_events(self.events)
