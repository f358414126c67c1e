"""What the status page and ``/status.json`` show: figures of one node, as plain data."""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rallypoint.app import Server

__all__ = ["Status"]

SESSIONS_SHOWN = 200


class Status:
    """Reads the figures of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @property
    def ready(self) -> bool:
        """True while new players are welcome."""
        return self._server.ready

    def figures(self) -> dict[str, Any]:
        """Everything, for machines: ``docs/operating.md`` explains each figure."""
        server = self._server
        node = server.node
        seats: Counter[str] = Counter({"reserved": 0, "connected": 0, "away": 0})
        states: Counter[str] = Counter({"waiting": 0, "running": 0})
        conflated, bytes_out = node.counts.conflated, node.counts.bytes_out
        skipped = node.counts.skipped_ticks
        for host in node.hosts.values():
            states[host.core.state.value] += 1
            bytes_out += host.bytes_out
            skipped += host.schedule.skipped
            for seat in host.core.seated():
                seats[seat.state.value] += 1
                conflated += seat.conflated
        return {
            "uptime_s": round(time.time() - server.started_at, 1),
            "ready": server.ready,
            "durability": server.journal.durability,
            "connections": server.connections,
            "lobby_sessions": len(server.lobby),
            "players": seats["connected"] + seats["away"],
            "seats": dict(seats),
            "queues": {name: server.lobby.waiting(name) for name in node.games},
            "sessions": {
                **states,
                "created": node.counts.sessions_created,
                "ended": node.counts.sessions_ended,
                "failed": node.counts.sessions_failed,
            },
            "bots_added": node.counts.bots_added,
            "ticks": node.ticker.ticks,
            "skipped_ticks": skipped,
            "tick_late_ms": node.ticker.late.summary(),
            "bucket_ms": node.ticker.busy.summary(),
            "step_ms": node.ticker.steps.summary(),
            "conflated": conflated,
            "session_bytes_out": bytes_out,
            "cpu_s": round(time.process_time(), 3),
            "rss_bytes": _rss_bytes(),
        }

    def sessions(self) -> list[dict[str, Any]]:
        """The running sessions, oldest first; at most ``SESSIONS_SHOWN``."""
        shown = []
        for host in list(self._server.node.hosts.values())[:SESSIONS_SHOWN]:
            core = host.core
            shown.append(
                {
                    "id": core.id,
                    "game": host.definition.options.name,
                    "state": core.state.value,
                    "tick": core.tick,
                    "epoch": core.epoch,
                    "seats": [
                        {"seat": seat.index, "name": seat.name, "state": seat.state.value, "bot": seat.bot}
                        for seat in core.seated()
                    ],
                    "free": core.free_seats,
                    "step_max_ms": round(host.step_max_s * 1000, 2),
                    "skipped_ticks": host.schedule.skipped,
                }
            )
        return shown


def _rss_bytes() -> int:
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # no such file on this system: the peak is the next best
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
