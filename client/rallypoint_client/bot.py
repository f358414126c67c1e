"""Bots: players that a program plays.

    class Circler(Bot):
        def tick(self, view):
            yield self.inputs.Steer(turn=1, thrust=self.random.random() < 0.5)

    asyncio.run(play("ws://localhost:8000", Circler, game="orbit", name="Bob", seed=7))

A bot is plain code that is called once a pass, without a task switch; so a thousand run on one core, and any of them
also without a network: whoever has a view and input classes can drive it. In a turn-based game a pass comes with each
step, so a bot is asked when anything has happened, and not in between.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar, Protocol

from rallypoint_protocol.inputs import Input

from .classes import SchemaCache
from .connect import connect
from .errors import NotConnected, TooManyOutstanding
from .events import Event
from .heartbeat import Timing
from .identity import Identity
from .seat import Seat, take_seat
from .seat_state import SeatState
from .view import View

__all__ = ["Bot", "BotSeat", "drive", "play", "play_seat"]


class BotSeat(Protocol):
    """What a bot needs of a seat; a :class:`~rallypoint_client.seat.Seat` has it."""

    @property
    def inputs(self) -> Any:
        """The game's input classes, by name."""

    @property
    def index(self) -> int:
        """Which seat: 0, 1, 2..."""


class Bot:
    """Subclass it, and write :meth:`tick`. Draw every random number from ``self.random``: a bot's play then repeats."""

    think_s: ClassVar[tuple[float, float]] = (0.0, 0.0)
    """In a turn-based game: the least and the most time (s) that passes before it is asked about a pass. What comes
    meanwhile is in the view by then. People like an opponent who does not answer within a millisecond."""

    def __init__(self, seat: BotSeat, random: Random) -> None:
        self.seat = seat
        self.random = random

    @property
    def inputs(self) -> Any:
        """The game's input classes: ``self.inputs.Steer(turn=1)``."""
        return self.seat.inputs

    def tick(self, view: View) -> Iterable[Input] | None:
        """Called once a pass with the newest state (in a turn-based game: after each step): give what to send, if any.

        An unchanged hold costs nothing, so give it every time. Actions are done each time: remember what was done, as
        this may be called again before it shows. Must not block: other seats wait meanwhile.
        """
        return None

    def event(self, event: Event) -> None:
        """Called with each event, before the :meth:`tick` of its pass."""


class Driver:
    """Calls one bot for one seat."""

    __slots__ = ("_bot", "_queue_s", "_thinking", "_turn_based", "skipped")

    def __init__(self, bot: Bot, *, turn_based: bool) -> None:
        self._bot = bot
        self._turn_based = turn_based
        self._thinking: asyncio.TimerHandle | None = None
        # The move that was not made is not asked for again: it waits, however long the connection is away.
        self._queue_s = math.inf if turn_based else None
        self.skipped = 0
        """Actions that were not sent: too many waited for the server, or the connection broke in the middle."""

    def on_pass(self, seat: Seat) -> None:
        """A pass came."""
        least, most = self._bot.think_s
        if not self._turn_based or most <= 0:
            self._ask(seat)
        elif self._thinking is None:
            wait_s = self._bot.random.uniform(least, most)
            self._thinking = asyncio.get_running_loop().call_later(wait_s, self._thought, seat)

    def _thought(self, seat: Seat) -> None:
        self._thinking = None
        if seat.state is SeatState.CLOSED:
            return
        try:
            self._ask(seat)
        except Exception as error:
            seat.fail(error)

    def _ask(self, seat: Seat) -> None:
        inputs = self._bot.tick(seat.latest)
        if inputs is None:
            return
        for x in inputs:
            try:
                seat.send(x, queue_s=self._queue_s)
            except (NotConnected, TooManyOutstanding):
                self.skipped += 1


def drive(seat: Seat, bot: Bot) -> Driver:
    """Lets ``bot`` play ``seat`` from now on, beginning with the state that is there, if any.

    An exception in it closes the seat, with that as ``seat.error``; in this first call it is raised.
    """
    driver = Driver(bot, turn_based=not seat.schema.tick_hz)
    for event in seat.take_events():
        bot.event(event)
    seat.on_event = bot.event
    seat.on_pass = driver.on_pass
    if seat.latest.tick >= 0:
        driver.on_pass(seat)
    return driver


async def play(
    url: str,
    bot_class: type[Bot],
    *,
    game: str,
    name: str = "Bot",
    seed: int | None = None,
    random: Random | None = None,
    stop: asyncio.Event | None = None,
    identity: Identity | None = None,
    timing: Timing | None = None,
    schemas: SchemaCache | None = None,
) -> dict[str, Any] | None:
    """Comes in as ``name``, waits for a seat in ``game``, plays to the end of the session and gives its result.

    ``seed`` or ``random`` decides everything that is random in the bot. With the same ``identity`` it is the same guest
    each time. Once ``stop`` is set, the bot leaves.

    Raises:
        RallypointError: it could not come in, or was thrown out.
        Exception: whatever the bot raised.
    """
    random = random or Random(seed)  # noqa: S311  # dice of a game
    async with connect(url, name=name, identity=identity, random=random, timing=timing, schemas=schemas) as lobby:
        match = asyncio.ensure_future(lobby.quick_match(game))
        try:
            if not await _unless(stop, match):
                return None
        finally:
            if not match.done():
                match.cancel()
                await asyncio.wait([match])
        return await _play(match.result(), bot_class, random, stop)


async def play_seat(
    url: str,
    session: str,
    token: bytes,
    bot_class: type[Bot],
    *,
    seed: int | None = None,
    random: Random | None = None,
    stop: asyncio.Event | None = None,
    timing: Timing | None = None,
    schemas: SchemaCache | None = None,
) -> dict[str, Any] | None:
    """Like :func:`play`, on a seat that is reserved already."""
    random = random or Random(seed)  # noqa: S311  # dice of a game
    seat = await take_seat(url, session, token, random=random, timing=timing, schemas=schemas)
    return await _play(seat, bot_class, random, stop)


async def _play(seat: Seat, bot_class: type[Bot], random: Random, stop: asyncio.Event | None) -> dict[str, Any] | None:
    async with seat:
        drive(seat, bot_class(seat, random))
        closed = asyncio.ensure_future(seat.wait_closed())
        try:
            if not await _unless(stop, closed):
                return None
            return closed.result()
        finally:
            closed.cancel()


async def _unless(stop: asyncio.Event | None, work: asyncio.Future[Any]) -> bool:
    """Waits for ``work``; False if ``stop`` was set first. Does not cancel or await the work's end then."""
    if stop is None:
        await asyncio.wait([work])
        return True
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
        return work.done()
    finally:
        stopped.cancel()
