"""Recorded tickets out of a database, for a simulation: JSON lines, one for each ticket, in the order of their ends.

A line is ``{"at", "players": [{"id", "rating": [mu, sigma], "attributes", "latency_ms"}], "queues", "waited_s",
"outcome"}``; ``at`` is seconds from the first ticket that was queued. Players are numbers in the order in which they are
met, unless their ids are wanted.

The database may be that of a running server: nothing is written to it, and what is read is read in pages, each for
itself, so that a long export holds neither its writer up nor its write-ahead log.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote

import msgspec
from sqlalchemy import URL, exc, func, make_url, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from rallypoint.core.matchmaking.records import TicketPlayer, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating

from .faults import why
from .match_rows import ticket_of
from .tables import tickets

__all__ = ["ExportRefused", "export_tickets"]

PAGE: Final = 1_000
_encoder = msgspec.json.Encoder()


class ExportRefused(Exception):
    """There is nothing that could be exported: a sentence says why."""


async def export_tickets(
    database: Path | str,
    out: IO[bytes],
    *,
    queue: str = "",
    since: float = 0.0,
    ids: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Writes the tickets that ended at ``since`` (Unix time) or later, of one ``queue`` or of all; gives how many.

    ``database``: the file of a SQLite database, or an SQLAlchemy URL of an asynchronous driver. ``progress`` is told
    after each page how many there are so far.

    Raises:
        ExportRefused: the database cannot be read, or is not of this release.
        OSError: from ``out``.
    """
    engine = create_async_engine(_url(database), hide_parameters=True)
    try:
        return await _export(engine, out, queue, since, _Players(ids, queue), progress or (lambda written: None))
    except (exc.SQLAlchemyError, ModuleNotFoundError) as error:
        reason = why(error) if isinstance(error, Exception) else ""
        raise ExportRefused(
            f"cannot read tickets from {_shown(database)}: {reason}. It has to be the database of a server of this"
            " release: start the server once, and it is brought to it"
        ) from error
    finally:
        await engine.dispose()


async def _export(
    engine: AsyncEngine, out: IO[bytes], queue: str, since: float, players: _Players, progress: Callable[[int], None]
) -> int:
    written = 0
    async with engine.connect() as connection:
        query = select(func.min(tickets.c.queued_at)).where(tickets.c.ended_at >= since)
        first = (await connection.execute(query)).scalar_one()
    async for page in _pages(engine, since):
        lines = [_line(ticket, first, players) for ticket in page if not queue or queue in ticket.queues]
        out.write(b"".join(lines))
        written += len(lines)
        progress(written)
    return written


async def _pages(engine: AsyncEngine, since: float) -> AsyncIterator[list[TicketRecord]]:
    key = tuple_(tickets.c.ended_at, tickets.c.ticket, tickets.c.queued_at)
    query = select(tickets).order_by(tickets.c.ended_at, tickets.c.ticket, tickets.c.queued_at).limit(PAGE)
    page = query.where(tickets.c.ended_at >= since)
    while True:
        async with engine.connect() as connection:
            rows = (await connection.execute(page)).all()
        yield [ticket_of(row.record) for row in rows]
        if len(rows) < PAGE:
            return
        last = rows[-1]  # its time alone is for the index
        page = query.where(tickets.c.ended_at >= last.ended_at, key > (last.ended_at, last.ticket, last.queued_at))


class _Players:
    """Who they are, as it is written."""

    def __init__(self, ids: bool, queue: str) -> None:
        self._ids = ids
        self._queue = queue
        self._numbers: dict[str, str] = {}

    def row(self, player: TicketPlayer, ticket: TicketRecord) -> dict[str, Any]:
        rating = next(
            (player.ratings[queue] for queue in (self._queue, *ticket.queues) if queue in player.ratings), Rating()
        )
        number = self._numbers.setdefault(player.player, str(len(self._numbers) + 1))
        return {
            "id": player.player if self._ids else number,
            "rating": [rating.mu, rating.sigma],
            "attributes": player.attributes,
            "latency_ms": player.latency_ms,
        }


def _line(ticket: TicketRecord, first: float, players: _Players) -> bytes:
    row = {
        "at": round(ticket.queued_at - first, 3),
        "players": [players.row(player, ticket) for player in ticket.players],
        "queues": ticket.queues,
        "waited_s": round(max(0.0, ticket.ended_at - ticket.queued_at), 3),
        "outcome": ticket.outcome,
    }
    return _encoder.encode(row) + b"\n"


def _url(database: Path | str) -> URL:
    if isinstance(database, Path):
        if not database.is_file():
            raise ExportRefused(f"there is no database {database}: name the folder of a server's data")
        name = f"file:{quote(str(database.absolute()))}"
        return URL.create("sqlite+aiosqlite", database=name, query={"mode": "ro", "uri": "true"})
    try:
        return make_url(database)
    except exc.ArgumentError:
        raise ExportRefused("the database URL is none") from None


def _shown(database: Path | str) -> str:
    return str(database) if isinstance(database, Path) else make_url(database).render_as_string(hide_password=True)
