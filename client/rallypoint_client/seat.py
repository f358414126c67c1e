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
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Self

from rallypoint_protocol.inputs import Input
from rallypoint_protocol.schema import Schema

from .classes import SchemaCache
from .endpoint import Endpoint
from .errors import OnlyWatching, SeatClosed
from .events import Event
from .heartbeat import Timing
from .predicted import Predicted, make_prediction
from .prediction import SNAP, Step
from .seat_core import Got, SeatCore, SeatState, SeatStats
from .seat_offer import SeatOffer
from .updates import Update, Updates
from .values import Namespace
from .view import View

__all__ = ["Seat", "take_seat"]

_log = logging.getLogger("rallypoint_client")
_schemas = SchemaCache()  # by content: what one seat of this process has learned is right for every other


class Seat(Endpoint):
    """Made by a :class:`Lobby` or :func:`take_seat`. A spectator's seat shows, and does nothing.

    It belongs to the event loop that it was made in, and is to be used from there only.
    """

    _closed_by_us = SeatClosed

    def __init__(
        self,
        offer: SeatOffer,
        *,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
        locate: Callable[[], Awaitable[str]] | None = None,
    ) -> None:
        timing = timing or Timing()
        random = random or Random()  # noqa: S311  # spreads attempts to connect; no secret comes from it
        self._time = asyncio.get_running_loop().time
        self._timing = timing
        self._offer = offer
        self._core = SeatCore(offer, schemas or _schemas, random, timing, self._time())
        self.on_pass: Callable[[Seat], None] | None = None
        """Called with the seat after each pass, synchronously: the cheapest way to follow a session. An exception in
        it closes the seat and becomes :attr:`error`."""
        self.on_event: Callable[[Event], None] | None = None
        """Called with each event, before :attr:`on_pass`; events are then not kept for anybody else."""
        self._updates = Updates()
        self._predicted: Predicted | None = None
        self._closed = asyncio.Event()
        super().__init__(self._core, offer.url, f"seat in session {offer.session}", open_s=timing.open_s, locate=locate)

    # --- what there is to see ---------------------------------------------------------------------------------------

    @property
    def state(self) -> SeatState:
        """``CONNECTING``, ``PLAYING``, ``RESUMING`` or ``CLOSED``."""
        return self._core.state

    @property
    def index(self) -> int:
        """Which seat: 0, 1, 2...; -1 for a spectator."""
        return self._core.index

    @property
    def spectator(self) -> bool:
        """True if it only watches."""
        return self._core.spectator

    @property
    def session(self) -> str:
        """The session's id."""
        return self._core.session

    @property
    def code(self) -> str:
        """The session's room code, if it is private and the lobby has said it; for :meth:`Lobby.join`."""
        return self._offer.code

    @property
    def delay_s(self) -> float:
        """For a spectator: how far what is shown lies behind what happens."""
        return self._offer.delay_s

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
    def delay_ms(self) -> float:
        """How far behind the session's clock :meth:`view` is to be, as the network is now: 1 to 10 ticks.

        0 for a turn-based game. It is measured while :meth:`view` is in use, and grows at once with a late pass.
        """
        return self._core.delay_ms

    @property
    def now_ms(self) -> float:
        """Session time now, in milliseconds: also between passes, as a chess clock needs it. A spectator's is behind.

        Estimated from pings; it stands still while the session does, as soon as a ping has told.
        """
        return self._core.session_ms(self._time())

    @property
    def result(self) -> dict[str, Any] | None:
        """The session's result, once it has ended; ``None`` before, and if it ended without one."""
        return None if self._core.ended is None else self._core.ended.result

    @property
    def stats(self) -> SeatStats:
        """Counts since the seat was taken."""
        self._core.stats.bytes_out = self._reconnect.bytes_out
        return self._core.stats

    @property
    def actions_kept(self) -> int:
        """Actions that the server has not yet made durable, or that wait for a connection."""
        return self._core.actions_kept

    @property
    def sent(self) -> int:
        """Sequence number of the last input sent; 0 for none."""
        return self._core.sent

    @property
    def applied(self) -> int:
        """Sequence number of the last input that the server has decided, in the state that is shown; 0 for none."""
        return self._core.applied

    # --- what there is to do ----------------------------------------------------------------------------------------

    def hold(self, x: Input, *, force: bool = False) -> int | None:
        """The player now holds ``x`` (a stick, a key). Only the latest of a class counts. Gives its sequence number.

        It is ``None`` if nothing was sent now: one that is held already is not sent again (but with ``force``); while
        the connection is away it is kept, and sent with the return; beyond 16 between two passes, with the next one.
        Does nothing once the seat is closed.

        Raises:
            OnlyWatching: this is a spectator's seat.
            InvalidInput: a field has not the type that the game declared.
            TypeError: ``x`` is not a hold of this game.
        """
        seq = self._core.hold(x, force, self._time())
        if self._core.outbox:
            self._reconnect.flush()
        return seq

    def act(self, x: Input, *, queue_s: float | None = None) -> int:
        """The player does ``x`` (a shot, a move): applied exactly once and in order. Gives its sequence number.

        While the connection is away it is refused; with ``queue_s`` it is kept and sent if the connection is back
        within so many seconds.

        Raises:
            NotConnected: the connection is away, or the seat is closed.
            TooManyOutstanding: 32 actions wait for the server already.
            OnlyWatching: this is a spectator's seat.
            InvalidInput: a field has not the type that the game declared.
            TypeError: ``x`` is not an action of this game.
        """
        seq = self._core.act(x, self._time(), queue_s)
        if self._core.outbox:
            self._reconnect.flush()
        return seq

    def send(self, x: Input, *, queue_s: float | None = None) -> int | None:
        """:meth:`hold` or :meth:`act`, whatever ``x`` is. Gives and raises as these."""
        if self._core.input_class(x).hold:
            return self.hold(x)
        return self.act(x, queue_s=queue_s)

    def take_events(self) -> list[Event]:
        """The events since the last call, in order: for those who do not iterate. At most 1024 are kept."""
        return self._updates.take_events()

    def predict(
        self,
        kind: str,
        step: Step,
        *,
        holds: Sequence[str] | None = None,
        acts: Callable[[Any, Any], object] | None = None,
        place: Sequence[str] = (),
        snap: float = SNAP,
    ) -> Predicted:
        """Predicts this player's own entity of that class, so that it answers to inputs at once. See docs/netcode.md.

        ``step(entity, held, dt)`` does to the entity what the server does in one tick of ``dt`` seconds. It gets an
        object with the entity's public fields, and what is held (``held.Steer``), of the classes ``holds`` (``None``:
        all); it must not keep either. ``acts(entity, action)`` is called before it for each action of that tick, for
        actions that change the entity. ``place``: the fields that say where the entity is (``None`` named: those of
        x, y and z that move); a correction by more than ``snap``, in their units, is not smoothed.

        From now on inputs say which tick they are meant for. A seat has one prediction: the last one counts.

        Raises:
            OnlyWatching: this is a spectator's seat.
            LookupError: the game has no such entity or hold class.
            ValueError: the game has no ticks, or a field of ``place`` does not move.
        """
        if self.spectator:
            raise OnlyWatching(f"a predicted {kind}")
        prediction = make_prediction(self._core.classes, kind, step, holds, acts, place, snap)
        core, time = self._core, self._time
        predicted = self._predicted = Predicted(
            prediction, kind, lambda: core.predicted(time()) if core.prediction is prediction else None
        )
        core.predict(prediction, kind, time())
        return predicted

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
        await self._end()

    async def wait_closed(self) -> dict[str, Any] | None:
        """Waits for the end of the session and gives its result. Raises :attr:`error` if there is one."""
        await self._closed.wait()
        if self.error is not None:
            raise self.error
        return self.result

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
        while not self._updates.unread:
            if self._core.state is SeatState.CLOSED:
                if self.error is not None:
                    raise self.error
                raise StopAsyncIteration
            await self._updates.news.wait()
        return self._updates.take(self._core.view)

    def fail(self, error: Exception) -> None:
        """The program that plays this seat has failed with ``error``, while it is being handled: closes the seat."""
        _log.exception("the callback of seat %d in session %s failed", self._core.index, self._core.session)
        self._core.close(error)
        self._task.cancel()

    # --- steps ------------------------------------------------------------------------------------------------------

    def _deliver(self, payload: bytes) -> None:
        core = self._core
        if core.state is SeatState.CLOSED:
            return  # closed by us, a moment ago
        got = core.received(payload, self._time())
        if got is Got.PASS:
            self._updates.unread += 1
            try:
                if core.prediction is not None:
                    self._reconcile(core)
                if core.events:
                    self._take(core)
                if self.on_pass is not None:
                    self.on_pass(self)
            except Exception as error:
                self.fail(error)
                return
            core.pass_done()
            self._updates.news.tell()
        elif got is Got.SEATED:
            self._let_in()

    def _reconcile(self, core: SeatCore) -> None:
        core.reconcile(self._time())
        if self._predicted is not None:
            self._predicted.look_for_divergence()

    def _take(self, core: SeatCore) -> None:
        events, core.events = core.events, []
        if self.on_event is None:
            core.stats.events_dropped += self._updates.add(events)
            return
        for event in events:
            self.on_event(event)

    def _over(self) -> None:
        self._closed.set()
        self._updates.news.tell()

    async def seated(self) -> Self:
        """Waits until the server has let us in for the first time. Raises :attr:`error` if it did not."""
        await self._entered()
        if not self._core.was_in:
            raise self._closed_error()
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
