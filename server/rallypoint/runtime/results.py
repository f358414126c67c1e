"""What became of sessions, for backends: read from the store, or a denial that says why it cannot be."""

from __future__ import annotations

from typing import Final

from rallypoint.core.orders import Denial
from rallypoint.ports import SessionRecord, Store, StoreDown
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["Results"]

_STORE_DOWN: Final = Denial("store_down", "the database does not answer now")


class Results:
    """Reads the store; ``None`` where nothing is kept."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    async def of_session(self, session: SessionId) -> SessionRecord | Denial:
        """The record of a session that has ended. Denied: ``unknown``, ``not_kept``, ``store_down``."""
        store = self._kept()
        if isinstance(store, Denial):
            return store
        try:
            record = await store.result(session)
        except StoreDown:
            return _STORE_DOWN
        return Denial("unknown", "no session of that id has ended here") if record is None else record

    async def of_player(self, player: PlayerId, limit: int) -> list[SessionRecord] | Denial:
        """The newest of a player's, newest first; none for an unknown one. Denied: ``not_kept``, ``store_down``."""
        store = self._kept()
        if isinstance(store, Denial):
            return store
        try:
            return await store.results_of(player, limit)
        except StoreDown:
            return _STORE_DOWN

    def _kept(self) -> Store | Denial:
        if self._store is None or self._store.status().kind == "none":
            return Denial("not_kept", "this server keeps no results: give it a data_dir or a database_url")
        return self._store
