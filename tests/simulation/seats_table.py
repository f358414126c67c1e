"""A table at which one observer of seats looks on, and what a test does there."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from rallypoint.core.seat import Seat
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import (
    Answer,
    EventItem,
    Pass,
    Resume,
    Seated,
    SeatPart,
)
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import Act, PlayerPlan, ServerPlan
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books

PUT = GAME_INPUT_KIND_FIRST + [each.name for each in Books.definition().schema.inputs].index("Put")
LEAN = GAME_INPUT_KIND_FIRST + [each.name for each in Books.definition().schema.inputs].index("Lean")


class Recorder(Observer):
    """Keeps the last that was said on each session's connection."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.wire: Wire = cast("Wire", None)
        self.seated: Seated = cast("Seated", None)
        self.last: Pass = cast("Pass", None)
        self.offered = b""
        """The token that the lobby gave."""

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Seated:
            self.wire, self.seated = wire, message
        elif type(message) is Pass:
            self.last = message
        elif type(message) is Answer and message.value:
            self.offered = message.value["token"]


class Stand(SimpleNamespace):
    """Stands for something that is itself alone."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # of what is mutable and itself alone


class Table:
    """A world in which Ann sits alone in a session that runs, and does nothing. One observer looks on."""

    def __init__(self, observer: type[Observer], journal_s: float = 0.0, game: type[Books] = Books) -> None:
        self.world = World(
            1, [game], ServerPlan(durability="disk" if journal_s else "off", journal_s=journal_s), [Recorder, observer]
        )
        recorder, self.observer = self.world.observers
        assert isinstance(recorder, Recorder)
        self.world.start_server()
        self.ann = self.world.players["ann"] = Player(self.world, PlayerPlan("ann", Weather(latency_s=0.005)))
        self.ann.start(Act(0.0, "create", {"game": game.definition().options.name, "options": {"ends_s": 0}}))
        self.world.run_for(0.5)
        self.ann.seats[0].on_pass = None  # hands in the lap
        self.world.run_for(1.0)
        self.wire, self.seated, self.last = recorder.wire, recorder.seated, recorder.last
        self.offered = recorder.offered
        self.host: SessionHost = next(iter(self.world.node.hosts.values()))
        seat = self.host.core.seats[0]
        assert seat is not None
        self.seat: Seat = seat
        assert self.found == []

    @property
    def found(self) -> list[str]:
        return [violation.invariant for violation in self.world.violations]

    @property
    def player(self) -> Any:
        """With the books."""
        return cast("Any", self.host.core.game).player_list[0]

    @property
    def tick(self) -> int:
        return self.host.core.tick

    def other_wire(self) -> Wire:
        """Another connection to the same session."""
        transport = SimpleNamespace(is_closing=lambda: False)
        link = SimpleNamespace(server=transport)
        return cast("Wire", Stand(session=self.wire.session, link=link, closed_by="", lobby=False))

    def step(self, tick: int, epoch: int = 1) -> None:
        self.observer.stepped(StepMade(self.host.core.id, epoch, tick))

    def passes(self, tick: int = 0, events: list[EventItem] | None = None, **head: Any) -> None:
        """The server sends the last pass again, or one of another tick, with changes."""
        head = {"tick": tick or self.last.head.tick, **head}
        changed = Pass(SeatPart(events), msgspec.structs.replace(self.last.head, **head), [])
        self.observer.sent(self.wire, changed, True)

    def next_pass(self, events: list[EventItem] | None = None, **head: Any) -> None:
        """A step is made, and its pass sent."""
        tick = self.last.head.tick + 1
        self.step(tick)
        self.passes(tick, events, **{"now_ms": tick * 50, **head})

    def resumes(self, wire: Wire, token: bytes | None = None, tick: int = -1, event: int = 0) -> Resume:
        shown = self.seated.token if token is None else token
        message = Resume(1, self.wire.session, shown, 1, tick, event, self.seated.schema_hash)
        self.observer.sent(wire, message, False)
        self.observer.received(wire, message, False)
        return message

    def seats(self, wire: Wire, **changes: Any) -> Seated:
        given = {"token": b"new", "outcome": "resync", "schema": None, **changes}
        message = msgspec.structs.replace(self.seated, **given)
        self.observer.sent(wire, message, True)
        return message

    def says(self, wire: Wire, *message: Any) -> None:
        """A client says something, which arrives."""
        said: Any = message[0] if len(message) == 1 else list(message)
        self.observer.sent(wire, said, False)
        self.observer.received(wire, said, False)

    def comes_back(self, **changes: Any) -> Wire:
        """Ann's program loses its connection, and is let in on another one."""
        self.observer.ended(self.wire, False, None)
        self.observer.ended(self.wire, True, None)
        wire = self.other_wire()
        self.resumes(wire)
        self.observer.received(wire, self.seats(wire, **changes), True)
        return wire


Case = Callable[[Table], None]


class Breaks:
    """What breaks the invariants of one observer: each case does something that must be found by its name."""

    def __init__(self, observer: type[Observer], game: type[Books] = Books) -> None:
        self._observer = observer
        self._game = game
        self.cases: list[Any] = []
        """For ``pytest.mark.parametrize``: invariant and case."""

    def __call__(self, invariant: str) -> Callable[[Case], Case]:
        """Marks a case."""

        def add(case: Case) -> Case:
            self.cases.append(pytest.param(invariant, case, id=case.__name__))
            return case

        return add

    def first(self, case: Case) -> list[str]:
        """What is found first."""
        table = Table(self._observer, game=self._game)
        try:
            case(table)
        except Violation:
            pass  # found while time passed
        return table.found[:1]
