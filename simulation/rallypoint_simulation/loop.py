"""An event loop in virtual time: when nothing is left to do now, the clock goes on to the next thing that is due.

It does what asyncio's own loop promises, in the same order: callbacks run first in, first out; what is due at one moment
runs in one turn. What asyncio leaves open is drawn from one random stream: the order of timers and deliveries that are due
at the same moment, and how many of them share a turn.

Everything runs on a *host*: a machine with a clock of its own, which can stand still while the others go on, or die.
Whatever a callback starts runs on the host that the callback runs on.
"""

from __future__ import annotations

import asyncio
import heapq
from asyncio.events import _set_running_loop
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from random import Random
from typing import Any, Protocol, TypeVar

from .unwinding import unwind

__all__ = ["Host", "Network", "Scheduled", "SimulatedLoop", "StandStill"]

T = TypeVar("T")

_START_S = 1000.0
"""Where the monotonic clock begins: never at 0, which no real one shows."""
_MOMENT_CALLS_MAX = 200_000
"""So many callbacks without time going on: something calls itself back for ever."""


class StandStill(Exception):
    """Nothing is due any more, and what was to be waited for has not happened."""


class Host:
    """A machine: what runs on it, and how its clock stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        """False: it has crashed. What ran on it is gone."""
        self.frozen_until = 0.0
        """It stands still until then: a suspended phone, a paused virtual machine, a long collection of garbage."""
        self.behind_s = 0.0
        """How long its monotonic clock has stood still: some do while the machine is suspended. It never goes back."""
        self.wall_offset_s = 0.0
        """Of its wall clock, which may jump."""
        self.waiting: list[Scheduled] = []
        """What was to run while it stood still, in order."""
        self.tasks: dict[asyncio.Future[Any], None] = {}
        """Tasks that were started here and are not done."""

    def __repr__(self) -> str:
        return f"<Host {self.name}>"


class Scheduled:
    """A call that was arranged, as :class:`asyncio.Handle` and :class:`asyncio.TimerHandle` are."""

    __slots__ = ("_cancelled", "_when", "args", "callback", "context", "host")

    def __init__(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context | None, host: Host, when: float
    ) -> None:
        self.callback: Callable[..., object] | None = callback
        self.args = args
        self.context = context
        self.host = host
        self._when = when
        self._cancelled = False

    def cancel(self) -> None:
        """It is not made."""
        self._cancelled = True
        self.callback, self.args = None, ()  # what it would have used is free now

    def cancelled(self) -> bool:
        """True once it was cancelled."""
        return self._cancelled

    def when(self) -> float:
        """When it is due, by its host's clock; 0 for one that is due at once."""
        return self._when


class Network(Protocol):
    """What the loop asks for connections: see :mod:`rallypoint_simulation.network`."""

    async def connect(self, factory: Callable[[], asyncio.BaseProtocol], port: int, /) -> Any:
        """A transport and its protocol, connected to whoever listens on ``port``."""

    def listen(self, factory: Callable[[], asyncio.BaseProtocol], port: int, /) -> asyncio.AbstractServer:
        """Listens on ``port`` of the present host."""


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The loop. ``dice`` decides what asyncio leaves open. ``network`` has to be set before anybody connects."""

    network: Network

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
        self.killed: list[Host] = []
        """Hosts that have died. Their tasks are kept: what garbage collection would run of them must never run."""
        self._turns_max = _MOMENT_CALLS_MAX
        self._over: list[None] = []
        self._dice = dice
        self._ready: deque[Scheduled] = deque()
        self._due: list[tuple[float, float, int, Scheduled]] = []
        self._count = 0
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
        call = Scheduled(callback, args, context or copy_context(), self.host, 0.0)
        self._ready.append(call)
        return call

    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # there is one thread

    def call_at(  # type: ignore[override]  # as above
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Scheduled:
        """Calls back when the present host's clock shows ``when``."""
        host = self.host
        call = Scheduled(callback, args, context or copy_context(), host, when)
        self._push(max(self.now, when + host.behind_s), call)
        return call

    def call_later(  # type: ignore[override]  # as above
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Scheduled:
        """Calls back in ``delay`` seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def on(self, host: Host, at: float, callback: Callable[..., object], *args: Any) -> Scheduled:
        """Calls back on another host, at a moment of the world's clock: how one machine acts upon another."""
        call = Scheduled(callback, args, None, host, at - host.behind_s)
        self._push(at, call)
        return call

    def _push(self, at: float, call: Scheduled) -> None:
        self._count += 1
        heapq.heappush(self._due, (at, self._dice.random(), self._count, call))

    # --- hosts ------------------------------------------------------------------------------------------------------

    def freeze(self, host: Host, seconds: float, *, clock_stops: bool = False) -> None:
        """The host stands still; what was to happen there meanwhile happens afterwards. Twice: until the later end."""
        until = self.now + seconds
        if until <= host.frozen_until or not host.alive:
            return
        if clock_stops:
            host.behind_s += until - max(self.now, host.frozen_until)
        host.frozen_until = until
        self.on(self.world, until, self._thaw, host)

    def thaw(self, host: Host) -> None:
        """The host goes on now, whenever it should have."""
        if host.frozen_until > self.now:
            host.frozen_until = self.now
            self._thaw(host)

    def _thaw(self, host: Host) -> None:
        if host.frozen_until <= self.now:
            waiting, host.waiting = host.waiting, []
            self._ready.extend(waiting)

    def kill(self, host: Host) -> None:
        """The host's process is gone, with all that it had arranged. Its connections are the network's business."""
        if host.alive:
            self.killed.append(host)
        host.alive = False
        host.waiting.clear()
        for task in host.tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # nobody awaits it: that is what a crash is

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
        assert not self._running
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
            raise StandStill(f"{_MOMENT_CALLS_MAX} callbacks, and no time has passed; the next is {ready[0].callback!r}")
        for _ in range(len(ready)):  # what these add runs in the next turn, as in asyncio
            call = ready.popleft()
            callback, host = call.callback, call.host
            if callback is None or not host.alive:
                continue
            if host.frozen_until > self.now:
                host.waiting.append(call)
                continue
            self.host = host
            self.turns += 1
            try:
                if call.context is None:
                    callback(*call.args)
                else:
                    call.context.run(callback, *call.args)
            except Exception as error:
                self.call_exception_handler({"message": f"callback {callback!r} failed", "exception": error})

    def _advance(self) -> None:
        due, ready = self._due, self._ready
        while due:
            at, _, _, call = heapq.heappop(due)
            if call.callback is None:
                continue
            host = call.host
            truly_at = call._when + host.behind_s
            if truly_at > at and truly_at > self.now:  # its clock stood still meanwhile
                self._push(truly_at, call)
                continue
            if at > self.now:
                self.now = at
                self._turns_max = self.turns + _MOMENT_CALLS_MAX
            ready.append(call)
            while due and due[0][0] <= self.now and self._dice.random() < 0.75:
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
        """Forgets everything."""
        self._closed = True
        for host in {id(call.host): call.host for *_, call in self._due}.values():
            self.kill(host)
        self._due.clear()
        self._ready.clear()
        unwind([task for host in self.killed for task in host.tasks], self)
        self._ready.clear()

    def pending(self, host: Host) -> list[Scheduled]:
        """What is arranged to run on that host later, earliest first."""
        calls = [
            (at, count, call) for at, _, count, call in self._due if call.host is host and call.callback is not None
        ]
        return [call for _, _, call in sorted(calls, key=lambda item: item[:2])]

    # --- tasks and futures ------------------------------------------------------------------------------------------

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # asyncio's own typing differs by version
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Context | None = None, **options: Any
    ) -> asyncio.Task[T]:
        """A task on the present host."""
        task: asyncio.Task[T] = asyncio.Task(coro, loop=self, name=name, context=context, **options)
        tasks = self.host.tasks
        tasks[task] = None
        task.add_done_callback(lambda done: tasks.pop(done, None))
        return task

    def start_on(self, host: Host, coro: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """A task on another host."""
        present, self.host = self.host, host
        try:
            return self.create_task(coro, name=name)
        finally:
            self.host = present

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]  # as above
        """There are no threads: it runs within this loop, a moment later."""
        future: asyncio.Future[T] = self.create_future()

        def run() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(func(*args))
            except Exception as error:
                future.set_exception(error)

        self.call_later(self._dice.random() * 0.005, run)
        return future

    # --- connections ------------------------------------------------------------------------------------------------

    async def create_connection(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        """Through the simulated network. There is one address: the port decides."""
        if options.get("ssl") is not None:
            raise NotImplementedError("there is no TLS in the simulation")
        return await self.network.connect(protocol_factory, port)

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any) -> Any:
        """As above."""
        if options.get("ssl") is not None:
            raise NotImplementedError("there is no TLS in the simulation")
        return self.network.listen(protocol_factory, port)

    # --- the rest that asyncio asks for -----------------------------------------------------------------------------

    def get_debug(self) -> bool:
        """Never."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Keeps it in :attr:`failures`."""
        self.failures.append({**context, "at": self.now, "host": self.host.name})

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """As above."""
        self.call_exception_handler(context)

    async def shutdown_asyncgens(self) -> None:
        """There is nothing to do: generators end with their owners."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """There is none."""
