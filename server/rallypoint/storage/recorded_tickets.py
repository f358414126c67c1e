"""Recorded tickets out of a database, for a simulation: JSON lines, one for each ticket, in the order of their ends.

A line is ``{"at", "players": [{"id", "rating": [mu, sigma], "attributes", "latency_ms"}], "queues", "waited_s",
"outcome"}``; ``at`` is seconds from the first ticket that was queued. Players are numbers in the order in which they
are met, unless their ids are wanted.

The database may be that of a running server: nothing is written to it, and what is read is read in pages, each for
itself, so that a long export holds neither its writer up nor its write-ahead log.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import msgspec
from sqlalchemy import URL, exc, func, make_url, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from rallypoint.core.matchmaking.records import TicketPlayer, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.ports import StoreUnusable

from .database import checked_url
from .faults import why
from .match_rows import ticket_of
from .tables import tickets

__all__ = ["ExportRefused", "Written", "write_tickets"]

PAGE: Final = 1_000
_encoder = msgspec.json.Encoder()


class ExportRefused(Exception):
    """There is nothing that could be exported: a sentence says why."""


@dataclass(slots=True)
class Written:
    """What has been written so far."""

    tickets: int = 0
    players: int = 0
    """Different ones."""
    unreadable: int = 0
    """Rows that are no tickets for this release: they are left out."""


async def write_tickets(
    database: Path | str,
    out: IO[bytes],
    *,
    queue: str = "",
    since: float = 0.0,
    ids: bool = False,
    progress: Callable[[Written], None] | None = None,
) -> Written:
    """Writes the tickets that ended at ``since`` (Unix time) or later, of one ``queue`` or of all.

    ``database``: the file of a SQLite database, or an SQLAlchemy URL of an asynchronous driver. ``progress`` is told
    after each page.

    Raises:
        ExportRefused: the database cannot be read, or is not of this release.
        OSError: from ``out``.
    """
    engine = _engine(database)
    lines = _Lines(ids, queue)
    try:
        try:
            first = await _first(engine, since)
        except (OSError, TimeoutError) as error:  # no such host, nobody listens there
            raise ExportRefused(_refusal(database, error)) from error
        async for page in _pages(engine, since):
            out.write(b"".join(lines.of(row, first) for row in page))
            if progress is not None:
                progress(lines.written)
    except exc.SQLAlchemyError as error:
        raise ExportRefused(_refusal(database, error)) from error
    finally:
        await engine.dispose()
    return lines.written


async def _first(engine: AsyncEngine, since: float) -> float:
    query = select(func.min(tickets.c.queued_at)).where(tickets.c.ended_at >= since)
    async with engine.connect() as connection:
        return float((await connection.execute(query)).scalar_one() or 0.0)


async def _pages(engine: AsyncEngine, since: float) -> AsyncIterator[list[str]]:
    key = tuple_(tickets.c.ended_at, tickets.c.ticket, tickets.c.queued_at)
    query = select(tickets).order_by(tickets.c.ended_at, tickets.c.ticket, tickets.c.queued_at).limit(PAGE)
    page = query.where(tickets.c.ended_at >= since)
    while True:
        async with engine.connect() as connection:
            rows = (await connection.execute(page)).all()
        yield [row.record for row in rows]
        if len(rows) < PAGE:
            return
        last = rows[-1]  # its time alone is for the index
        page = query.where(tickets.c.ended_at >= last.ended_at, key > (last.ended_at, last.ticket, last.queued_at))


class _Lines:
    """Lines out of rows."""

    def __init__(self, ids: bool, queue: str) -> None:
        self.written = Written()
        self._ids = ids
        self._queue = queue
        self._numbers: dict[str, str] = {}

    def of(self, record: str, first: float) -> bytes:
        """The line; nothing for a ticket that is not wanted."""
        try:
            ticket = ticket_of(record)
        except (msgspec.MsgspecError, UnicodeError):
            self.written.unreadable += 1
            return b""
        if self._queue and self._queue not in ticket.queues:
            return b""
        row = {
            "at": round(ticket.queued_at - first, 3),
            "players": [self._player(player, ticket) for player in ticket.players],
            "queues": ticket.queues,
            "waited_s": round(max(0.0, ticket.ended_at - ticket.queued_at), 3),
            "outcome": ticket.outcome,
        }
        self.written.tickets += 1
        self.written.players = len(self._numbers)
        return _encoder.encode(row) + b"\n"

    def _player(self, player: TicketPlayer, ticket: TicketRecord) -> dict[str, Any]:
        ratings = player.ratings
        rating = next((ratings[queue] for queue in (self._queue, *ticket.queues) if queue in ratings), Rating())
        number = self._numbers.setdefault(player.player, str(len(self._numbers) + 1))
        return {
            "id": player.player if self._ids else number,
            "rating": [rating.mu, rating.sigma],
            "attributes": player.attributes,
            "latency_ms": player.latency_ms,
        }


def _engine(database: Path | str) -> AsyncEngine:
    if isinstance(database, Path):
        return create_async_engine(_reading(database), hide_parameters=True)
    try:
        url = checked_url(database)
    except StoreUnusable as error:
        raise ExportRefused(str(error)) from None
    if url.get_backend_name() == "sqlite":
        url = _reading(Path(url.database or ""))
    try:
        return create_async_engine(url, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise ExportRefused(f"{_shown(database)}: the driver {error.name} is not installed") from None


def _reading(path: Path) -> URL:
    """For connections that can only read, and make no file."""
    if not path.is_file():
        raise ExportRefused(f"there is no database {path}: name the folder of a server's data with --data")
    name = f"file:{quote(str(path.absolute()))}"
    return URL.create("sqlite+aiosqlite", database=name, query={"mode": "ro", "uri": "true"})


def _refusal(database: Path | str, error: Exception) -> str:
    sentence = f"cannot read tickets from {_shown(database)}: {why(error)}"
    if isinstance(error, OSError | TimeoutError):
        return sentence
    return f"{sentence}. It has to be the database of a server of this release: its next start brings it there"


def _shown(database: Path | str) -> str:
    return str(database) if isinstance(database, Path) else make_url(database).render_as_string(hide_password=True)
