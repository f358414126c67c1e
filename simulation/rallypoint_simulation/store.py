"""A store in memory with the manners of a database: it takes its time, and is away now and then."""

from __future__ import annotations

import asyncio
import hmac
from random import Random

from rallypoint.core.tokens import token_hash
from rallypoint.ports import Clock, Guest, SessionRecord, StoreDown, StoreStatus
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["SimulatedStore"]


class SimulatedStore:
    """Implements :class:`rallypoint.ports.Store`. It outlives the server, as a database does."""

    def __init__(self, dice: Random, wall: Clock, answer_s: float, *, keeps_guests: bool = True) -> None:
        self.keeps_guests = keeps_guests
        self.down = False
        """It does not answer."""
        self.guests: dict[PlayerId, tuple[Guest, bytes]] = {}
        self.started_records: list[SessionRecord] = []
        self.ended_records: list[SessionRecord] = []
        """Everything that was told, in order; the database would keep one for each session."""
        self._dice = dice
        self._wall = wall
        self._answer_s = answer_s

    def started(self, record: SessionRecord) -> None:
        """See the port."""
        self.started_records.append(record)

    def ended(self, record: SessionRecord) -> None:
        """See the port."""
        self.ended_records.append(record)

    def new_guest(self, player: PlayerId, name: str, secret_hash: bytes) -> None:
        """See the port."""
        if self.keeps_guests:
            self.guests[player] = Guest(player, name, self._wall()), secret_hash

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

    async def _answer(self) -> None:
        await asyncio.sleep(self._answer_s * self._dice.random())
        if self.down:
            raise StoreDown("the database does not answer")

    def status(self) -> StoreStatus:
        """See the port."""
        return StoreStatus("simulated")

    async def close(self) -> None:
        """It stays."""
