"""What monitoring gets at ``/metrics``, in Prometheus' text format: ``docs/metrics.md`` has a table of it.

Nothing is done for it while games are stepped: histograms that are there anyhow are summed up when they are asked for.
Labels are games, queues, states and outcomes, of which there are few, and never sessions or players.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from rallypoint.ports import StoreStatus
from rallypoint.runtime.histogram import Counted
from rallypoint.version import VERSION

from .health import not_ready
from .status import rss_bytes

if TYPE_CHECKING:
    from rallypoint.app import Server
    from rallypoint.ports import Store

    from .census import Census
    from .sampler import Sampler

__all__ = ["Metrics"]


class Metrics:
    """Of one server."""

    def __init__(self, server: Server, sampler: Sampler, node_name: str, store: Store | None = None) -> None:
        self._server = server
        self._sampler = sampler
        self._node_name = node_name
        self._store = store

    async def text(self) -> bytes:
        """All of it. Other work of the event loop gets its turn between one metric and the next."""
        census, parts = await self._sampler.counting.census(), []
        for metric in self.collect(census):
            parts.append(generate_latest(_Only(metric)))
            await asyncio.sleep(0)
        return b"".join(parts)

    def collect(self, census: Census) -> Iterator[Metric]:
        """Each metric, one after the other."""
        yield from self._node()
        yield from self._sessions(census)
        yield from self._ticks(census)
        yield from self._connections(census)
        yield from self._queues(census)
        yield from self._disk()
        yield from self._process()

    def _node(self) -> Iterator[Metric]:
        server = self._server
        info = GaugeMetricFamily("rallypoint_node_info", "Always 1", labels=["node", "version"])
        info.add_metric([self._node_name, VERSION], 1)
        yield info
        ready = not not_ready(server, self._sampler)
        yield _gauge("rallypoint_ready", "1 while new players are welcome, else 0", ready)
        bad = sum(alert.level == "bad" for alert in self._sampler.alerts)
        levels = {"bad": bad, "warn": len(self._sampler.alerts) - bad}
        yield _gauges("rallypoint_alerts", "What the console warns of", "level", levels)

    def _sessions(self, census: Census) -> Iterator[Metric]:
        counts, games = self._server.node.counts, census.games.items()
        sessions = GaugeMetricFamily("rallypoint_sessions", "Sessions that go on", labels=["game", "state"])
        for name, game in games:
            sessions.add_metric([name, "waiting"], game.waiting)
            sessions.add_metric([name, "running"], game.running)
        yield sessions
        yield _gauge("rallypoint_sessions_paused", "Of these, paused by an operator", census.paused)
        yield _counter("rallypoint_sessions_created", "Sessions that began", counts.sessions_created)
        yield _counter("rallypoint_sessions_ended", "Sessions that are over", counts.sessions_ended)
        yield _counter(
            "rallypoint_sessions_failed", "Of these, because the game raised an error", counts.sessions_failed
        )
        players = {name: game.players for name, game in games}
        yield _gauges(
            "rallypoint_players", "Players who have taken a seat, away or not, bots included", "game", players
        )
        seats = {"reserved": census.reserved, "connected": census.connected, "away": census.away}
        yield _gauges("rallypoint_seats", "Seats that somebody has", "state", seats)
        yield _gauge("rallypoint_spectators", "Spectators of all sessions", census.spectators)

    def _ticks(self, census: Census) -> Iterator[Metric]:
        ticker = self._server.node.ticker
        games = ticker.games.items()
        yield _counter("rallypoint_steps", "Steps that were made", ticker.ticks)
        yield _counters(
            "rallypoint_ticks_skipped",
            "Ticks that were never made, because the node was too late for them",
            "game",
            {name: game.skipped_ticks for name, game in census.games.items()},
        )
        yield _histograms(
            "rallypoint_tick_lateness_seconds",
            "How much after its time each tick was begun",
            "game",
            {name: figures.late.total() for name, figures in games},
        )
        yield _histograms(
            "rallypoint_step_duration_seconds",
            "How long each step of a session took",
            "game",
            {name: figures.steps.total() for name, figures in games},
        )
        yield _histograms(
            "rallypoint_input_to_apply_longest_seconds",
            "Of each step with inputs, from the arrival of the first until it was applied: the longest of that step",
            "game",
            {name: figures.input_waits.total() for name, figures in games},
        )
        yield _histogram(
            "rallypoint_bucket_duration_seconds",
            "How long all that was due in 5 ms took: steps, commit and sending",
            ticker.busy.total(),
        )

    def _connections(self, census: Census) -> Iterator[Metric]:
        server = self._server
        games = server.node.ticker.games.items()
        yield _gauge("rallypoint_connections", "Open connections, of lobby and sessions", server.connections)
        yield _gauge("rallypoint_lobby_sessions", "Players in the lobby, away or not", len(server.lobby))
        yield _gauge("rallypoint_outbox_bytes", "What waits to be sent, of all connections", census.outbox_bytes)
        yield _gauge("rallypoint_outbox_largest_bytes", "The most of one connection", census.outbox_bytes_max)
        sent = {name: game.bytes_out for name, game in census.games.items()}
        yield _counters("rallypoint_snapshots_sent_bytes", "Snapshots and deltas sent, with their events", "game", sent)
        yield _counter("rallypoint_snapshots_conflated", "Snapshots skipped for clients behind", census.conflated)
        resumes = CounterMetricFamily(
            "rallypoint_resumes", "Returns to a seat that was taken before", labels=["game", "outcome"]
        )
        for name, figures in games:
            for outcome, count in figures.resumes.items():
                resumes.add_metric([name, outcome], count)
        yield resumes
        drops = {name: figures.drops for name, figures in games}
        yield _counters("rallypoint_connections_dropped", "Lost connections of seated players", "game", drops)
        takeovers = {name: figures.takeovers for name, figures in games}
        yield _counters("rallypoint_takeovers", "Newer connections in place of one that was there", "game", takeovers)

    def _queues(self, census: Census) -> Iterator[Metric]:
        now, queues = self._server.node.now(), census.queues
        tickets = {name: queue.waiting for name, queue in queues.items()}
        yield _gauges("rallypoint_queue_tickets", "Tickets that wait", "queue", tickets)
        players = {name: queue.players for name, queue in queues.items()}
        yield _gauges("rallypoint_queue_players", "Players who wait", "queue", players)
        oldest = {name: 0.0 if one.oldest_at is None else now - one.oldest_at for name, one in queues.items()}
        yield _gauges("rallypoint_queue_oldest_wait_seconds", "How long the oldest ticket waits", "queue", oldest)
        figures = self._server.lobby_host.figures
        yield _histograms(
            "rallypoint_queue_wait_seconds",
            "How long tickets waited that got their seats",
            "queue",
            {name: one.waits for name, one in figures.items()},
        )
        matches = {name: one.matches for name, one in figures.items()}
        yield _counters("rallypoint_matches", "Matches, and sessions made by quick queues", "queue", matches)
        yield _histograms(
            "rallypoint_match_quality_ratio",
            "Quality of matches of queues with rules, from 0 to 1",
            "queue",
            {name: one.quality for name, one in figures.items() if one.quality.count},
        )

    def _disk(self) -> Iterator[Metric]:
        journal, node = self._server.journal, self._server.node
        yield _gauge(
            "rallypoint_journal_writable", "0 while the journal cannot be written, else 1", not journal.failure
        )
        yield _gauge("rallypoint_journal_pressure", "How far the disk is behind, from 0 to 3", journal.pressure.value)
        yield _histogram(
            "rallypoint_journal_flush_seconds",
            "How long a write took; with durability `disk`, a sync",
            node.flushes.total(),
        )
        store = StoreStatus("none") if self._store is None else self._store.status()
        yield _gauge("rallypoint_store_pending_writes", "Writes that wait for the database", store.pending)
        writes = {"written": store.written, "lost": store.lost, "refused": store.refused}
        yield _counters("rallypoint_store_writes", "What became of writes to the database", "outcome", writes)
        yield _gauge("rallypoint_webhooks_pending", "Webhooks that are to be sent", store.webhooks_pending)
        yield _counter("rallypoint_webhooks_failed", "Webhooks given up", store.webhooks_failed)

    def _process(self) -> Iterator[Metric]:
        sampler = self._sampler
        yield _histogram("rallypoint_loop_lag_seconds", "How late the event loop is", sampler.lag.timings.total())
        garbage = sampler.garbage
        yield _histogram("rallypoint_gc_pause_seconds", "How long collections stopped all", garbage.timings.total())
        collections = {str(generation): count for generation, count in enumerate(garbage.collections)}
        yield _counters("rallypoint_gc_collections", "Garbage collections", "generation", collections)
        yield _counter("process_cpu_seconds", "CPU time of the process", sampler.cpu_s())
        yield _gauge("process_resident_memory_bytes", "Memory of the process", rss_bytes())
        yield _gauge("process_start_time_seconds", "When it was started, in Unix time", self._server.started_at)


class _Only:
    """A registry of one metric."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> Iterable[Metric]:
        return (self._metric,)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(name, what, value=value)


def _gauges(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _counters(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _histogram(name: str, what: str, counted: Counted) -> Metric:
    family = HistogramMetricFamily(name, what)
    family.add_metric([], _buckets(counted), counted.sum)
    return family


def _histograms(name: str, what: str, label: str, values: Mapping[str, Counted]) -> Metric:
    family = HistogramMetricFamily(name, what, labels=[label])
    for key, counted in values.items():
        family.add_metric([key], _buckets(counted), counted.sum)
    return family


def _buckets(counted: Counted) -> list[tuple[str, float]]:
    """As Prometheus has them: each with all that are smaller."""
    found, seen = [], 0
    for edge, count in zip([*map(str, counted.edges), "+Inf"], counted.counts, strict=True):
        seen += count
        found.append((edge, float(seen)))
    return found
