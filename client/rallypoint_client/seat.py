"""A player's seat in a session: what a game's client works with.

    seat = await lobby.quick_match("orbit")
    async for update in seat:
        for event in update.events: ...
        seat.hold(seat.inputs.Steer(turn=1, thrust=True))
        seat.act(seat.inputs.Fire())
    print(seat.result)

It resumes by itself after a lost connection: passes then go on, nothing that was reliable is missing, and nothing that
was done is done twice. A renderer calls :meth:`Seat.view` once a frame instead, a bot sets :attr:`Seat.on_pass`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Self

from rallypoint_protocol.inputs import Input
from rallypoint_protocol.schema import Schema

from .classes import SchemaCache
from .errors import RallypointError, SeatClosed
from .events import Event
from .heartbeat import Timing
from .reconnect import Reconnect
from .seat_core import Got, SeatCore, SeatOffer, SeatState, SeatStats
from .values import Namespace
from .view import View

__all__ = ["EVENTS_KEPT_MAX", "Seat", "Update", "take_seat"]

EVENTS_KEPT_MAX: Final = 1024
"""Events that wait to be taken; beyond that the oldest are dropped, and counted in ``stats.events_dropped``."""

_log = logging.getLogger("rallypoint_client")
_schemas = SchemaCache()  # by content: what one seat of this process has learned is right for every other


@dataclass(frozen=True, slots=True)
class Update:
    """What is new since the last one. ``view`` always shows the newest state: take out what you want to keep."""

    tick: int
    view: View
    events: list[Event]
    """All events since the last update, in order."""
    conflated: int
    """How many passes came in between and were not looked at, because the consumer was slower than the server."""


class Seat:
    """Made by :meth:`Lobby.quick_match <rallypoint_client.lobby.Lobby.quick_match>` or :func:`take_seat`.

    It belongs to the event loop that it was made in, and is to be used from there only.
    """

    def __init__(
        self,
        offer: SeatOffer,
        *,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
        locate: Callable[[], Awaitable[str]] | None = None,
        on_closed: Callable[[Seat], None] | None = None,
    ) -> None:
        timing = timing or Timing()
        random = random or Random()  # noqa: S311  # spreads attempts to connect; no secret comes from it
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._time = loop.time
        self._timing = timing
        self._core = SeatCore(offer, schemas or _schemas, random, timing, loop.time())
        self._reconnect = Reconnect(self._core, offer.url, self._deliver, open_s=timing.open_s, locate=locate)
        self.on_pass: Callable[[Seat], None] | None = None
        """Called with the seat after each pass, synchronously: the cheapest way to follow a session. An exception in
        it closes the seat and becomes :attr:`error`."""
        self.on_event: Callable[[Event], None] | None = None
        """Called with each event, before :attr:`on_pass`; events are then not kept for anybody else."""
        self._on_closed = on_closed
        self._events: deque[Event] = deque()
        self._unread = 0
        self._waiter: asyncio.Future[None] | None = None
        self._seated: asyncio.Future[None] = loop.create_future()
        self._closed = asyncio.Event()
        self._task = loop.create_task(self._run(), name=f"seat in session {offer.session}")

    # --- what there is to see ---------------------------------------------------------------------------------------

    @property
    def state(self) -> SeatState:
        """``CONNECTING``, ``PLAYING``, ``RESUMING`` or ``CLOSED``."""
        return self._core.state

    @property
    def index(self) -> int:
        """Which seat: 0, 1, 2..."""
        return self._core.index

    @property
    def session(self) -> str:
        """The session's id."""
        return self._core.session

    @property
    def token(self) -> bytes:
        """What proves that the seat is this player's, now. A secret: not for logs."""
        return self._core.token

    @property
    def player(self) -> str:
        """The player's id, the same in every session."""
        return self._core.player

    @property
    def schema(self) -> Schema:
        """The game as a client sees it."""
        return self._core.schema

    @property
    def inputs(self) -> Namespace:
        """The game's input classes: ``seat.inputs.Steer(turn=1)``."""
        return self._core.classes.inputs

    @property
    def enums(self) -> Namespace:
        """The game's enumerations, as IntEnum classes: ``seat.enums.Colour.RED``."""
        return self._core.classes.enums

    @property
    def latest(self) -> View:
        """The newest state; one object that is always up to date. Costs nothing."""
        return self._core.view

    def view(self) -> View:
        """The state to draw now: a little behind, and interpolated between passes. Call it once a frame.

        The first call makes the seat keep a history; that ends when it is not called for a while.
        """
        return self._core.interpolated(self._time())

    @property
    def round_trip_ms(self) -> float | None:
        """Of the last ping; ``None`` before the first."""
        return self._core.clock.round_trip_ms

    @property
    def result(self) -> dict[str, Any] | None:
        """The session's result, once it has ended; ``None`` before, and if it ended without one."""
        return None if self._core.ended is None else self._core.ended.result

    @property
    def error(self) -> Exception | None:
        """Why the seat is closed, if not because the session has ended or the player has left."""
        return self._core.error

    @property
    def stats(self) -> SeatStats:
        """Counts since the seat was taken."""
        self._core.stats.bytes_out = self._reconnect.bytes_out
        return self._core.stats

    @property
    def actions_kept(self) -> int:
        """Actions that the server has not yet made durable, or that wait for a connection."""
        return self._core.actions_kept

    # --- what there is to do ----------------------------------------------------------------------------------------

    def hold(self, x: Input, *, force: bool = False) -> None:
        """The player now holds ``x`` (a stick, a key). Only the latest of a class counts.

        One that is held already is not sent again (but with ``force``); while the connection is away it is kept, and
        sent with the return. Does nothing once the seat is closed.

        Raises:
            InvalidInput: a field has not the type that the game declared.
            TypeError: ``x`` is not a hold of this game.
        """
        self._core.hold(x, force)
        if self._core.outbox:
            self._reconnect.flush()

    def act(self, x: Input, *, queue_s: float | None = None) -> int:
        """The player does ``x`` (a shot, a move): applied exactly once and in order. Gives its sequence number.

        While the connection is away it is refused; with ``queue_s`` it is kept and sent if the connection is back
        within so many seconds.

        Raises:
            NotConnected: the connection is away, or the seat is closed.
            TooManyOutstanding: 32 actions wait for the server already.
            InvalidInput: a field has not the type that the game declared.
            TypeError: ``x`` is not an action of this game.
        """
        seq = self._core.act(x, self._time(), queue_s)
        if self._core.outbox:
            self._reconnect.flush()
        return seq

    def send(self, x: Input) -> None:
        """:meth:`hold` or :meth:`act`, whatever ``x`` is. Raises as these."""
        if self._core.classes.input_class(x).hold:
            self.hold(x)
        else:
            self.act(x)

    def take_events(self) -> list[Event]:
        """The events since the last call, in order: for those who do not iterate. At most 1024 are kept."""
        events = list(self._events)
        self._events.clear()
        return events

    async def leave(self) -> None:
        """Gives the seat up, for good, and waits for the server's word (3 s at most). Twice is once."""
        self._core.leave()
        self._reconnect.flush()
        try:
            async with asyncio.timeout(self._timing.leave_s):
                await self._closed.wait()
        except TimeoutError:
            pass
        await self.close()

    async def close(self) -> None:
        """Ends the connection without giving the seat up: the server keeps it for its grace window. Twice is once."""
        self._core.close()
        if asyncio.current_task() is not self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._reconnect.close()

    async def wait_closed(self) -> dict[str, Any] | None:
        """Waits for the end of the session and gives its result. Raises :attr:`error` if there is one."""
        await self._closed.wait()
        if self.error is not None:
            raise self.error
        return self.result

    def cut(self) -> None:
        """Breaks the connection as a failing network would; the seat then resumes. For tests and load tests."""
        self._reconnect.cut()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.leave()

    # --- update by update -------------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Update:
        """The next update. Ends with the session, or raises :attr:`error`.

        Raises:
            RuntimeError: another task is waiting for the next update of this seat.
        """
        while not self._unread:
            if self._core.state is SeatState.CLOSED:
                if self.error is not None:
                    raise self.error
                raise StopAsyncIteration
            if self._waiter is not None:
                raise RuntimeError("two tasks iterate over one seat: let one do it, and tell the other")
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        conflated, self._unread = self._unread - 1, 0
        view = self._core.view
        return Update(view.tick, view, self.take_events(), conflated)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _deliver(self, payload: bytes) -> None:
        core = self._core
        got = core.received(payload, self._time())
        if got is Got.PASS:
            self._unread += 1
            try:
                if core.events:
                    self._take(core)
                if self.on_pass is not None:
                    self.on_pass(self)
            except Exception as error:
                _log.exception("the callback of seat %d in session %s failed", core.index, core.session)
                self._fail(error)
                return
            core.pass_done()
            self._wake()
        elif got is Got.SEATED:
            self._reconnect.arm()
            if not self._seated.done():
                self._seated.set_result(None)

    def _take(self, core: SeatCore) -> None:
        events, core.events = core.events, []
        if self.on_event is not None:
            for event in events:
                self.on_event(event)
            return
        self._events += events
        while len(self._events) > EVENTS_KEPT_MAX:
            self._events.popleft()
            core.stats.events_dropped += 1

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: Exception) -> None:
        self._core.close(error)
        self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._reconnect.run()
        except RallypointError as error:
            self._core.close(error)
        except Exception as error:
            _log.exception("seat in session %s failed", self._core.session)
            self._core.close(error)
        finally:
            self._core.close(SeatClosed(None, "closed by this client"))
            self._closed.set()
            self._wake()
            if not self._seated.done():
                self._seated.set_result(None)
            if self._on_closed is not None:
                self._on_closed(self)

    async def seated(self) -> Self:
        """Waits until the server has let us in for the first time. Raises :attr:`error` if it did not."""
        await asyncio.shield(self._seated)
        if self._core.index < 0:
            raise self.error or SeatClosed(None, "closed by this client")
        return self


async def take_seat(
    url: str,
    session: str,
    token: bytes,
    *,
    random: Random | None = None,
    timing: Timing | None = None,
    schemas: SchemaCache | None = None,
) -> Seat:
    """Takes the seat that a match gave, without a lobby; it can then not follow a session that moves.

    ``random`` spreads the attempts to connect; ``schemas`` is shared by all seats of the process unless given.

    Raises:
        ConnectFailed: no way there within 15 s.
        Closed: the server said no; for an unknown or used token :class:`SessionGone`.
    """
    seat = Seat(SeatOffer(session, token, url), random=random, timing=timing, schemas=schemas)
    try:
        return await seat.seated()
    except BaseException:
        await seat.close()
        raise
