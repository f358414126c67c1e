"""An event loop in virtual time: when nothing is left to do now, the clock goes on to the next thing that is due.

It does what asyncio's own loop promises, in the same order: callbacks run first in, first out; what is due at one
moment runs in one turn. What asyncio leaves open is drawn from one random stream: the order of timers and deliveries
that are due at the same moment, and how many of them share a turn.

Everything runs on a *host*: a machine with a clock of its own, which can stand still while the others go on, or die.
Whatever a callback starts runs on the host that the callback runs on.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import sys
import warnings
from asyncio.events import _set_running_loop
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from random import Random
from typing import Any, Protocol, TypeVar

from .disk import Died
from .host import Host, Scheduled, Timer
from .unwinding import unwind

__all__ = ["Host", "Network", "Scheduled", "SimulatedLoop", "StandStill"]

T = TypeVar("T")

_START_S = 1000.0
"""Where the monotonic clock begins: never at 0, which no real one shows."""
_SHARED_TURN = 0.75
"""How likely something more that is due at the same moment runs in the same turn."""
_CANCELLED_MIN = 100
"""Cancelled timers are thrown out once there are more, and they are more than half of all: as asyncio does."""
_MOMENT_CALLS_MAX = 200_000
"""Callbacks without any time passing: more are an endless loop of theirs."""


class StandStill(Exception):
    """Time does not pass any more, and what was to be waited for has not happened."""


class Network(Protocol):
    """What the loop asks for connections: see :mod:`rallypoint_simulation.network`."""

    async def connect(self, factory: Callable[[], asyncio.BaseProtocol], port: int, /) -> Any:
        """A transport and its protocol, connected to whoever listens on ``port``."""

    def listen(self, factory: Callable[[], asyncio.BaseProtocol], port: int, /) -> asyncio.AbstractServer:
        """Listens on ``port`` of the present host."""

    def close(self) -> None:
        """Nothing is sent any more, and nobody is told."""


def _shown_at(host: Host, when: float) -> float:
    """When the host's clock shows ``when``, by the world's: never a rounding error before, or a timer runs for ever."""
    at = when + host.behind_s
    return at if at - host.behind_s >= when else math.nextafter(at, math.inf)


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The loop. ``dice`` decides what asyncio leaves open. ``network`` has to be set before anybody connects."""

    network: Network | None = None

    def __init__(self, dice: Random) -> None:
        self.now = _START_S
        """Seconds on the clock of the world, which no host sees directly."""
        self.host = Host("world")
        """Where the present callback runs."""
        self.world = self.host
        self.turns = 0
        """Callbacks that were run."""
        self.failures: list[dict[str, Any]] = []
        """What was raised into the loop, as exception handlers get it."""
        self._random = dice.random
        self._ready: deque[Scheduled] = deque()
        self._due: list[tuple[float, float, int, Scheduled]] = []
        self._count = 0
        self._cancelled = 0
        self._turns_max = _MOMENT_CALLS_MAX
        self._over: list[None] = []
        self._hosts: dict[Host, None] = {}
        self._killed: list[asyncio.Future[Any]] = []
        self._failed: list[tuple[asyncio.Task[Any], float, Host]] = []
        self._closed = False
        self._running = False

    # --- time, and what is due --------------------------------------------------------------------------------------

    def time(self) -> float:
        """Seconds on the present host's monotonic clock."""
        return self.now - self.host.behind_s

    def call_soon(  # type: ignore[override]  # what asyncio's handles can do, ours can
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Scheduled:
        """Calls back in this moment, after all that was arranged before."""
        call = Scheduled(callback, args, copy_context() if context is None else context, self.host, 0.0)
        self._ready.append(call)
        return call

    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # there is one thread

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Timer:
        """Calls back when the present host's clock shows ``when``."""
        host = self.host
        call = Timer(callback, args, copy_context() if context is None else context, host, when, self._one_cancelled)
        self._push(max(self.now, _shown_at(host, when)), call)
        return call

    def call_later(  # type: ignore[override]  # as above
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Timer:
        """Calls back in ``delay`` seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def on(self, host: Host, at: float, callback: Callable[..., object], *args: Any) -> Timer:
        """Calls back on another host, at a moment of the world's clock: how one machine acts upon another."""
        call = Timer(callback, args, host.context, host, 0.0, self._one_cancelled)
        self._count = count = self._count + 1
        heapq.heappush(self._due, (at, self._random(), count, call))
        return call

    def soon_on(self, host: Host, callback: Callable[..., object], *args: Any) -> None:
        """As :meth:`call_soon`, on another host."""
        self._ready.append(Scheduled(callback, args, host.context, host, 0.0))

    def pending(self, host: Host) -> list[Scheduled]:
        """What is arranged to run on that host later, earliest first."""
        calls = [
            (at, count, call) for at, _, count, call in self._due if call.host is host and call.callback is not None
        ]
        return [call for _, _, call in sorted(calls, key=lambda item: item[:2])]

    def _push(self, at: float, call: Scheduled) -> None:
        self._count += 1
        heapq.heappush(self._due, (at, self._random(), self._count, call))

    def _one_cancelled(self) -> None:
        self._cancelled += 1
        if self._cancelled > _CANCELLED_MIN and self._cancelled > len(self._due) // 2:
            self._keep_due(lambda call: call.callback is not None)

    def _keep_due(self, wanted: Callable[[Scheduled], bool]) -> None:
        self._due[:] = [item for item in self._due if wanted(item[3])]
        heapq.heapify(self._due)
        self._cancelled = 0

    # --- hosts ------------------------------------------------------------------------------------------------------

    def freeze(self, host: Host, seconds: float, *, clock_stops: bool = False) -> None:
        """The host stands still; what was to happen there meanwhile happens afterwards. Twice: until the later end.

        From a callback of that same host: as soon as it has returned, because no clock stands still in between.
        """
        if self._running and host is self.host:
            args = (host, self.now + seconds, clock_stops)
            self._ready.appendleft(Scheduled(self._freeze, args, self.world.context, self.world, 0.0))
        else:
            self._freeze(host, self.now + seconds, clock_stops)

    def _freeze(self, host: Host, until: float, clock_stops: bool) -> None:
        if until <= host.frozen_until or not host.alive:
            return
        if clock_stops:
            begin = max(self.now, host.frozen_until)
            host.stops.append((begin, until))
            self._set_back(host, until - begin)
        host.frozen_until = until
        host.halted = True
        self.on(self.world, until, self._thaw, host)

    def _set_back(self, host: Host, seconds: float) -> None:
        host.behind_s += seconds
        for index, (at, tie, count, call) in enumerate(self._due):
            if call.host is host and call._when:  # its own clock decides
                self._due[index] = (max(self.now, at + seconds, _shown_at(host, call._when)), tie, count, call)
        heapq.heapify(self._due)

    def thaw(self, host: Host) -> None:
        """The host goes on now, whenever it should have."""
        early_s = sum(end - max(self.now, begin) for begin, end in host.stops if end > self.now)
        if early_s:  # its clock has not stood still for as long as was thought
            self._set_back(host, -early_s)
        host.frozen_until = min(host.frozen_until, self.now)
        self._thaw(host)

    def _thaw(self, host: Host) -> None:
        if host.frozen_until <= self.now and host.alive:
            host.halted = False
            host.stops.clear()
            waiting, host.waiting = host.waiting, []
            self._ready.extend(waiting)

    def kill(self, host: Host) -> None:
        """The host's process is gone, with all that it had arranged. Its connections are the network's business.

        Nothing of its code runs any more, not even what stands in a ``finally``: Python runs that of a coroutine that
        is thrown away, so all are kept until :meth:`close`.
        """
        host.alive = False
        host.halted = True
        host.waiting.clear()
        self._keep_due(lambda call: call.host is not host and call.callback is not None)
        for task in host.tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # nobody awaits it: that is what a crash is
        self._killed += host.tasks
        host.tasks.clear()
        self._failed = [entry for entry in self._failed if entry[2] is not host]

    # --- running ----------------------------------------------------------------------------------------------------

    def run_until_complete(self, future: Any) -> Any:
        """Runs until it is done, and gives its result. Raises :class:`StandStill` if nothing is left to do before."""
        task = self.create_task(future) if asyncio.iscoroutine(future) else future
        self._run(task.done)
        return task.result()

    def run_for(self, seconds: float) -> None:
        """Runs until so much time of the world has passed, or :meth:`stop` was called."""
        over = self._over = []
        self.on(self.world, self.now + seconds, over.append, None)
        self._run(over.__len__)
        self.look_for_failures(at_rest=False)

    def stop(self) -> None:
        """Ends :meth:`run_for` after this turn."""
        self._over.append(None)

    def run_forever(self) -> None:
        """Runs until nothing is due any more."""
        try:
            self._run(lambda: False)
        except StandStill:
            return

    def _run(self, done: Callable[[], object]) -> None:
        if self._running or self._closed:
            raise RuntimeError("the loop is closed" if self._closed else "the loop is running")
        self._running = True
        _set_running_loop(self)
        try:
            while not done():
                self._turn()
        finally:
            self._running = False
            self.host = self.world
            _set_running_loop(None)

    def _turn(self) -> None:
        """One turn: what is ready, or else all or some of what is due next."""
        ready = self._ready
        if not ready:
            self._advance()
        elif self.turns > self._turns_max:
            raise StandStill(f"{_MOMENT_CALLS_MAX} callbacks, and no time has passed; next: {_name(ready[0].callback)}")
        for _ in range(len(ready)):  # what these add runs in the next turn, as in asyncio
            call = ready.popleft()
            callback, host = call.callback, call.host
            if callback is None:
                continue
            if host.halted:
                if host.alive:
                    host.waiting.append(call)
                continue
            self.host = host
            self.turns += 1
            try:
                call.context.run(callback, *call.args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except Died:
                continue
            except BaseException as error:  # as asyncio does
                self.call_exception_handler({"message": f"callback {_name(callback)} failed", "exception": error})

    def _advance(self) -> None:
        due, ready = self._due, self._ready
        while due:
            at, _, _, call = heapq.heappop(due)
            if call.callback is None:
                continue
            if at > self.now:
                self.now = at
                self._turns_max = self.turns + _MOMENT_CALLS_MAX
            elif self.turns > self._turns_max:
                raise StandStill(f"{_MOMENT_CALLS_MAX} callbacks, and no time has passed; next: {_name(call.callback)}")
            ready.append(call)
            while due and due[0][0] <= at and self._random() < _SHARED_TURN:
                ready.append(heapq.heappop(due)[3])
            return
        raise StandStill("nothing is due any more")

    def is_running(self) -> bool:
        """True within callbacks."""
        return self._running

    def is_closed(self) -> bool:
        """True after :meth:`close`."""
        return self._closed

    def close(self) -> None:
        """Forgets everything, in the middle of whatever it is, and says nothing about what was not done.

        Python runs the ``finally`` of a coroutine that is thrown away: it happens here, where nothing reaches anybody.
        """
        if self._closed:
            return
        for host in [*self._hosts, self.world]:
            self.kill(host)
        self._closed = True
        self._due.clear()
        self._ready.clear()
        if self.network is not None:
            self.network.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # coroutines that a ``finally`` makes are awaited by nobody
            unwind(self._killed, self)
        self._ready.clear()
        self._due.clear()
        for task, _, _ in self._failed:
            task._log_traceback = False  # of CPython's futures: nobody asks any more
        self._killed.clear()
        self._failed.clear()
        self._hosts.clear()

    # --- tasks and futures ------------------------------------------------------------------------------------------

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        if self._closed:
            raise _end_of_the_world()
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # asyncio's own typing differs by version
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None, **options: Any
    ) -> asyncio.Task[T]:
        """A task on the present host."""
        if self._closed:
            coro.close()
            raise _end_of_the_world()
        host = self.host
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name=name, context=context, **options)
        if not host.tasks:
            self._hosts[host] = None
        host.tasks[task] = None
        task.add_done_callback(self._task_done)
        return task

    def start_on(self, host: Host, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """A task on another host."""
        present, self.host = self.host, host
        try:
            return self.create_task(coro, name=name)
        finally:
            self.host = present

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self.host.tasks.pop(task, None)  # where it was started: there its callbacks run
        if task._log_traceback:  # of CPython's futures: nobody has asked for its exception
            self._failed.append((task, self.now, self.host))

    def look_for_failures(self, *, at_rest: bool) -> None:
        """Adds tasks to :attr:`failures` that have failed without anybody asking: those that nobody can ask any more.

        ``at_rest``: also those that somebody still could. asyncio tells when a task is thrown away, which the collector
        of garbage decides; here the same world has to tell the same.
        """
        failed, self._failed = self._failed, []
        for entry in failed:
            task, at, host = entry
            if not task._log_traceback:
                continue
            if at_rest or sys.getrefcount(task) <= 3:  # here, in the entry, and as this call's argument
                message = f"task {task.get_name()} failed, and nobody asked for its exception"
                self.failures.append({"message": message, "exception": task.exception(), "at": at, "host": host.name})
            else:
                self._failed.append(entry)

    # --- connections ------------------------------------------------------------------------------------------------

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        """Through the simulated network. There is one address: the port decides."""
        if options.get("ssl") is not None:
            raise NotImplementedError("there is no TLS in the simulation")
        assert self.network is not None
        return await self.network.connect(protocol_factory, port)

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        """As above."""
        if options.get("ssl") is not None:
            raise NotImplementedError("there is no TLS in the simulation")
        assert self.network is not None
        return self.network.listen(protocol_factory, port)

    # --- the rest that asyncio asks for -----------------------------------------------------------------------------

    def get_debug(self) -> bool:
        """Never."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keeps it in :attr:`failures`."""
        if not self._closed:
            self.failures.append({**context, "at": self.now, "host": self.host.name})


def _end_of_the_world() -> BaseException:
    # Only a coroutine that is being thrown away asks a closed loop. What it gets, no ``except Exception`` in it takes
    # for one more failure to carry on after: that would never end.
    return GeneratorExit("the loop is closed")


def _name(callback: object) -> str:
    return str(getattr(callback, "__qualname__", type(callback).__name__))  # never with an address in it
