"""A store in memory with the manners of a database: it takes its time, and is away now and then."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from rallypoint.core.matchmaking.profile import Leader, Leaders, Profile
from rallypoint.core.matchmaking.records import MatchRecord, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.mutes import Mute
from rallypoint.core.tokens import token_hash
from rallypoint.ports import Clock, Guest, RatingChange, SessionRecord, Store, StoreDown, StoreStatus
from rallypoint.storage.standings import standings
from rallypoint_protocol.ids import PlayerId, SessionId

from .host import Host, Timer
from .loop import SimulatedLoop

__all__ = ["SimulatedStore"]

_DODGES_S: Final = 3600.0
_RECENT: Final = 20
_STAKE: Final = 2.0
_KNOWN_BETTER: Final = 0.95


class SimulatedStore:
    """Implements :class:`rallypoint.ports.Store`. It outlives the server, as a database does."""

    def __init__(self, dice: Random, wall: Clock, answer_s: float, *, keeps_guests: bool = True) -> None:
        self.keeps_guests = keeps_guests
        self.down = False
        """It does not answer."""
        self.guests: dict[PlayerId, tuple[Guest, bytes]] = {}
        self.started_records: list[SessionRecord] = []
        self.ended_records: list[SessionRecord] = []
        """Everything that was told, in order, but not what a later server has told again."""
        self.stored: dict[SessionId, SessionRecord] = {}
        """What the database has: one for each session."""
        self.differing: list[tuple[SessionRecord, SessionRecord]] = []
        """Ends that a later server has told otherwise than an earlier one."""
        self.blocks: dict[PlayerId, dict[PlayerId, None]] = {}
        """Whom each player has blocked."""
        self.muted: dict[PlayerId, Mute] = {}
        """Who may not chat."""
        self.dodges: list[tuple[PlayerId, float]] = []
        """Who has declined or missed a ready check, and when."""
        self.matches: list[MatchRecord] = []
        """That were made, in order."""
        self.tickets: list[TicketRecord] = []
        """That are over."""
        self.ratings: dict[tuple[str, PlayerId], tuple[Rating, int]] = {}
        """By queue and player: what it is, and how many games it comes from."""
        self.rating_changes: list[tuple[PlayerId, RatingChange]] = []
        """In order, each with its player."""
        self._dice = dice
        self._wall = wall
        self._answer_s = answer_s

    def started(self, record: SessionRecord) -> None:
        """See the port."""
        self.started_records.append(record)

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """See the port."""
        self.ended_records.append(record)
        self.keep(record)
        if stored is not None:
            stored()

    def keep(self, record: SessionRecord) -> None:
        """In one transaction: the result, and the ratings that it changes; once for each session."""
        if record.session in self.stored:
            return
        self.stored[record.session] = record
        queue = "" if record.match is None else record.match.queue
        for one in standings(record):
            before, games = self.ratings.get((queue, one.player), (Rating(), 0))
            # Simpler than a real one: what matters is that it changes, and once.
            after = Rating(before.mu + (-_STAKE if one.rank or one.left else _STAKE), before.sigma * _KNOWN_BETTER)
            self.ratings[queue, one.player] = after, games + 1
            change = RatingChange(record.session, queue, record.ended_at or 0.0, one.rank, before, after)
            self.rating_changes.append((one.player, change))

    def of(self, host: Host, loop: SimulatedLoop) -> Store:
        """For a server whose sessions outlive it: what it tells is stored after a while, or never, if it dies."""
        return _Client(self, host, loop)

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        """See the port."""
        if self.keeps_guests:
            self.guests.setdefault(player, (Guest(player, name, self._wall()), secret_hash))
        if stored is not None:
            stored()

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        """See the port."""
        await self._answer()
        found = self.guests.get(player)
        return found[0] if found is not None and hmac.compare_digest(found[1], token_hash(secret)) else None

    async def result(self, session: SessionId) -> SessionRecord | None:
        """See the port."""
        await self._answer()
        return next((record for record in self.ended_records if record.session == session), None)

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        """See the port."""
        await self._answer()
        own = [record for record in self.ended_records if any(seat.player == player for seat in record.seats)]
        return own[: -limit - 1 : -1]

    async def profile(self, player: PlayerId, queues: Sequence[str]) -> Profile:
        """See the port."""
        await self._answer()
        since = self._wall() - _DODGES_S
        ratings = {queue: self.ratings[queue, player][0] for queue in queues if (queue, player) in self.ratings}
        mine = [record.players for record in self.matches if player in record.players]
        recent = tuple(tuple(it for it in met if it != player) for met in mine[: -_RECENT - 1 : -1])
        dodges = sum(who == player and at > since for who, at in self.dodges)
        return Profile(ratings, frozenset(self.blocks.get(player, ())), recent, dodges)

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """See the port."""
        theirs = self.blocks.setdefault(player, {})
        if blocked:
            theirs[other] = None
        else:
            theirs.pop(other, None)

    def mute(self, mute: Mute) -> None:
        """See the port."""
        self.muted[mute.player] = mute

    def unmute(self, player: PlayerId) -> None:
        """See the port."""
        self.muted.pop(player, None)

    async def mutes(self) -> list[Mute]:
        """See the port."""
        return list(self.muted.values())

    def dodged(self, player: PlayerId, at: float) -> None:
        """See the port."""
        self.dodges.append((player, at))

    def match_made(self, record: MatchRecord) -> None:
        """See the port."""
        self.matches.append(record)

    def ticket_ended(self, record: TicketRecord) -> None:
        """See the port."""
        self.tickets.append(record)

    async def leaders(self, queue: str, limit: int, around: PlayerId | None = None) -> Leaders:
        """See the port."""
        await self._answer()
        known = [(player, rating, games) for (name, player), (rating, games) in self.ratings.items() if name == queue]
        known.sort(key=lambda one: (-one[1].ordinal, one[0]))
        rows = [Leader(rank, player, "", rating, games) for rank, (player, rating, games) in enumerate(known, 1)]
        me = next((row.rank for row in rows if row.player == around), None)
        first = 0 if me is None else max(0, me - 1 - limit // 2)
        return Leaders(tuple(rows[first : first + limit]), len(rows), me)

    async def rating_history(self, player: PlayerId, queue: str, limit: int = 20) -> list[RatingChange]:
        """See the port."""
        await self._answer()
        own = [change for who, change in self.rating_changes if (who, change.queue) == (player, queue)]
        return own[: -limit - 1 : -1]

    async def ratings_of(self, player: PlayerId) -> dict[str, tuple[Rating, int]]:
        """See the port."""
        await self._answer()
        return {queue: known for (queue, who), known in self.ratings.items() if who == player}

    async def match(self, match: str) -> MatchRecord | None:
        """See the port."""
        await self._answer()
        return next((record for record in self.matches if record.id == match), None)

    def delay_s(self) -> float:
        """How long the next write takes."""
        return self._answer_s * self._dice.random()

    async def _answer(self) -> None:
        await asyncio.sleep(self._answer_s * self._dice.random())
        if self.down:
            raise StoreDown("the database does not answer")

    def status(self) -> StoreStatus:
        """See the port."""
        return StoreStatus("simulated")

    async def close(self) -> None:
        """It stays."""


class _Client:
    """A server's side of it: what waits to be stored dies with the server."""

    def __init__(self, store: SimulatedStore, host: Host, loop: SimulatedLoop) -> None:
        self._store = store
        self._host = host
        self._loop = loop
        self._earlier = (
            {record.session for record in store.started_records},
            {record.session: record for record in store.ended_records},
        )
        self._waiting: list[tuple[SessionRecord, Callable[[], None] | None]] = []
        self._timer: Timer | None = None

    @property
    def keeps_guests(self) -> bool:
        """See the port, as for all others."""
        return self._store.keeps_guests

    def started(self, record: SessionRecord) -> None:
        if self._host.alive and record.session not in self._earlier[0]:
            self._store.started(record)

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        if not self._host.alive:
            return
        before = self._earlier[1].pop(record.session, None)  # once: this one must not tell it twice
        if before is None:
            self._store.ended_records.append(record)
        elif before != record:
            self._store.differing.append((before, record))
        self._waiting.append((record, stored))
        if self._timer is None:
            self._timer = self._loop.call_later(self._store.delay_s(), self._write)

    def _write(self) -> None:
        self._timer = None
        if self._store.down:
            self._timer = self._loop.call_later(0.5, self._write)
            return
        waiting, self._waiting = self._waiting, []
        for record, stored in waiting:
            self._store.keep(record)
            if stored is not None:
                stored()

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        if self._host.alive:
            self._store.new_guest(player, name, secret_hash, stored)

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        return await self._store.find_guest(player, secret)

    async def result(self, session: SessionId) -> SessionRecord | None:
        return await self._store.result(session)

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        return await self._store.results_of(player, limit)

    async def profile(self, player: PlayerId, queues: Sequence[str]) -> Profile:
        return await self._store.profile(player, queues)

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        if self._host.alive:
            self._store.block(player, other, blocked)

    def mute(self, mute: Mute) -> None:
        if self._host.alive:
            self._store.mute(mute)

    def unmute(self, player: PlayerId) -> None:
        if self._host.alive:
            self._store.unmute(player)

    async def mutes(self) -> list[Mute]:
        return await self._store.mutes()

    def dodged(self, player: PlayerId, at: float) -> None:
        if self._host.alive:
            self._store.dodged(player, at)

    def match_made(self, record: MatchRecord) -> None:
        if self._host.alive:
            self._store.match_made(record)

    def ticket_ended(self, record: TicketRecord) -> None:
        if self._host.alive:
            self._store.ticket_ended(record)

    async def leaders(self, queue: str, limit: int, around: PlayerId | None = None) -> Leaders:
        return await self._store.leaders(queue, limit, around)

    async def rating_history(self, player: PlayerId, queue: str, limit: int = 20) -> list[RatingChange]:
        return await self._store.rating_history(player, queue, limit)

    async def ratings_of(self, player: PlayerId) -> dict[str, tuple[Rating, int]]:
        return await self._store.ratings_of(player)

    async def match(self, match: str) -> MatchRecord | None:
        return await self._store.match(match)

    def status(self) -> StoreStatus:
        return self._store.status()

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._write()
