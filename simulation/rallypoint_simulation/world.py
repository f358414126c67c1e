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
from rallypoint.ports import JournalUnusable, Store
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.ticker import Stepped

from .logged import Log
from .loop import Host, SimulatedLoop
from .network import SimulatedNetwork
from .observer import Observer, Violation
from .scenario import ServerPlan
from .steps import StepMade
from .storage import Keeps, Storage
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
        """How many servers there have been."""
        self.storage = Storage(self.loop, self.dice("disk"), self.plan, self.wall)
        """The journal's disk: it outlives the servers."""
        self.kept = False
        """When a server is gone: what it had told is to be there again when the next one has started."""
        self.weak = False
        """What was told may have been undone: nothing more can be said than that the server goes on."""
        self.gone_at = 0.0
        """When the last server was gone that served."""
        self.unwritten_s = 0.0
        """So long before its end the last server may have written for the last time, besides its beat."""
        self._stopping_at: float | None = None
        self.up = False
        """There is a server's process: one that serves, starts or stops."""
        self._serving = False
        self.paused: dict[str, float] = {}
        """Sessions that an operator has paused, now or before: their times were moved. With when they last went on,
        by the loop; 0: they have not."""
        self.port: GamePort | None = None
        """The game port of the server that runs; ``None`` while none does."""
        self.last_port: GamePort | None = None
        """The same, also when it is gone, as it was then."""
        self.store = SimulatedStore(self.dice("store"), self.wall, self.plan.store_s, keeps_guests=self.plan.store)
        self._client: Store = self.store
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
        self.up = True
        self.servers += 1
        host = self.server_host = Host(f"server{self.servers}")
        self.loop.run_until_complete(self.loop.start_on(host, self.serve(), "start of the server"))

    async def serve(self) -> None:
        """For :meth:`start_server` and for faults: on the host that is the server now."""
        plan = self.plan
        settings = Settings(
            port=PORT,
            lobby_grace_s=plan.lobby_grace_s,
            durability="off",  # the journal is given
            checkpoint_s=plan.checkpoint_s,
            recovery_wait_s=plan.recovery_wait_s,
            limits=Limits(**plan.limits),
            _env_file=None,  # type: ignore[call-arg]  # of the base class: the user's own settings are not the world's
        )
        dice = self.dice(f"server{self.servers}")
        host = self.server_host
        ambient = Ambient(self.loop.time, self.wall, dice)
        try:
            journal, recovered = self.storage.open(host)
        except (JournalUnusable, OSError) as error:
            self._cannot_start(error)
            return
        store = self.store if plan.durability == "off" else self.store.of(host, self.loop)
        self._client = store
        port = GamePort(self.games, settings, store, journal, ambient, bots=plan.bots, recovered=recovered)
        port.node.ticker.watch = self._stepped
        await port.start()
        self.port = self.last_port = port
        self._serving = True
        self._watchers.server_started()

    def _cannot_start(self, error: Exception) -> None:
        """Whoever looks after it tries again, as long as the disk is to blame."""
        if not self.storage.is_faulty:
            text = f"{type(error).__name__}: {error}"
            self.violated(Violation("a journal can be opened again", text, self.elapsed_s))
        self.up = False
        self.network.crash(self.server_host)
        self.loop.on(self.loop.world, self.loop.now + 1.0, self.restart_server)

    async def stop_server(self) -> None:
        """It ends in good order. On the server's host."""
        port, self.port = self.port, None
        if port is not None:
            self._stopping_at = self.loop.now
            await port.stop()
            await self.storage.close()
            await self._client.close()
            self._gone(crashed=False, power=False)

    def crash_server(self, *, power: bool = False) -> None:
        """Its process is gone; ``power``: its machine, too, and what was not synced. Also of one that is starting."""
        if not self.up:
            return
        self.port = None
        self.network.crash(self.server_host)
        self._gone(crashed=True, power=power)
        self.storage.crash(power=power)

    def _gone(self, *, crashed: bool, power: bool) -> None:
        keeps = self.storage.keeps(power=power)
        self.up = False
        began, self._stopping_at = self._stopping_at, None
        self.unwritten_s = self.storage.commits_s + (0.0 if began is None else self.loop.now - began)
        if keeps is Keeps.SOME and not self.weak:
            self.weak = True
            self._watchers.weaken()
        kept = keeps is Keeps.ALL
        if self._serving:
            self._serving, self.kept, self.gone_at = False, kept, self.loop.now
            self._watchers.server_gone(crashed)
        elif self.kept and not kept:  # it has died while it started, and what the one before has told is lost now
            self.kept = False
            self._watchers.server_gone(crashed)

    def restart_server(self) -> None:
        """Another one in place of one that has crashed or stopped. From within a callback."""
        if self.up:
            return
        self.up = True
        self.servers += 1
        wall_offset_s = self.server_host.wall_offset_s
        host = self.server_host = Host(f"server{self.servers}")
        host.wall_offset_s = wall_offset_s
        self.loop.start_on(host, self.serve(), "start of the server")

    def _stepped(self, host: Stepped, now: float) -> None:
        assert isinstance(host, SessionHost)
        core = host.core
        self._watchers.stepped(StepMade(core.id, core.epoch, core.tick))

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
            self.storage.look()
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
