"""Looks at a node once a second: for charts, alerts, and whoever asks whether it is well."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.ports import Clock, Store, StoreStatus
from rallypoint.runtime.garbage import Garbage
from rallypoint.runtime.histogram import Mark
from rallypoint.runtime.loop_lag import LoopLag

from .alerts import WAIT_MIN_S, Alert, AlertFigures, Alerts, GameLateness, QueueWait
from .census import Census, Counting
from .history import History

if TYPE_CHECKING:
    from rallypoint.app import Server

__all__ = ["Sampler"]

EVERY_S: Final = 1.0
_CPU_S: Final = 10
_LATE_S: Final = 5
_FAILED_S: Final = 600
log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.console")


class Sampler:
    """Of one server. ``cpu`` gives the process's CPU seconds."""

    def __init__(
        self,
        server: Server,
        store: Store | None = None,
        *,
        wall: Clock = time.time,
        cpu: Callable[[], float] = time.process_time,
    ) -> None:
        self._server = server
        self._store = store
        self._wall = wall
        self._cpu = cpu
        node, lobby = server.node, server.lobby
        clock = node.now
        self.lag = LoopLag(asyncio.get_running_loop(), clock)
        self.garbage = Garbage(clock)
        self.history = History(list(node.games))
        self.counting = Counting(
            node,
            [*node.games, *lobby.queues.ruled.queues],
            lambda: lobby.queues.tickets,
            lambda: server.game_port.connections,
        )
        self.alerts: list[Alert] = []
        """As of the last sample."""
        self._alerts = Alerts()
        self._late: dict[str, deque[Mark]] = {name: deque(maxlen=_LATE_S + 1) for name in node.games}
        self._cpu_s: deque[tuple[float, float]] = deque(maxlen=_CPU_S + 1)
        self._failed: deque[int] = deque(maxlen=_FAILED_S + 1)
        self._before = (0, 0)
        self._task: asyncio.Task[None] | None = None

    @property
    def cpu_share(self) -> float:
        """Of one core, in the last ten seconds."""
        if len(self._cpu_s) < 2:
            return 0.0
        (then, used), (now, uses) = self._cpu_s[0], self._cpu_s[-1]
        return max(0.0, uses - used) / max(now - then, 0.001)

    @property
    def lagging(self) -> bool:
        """The event loop has been late for a while: the node has more to do than it can."""
        return self._alerts.said("lag")

    def cpu_s(self) -> float:
        """CPU time of the process so far."""
        return self._cpu()

    def start(self) -> None:
        """From now on."""
        self.lag.start()
        self.garbage.start()
        self._task = asyncio.create_task(self._run(), name="samples for consoles")

    async def stop(self) -> None:
        """No longer."""
        self.lag.stop()
        self.garbage.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self.sample()
            except Exception:
                log.exception("not sampled")
            await asyncio.sleep(EVERY_S)

    async def sample(self) -> None:
        """Once."""
        census = await self.counting.census()
        node, now = self._server.node, self._server.node.now()
        for timings in (self.lag.timings, self.garbage.timings, node.flushes):
            timings.turn()
        self._cpu_s.append((now, self._cpu()))
        self._failed.append(node.counts.sessions_failed)
        games = node.ticker.games
        for name, figures in games.items():
            self._late[name].append(figures.late.mark())
        late = {name: figures.late.total().counts for name, figures in games.items()}
        self.history.add(self._wall(), self._values(census), late)
        self.alerts = self._alerts.look(self._alert_figures(census, now), self._wall())

    def _values(self, census: Census) -> dict[str, float | None]:
        games = self._server.node.ticker.games.values()
        resumes = sum(sum(figures.resumes.values()) for figures in games)
        drops = sum(figures.drops for figures in games)
        before, self._before = self._before, (resumes, drops)
        journal = self._server.journal
        flush_ms = round(self._server.node.flushes.take_worst() * 1000, 2)
        return {
            "players": census.connected + census.away,
            "sessions": census.running + census.waiting,
            "cpu_share": round(self._share_now(), 3),
            "loop_lag_ms": round(self.lag.timings.take_worst() * 1000, 1),
            "resumes": resumes - before[0],
            "drops": drops - before[1],
            "journal_flush_ms": flush_ms if journal.keeps and not journal.failure else None,
            "queue_waiting": sum(queue.waiting for queue in census.queues.values()),
        }

    def _share_now(self) -> float:
        if len(self._cpu_s) < 2:
            return 0.0
        (then, used), (now, uses) = self._cpu_s[-2], self._cpu_s[-1]
        return max(0.0, uses - used) / max(now - then, 0.001)

    def late_ms(self, game: str, q: float) -> float:
        """How late the ticks of that game were in the last five seconds; 0 without any."""
        marks = self._late[game]
        return self._server.node.ticker.games[game].late.since(marks[0]).quantile_ms(q) if marks else 0.0

    def _alert_figures(self, census: Census, now: float) -> AlertFigures:
        server = self._server
        store = StoreStatus("none") if self._store is None else self._store.status()
        return AlertFigures(
            stopping=server.stopping,
            cordoned=server.node.cordon.state.value if server.node.cordon.closed else "",
            games=tuple(self._lateness(name, census) for name in server.node.games),
            queues=tuple(self._waits(census, now)),
            paused=tuple(server.lobby.queues.paused),
            loop_lag_p90_ms=self.lag.timings.summary()["p90"],
            journal_failure=server.journal.failure,
            journal_pressure=server.journal.pressure.name.lower(),
            quarantined={str(session): why for session, why in server.node.quarantined.items()},
            store_error=store.error,
            store_pending=store.pending,
            store_lost=store.lost,
            store_refused=store.refused,
            webhooks_error=store.webhooks_error,
            webhooks_failed=store.webhooks_failed,
            sessions_failed=self._failed[-1] - self._failed[0],
        )

    def _lateness(self, name: str, census: Census) -> GameLateness:
        hz = self._server.node.games[name].options.tick_hz
        return GameLateness(name, self.late_ms(name, 0.99), 1000 / hz if hz else 0.0, census.games[name].running)

    def _waits(self, census: Census, now: float) -> list[QueueWait]:
        node, ruled = self._server.node, self._server.lobby.queues.ruled.queues
        found = []
        for name, queue in census.queues.items():
            if queue.oldest_at is None or name in self._server.lobby.queues.paused:
                continue
            own = ruled.get(name)
            needed = node.games[name].options.seats_min if own is None else _needed(own)
            oldest_s, usual_s = now - queue.oldest_at, 0.0
            if own is not None and oldest_s >= WAIT_MIN_S / 2:  # no alert before that: nothing is sorted for nothing
                usual_s = own.recent.recent(now).p90_s or 0.0
            found.append(QueueWait(name, queue.players, needed, oldest_s, usual_s))
        return found


def _needed(queue: MatchQueue) -> int:
    return sum(team.least for team in queue.rules.teams)
