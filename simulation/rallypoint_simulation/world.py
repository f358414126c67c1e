"""A world: one server, its network and its players' devices, all in virtual time and all from one seed."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from random import Random
from typing import TYPE_CHECKING, Any

from rallypoint.config import Limits, Settings
from rallypoint.game.entity import check_assignments
from rallypoint.game.game import Game
from rallypoint.game_port import GamePort
from rallypoint.ports import StepRecord
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.node import Node

from .journal import SimulatedJournal
from .logged import Log
from .loop import Host, SimulatedLoop
from .network import SimulatedNetwork
from .observer import Observer, Violation
from .scenario import ServerPlan
from .store import SimulatedStore
from .watchers import Watchers
from .wire import WireTap

if TYPE_CHECKING:
    from .players import Player

__all__ = ["PORT", "URL", "World"]

PORT = 8000
URL = f"ws://127.0.0.1:{PORT}"
"""Where the server is reached."""
_UNIX_S = 1_750_000_000.0
"""Wall time when a world begins."""


class World:
    """Set it up, start the server, let time pass with :meth:`run_for`. It belongs to one thread, as everything here."""

    look_every_s = 0.25

    def __init__(
        self,
        seed: int,
        games: Iterable[type[Game[Any]]],
        plan: ServerPlan | None = None,
        observers: Iterable[Callable[[World], Observer]] = (),
    ) -> None:
        self.seed = seed
        self.plan = plan or ServerPlan()
        self.games = [game.definition() for game in games]
        self.loop = SimulatedLoop(self.dice("scheduler"))  # type: ignore[abstract]  # what it lacks, nobody here asks for
        self.network = SimulatedNetwork(self.loop, seed)
        self.began = self.loop.now
        self.violations: list[Violation] = []
        self.devices: dict[str, Host] = {}
        """The present host of each device that was ever switched on."""
        self.server_host = Host("no server")
        self.server_host.alive = False
        self.servers = 0
        """How many servers there have been: sessions of an earlier one are gone."""
        self.port: GamePort | None = None
        """The game port of the server that runs; ``None`` while none does."""
        self.store = SimulatedStore(self.dice("store"), self.wall, self.plan.store_s, keeps_guests=self.plan.store)
        self.log = Log(lambda: self.elapsed_s)
        """What the server warns of."""
        self.players: dict[str, Player] = {}
        """Whoever plays a scenario puts them here."""
        self.observers: list[Observer] = [make(self) for make in observers]
        self._watchers = Watchers(self, self.observers)
        self.tap = WireTap([self._watchers] if self.observers else [], lambda: self.elapsed_s)
        self.network.taps.append(self.tap)

    # --- what there is ----------------------------------------------------------------------------------------------

    def dice(self, stream: str) -> Random:
        """A stream of random numbers of its own: drawing from one changes nothing in another."""
        return Random(f"{self.seed}/{stream}")  # it has to repeat

    @property
    def elapsed_s(self) -> float:
        """Seconds since the world began."""
        return self.loop.now - self.began

    def wall(self) -> float:
        """The server's wall clock."""
        return _UNIX_S + self.elapsed_s + self.server_host.wall_offset_s

    @property
    def node(self) -> Node:
        """The sessions of the server that runs."""
        assert self.port is not None
        return self.port.node

    @property
    def backend(self) -> Backend:
        """The server that runs, as operators handle it."""
        assert self.port is not None
        return Backend(self.port.node, self.store, self.port.lobby_host.offer, self.loop.time)

    # --- the server -------------------------------------------------------------------------------------------------

    def start_server(self) -> None:
        """A server, on a host of its own."""
        check_assignments(False)
        self.servers += 1
        host = self.server_host = Host(f"server{self.servers}")
        self.loop.run_until_complete(self.loop.start_on(host, self.serve(), "start of the server"))

    async def serve(self) -> None:
        """For :meth:`start_server` and for faults: on the host that is the server now."""
        plan = self.plan
        settings = Settings(
            port=PORT,
            lobby_grace_s=plan.lobby_grace_s,
            limits=Limits(**plan.limits),
            _env_file=None,  # type: ignore[call-arg]  # of the base class: the user's own settings are not the world's
        )
        dice = self.dice(f"server{self.servers}")
        journal = SimulatedJournal(self.loop, self.dice(f"journal{self.servers}"), plan.journal_s, self._stepped)
        ambient = Ambient(self.loop.time, self.wall, dice)
        port = GamePort(self.games, settings, self.store, journal, ambient, bots=plan.bots)
        await port.start()
        self.port = port
        self._watchers.server_started()

    async def stop_server(self) -> None:
        """It ends in good order. On the server's host."""
        port, self.port = self.port, None
        if port is not None:
            await port.stop()
            self._watchers.server_gone(False)

    def crash_server(self) -> None:
        """Its process is gone."""
        self.port = None
        self.network.crash(self.server_host)
        self._watchers.server_gone(True)

    def restart_server(self) -> None:
        """Another one in place of one that has crashed or stopped. From within a callback."""
        self.servers += 1
        wall_offset_s = self.server_host.wall_offset_s
        host = self.server_host = Host(f"server{self.servers}")
        host.wall_offset_s = wall_offset_s
        self.loop.start_on(host, self.serve(), "start of the server")

    def _stepped(self, record: StepRecord) -> None:
        self._watchers.stepped(record)

    # --- players' devices -------------------------------------------------------------------------------------------

    def device(self, name: str) -> Host:
        """A device that is switched on: the one of that name, or a new one if that has crashed or never was."""
        host = self.devices.get(name)
        if host is None or not host.alive:
            host = self.devices[name] = Host(name)
        return host

    # --- time -------------------------------------------------------------------------------------------------------

    def violated(self, violation: Violation) -> None:
        """An observer has seen what must not be. The first one ends the run."""
        self.violations.append(violation)
        self.loop.stop()

    def run_for(self, seconds: float) -> None:
        """Lets time pass. Raises the first :class:`~rallypoint_simulation.observer.Violation`."""
        until = self.loop.now + seconds
        while self.loop.now < until:
            self.loop.run_for(min(self.look_every_s, until - self.loop.now))
            if not self.violations:
                self._watchers.look()
            self._check()

    def rest(self) -> None:
        """Says to the observers that everything should be over. Raises as :meth:`run_for`."""
        self.loop.look_for_failures(at_rest=True)
        self._check()
        self._watchers.at_rest()
        self.loop.look_for_failures(at_rest=True)
        self._check()

    def _check(self) -> None:
        for failure in self.loop.failures[:1]:
            error = failure.get("exception")
            text = f"on {failure['host']}: {failure['message']}"
            if isinstance(error, BaseException):
                text += "\n" + "".join(traceback.format_exception(error))
            self.violated(Violation("no exception gets into the event loop", text, failure["at"] - self.began))
            self.loop.failures.clear()
        if self.violations:
            raise self.violations[0]

    def close(self) -> None:
        """Forgets everything, without a word to anybody."""
        self.loop.close()
        check_assignments(True)
        self.log.close()

    @property
    def digest(self) -> str:
        """Of all that was sent, and when."""
        return self.tap.digest.hexdigest()
