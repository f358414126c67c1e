"""The desk of the console's overview: one node at a glance, and its last quarter of an hour."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rallypoint.ports import Clock, Store, StoreStatus
from rallypoint.runtime.game_figures import OUTCOMES, GameFigures
from rallypoint.version import VERSION

from .census import Census, GameCensus
from .health import not_ready
from .history import HistoryOut
from .overview_out import (
    GameOut,
    GarbageOut,
    JournalOut,
    Overview,
    PlayersOut,
    QueueOut,
    SessionsOut,
    StoreOut,
)
from .status import rss_bytes

if TYPE_CHECKING:
    from rallypoint.app import Server

    from .sampler import Sampler

__all__ = ["OverviewDesk"]

_MEGABYTE = 1 << 20


class OverviewDesk:
    """Of one server."""

    def __init__(
        self, server: Server, sampler: Sampler, node_name: str, store: Store | None = None, *, wall: Clock = time.time
    ) -> None:
        self._server = server
        self._sampler = sampler
        self._node_name = node_name
        self._store = store
        self._wall_at_zero = wall() - server.node.now()  # once: it is not to waver with two clocks

    def history(self, seconds: int) -> HistoryOut:
        """The newest ``seconds`` of what was sampled."""
        return self._sampler.history.answer(seconds)

    async def overview(self) -> Overview:
        """As of now, or a second ago."""
        server, sampler, node = self._server, self._sampler, self._server.node
        census = await sampler.counting.census()
        reasons = not_ready(server, sampler)
        figures = node.ticker.games
        return Overview(
            node=self._node_name,
            version=VERSION,
            started_at=round(server.started_at, 3),
            ready=not reasons,
            reasons=reasons,
            alerts=sampler.alerts,
            players=PlayersOut(census.connected, census.away, census.reserved, len(server.lobby), census.spectators),
            sessions=SessionsOut(
                running=census.running,
                waiting=census.waiting,
                paused=census.paused,
                created=node.counts.sessions_created,
                ended=node.counts.sessions_ended,
                failed=node.counts.sessions_failed,
            ),
            games=[self._game(name, census.games[name], figures[name]) for name in node.games],
            queues=self._queues(census),
            resumes={outcome: sum(one.resumes[outcome] for one in figures.values()) for outcome in OUTCOMES},
            drops=sum(one.drops for one in figures.values()),
            conflated=census.conflated,
            cpu_share=round(sampler.cpu_share, 2),
            rss_bytes=rss_bytes() // _MEGABYTE * _MEGABYTE,
            loop_lag_p99_ms=round(sampler.lag.timings.summary()["p99"], 1),
            gc=GarbageOut(sum(sampler.garbage.collections), round(sampler.garbage.timings.summary()["max"], 1)),
            journal=self._journal(),
            store=self._store_out(),
        )

    def _game(self, name: str, counts: GameCensus, figures: GameFigures) -> GameOut:
        late, steps = figures.late.whole(), figures.steps.whole()
        return GameOut(
            game=name,
            tick_hz=self._server.node.games[name].options.tick_hz,
            running=counts.running,
            waiting=counts.waiting,
            players=counts.players,
            late_p50_ms=round(late.quantile_ms(0.5), 1),
            late_p99_ms=round(late.quantile_ms(0.99), 1),
            late_max_ms=round(late.max_s * 1000, 1),
            step_p99_ms=round(steps.quantile_ms(0.99), 1),
            skipped=counts.skipped_ticks,
        )

    def _queues(self, census: Census) -> list[QueueOut]:
        found = []
        for name, queue in census.queues.items():
            since = None if queue.oldest_at is None else round(queue.oldest_at + self._wall_at_zero)
            game = self._server.lobby.queues.game_of(name) or ""
            paused = name in self._server.lobby.queues.paused
            found.append(QueueOut(name, game, queue.waiting, queue.players, since, paused))
        return found

    def _journal(self) -> JournalOut:
        journal = self._server.journal
        flush_p99_ms = round(self._server.node.flushes.summary()["p99"], 1)
        return JournalOut(journal.durability, journal.failure, journal.pressure.name.lower(), flush_p99_ms)

    def _store_out(self) -> StoreOut:
        status = StoreStatus("none") if self._store is None else self._store.status()
        return StoreOut(status.kind, status.pending, status.error)
