"""Ratings that a session's result changes: in the transaction that writes the result, and so exactly once.

All rows that a transaction changes are locked first, in one order: two servers with one database wait for each other
and never in a circle. (SQLite has one writer at a time anyhow.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import Table, bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.ratings import Rated, Standing, rated
from rallypoint_protocol.ids import PlayerId

from .tables import rating_changes, ratings

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["RatedEnd", "write_ratings"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.storage")

_AT_ONCE: Final = 200
"""Rows that are named in one statement: databases bound their parameters."""
_NEW_RATING: Final = update(ratings).where(
    ratings.c.queue == bindparam("of_queue"), ratings.c.player == bindparam("of_player")
)


@dataclass(frozen=True, slots=True)
class RatedEnd:
    """What a session's end says about its players."""

    session: str
    queue: str
    at: float
    standings: tuple[Standing, ...]


@dataclass(slots=True)
class _Kept:
    rating: Rating
    games: int
    at: float


async def write_ratings(
    connection: AsyncConnection,
    keep_first: Callable[[Table], sqlite.Insert | postgresql.Insert],
    ends: Sequence[RatedEnd],
) -> None:
    """Changes the ratings by all of these, in order, and notes what each has changed."""
    keys = sorted({(end.queue, standing.player) for end in ends for standing in end.standings})
    if not keys:
        return
    kept = await _locked(connection, keep_first, keys)
    changes = await asyncio.to_thread(_apply, ends, kept)  # a batch may take 30 ms; the first one, to import, 40 more
    if changes:
        await connection.execute(_NEW_RATING, [_row(key, its) for key, its in kept.items()])
        await connection.execute(rating_changes.insert(), changes)


def _apply(ends: Sequence[RatedEnd], kept: Mapping[tuple[str, PlayerId], _Kept]) -> list[dict[str, Any]]:
    """Changes what is kept by each of these, in order; gives the rows that say so."""
    changes: list[dict[str, Any]] = []
    for end in ends:
        before = [kept[end.queue, standing.player].rating for standing in end.standings]
        try:
            found = rated(end.standings, before)
        except Exception:  # a result is stored, whatever it does to ratings
            log.exception("a session's result is not rated", session=end.session, queue=end.queue)
            continue
        for one in found:
            its = kept[end.queue, one.standing.player]
            its.rating, its.games, its.at = one.after, its.games + 1, end.at
            changes.append(_change(end, one))
    return changes


def _row(key: tuple[str, PlayerId], its: _Kept) -> dict[str, Any]:
    return {
        "of_queue": key[0],
        "of_player": key[1],
        "mu": its.rating.mu,
        "sigma": its.rating.sigma,
        "ordinal": its.rating.ordinal,
        "games": its.games,
        "updated_at": its.at,
    }


async def _locked(
    connection: AsyncConnection,
    keep_first: Callable[[Table], sqlite.Insert | postgresql.Insert],
    keys: Sequence[tuple[str, PlayerId]],
) -> dict[tuple[str, PlayerId], _Kept]:
    """The rows, which nobody else changes until the end of the transaction; made where there are none."""
    new = Rating()
    rows = [
        {
            "queue": queue,
            "player": player,
            "mu": new.mu,
            "sigma": new.sigma,
            "ordinal": new.ordinal,
            "games": 0,
            "updated_at": 0.0,
        }
        for queue, player in keys
    ]
    await connection.execute(keep_first(ratings), rows)
    kept: dict[tuple[str, PlayerId], _Kept] = {}
    for some in _pieces(keys):
        query = (
            select(ratings)
            .where(tuple_(ratings.c.queue, ratings.c.player).in_(some))
            .order_by(ratings.c.queue, ratings.c.player)
            .with_for_update()
        )
        for row in await connection.execute(query):
            kept[row.queue, row.player] = _Kept(Rating(row.mu, row.sigma), row.games, row.updated_at)
    return kept


def _pieces(keys: Sequence[tuple[str, PlayerId]]) -> Iterable[Sequence[tuple[str, PlayerId]]]:
    return (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


def _change(end: RatedEnd, one: Rated) -> dict[str, Any]:
    return {
        "session": end.session,
        "player": one.standing.player,
        "queue": end.queue,
        "at": end.at,
        "rank": one.standing.rank,
        "mu_before": one.before.mu,
        "sigma_before": one.before.sigma,
        "mu_after": one.after.mu,
        "sigma_after": one.after.sigma,
    }
