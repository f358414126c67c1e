"""What is written, each thing whole. All of it may be written again: what is there already stays as it is.

Those of one kind that are in the same transaction share their statements: a node that stops has thousands to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import SessionRecord
from rallypoint_protocol.ids import PlayerId

from .rating_writes import RatedEnd, write_ratings
from .tables import blocks, dodges, match_players, matches, mutes, outbox, players, result_seats, results, tickets

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = [
    "BLOCKED_MAX",
    "Blocked",
    "Dodged",
    "Ended",
    "MatchMade",
    "Muted",
    "NewGuest",
    "Pruned",
    "Seen",
    "Started",
    "TicketEnded",
    "Transaction",
    "Write",
]

BLOCKED_MAX: Final = 1_000
"""Players on one block list: a client may send names all day."""


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
    rated: RatedEnd | None = None
    """What it says of its players' skill, if its match is rated."""

    @property
    def key(self) -> str:
        """The session."""
        return self.record.session


@dataclass(frozen=True, slots=True)
class Blocked:
    """Whom a player does not want to play with, or does again."""

    player: PlayerId
    other: PlayerId
    blocked: bool
    at: float

    @property
    def key(self) -> str:
        """The player: the last word counts."""
        return self.player


MUTED_MAX: Final = 50
"""Mutes in one write. An operator may mute thousands at once, and what else waits is not to be lost for that."""


@dataclass(slots=True)
class Muted:
    """Operators have muted players, or (``None`` instead of a row) no longer."""

    at: float
    """Unix time: what is over by then is not kept any longer."""
    rows: dict[PlayerId, dict[str, Any] | None] = field(default_factory=dict)
    """The last word on each."""
    begun: bool = False
    """It is being written: it takes no more."""

    def takes(self, player: PlayerId) -> bool:
        """There is room for a word on that player."""
        return not self.begun and (player in self.rows or len(self.rows) < MUTED_MAX)

    @property
    def key(self) -> str:
        """One for all: the last word counts."""
        return "mutes"


@dataclass(frozen=True, slots=True)
class Dodged:
    """A ready check that was declined or missed."""

    player: PlayerId
    at: float

    @property
    def key(self) -> str:
        """The player."""
        return self.player


@dataclass(frozen=True, slots=True)
class MatchMade:
    """A match that has its session."""

    row: dict[str, Any]
    players: list[dict[str, Any]]

    @property
    def key(self) -> str:
        """The match."""
        return str(self.row["match"])


@dataclass(frozen=True, slots=True)
class TicketEnded:
    """A ticket that is over."""

    row: dict[str, Any]

    @property
    def key(self) -> str:
        """The ticket."""
        return str(self.row["ticket"])


@dataclass(frozen=True, slots=True)
class Pruned:
    """Tickets and dodges from before these times are not kept any longer."""

    tickets_before: float
    dodges_before: float

    @property
    def key(self) -> str:
        """One for all."""
        return "pruned"


Write = NewGuest | Seen | Started | Ended | Blocked | Muted | Dodged | MatchMade | TicketEnded | Pruned
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
        await self._matched([write for write in writes if isinstance(write, MatchMade)])
        await self._blocked([write for write in writes if isinstance(write, Blocked)])
        await self._muted([write for write in writes if isinstance(write, Muted)])
        await self._put(dodges, [{"player": it.player, "at": it.at} for it in writes if isinstance(it, Dodged)])
        await self._put(tickets, [write.row for write in writes if isinstance(write, TicketEnded)])
        for write in writes:
            if isinstance(write, Pruned):
                await self.connection.execute(delete(tickets).where(tickets.c.ended_at < write.tickets_before))
                await self.connection.execute(delete(dodges).where(dodges.c.at < write.dodges_before))

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
        rated = [end.rated for end in firsts if end.key in new and end.rated is not None]
        await write_ratings(self.connection, self.keep_first, sorted(rated, key=lambda end: (end.at, end.session)))

    async def _matched(self, made: Sequence[MatchMade]) -> None:
        """A match that is there already stays as it is, with its players."""
        if not made:
            return
        query = self.keep_first(matches).returning(matches.c.match)
        new = set((await self.connection.execute(query, [match.row for match in made])).scalars())
        rows = [row for match in made if match.key in new for row in match.players]
        await self._put(match_players, rows)

    async def _muted(self, writes: Sequence[Muted]) -> None:
        for write in writes:
            write.begun = True
            gone = mutes.c.player.in_(list(write.rows))
            await self.connection.execute(delete(mutes).where(gone | (mutes.c.until <= write.at)))
            await self._put(mutes, [row for row in write.rows.values() if row is not None])

    async def _blocked(self, writes: Sequence[Blocked]) -> None:
        """The last word on each counts; of a list that becomes too long the oldest go."""
        for write in writes:
            if write.blocked:
                row = {"player": write.player, "blocked": write.other, "at": write.at}
                await self._put(blocks, [row])
            else:
                query = delete(blocks).where(blocks.c.player == write.player, blocks.c.blocked == write.other)
                await self.connection.execute(query)
        for player in dict.fromkeys(write.player for write in writes if write.blocked):
            own = select(blocks.c.blocked).where(blocks.c.player == player)
            newest = own.order_by(blocks.c.at.desc(), blocks.c.blocked).limit(BLOCKED_MAX)
            if (await self.connection.execute(newest.offset(BLOCKED_MAX))).first() is not None:
                kept = newest.scalar_subquery()
                query = delete(blocks).where(blocks.c.player == player, blocks.c.blocked.not_in(kept))
                await self.connection.execute(query)

    async def _put(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Rows; those that are there already stay."""
        if rows:
            await self.connection.execute(self.keep_first(table), rows)

    async def _add_events(self, events: Iterable[dict[str, Any]]) -> None:
        """Puts events into the outbox; those that are there already stay."""
        rows = [{**event, "state": self.events_state} for event in events]
        if self.events_state == "failed":
            rows = [{**row, "settled_at": row["created_at"], "error": "too many events wait"} for row in rows]
        if rows:
            added = await self.connection.execute(self.keep_first(outbox).returning(outbox.c.id), rows)
            self.events += len(added.all())
