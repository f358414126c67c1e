"""Plays a scenario from its beginning until nothing is left of it, and says what came of it.

The story of a run: the server starts; acts and faults happen at their times, until ``duration_s``. Then everybody
leaves in good order: suspended devices wake, routes are clear, the database answers, a server that was down is up
again, and the players close what they have open. What they cannot close has to time out. At last the world should be
at rest.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from rallypoint.core.chat import CHECK_EVERY_S, EMPTY_S
from rallypoint.core.rematch import REMATCH_S
from rallypoint.games import find_game
from rallypoint_client import seat as client_seat
from rallypoint_client.classes import SchemaCache

from .errors_logged import errors_logged
from .faults import FAULTS
from .loop import StandStill
from .network import Weather
from .observer import Observer, Violation
from .operators import resume
from .players import Player
from .scenario import Act, Fault, Scenario
from .storage import EXPECTED_ERRORS
from .timeline import Timeline
from .triggers import Triggers
from .watchdog import Stuck, watched
from .world import World

__all__ = ["STANDS_STILL", "Outcome", "check", "run"]

CPU_S_MAX: Final = 60.0
"""More than a run of an hour takes."""
_LEAVE_S: Final = 15.0
_LEAVE_ROUNDS: Final = 6
_GONE_S_MAX: Final = 150.0
"""Reservations, deadlines, sessions that end later: besides the games' and the lobby's own grace windows."""
_LINGER_S: Final = max(REMATCH_S, EMPTY_S + CHECK_EVERY_S) + 5.0
"""What stays longest when nobody is left: offers of rematches, and empty chats."""
STANDS_STILL: Final = "the world does not stand still"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    scenario: Scenario
    violation: Violation | None
    digest: str
    """Of all that was sent, and when: the same for the same scenario, in any process."""
    simulated_s: float
    cpu_s: float
    messages: int
    figures: dict[str, Any] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)
    """The last seconds before a violation, as lines."""


def run(
    scenario: Scenario,
    observers: Iterable[Callable[[World], Observer]] = (),
    *,
    keep_timeline: bool = True,
    timeline_s: float = 10.0,
    cpu_s_max: float = CPU_S_MAX,
    games_may_fail: bool = True,
) -> Outcome:
    """Plays ``scenario`` under the eyes of ``observers``. What goes wrong is in the outcome, not raised.

    ``games_may_fail``: a game that raises ends its own session, and nothing else is wrong.

    Raises ``ValueError`` for a scenario that names acts or faults that there are not, and for games as
    :func:`rallypoint.games.find_game`.
    """
    check(scenario)
    began = time.process_time()
    with _repeatable():
        one = _Run(scenario, observers, keep_timeline=keep_timeline)
        try:
            violation = one.play(cpu_s_max, games_may_fail)
            lines = one.timeline.lines(timeline_s, violation) if one.timeline is not None else []
            return Outcome(
                scenario,
                violation,
                one.world.digest,
                one.world.elapsed_s,
                time.process_time() - began,
                one.world.tap.messages,
                one.figures(),
                lines,
            )
        finally:
            one.world.close()


def check(scenario: Scenario) -> None:
    """Raises ``ValueError`` for an act or a fault that does not exist, or two players of one name."""
    names = [plan.name for plan in scenario.players]
    if len(set(names)) < len(names):
        raise ValueError(f"two players have the same name: {names}")
    for plan in scenario.players:
        for act in plan.acts:
            if act.do.startswith("_") or not inspect.iscoroutinefunction(getattr(Player, act.do, None)):
                raise ValueError(f"{plan.name}: there is no act {act.do!r}")
    for fault in scenario.faults:
        if fault.do not in FAULTS:
            raise ValueError(f"there is no fault {fault.do!r}; there are {', '.join(FAULTS)}")


@contextmanager
def _repeatable() -> Iterator[None]:
    """What the last run of this process has left behind is not there for this one."""
    # Schemas are kept for a whole process: here that would be all devices, of all worlds.
    former, client_seat._schemas = client_seat._schemas, SchemaCache()
    collects = gc.isenabled()
    gc.disable()  # it calls finalisers whenever it likes; here it collects at the end of a run
    try:
        yield
    finally:
        client_seat._schemas = former
        if collects:
            gc.enable()
        gc.collect()


class _Faults(Triggers):
    """The scenario's faults, which the timeline tells of; none strikes after the end."""

    def __init__(self, world: World, faults: Iterable[Fault], note: Callable[[str, str], None]) -> None:
        self.over = False
        self._note = note
        super().__init__(world, faults)

    def _strike(self, fault: Fault, link: Any) -> None:
        if not self.over:
            after = f" after {fault.on.message}" if fault.on is not None else ""
            self._note(fault.target or "everybody", f"*** {fault.do} {_args(fault.args)}".rstrip() + after)
            super()._strike(fault, link)


def _args(args: dict[str, Any]) -> str:
    return " ".join(f"{key}={value}" for key, value in args.items())


class _Run:
    def __init__(
        self, scenario: Scenario, observers: Iterable[Callable[[World], Observer]], *, keep_timeline: bool
    ) -> None:
        self.scenario = scenario
        self.timeline: Timeline | None = None
        self._faults: _Faults | None = None
        self._acts: list[asyncio.Task[None]] = []
        self._sessions_seen = False

        def timeline(world: World) -> Observer:
            self.timeline = Timeline(world)
            return self.timeline

        def faults(world: World) -> Observer:
            self._faults = _Faults(world, scenario.faults, self._note)
            return self._faults

        games = [find_game(name) for name in scenario.games]
        watching = [*([timeline] if keep_timeline else []), *observers, faults]
        self.world = World(scenario.seed, games, scenario.server, watching)
        self.world.players.update((plan.name, Player(self.world, plan)) for plan in scenario.players)

    def _note(self, who: str, text: str) -> None:
        if self.timeline is not None:
            self.timeline.note(who, text)

    def figures(self) -> dict[str, Any]:
        """For tables."""
        players = self.world.players.values()
        return {
            "turns": self.world.loop.turns,
            "servers": self.world.servers,
            "acts": len(self._acts),
            "faults": len(self._faults.struck) if self._faults is not None else 0,
            "seats": sum(len(player.seats) for player in players),
            "refusals": sum(len(player.refusals) for player in players),
        }

    # --- the story --------------------------------------------------------------------------------------------------

    def play(self, cpu_s_max: float, games_may_fail: bool) -> Violation | None:
        """All of it. Gives the first violation."""
        world = self.world
        try:
            logged = errors_logged(
                world.log, self._error_logged, games_may_fail=games_may_fail, expected=self._is_expected
            )
            with logged, watched(cpu_s_max):
                world.start_server()
                self._arrange()
                self._pass()
                self._clear()
                self._leave()
                self._settle()
                world.rest()
        except Violation as violation:
            return violation
        except (StandStill, Stuck) as error:
            return Violation(STANDS_STILL, str(error), world.elapsed_s)
        return None

    def _error_logged(self, text: str) -> None:
        self.world.violated(Violation("nothing logs an error", text, self.world.elapsed_s))

    def _is_expected(self, event: object) -> bool:
        return bool(self.world.storage.faults) and event in EXPECTED_ERRORS

    def _arrange(self) -> None:
        world, loop = self.world, self.world.loop
        for plan in self.scenario.players:
            for act in plan.acts:
                if act.at < self.scenario.duration_s:
                    loop.on(loop.world, world.began + act.at, self._act, world.players[plan.name], act)

    def _act(self, player: Player, act: Act) -> None:
        off = player.process is None and player.processes
        if off and act.do not in ("enter", "open_app"):
            return
        self._note(player.name, f"--- {act.do} {_args(act.args)}".rstrip())
        self._acts.append(player.start(act))

    def _pass(self) -> None:
        world, scenario = self.world, self.scenario
        end = world.began + scenario.duration_s
        while world.loop.now < end:
            world.run_for(min(world.look_every_s if scenario.until_over else scenario.duration_s, end - world.loop.now))
            hosts = world.port is not None and bool(world.node.hosts)
            if scenario.until_over and self._sessions_seen and not hosts:
                return
            self._sessions_seen = self._sessions_seen or hosts

    def _clear(self) -> None:
        """Whatever was wrong is right again."""
        world, loop = self.world, self.world.loop
        self._note("everybody", "*** no more faults")
        assert self._faults is not None
        self._faults.over = True
        world.store.down = False
        world.storage.calm()
        for plan in self.scenario.players:
            world.network.route(plan.name).weather = Weather()
            world.network.lighten(plan.name)
        for host in (world.server_host, *world.devices.values()):
            loop.thaw(host)
        for _ in range(60):  # a restart may be on its way
            if world.port is not None:
                return
            world.run_for(1.0)
        world.restart_server()
        world.run_for(1.0)

    def _leave(self) -> None:
        """Players close what they have open; again, while a program that was just starting has opened something."""
        world = self.world
        for _ in range(_LEAVE_ROUNDS):
            for task in self._acts:
                task.cancel()
            for player in world.players.values():
                if player.process is not None:
                    self._note(player.name, "--- closes everything")
                    self._acts.append(player.start(Act(world.elapsed_s, "leave_lobby")))
            world.run_for(_LEAVE_S)
            if not any(player.lobby or player.seat for player in world.players.values()):
                return

    def _settle(self) -> None:
        """What was not closed has its time to go."""
        world = self.world
        world.look_every_s = 1.0
        graces = [each.options.grace_s + each.options.spectate_delay_s for each in world.games]
        until = world.loop.now + _GONE_S_MAX + max(graces, default=0.0) + self.scenario.server.lobby_grace_s
        while world.loop.now < until and self._somebody_left():
            resume(world, "")  # an operator may have paused them, and recovered ones are not resumed at once
            world.run_for(1.0)
        if not self.scenario.until_over:
            world.run_for(_LINGER_S)

    def _somebody_left(self) -> bool:
        port = self.world.port
        return port is not None and bool(port.node.hosts or len(port.lobby) or port.connections)
