"""The store of a node that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable

from rallypoint.ports import Guest, SessionRecord, StoreStatus
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

    def status(self) -> StoreStatus:
        """Of kind ``none``."""
        return StoreStatus("none")

    async def close(self) -> None:
        """Nothing is open."""
