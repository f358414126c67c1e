"""A table to test a session at: a game that does what it is told, and players who see what clients see."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, cast

from rallypoint.core.game_like import Answer, Ask, GameLike
from rallypoint.core.match_teams import MatchInfo
from rallypoint.core.orders import Denial
from rallypoint.core.seat import Seat
from rallypoint.core.session import Refusal, SessionCore, SessionSettings, Step, Taken
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import EventItem, Pass, Resume, Seated, TakeSeat
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.schema import EntityDef, Schema, encode_schema, schema_hash

SCHEMA = Schema("script", 20, 1, 4, 30.0, (EntityDef("Game", ()), EntityDef("Player", ())), (), ())
SCHEMA_BYTES = encode_schema(SCHEMA)
SCHEMA_HASH = schema_hash(SCHEMA_BYTES)
TICK_S = 0.05


class Script:
    """Implements GameLike. ``calls`` is what it was told; ``hooks`` are what it does then, by the call's name."""

    def __init__(self) -> None:
        self.channels = Channels()
        self.finished = False
        self.result: dict[str, Any] | None = None
        self.locked = False
        self.backfill = False
        self.match: MatchInfo | None = None
        self.resubscribed: list[int] = []
        self.calls: list[tuple[Any, ...]] = []
        self.hooks: dict[str, Callable[..., Any]] = {}
        self.events: list[tuple[int, int, list[Any]]] = []
        self.asks: list[Ask] = []
        self.subscribed: dict[int, tuple[str, ...]] = {}
        self.buffer_ticks: dict[int, int] = {}
        """What it says of the input buffer of a seat; of others, 3."""
        self.tick = 0
        self.meta: dict[str, Any] = {}
        self.kicked: list[int] = []
        self.next_timer_ms: int | None = None
        self.channels.channel("everyone")

    def told(self, *names: str) -> list[tuple[Any, ...]]:
        """The calls of these names."""
        return [call for call in self.calls if call[0] in names]

    def _told(self, name: str, *args: Any) -> Any:
        self.calls.append((name, *args))
        return self.hooks[name](*args) if name in self.hooks else None

    def put(self, id_: int, channel: str = "everyone") -> None:
        """A thing without fields."""
        self.channels.enter(self.channels.channel(channel), id_, 1, None, 0, None, [], None, self.tick)

    def create(self, options: dict[str, Any]) -> None:
        self._told("create", options)

    def open(self, tick: int, now_ms: int) -> None:
        self.tick = tick
        self.channels.open_tick()
        self._told("open", tick, now_ms)

    def join(self, seat: int, player_id: str, name: str, bot: bool, team: int | None = None) -> None:
        self._told("join", seat, name)

    def start(self) -> None:
        self._told("start")

    def drop(self, seat: int, away_until_ms: int) -> None:
        self._told("drop", seat, away_until_ms)

    def away_until(self, seat: int, away_until_ms: int) -> None:
        self._told("away_until", seat, away_until_ms)

    def let_go(self, seat: int) -> None:
        self._told("let_go", seat)

    def come_back(self, seat: int) -> None:
        self._told("come_back", seat)

    def leave(self, seat: int, reason: str) -> None:
        self._told("leave", seat, reason)

    def input(self, seat: int, message: Input) -> str | None:
        refused: str | None = self._told("input", seat, message.seq)
        return refused

    def is_hold(self, message: Input) -> bool:
        return False

    def input_buffer_ticks(self, seat: int) -> int:
        return self.buffer_ticks.get(seat, 3)

    def answer(self, answer: Answer) -> None:
        self._told("answer", answer)

    def signal(self, name: str, data: Any) -> None:
        self._told("signal", name, data)

    def time_up(self) -> None:
        self._told("time_up")

    def set_meta(self, meta: Mapping[str, Any]) -> None:
        self.meta = dict(meta)

    def state(self) -> dict[str, Any]:
        return {}

    def take_kicked(self) -> list[int]:
        kicked, self.kicked = self.kicked, []
        return kicked

    def advance(self, run_tick: bool) -> None:
        self._told("advance", run_tick)

    def close(self) -> None:
        self._told("close")
        self.channels.close_tick(self.tick)

    def show(self) -> None:
        self._told("show")
        self.channels.close_tick(self.tick)

    def subscriptions(self, seat: int) -> tuple[int, ...]:
        names = ("everyone", *self.subscribed.get(seat, ()))
        return tuple(self.channels.channel(name).id for name in names)

    def take_events(self) -> list[tuple[int, int, list[Any]]]:
        events, self.events = self.events, []
        return events

    def take_asks(self) -> list[Ask]:
        asks, self.asks = self.asks, []
        return asks


class TimedInput(Input):
    """An input of a game with an input buffer."""

    at: int = -1


class Guest:
    """A player's client: what it got, and what it would say."""

    def __init__(self, table: Table, index: int, token: bytes) -> None:
        self.table = table
        self.index = index
        self.token = token
        self.tokens = [token]
        self.replica = Replica(SCHEMA)
        self.passes: list[Pass] = []
        self.raw: list[bytes] = []
        self.events: list[EventItem] = []
        self.event = 0
        self.linked = False
        """It has a connection."""
        self.acks = True
        """Acknowledges every pass at once."""
        seat = table.session.seats[index]
        assert seat is not None
        self.seat: Seat = seat

    def take(self, token: bytes | None = None) -> Seated:
        """Takes the seat; with the token of the match unless told otherwise."""
        return self.enter(TakeSeat(1, "s", token or self.token))

    def resume(self, epoch: int = 1, tick: int | None = None, event: int | None = None) -> Seated:
        """Comes back, with what it has."""
        tick = self.replica.tick if tick is None else tick
        return self.enter(Resume(1, "s", self.token, epoch, tick, self.event if event is None else event))

    def enter(self, message: TakeSeat | Resume) -> Seated:
        taken = self.table.session.take(message, self.table.now)
        assert isinstance(taken, Taken), taken
        assert taken.seat is self.seat
        seated = decode_session_reply(encode(taken.message))
        assert isinstance(seated, Seated)
        self.linked = True
        self.token = seated.token
        self.tokens.append(seated.token)
        if seated.outcome != "resumed":
            self.replica = Replica(SCHEMA)
        return seated

    def refused(self, message: TakeSeat | Resume | None = None) -> Refusal:
        """It tries to enter, and is refused."""
        taken = self.table.session.take(message or Resume(1, "s", self.token, 1, -1, 0), self.table.now)
        assert isinstance(taken, Refusal), taken
        return taken

    def drop(self) -> None:
        self.linked = False
        self.table.session.dropped(self.seat, self.table.now)

    def leave(self, reason: str = "left") -> None:
        self.table.session.leave(self.seat, self.table.now, reason)

    def say(self, seq: int, tick: int = -1, *, at: int | None = None) -> Refusal | None:
        """Sends an input."""
        message = Input(seq=seq, tick=tick) if at is None else TimedInput(seq=seq, tick=tick, at=at)
        return self.table.session.input(self.seat, message)

    def ack(self, tick: int | None = None, event: int | None = None, epoch: int = 1) -> Refusal | None:
        tick = self.replica.tick if tick is None else tick
        return self.table.session.ack(self.seat, epoch, tick, self.event if event is None else event)

    def got(self, raw: bytes) -> None:
        message = decode_session_reply(raw)
        assert isinstance(message, Pass)
        self.raw.append(raw)
        self.passes.append(message)
        self.replica.apply(message)
        for item in (message.seat.events or []) if message.seat is not None else []:
            self.events.append(item)
            self.event = item.n
        if self.acks:
            assert self.ack() is None


class Table:
    """One session, and a clock that is turned by hand."""

    def __init__(self, seats: tuple[int, int] = (1, 4), **settings: Any) -> None:
        self.game = Script()
        self.now = 1000.0
        self.started = self.now
        dice = random.Random(1)
        self.session = SessionCore(
            SessionId("s"),
            cast("GameLike", self.game),  # nothing is kept here
            SessionSettings(*seats, 20, **settings),
            schema=SCHEMA_BYTES,
            schema_hash=SCHEMA_HASH,
            new_token=lambda: Token(dice.randbytes(32)),
            now=self.now,
        )
        self.guests: list[Guest] = []

    def reserve(self, name: str = "Ann") -> Guest:
        reserved = self.session.reserve(PlayerId(f"id-{name}"), name, self.now)
        assert not isinstance(reserved, Denial)
        guest = Guest(self, *reserved)
        self.guests.append(guest)
        return guest

    def sit(self, name: str = "Ann") -> Guest:
        """A player with a seat; the game knows with the next step."""
        guest = self.reserve(name)
        guest.take()
        return guest

    def play(self, *names: str) -> tuple[Guest, ...]:
        """Players in the game."""
        guests = tuple(self.sit(name) for name in names)
        self.step()
        return guests

    def step(self, count: int = 1, *, late_s: float = 0.0) -> Step:
        """Makes steps, each ``TICK_S`` after the one before, and delivers what they send."""
        step = Step()
        for _ in range(count):
            self.now += TICK_S
            step = self.session.step(self.now + late_s)
            self.session.committed(self.session.tick)
            self.deliver()
        return step

    def step_until(self, now: float) -> None:
        """Makes all the steps whose time is before ``now``, and sets the clock there."""
        while self.now + TICK_S <= now - 1e-9:
            self.step()
        self.now = now

    def deliver(self) -> set[int]:
        """Hands the passes over, and closes the connections of a session that has ended; gives who got one."""
        got = set()
        for seat, message in self.session.passes():
            guest = next(guest for guest in self.guests if guest.seat is seat)
            if guest.linked:
                guest.got(message)
                got.add(seat.index)
        if self.session.ended is not None:
            for guest in self.guests:
                guest.linked = False
        return got

    @property
    def tick(self) -> int:
        return self.session.tick


KIND = 16


def emit(table: Table, seat: int, *fields: Any) -> None:
    """The game sends an event in the next step."""
    table.game.hooks["advance"] = lambda _: (
        table.game.events.append((seat, KIND, list(fields))),
        table.game.hooks.clear(),
    )


def fill(table: Table, seat: int, count: int) -> None:
    """The game sends that many events in the next step."""

    def act(_: bool) -> None:
        table.game.events += [(seat, KIND, [number]) for number in range(count)]
        table.game.hooks.clear()

    table.game.hooks["advance"] = act
