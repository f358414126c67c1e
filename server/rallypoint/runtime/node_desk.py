"""What operators see of a node and do with it. A desk takes no request: it gives data."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from heapq import nlargest
from typing import Final, Protocol

import structlog

from rallypoint.ports import Clock, Journal, StoreStatus
from rallypoint.runtime.cordon import eta_s
from rallypoint.runtime.garbage import Garbage
from rallypoint.runtime.loop_lag import LoopLag
from rallypoint.runtime.node import Node
from rallypoint.runtime.node_info import (
    CordonInfo,
    CostlyInfo,
    JournalInfo,
    NodeInfo,
    NodeRow,
    ReplaysInfo,
    StoreInfo,
)
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId

__all__ = ["Gauges", "NodeDesk", "Process"]

COSTLY_MAX: Final = 10
CLOSED: Final = "no new games begin here: an operator is emptying this server"
"""What players who wait are told."""
_SLICE: Final = 500
_FRESH_S: Final = 0.9
_STALE_S: Final = 30.0
"""What was seen longer ago is not compared with."""
_MEGABYTE: Final = 1 << 20
log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.node")


class Gauges(Protocol):
    """What is measured of a process all the time."""

    lag: LoopLag
    garbage: Garbage

    @property
    def cpu_share(self) -> float:
        """Of one core."""


@dataclass(frozen=True, slots=True)
class Process:
    """What the node runs in, and what is asked of it."""

    name: str
    version: str
    started_at: float
    gauges: Gauges
    journal: Journal
    store: Callable[[], StoreStatus]
    connections: Callable[[], int]
    stopping: Callable[[], bool]
    rss_bytes: Callable[[], int]


class NodeDesk:
    """Of one node. ``wall`` is Unix time; ``close`` tells the lobby why no session is created, or nothing."""

    def __init__(self, node: Node, process: Process, close: Callable[[str], None], wall: Clock) -> None:
        self._node = node
        self._process = process
        self._close = close
        self._wall = wall
        self._wall_at_zero = wall() - node.now()  # once: what is told is not to waver with two clocks
        self._costly: list[CostlyInfo] = []
        self._sums: dict[SessionId, float] = {}
        self._seen_at = float("-inf")
        self._players = 0
        self._eta_s: float | None = None
        self._looking: asyncio.Task[None] | None = None

    # --- looking ----------------------------------------------------------------------------------------------------

    async def all(self) -> list[NodeRow]:
        """Every node: one now."""
        await self._look()
        process = self._process
        return [
            NodeRow(
                node=process.name,
                version=process.version,
                state=self._state(),
                started_at=round(process.started_at, 3),
                cpu_share=round(process.gauges.cpu_share, 2),
                sessions=len(self._node.hosts),
                players=self._players,
                url=None,
            )
        ]

    async def look(self) -> NodeInfo:
        """All of it. Sessions are looked at once a second at most, for all who look."""
        await self._look()
        node, process = self._node, self._process
        late, bucket = node.ticker.late.summary(), node.ticker.busy.summary()
        await asyncio.sleep(0)
        return NodeInfo(
            node=process.name,
            version=process.version,
            python=platform.python_version(),
            pid=os.getpid(),
            state=self._state(),
            started_at=round(process.started_at, 3),
            cpu_share=round(process.gauges.cpu_share, 2),
            rss_bytes=process.rss_bytes() // _MEGABYTE * _MEGABYTE,
            sessions=len(node.hosts),
            sessions_max=node.settings.sessions_max,
            players=self._players,
            connections=process.connections(),
            loop_lag=process.gauges.lag.timings.summary(),
            tick_late=late,
            bucket=bucket,
            gc=process.gauges.garbage.timings.summary(),
            gc_collections=sum(process.gauges.garbage.collections),
            journal=self._journal(),
            store=self._store(),
            replays=self._replays(),
            costly=self._costly,
            cordon=self.cordon_info(),
        )

    def cordon_info(self) -> CordonInfo:
        """How far the emptying is."""
        cordon = self._node.cordon
        left = len(self._node.hosts)
        return CordonInfo(
            state=cordon.state.value,
            since_at=self._at(cordon.since) if cordon.closed else None,
            by=cordon.by or None,
            sessions_at_start=cordon.sessions_at_start,
            sessions_left=left,
            eta_s=self._eta(left),
            end_at=None if cordon.end_at is None else self._at(cordon.end_at),
        )

    # --- doing ------------------------------------------------------------------------------------------------------

    def cordon(self, by: str) -> CordonInfo:
        """No new sessions. If it is cordoned or drained already, nothing changes."""
        if not self._node.cordon.closed:
            self._node.cordon.close(self._node.now(), by, len(self._node.hosts))
            log.warning("node cordoned", by=by, sessions=len(self._node.hosts))
            self._close(CLOSED)
        return self.cordon_info()

    def drain(self, by: str, end_after_s: float | None) -> CordonInfo:
        """No new sessions, and those that are left are waited for, ``end_after_s`` seconds at most. Again: another
        time."""
        self._node.cordon.drain(self._node.now(), by, len(self._node.hosts), end_after_s)
        log.warning("node drains", by=by, sessions=len(self._node.hosts), end_after_s=end_after_s)
        self._close(CLOSED)
        return self.cordon_info()

    def uncordon(self, by: str) -> CordonInfo:
        """As before."""
        if self._node.cordon.closed:
            self._node.cordon.open()
            log.warning("node serves again", by=by)
            self._close("")
        return self.cordon_info()

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _state(self) -> str:
        return "stopping" if self._process.stopping() else self._node.cordon.state.value

    def _eta(self, left: int) -> float | None:
        """In steps: it is not to be another one with each look."""
        cordon = self._node.cordon
        if not cordon.closed:
            return None
        eta = 0.0 if not left else self._eta_s
        if cordon.end_at is not None:
            until_s = max(0.0, cordon.end_at - self._node.now())
            eta = until_s if eta is None else min(eta, until_s)
        if eta is None:
            return None
        step = 5 if eta < 120 else 30
        return float(-(-eta // step) * step)

    async def _look(self) -> None:
        if self._looking is None and self._node.now() - self._seen_at >= _FRESH_S:
            self._looking = asyncio.create_task(self._look_at_sessions(), name="sessions by cost")
        if self._looking is not None:
            await asyncio.shield(self._looking)

    async def _look_at_sessions(self) -> None:
        """What each session's steps took since the last time, how many play, and how long it is going to take."""
        try:
            node, now, wall = self._node, self._node.now(), self._wall()
            since_s = now - self._seen_at
            before = self._sums if since_s <= _STALE_S else {}
            usual_s, etas = node.durations.usual_s(), [0.0]
            known, players = True, 0
            sums: dict[SessionId, float] = {}
            rates: list[tuple[float, SessionId, SessionHost]] = []
            hosts = list(node.hosts.values())
            for begin in range(0, len(hosts), _SLICE):
                some = hosts[begin : begin + _SLICE]
                for host in some:
                    session, spent = host.core.id, host.step_sum_s
                    sums[session] = spent
                    if session in before:
                        rates.append(((spent - before[session]) / since_s, session, host))
                    else:
                        rates.append((spent / max(1.0, wall - host.created_unix_s), session, host))
                    players += len(host.core.seats) - host.core.seating.free
                if node.cordon.closed:
                    ages = ((host.definition.options.name, wall - host.created_unix_s) for host in some)
                    eta = eta_s(ages, usual_s)
                    known = known and eta is not None
                    etas.append(eta or 0.0)
                await asyncio.sleep(0)
            worst = nlargest(COSTLY_MAX, rates, key=lambda one: one[:2])
            self._costly = [_costly(rate, host) for rate, _, host in worst]
            self._eta_s = max(etas) if known and node.cordon.closed else None
            self._sums, self._players, self._seen_at = sums, players, now
        finally:
            self._looking = None

    def _journal(self) -> JournalInfo:
        journal = self._process.journal
        segments, size = journal.on_disk()
        flush = self._node.flushes.summary()
        return JournalInfo(journal.durability, journal.failure, journal.pressure.name.lower(), segments, size, flush)

    def _store(self) -> StoreInfo:
        store = self._process.store()
        return StoreInfo(store.kind, store.pending, store.written, store.lost, store.refused, store.error)

    def _replays(self) -> ReplaysInfo:
        replays = self._node.replays
        if replays is None:
            return ReplaysInfo(kept=False, writing=0, bytes_waiting=0, given_up=0)
        return ReplaysInfo(True, replays.writing, replays.bytes_waiting, replays.given_up)

    def _at(self, when: float) -> float:
        """Unix time of a moment of the node's clock."""
        return round(self._wall_at_zero + when, 1)


def _costly(rate: float, host: SessionHost) -> CostlyInfo:
    players = len(host.core.seats) - host.core.seating.free
    return CostlyInfo(host.core.id, host.definition.options.name, round(rate * 1000, 2), players)
