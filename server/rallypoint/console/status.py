"""What ``/status.json`` shows, without a login: figures of one node as plain data, and no names."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.matchmaking.queue_status import queue_status
from rallypoint.ports import StoreStatus
from rallypoint_protocol.ids import SessionId

from .census import census_of

if TYPE_CHECKING:
    from rallypoint.app import Server
    from rallypoint.ports import Store

__all__ = ["Status", "problems", "rss_bytes"]

_NONE: Final[Mapping[SessionId, str]] = MappingProxyType({})


class Status:
    """Reads the figures of a server. ``store`` is ``None`` where nothing is kept."""

    def __init__(self, server: Server, store: Store | None = None) -> None:
        self._server = server
        self._store = store

    @property
    def ready(self) -> bool:
        """True while new players are welcome."""
        return self._server.ready

    def figures(self) -> dict[str, Any]:
        """Everything, for machines: ``docs/operating.md`` explains each figure."""
        server = self._server
        node = server.node
        census = census_of(node)
        games = {
            name: {"waiting": game.waiting, "running": game.running, "players": game.players}
            for name, game in census.games.items()
        }
        store = StoreStatus("none") if self._store is None else self._store.status()
        return {
            "uptime_s": round(time.time() - server.started_at, 1),
            "ready": server.ready,
            "problems": problems(store, server.journal.failure, node.quarantined),
            "durability": "off" if server.journal.failure else server.journal.durability,
            "journal": {"failure": server.journal.failure, "pressure": server.journal.pressure.name.lower()},
            "quarantined": dict(node.quarantined),
            "connections": server.connections,
            "lobby_sessions": len(server.lobby),
            "players": census.connected + census.away,
            "spectators": census.spectators,
            "seats": {"reserved": census.reserved, "connected": census.connected, "away": census.away},
            "games": games,
            "queues": {name: server.lobby.waiting(name) for name in node.games},
            "matchmaking": {
                name: asdict(queue_status(queue, node.now()))
                for name, queue in server.lobby.queues.ruled.queues.items()
            },
            "sessions": {
                "waiting": sum(game.waiting for game in census.games.values()),
                "running": sum(game.running for game in census.games.values()),
                "created": node.counts.sessions_created,
                "ended": node.counts.sessions_ended,
                "failed": node.counts.sessions_failed,
            },
            "store": {
                "kind": store.kind,
                "pending": store.pending,
                "written": store.written,
                "lost": store.lost,
                "refused": store.refused,
                "error": store.error,
            },
            "webhooks": {
                "pending": store.webhooks_pending,
                "failed": store.webhooks_failed,
                "error": store.webhooks_error,
            },
            "bots_added": node.counts.bots_added,
            "ticks": node.ticker.ticks,
            "skipped_ticks": census.skipped_ticks,
            "tick_late_ms": node.ticker.late.summary(),
            "bucket_ms": node.ticker.busy.summary(),
            "step_ms": node.ticker.steps.summary(),
            "conflated": census.conflated,
            "session_bytes_out": census.bytes_out,
            "cpu_s": round(time.process_time(), 3),
            "rss_bytes": rss_bytes(),
        }


def problems(store: StoreStatus, journal_failure: str = "", quarantined: Mapping[SessionId, str] = _NONE) -> list[str]:
    """What an operator should look at, in words."""
    found = []
    if journal_failure:
        found.append(f"journal: {journal_failure}. Sessions do not survive this process now; no new ones are made")
    found += [f"session {session} is quarantined: {why}" for session, why in quarantined.items()]
    waiting = "1 write waits" if store.pending == 1 else f"{store.pending} writes wait"
    if store.error:
        found.append(f"database: {store.error} ({waiting}; games go on)")
    if store.lost:
        found.append(f"database: {store.lost} writes were given up, because too many waited")
    if store.refused:
        found.append(f"database: {store.refused} writes were refused, and are lost: the log says which")
    if store.webhooks_error:
        found.append(f"webhooks: {store.webhooks_error} ({store.webhooks_pending} wait)")
    if store.webhooks_failed:
        found.append(f"webhooks: {store.webhooks_failed} were given up after their last attempt")
    return found


def rss_bytes() -> int:
    """Memory of this process."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no such file on this system: the peak is the next best
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
