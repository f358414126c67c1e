"""A store in memory with the manners of a database: it takes its time, and is away now and then."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Clock, Guest, SessionRecord, Store, StoreDown, StoreStatus
from rallypoint_protocol.ids import PlayerId, SessionId

from .host import Host, Timer
from .loop import SimulatedLoop

try:
    from rallypoint.core.matchmaking.profile import Profile
except ImportError:  # TEMPORARY
    from dataclasses import dataclass

    @dataclass
    class Profile:
        ratings: dict = None
        blocked: frozenset = frozenset()
        recent: tuple = ()
        dodges: int = 0

        def __post_init__(self):
            self.ratings = {}

__all__ = ["SimulatedStore"]

_DODGES_S: Final = 3600.0


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
        self.dodges: list[tuple[PlayerId, float]] = []
        """Who has declined or missed a ready check, and when."""
        self._dice = dice
        self._wall = wall
        self._answer_s = answer_s

    def started(self, record: SessionRecord) -> None:
        """See the port."""
        self.started_records.append(record)

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """See the port."""
        self.ended_records.append(record)
        self.stored.setdefault(record.session, record)
        if stored is not None:
            stored()

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
        """See the port. Everybody's ratings are those of a new player."""
        await self._answer()
        since = self._wall() - _DODGES_S
        dodges = sum(who == player and at > since for who, at in self.dodges)
        return Profile(blocked=frozenset(self.blocks.get(player, ())), dodges=dodges)

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """See the port."""
        theirs = self.blocks.setdefault(player, {})
        if blocked:
            theirs[other] = None
        else:
            theirs.pop(other, None)

    def dodged(self, player: PlayerId, at: float) -> None:
        """See the port."""
        self.dodges.append((player, at))

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
            self._store.stored.setdefault(record.session, record)
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

    def dodged(self, player: PlayerId, at: float) -> None:
        if self._host.alive:
            self._store.dodged(player, at)

    def status(self) -> StoreStatus:
        return self._store.status()

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._write()
