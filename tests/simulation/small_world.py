"""Two players in one session, for the observers of state and of what is left; and messages that nobody has sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.messages import Head, Part, Pass, Seated, SeatPart
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import PlayerPlan, ServerPlan
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books

Kind = Callable[[World], Observer]


class Small:
    """Two players in one session, and perhaps one who watches."""

    def __init__(self, *kinds: Kind, game: type[Any] = Books, spectator: bool = False) -> None:
        self.world = World(1, [game], ServerPlan(lobby_grace_s=5.0), kinds)
        weather = Weather(latency_s=0.03, jitter_s=0.02)
        self.names = ["ann", "bob", *(["cat"] if spectator else [])]
        for name in self.names:
            self.world.players[name] = Player(self.world, PlayerPlan(name, weather))
        self.world.start_server()
        own = game.definition().options.name
        self.act("ann", "create", game=own, options={"ends_s": 0})
        self.world.run_for(1.0)
        self.act("bob", "join", friend="ann")
        if spectator:
            self.act("cat", "spectate", friend="ann")
        self.world.run_for(1.0)

    def __getitem__(self, index: int) -> Any:
        return self.world.observers[index]

    def act(self, name: str, do: str, **args: Any) -> None:
        player = self.world.players[name]
        host = player.boot().host
        self.world.loop.start_on(host, player.perform(do, **args), f"{name}: {do}")

    def everybody_leaves(self) -> None:
        for name in self.names:
            self.act(name, "leave_lobby")
        self.world.run_for(3.0)
        self.world.look_every_s = 1.0
        self.world.run_for(80.0)

    @property
    def host(self) -> SessionHost:
        return next(iter(self.world.node.hosts.values()))


def broken(one: Small, seconds: float = 12.0) -> list[str]:
    """The names of what is violated within so much time."""
    try:
        one.world.run_for(seconds)
    except Violation:
        pass
    return [violation.invariant for violation in one.world.violations]


def seated_as(seat: int, outcome: str = "fresh") -> Seated:
    definition = Books.definition()
    token = bytes([7, seat & 1]) * 16
    return Seated("s1", token, seat, "p", 1, outcome, 0, 0, 0, definition.schema_hash, definition.schema_bytes)


def a_pass(tick: int, parts: list[Part], channels: list[int] | None = None, events: Any = None) -> Pass:
    part = None if channels is None and events is None else SeatPart(events=events, channels=channels)
    return Pass(part, Head(1, tick, tick * 50, 0, None), parts)


class AWire:
    """What observers see of a connection."""

    client = "ann"
    path = "/session/s1"
    session = "s1"
    lobby = False
    closed_by = ""

    def __repr__(self) -> str:
        return "ann#1 /session/s1"
