"""Players and results in a database. Games never wait for it: what they tell is queued, and a task writes it."""

from __future__ import annotations

import hmac
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, Self

import structlog
from sqlalchemy import URL, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.core.backoff import Backoff
from rallypoint.core.matchmaking.profile import Leaders, Profile
from rallypoint.core.matchmaking.records import MatchRecord, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.mutes import MUTES_MAX, Mute
from rallypoint.core.tokens import token_hash
from rallypoint.ports import Guest, RatingChange, SessionRecord, StoreStatus
from rallypoint_protocol.ids import PlayerId, SessionId

from . import match_reads
from .database import Database
from .match_rows import match_rows, ticket_row
from .outbox import SqlOutbox
from .outbox_rows import ended_rows, started_rows
from .plain_json import clean_text, storable
from .rating_writes import RatedEnd
from .session_rows import record_of, result_row, seat_rows
from .standings import standings
from .tables import mutes, players, result_seats, results
from .write_queue import ENTRIES_MAX, WriteQueue
from .writer import PAUSES, Writer
from .writes import (
    Blocked,
    Dodged,
    Ended,
    MatchMade,
    Muted,
    NewGuest,
    Pruned,
    Seen,
    Started,
    TicketEnded,
    Transaction,
    Write,
)

__all__ = ["SqlStore"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.storage")

CLOSE_S: Final = 5.0
SEEN_EVERY_S: Final = 3_600.0
"""``seen_at`` of a player is that exact: a player who reconnects all day is not one write each time."""
NAME_CHARS_MAX: Final = 100
REASON_CHARS_MAX: Final = 500
LIMIT_MAX: Final = 1_000
TICKETS_KEPT_S: Final = 14 * 86_400.0
"""Two weeks of tickets are enough to simulate from; the match that each led to is kept."""
PRUNE_EVERY_S: Final = 3_600.0
_NOBODY: Final = token_hash(b"")
"""Compared with where there is no player, so that the answer takes the same time."""


class SqlStore:
    """Implements :class:`rallypoint.ports.Store`."""

    keeps_guests = True

    def __init__(
        self,
        database: Database,
        *,
        webhooks: bool = False,
        wall: Callable[[], float] = time.time,
        dice: Callable[[], float] = random.random,
        pauses: Backoff = PAUSES,
        entries_max: int = ENTRIES_MAX,
    ) -> None:
        """``webhooks``: whether somebody empties the outbox; if not, nothing is put into it. ``wall``: Unix time."""
        self._database = self.database = database
        self._webhooks = webhooks
        self._wall = wall
        self._queue: WriteQueue[Write] = WriteQueue(entries_max)
        self.outbox = SqlOutbox(database)
        self._writer = Writer(
            database,
            self._queue,
            written=self._written,
            dropped=self._forget,
            events_state=self.outbox.new_state,
            dice=dice,
            pauses=pauses,
        )
        self._new_guests: dict[PlayerId, NewGuest] = {}
        self._ended: dict[SessionId, Ended] = {}
        self._muted = Muted(-math.inf, begun=True)
        """The newest write of mutes."""
        self._pruned_at = -math.inf  # with the first ticket, then: many servers start more often than that

    @classmethod
    async def open(cls, url: str | URL, **options: Any) -> Self:
        """Opens the database at an SQLAlchemy URL, migrates it, and writes from here on. Options as for the class.

        Raises:
            StoreUnusable: why not, and what to do.
        """
        database = await Database.open(url)
        store = cls(database, **options)
        try:
            await store.outbox.count()
        except BaseException:
            await database.close()
            raise
        store._writer.start()
        return store

    # --- records ------------------------------------------------------------------------------------------------

    def started(self, record: SessionRecord) -> None:
        """See :class:`rallypoint.ports.Records`."""
        if not self._webhooks:
            return
        try:
            self._writer.add(Started(record.session, started_rows(record, self._wall())))
        except Exception:  # a record that cannot be told of must not harm the game
            log.exception("the start of a session cannot be told to backends", session=record.session)

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """See :class:`rallypoint.ports.Records`."""
        try:
            if record.ended_at is None:
                record = replace(record, ended_at=self._wall())
            row = result_row(record)
            seats = seat_rows(record, row)
            events = ended_rows(record, self._wall()) if self._webhooks else []
            write = Ended(record_of(row, seats), row, seats, events, stored, _rated(record))
        except Exception:
            log.exception("a session's result cannot be stored", session=record.session)
            return
        self._ended.setdefault(record.session, write)
        self._writer.add(write)

    # --- guests -------------------------------------------------------------------------------------------------

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        """See :class:`rallypoint.ports.Store`."""
        guest = NewGuest(player, clean_text(name, NAME_CHARS_MAX), bytes(secret_hash), self._wall(), stored)
        self._new_guests[player] = guest
        self._writer.add(guest)

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        """See :class:`rallypoint.ports.Store`."""
        digest = token_hash(secret)
        if (waiting := self._new_guests.get(player)) is not None:
            right = hmac.compare_digest(digest, waiting.secret_hash)
            return Guest(player, waiting.name, waiting.created_at) if right else None
        if not storable(player):
            return None

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(select(players).where(players.c.id == player))).one_or_none()

        row = await self._database.read(work)
        right = hmac.compare_digest(digest, _NOBODY if row is None else row.secret_hash)
        if row is None or not right:
            return None
        now = self._wall()
        if now - row.seen_at > SEEN_EVERY_S:
            self._writer.add(Seen(player, now))
        return Guest(player, row.name, row.created_at)

    # --- results ------------------------------------------------------------------------------------------------

    async def result(self, session: SessionId) -> SessionRecord | None:
        """See :class:`rallypoint.ports.Store`; found at once, also before it is written."""
        if (waiting := self._ended.get(session)) is not None:
            return waiting.record
        if not storable(session):
            return None
        found = await self._database.read(lambda connection: _records(connection, [session]))
        return found[0] if found else None

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        """See :class:`rallypoint.ports.Store`."""
        limit = max(0, min(limit, LIMIT_MAX))
        if not storable(player):
            return []
        mine = (
            select(result_seats.c.session, result_seats.c.ended_at)
            .where(result_seats.c.player == player)
            .distinct()
            .order_by(result_seats.c.ended_at.desc(), result_seats.c.session)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[SessionRecord]:
            return await _records(connection, [row.session for row in await connection.execute(mine)])

        stored = {record.session: record for record in await self._database.read(work)}
        waiting = [write.record for write in self._ended.values()]
        stored |= {record.session: record for record in waiting if any(s.player == player for s in record.seats)}
        return sorted(stored.values(), key=lambda record: record.ended_at or 0.0, reverse=True)[:limit]

    # --- matches ------------------------------------------------------------------------------------------------

    async def profile(self, player: PlayerId, queues: Sequence[str]) -> Profile:
        """See :class:`rallypoint.ports.Store`."""
        now = self._wall()
        if not storable(player):
            return Profile()
        queues = [queue for queue in queues if storable(queue)]
        return await self._database.read(lambda to: match_reads.profile(to, player, queues, now))

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """See :class:`rallypoint.ports.Store`."""
        other = PlayerId(clean_text(other, NAME_CHARS_MAX))
        self._writer.add(Blocked(player, other, blocked, self._wall()))

    def mute(self, mute: Mute) -> None:
        """See :class:`rallypoint.ports.Store`."""
        row = {
            "player": mute.player,
            "name": clean_text(mute.name, NAME_CHARS_MAX),
            "until": mute.until_at,
            "by": clean_text(mute.by, NAME_CHARS_MAX),
            "reason": clean_text(mute.reason, REASON_CHARS_MAX),
            "at": mute.at,
        }
        self._add_mute(mute.player, row)

    def unmute(self, player: PlayerId) -> None:
        """See :class:`rallypoint.ports.Store`."""
        self._add_mute(player, None)

    def _add_mute(self, player: PlayerId, row: dict[str, Any] | None) -> None:
        if not storable(player):
            return  # nobody there is called so
        new = not self._muted.takes(player)
        if new:
            self._muted = Muted(self._wall())
        self._muted.rows[player] = row
        if new:
            self._writer.add(self._muted)

    async def mutes(self) -> list[Mute]:
        """See :class:`rallypoint.ports.Store`."""
        query = select(mutes).where(mutes.c.until > self._wall()).order_by(mutes.c.until.desc()).limit(MUTES_MAX)

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(query)).all()

        return [
            Mute(PlayerId(row.player), row.name, row.until, row.by, row.reason, row.at)
            for row in await self._database.read(work)
        ]

    def dodged(self, player: PlayerId, at: float) -> None:
        """See :class:`rallypoint.ports.Store`."""
        self._writer.add(Dodged(player, at))

    def match_made(self, record: MatchRecord) -> None:
        """See :class:`rallypoint.ports.Store`."""
        try:
            self._writer.add(MatchMade(*match_rows(record)))
        except Exception:  # as for a session: no game waits for a record
            log.exception("a match cannot be stored", match=record.id)

    def ticket_ended(self, record: TicketRecord) -> None:
        """See :class:`rallypoint.ports.Store`."""
        try:
            self._writer.add(TicketEnded(ticket_row(record)))
        except Exception:
            log.exception("a ticket cannot be stored", ticket=record.id)
            return
        now = self._wall()
        if now - self._pruned_at >= PRUNE_EVERY_S:
            self._pruned_at = now
            self._writer.add(Pruned(now - TICKETS_KEPT_S, now - 2 * match_reads.DODGES_S))

    async def leaders(self, queue: str, limit: int, around: PlayerId | None = None) -> Leaders:
        """See :class:`rallypoint.ports.Store`."""
        limit = max(1, min(limit, LIMIT_MAX))
        if not storable(queue):
            return Leaders()
        if around is not None and not storable(around):
            around = None
        return await self._database.read(lambda to: match_reads.leaders(to, queue, limit, around))

    async def rating_history(self, player: PlayerId, queue: str, limit: int = 20) -> list[RatingChange]:
        """See :class:`rallypoint.ports.Store`."""
        limit = max(1, min(limit, LIMIT_MAX))
        if not (storable(player) and storable(queue)):
            return []
        return await self._database.read(lambda to: match_reads.history(to, player, queue, limit))

    async def ratings_of(self, player: PlayerId) -> dict[str, tuple[Rating, int]]:
        """See :class:`rallypoint.ports.Store`."""
        if not storable(player):
            return {}
        return await self._database.read(lambda to: match_reads.ratings_of(to, player))

    async def match(self, match: str) -> MatchRecord | None:
        """See :class:`rallypoint.ports.Store`."""
        return await self._database.read(lambda to: match_reads.made(to, match)) if storable(match) else None

    # --- the rest -----------------------------------------------------------------------------------------------

    def status(self) -> StoreStatus:
        """See :class:`rallypoint.ports.Store`."""
        return StoreStatus(
            kind=self._database.kind,
            pending=len(self._queue),
            written=self._queue.written,
            lost=self._queue.lost,
            refused=self._queue.refused,
            error=self._writer.error,
            webhooks_pending=self.outbox.pending,
            webhooks_failed=self.outbox.failed,
            webhooks_error=self.outbox.error,
        )

    async def close(self) -> None:
        """See :class:`rallypoint.ports.Store`."""
        await self._writer.close(CLOSE_S)
        await self._database.close()

    def _written(self, writes: Sequence[Write], transaction: Transaction) -> None:
        for write in writes:
            self._forget(write)
            if isinstance(write, Ended | NewGuest) and write.stored is not None:
                write.stored()
        self.outbox.added(transaction.events, transaction.events_state)

    def _forget(self, write: Write) -> None:
        """It does not wait any more: it can be read now, or is lost."""
        match write:
            case NewGuest():
                self._new_guests.pop(write.player, None)
            case Ended() if self._ended.get(write.record.session) is write:
                del self._ended[write.record.session]
            case Muted():
                write.begun = True  # also one that is given up


def _rated(record: SessionRecord) -> RatedEnd | None:
    """What it says of its players' skill."""
    found = standings(record)
    if not found or record.match is None:
        return None
    return RatedEnd(record.session, record.match.queue, record.ended_at or 0.0, tuple(found))


async def _records(connection: AsyncConnection, sessions: Sequence[str]) -> list[SessionRecord]:
    """The records of these sessions, in no order."""
    if not sessions:
        return []
    rows = (await connection.execute(select(results).where(results.c.session.in_(sessions)))).mappings().all()
    query = select(result_seats).where(result_seats.c.session.in_(sessions)).order_by(result_seats.c.ordinal)
    seats: dict[str, list[Any]] = {}
    for seat in (await connection.execute(query)).mappings():
        seats.setdefault(seat["session"], []).append(seat)
    return [record_of({**row}, seats.get(row["session"], [])) for row in rows]
