"""The store of a node that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rallypoint.core.matchmaking.profile import Leaders, Profile
from rallypoint.core.matchmaking.records import MatchRecord, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.mutes import Mute
from rallypoint.ports import Guest, RatingChange, SessionRecord, StoreStatus
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["NoStore"]


class NoStore:
    """Guests are new each time, results are gone with their sessions. Implements :class:`rallypoint.ports.Store`."""

    keeps_guests = False

    def started(self, record: SessionRecord) -> None:
        """Nothing is kept."""

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """Nothing is kept."""
        if stored is not None:
            stored()

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        """Nothing is kept."""
        if stored is not None:
            stored()

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        """Nobody is known."""
        return None

    async def result(self, session: SessionId) -> SessionRecord | None:
        """There is none."""
        return None

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        """There are none."""
        return []

    async def profile(self, player: PlayerId, queues: Sequence[str]) -> Profile:
        """Everybody is new."""
        return Profile()

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """Nothing is kept."""

    def mute(self, mute: Mute) -> None:
        """Nothing is kept."""

    def unmute(self, player: PlayerId) -> None:
        """Nothing is kept."""

    async def mutes(self) -> list[Mute]:
        """There are none."""
        return []

    def dodged(self, player: PlayerId, at: float) -> None:
        """Nothing is kept."""

    def match_made(self, record: MatchRecord) -> None:
        """Nothing is kept."""

    def ticket_ended(self, record: TicketRecord) -> None:
        """Nothing is kept."""

    async def leaders(self, queue: str, limit: int, around: PlayerId | None = None) -> Leaders:
        """There are none."""
        return Leaders()

    async def rating_history(self, player: PlayerId, queue: str, limit: int = 20) -> list[RatingChange]:
        """There is none."""
        return []

    async def ratings_of(self, player: PlayerId) -> dict[str, tuple[Rating, int]]:
        """There are none."""
        return {}

    async def match(self, match: str) -> MatchRecord | None:
        """There is none."""
        return None

    def status(self) -> StoreStatus:
        """Of kind ``none``."""
        return StoreStatus("none")

    async def close(self) -> None:
        """Nothing is open."""
