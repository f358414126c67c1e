"""What became of sessions, matches and ratings, for backends: read from the store, or a denial that says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from rallypoint.core.matchmaking.profile import Leaders
from rallypoint.core.matchmaking.records import MatchRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.orders import Denial
from rallypoint.ports import RatingChange, SessionRecord, Store, StoreDown
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["QueueRating", "Results"]

T = TypeVar("T")

_STORE_DOWN: Final = Denial("store_down", "the database does not answer now")


@dataclass(frozen=True, slots=True)
class QueueRating:
    """A player's rating in one queue."""

    queue: str
    rating: Rating
    games: int
    history: list[RatingChange]
    """The newest changes, newest first."""


class Results:
    """Reads the store; ``None`` where nothing is kept. Everything may be denied: ``not_kept``, ``store_down``."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    async def of_session(self, session: SessionId) -> SessionRecord | Denial:
        """The record of a session that has ended. Denied: ``unknown``, too."""
        record = await self._asked(lambda store: store.result(session))
        return Denial("unknown", "no session of that id has ended here") if record is None else record

    async def of_player(self, player: PlayerId, limit: int) -> list[SessionRecord] | Denial:
        """The newest of a player's, newest first; none for an unknown one."""
        return await self._asked(lambda store: store.results_of(player, limit))

    async def match(self, match: str) -> MatchRecord | Denial:
        """A match that a queue with rules has made. Denied: ``unknown``, too."""
        record = await self._asked(lambda store: store.match(match))
        return Denial("unknown", "no match of that id was made here") if record is None else record

    async def leaders(self, queue: str, limit: int, around: PlayerId | None) -> Leaders | Denial:
        """The best of a queue, or those next to a player; nobody for an unknown one."""
        return await self._asked(lambda store: store.leaders(queue, limit, around))

    async def ratings(self, player: PlayerId, limit: int) -> list[QueueRating] | Denial:
        """Of every queue in which the player was rated, by name, each with its ``limit`` newest changes."""

        async def work(store: Store) -> list[QueueRating]:
            known = await store.ratings_of(player)
            return [
                QueueRating(queue, rating, games, await store.rating_history(player, queue, limit) if limit else [])
                for queue, (rating, games) in sorted(known.items())
            ]

        return await self._asked(work)

    async def _asked(self, ask: Callable[[Store], Awaitable[T]]) -> T | Denial:
        if self._store is None or self._store.status().kind == "none":
            return Denial("not_kept", "this server keeps no results: give it a data_dir or a database_url")
        try:
            return await ask(self._store)
        except StoreDown:
            return _STORE_DOWN
