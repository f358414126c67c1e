"""What a database says of players for matches: profiles, leaderboards, histories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.core.matchmaking.profile import Leader, Leaders, Profile
from rallypoint.core.matchmaking.records import MatchRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.ports import RatingChange
from rallypoint_protocol.ids import PlayerId, SessionId

from .match_rows import match_of
from .tables import blocks, dodges, match_players, matches, players, rating_changes, ratings

__all__ = ["DODGES_S", "history", "leaders", "made", "profile", "ratings_of"]

DODGES_S: Final = 3_600.0
RECENT_S: Final = 86_400.0
RECENT_MAX: Final = 20
"""Matches of the last day that a rule may look at."""


async def profile(connection: AsyncConnection, player: PlayerId, queues: Sequence[str], now: float) -> Profile:
    """What rules want to know of a player."""
    own = select(ratings).where(ratings.c.player == player, ratings.c.queue.in_(queues), ratings.c.games > 0)
    kept = {row.queue: Rating(row.mu, row.sigma) for row in await connection.execute(own)}
    theirs = select(blocks.c.blocked).where(blocks.c.player == player)
    blocked = frozenset(PlayerId(other) for other in (await connection.execute(theirs)).scalars())
    count = select(func.count()).where(dodges.c.player == player, dodges.c.at > now - DODGES_S)
    dodged = int((await connection.execute(count)).scalar_one())
    return Profile(kept, blocked, await _recent(connection, player, now - RECENT_S), dodged)


async def _recent(connection: AsyncConnection, player: PlayerId, since: float) -> tuple[tuple[PlayerId, ...], ...]:
    last = (
        select(match_players.c.match)
        .where(match_players.c.player == player, match_players.c.at > since)
        .order_by(match_players.c.at.desc(), match_players.c.match)
        .limit(RECENT_MAX)
    )
    met: dict[str, list[PlayerId]] = {found: [] for found in (await connection.execute(last)).scalars()}
    if not met:
        return ()
    others = (
        select(match_players)
        .where(match_players.c.match.in_(list(met)), match_players.c.player != player)
        .order_by(match_players.c.player)
    )
    for row in await connection.execute(others):
        met[row.match].append(PlayerId(row.player))
    return tuple(map(tuple, met.values()))


async def leaders(connection: AsyncConnection, queue: str, limit: int, around: PlayerId | None) -> Leaders:
    """The best, or those next to ``around``; of nobody who is not rated the best too."""
    there = and_(ratings.c.queue == queue, ratings.c.games > 0)

    async def count(*conditions: ColumnElement[bool]) -> int:
        return int((await connection.execute(select(func.count()).where(there, *conditions))).scalar_one())

    total = await count()
    me, first = None, 0
    if around is not None:
        row = (await connection.execute(select(ratings).where(there, ratings.c.player == around))).one_or_none()
        if row is not None:  # two counts: each is one range of the index
            equals = await count(ratings.c.ordinal == row.ordinal, ratings.c.player < around)
            me = await count(ratings.c.ordinal > row.ordinal) + equals + 1
            first = max(0, min(me - 1 - limit // 2, total - limit))
    best = ratings.c.ordinal.desc(), ratings.c.player
    keys = select(ratings.c.player.label("player")).where(there).order_by(*best).offset(first).limit(limit).subquery()
    query: Select[Any] = (
        select(ratings, players.c.name)
        .join(keys, and_(ratings.c.queue == queue, ratings.c.player == keys.c.player))
        .join(players, players.c.id == ratings.c.player, isouter=True)
        .order_by(*best)
    )
    rows = [
        Leader(first + number, PlayerId(row.player), row.name or "", Rating(row.mu, row.sigma), row.games)
        for number, row in enumerate(await connection.execute(query), start=1)
    ]
    return Leaders(tuple(rows), total, me)


async def history(connection: AsyncConnection, player: PlayerId, queue: str, limit: int) -> list[RatingChange]:
    """How a rating has changed, newest first."""
    query = (
        select(rating_changes)
        .where(rating_changes.c.player == player, rating_changes.c.queue == queue)
        .order_by(rating_changes.c.at.desc(), rating_changes.c.session)
        .limit(limit)
    )
    return [
        RatingChange(
            SessionId(row.session),
            row.queue,
            row.at,
            row.rank,
            Rating(row.mu_before, row.sigma_before),
            Rating(row.mu_after, row.sigma_after),
        )
        for row in await connection.execute(query)
    ]


async def ratings_of(connection: AsyncConnection, player: PlayerId) -> dict[str, tuple[Rating, int]]:
    """Of each queue in which the player was rated."""
    query = select(ratings).where(ratings.c.player == player, ratings.c.games > 0).order_by(ratings.c.queue)
    return {row.queue: (Rating(row.mu, row.sigma), row.games) for row in await connection.execute(query)}


async def made(connection: AsyncConnection, match: str) -> MatchRecord | None:
    """A match."""
    found = (await connection.execute(select(matches.c.record).where(matches.c.match == match))).scalar_one_or_none()
    return None if found is None else match_of(found)
