"""A node with a lobby, sampled when a test says so, by a clock that is turned by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from rallypoint.console.overview import OverviewDesk
from rallypoint.console.sampler import Sampler
from rallypoint.core.lobby import Lobby
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.ports import StoreStatus
from rallypoint.runtime.game_figures import GameFigures
from rallypoint.runtime.queue_figures import QueueFigures
from rallypoint.runtime.rooms import NodeRooms
from tests.server.backend_house import BackendHouse


class OverviewHouse(BackendHouse):
    """``seconds`` makes time pass, with a sample each second."""

    def __init__(self) -> None:
        super().__init__()
        rules = [QuickMatchRules(name, 1, 2) for name in self.node.games]
        ids = iter(range(10**6))
        self.lobby = Lobby(
            lambda: cast(Any, b"token%d" % next(ids)),
            lambda: f"id{next(ids)}",
            rules,
            self.node,
            NodeRooms(self.node),
            unix_ms=lambda: round(self.unix_s * 1000),
        )
        self.store = StoreStatus("sqlite", pending=2)
        self.connections: list[Any] = []
        self.queue_figures: dict[str, QueueFigures] = {}
        self.cpu_s = 0.0
        server: Any = SimpleNamespace(
            node=self.node,
            lobby=self.lobby,
            lobby_host=SimpleNamespace(figures=self.queue_figures),
            game_port=SimpleNamespace(connections=self.connections),
            connections=0,
            journal=self.node.journal,
            stopping=False,
            started_at=self.unix_s,
        )
        self.server = server
        store: Any = SimpleNamespace(status=lambda: self.store)
        self.sampler = Sampler(server, store, wall=lambda: self.unix_s, cpu=lambda: self.cpu_s)
        self.desk = OverviewDesk(server, self.sampler, "here", store, wall=lambda: self.unix_s)

    async def seconds(self, count: int = 1, *, late_s: float | None = None, game: str = "duel") -> None:
        """``late_s``: twenty ticks of that game come so late in each."""
        figures: GameFigures = self.node.ticker.games[game]
        for _ in range(count):
            self.now += 1
            self.unix_s += 1
            self.cpu_s += 0.25
            if late_s is not None:
                for _ in range(20):
                    figures.late.current.record(late_s)
            for one in self.node.ticker.games.values():
                one.turn(self.now)
            await self.sampler.sample()

    def trouble(self, **changes: Any) -> None:
        """The store says so from now on."""
        self.store = replace(self.store, **changes)
