"""After every pass that arrives, a client has exactly what the server means it to see at that tick: no more, no less.

Two machines of random events. :class:`Deltas` drives the channels alone, with harsh values, skipped ticks and a history
so short that it overflows. :class:`Whole` drives a real game in a real session, through encoded bytes, with connections
that break, players who come back, and clients that fall behind.
"""

from __future__ import annotations

import enum
import random
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field as dataclass_field
from typing import Any

import msgpack
import msgspec
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rallypoint import Entity, Event, Game, Player, field, fixed, private
from rallypoint.core.orders import Denial
from rallypoint.core.seat import Seat
from rallypoint.core.session import Refusal, SessionCore, SessionSettings, SessionState
from rallypoint.game.driver import GameDriver
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.codec import decode_session_reply
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.limits import INT_MAX, INT_MIN
from rallypoint_protocol.messages import Head, Part, Pass, Resume, SeatPart, TakeSeat
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.scan import FIXED_STEPS_MAX, Scan, ToWire, compile_scan, compile_values
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    EntityDef,
    Enumeration,
    FieldDef,
    Fixed,
    Float,
    Int,
    OptionalOf,
    Ref,
    Schema,
    Str,
    TupleOf,
    WireType,
)

HISTORY, WINDOW = 5, 4
decode_part = msgspec.msgpack.Decoder(Part).decode

# --- values, with what they are on the wire -----------------------------------------------------------------------


@dataclass(frozen=True)
class Value:
    """A value as a game has it, and as it travels."""

    here: Any
    wire: Any


def same(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Value]:
    return values.map(lambda value: Value(value, value))


COLOUR = Enumeration("Colour", (("RED", -1), ("BLUE", 2**31)))
WHOLE = [0, 1, -1, INT_MIN, INT_MAX, INT_MIN + 1, 2**53, -(2**31)]
STEPS = [0, 1, -1, 127, -128, 2**31, FIXED_STEPS_MAX, -FIXED_STEPS_MAX]
REAL = [0.0, 0.1, -1e308, 5e-324, 3.0]
TEXT = ["", "a", "\u00e4", "\U0010ffff" * 9, "x" * 300]
BYTES = [b"", b"\0", b"\xff" * 300]


def harsh(type_: WireType, dice: random.Random) -> Value:
    """A value of that type, as likely as not at an edge of it."""
    match type_:
        case Int():
            number = dice.choice([*WHOLE, dice.randint(-5, 5), dice.randint(INT_MIN, INT_MAX)])
            return Value(number, number)
        case Fixed(step):
            steps = dice.choice([*STEPS, dice.randint(-300, 300), dice.randint(-(2**50), 2**50)])
            return Value(steps * step, steps)
        case Enumeration(_, members):
            number = dice.choice(members)[1]
            return Value(number, number)
        case OptionalOf(inner):
            return Value(None, None) if dice.random() < 0.4 else harsh(inner, dice)
        case TupleOf(items, more):
            inside = [harsh(item, dice) for item in (items * dice.randint(0, 3) if more else items)]
            return Value(tuple(value.here for value in inside), [value.wire for value in inside])
        case Bool():
            plain: Any = dice.random() < 0.5
        case Float():
            plain = dice.choice(REAL)
        case Str():
            plain = dice.choice(TEXT)
        case Bytes():
            plain = dice.choice(BYTES)
        case _:
            raise AssertionError(type_)
    return Value(plain, plain)


ALL_TYPES: list[WireType] = [
    Int(),
    Bool(),
    Float(),
    Fixed(0.5),
    Str(),
    Bytes(),
    COLOUR,
    OptionalOf(Int()),
    OptionalOf(TupleOf((Bool(), Fixed(0.5)))),
    TupleOf((Int(), Str())),
    TupleOf((Fixed(0.5),), True),
    Int(),
]
CLASSES = (
    EntityDef("Game", ()),
    EntityDef("Player", ()),
    EntityDef("Everything", tuple(FieldDef(f"f{i}", type_) for i, type_ in enumerate(ALL_TYPES))),
    EntityDef(
        "Spread",
        (
            FieldDef("seen", Int()),
            FieldDef("own", Fixed(0.5), "owner"),
            FieldDef("also_seen", Str()),
            FieldDef("team", Int(), "red"),
            FieldDef("own_too", OptionalOf(Int()), "owner"),
        ),
    ),
    EntityDef("Hidden", (FieldDef("own", Int(), "owner"), FieldDef("team", Int(), "red"))),
    EntityDef("Rock", ()),
)
SCHEMA = Schema("g", 20, 1, 3, 30.0, CLASSES, (), ())
SPAWNED = range(2, len(CLASSES))
CHANNELS = ["everyone", "red", "blue"]
SEATS = 3

Seen = dict[int, tuple[int, int | None, int, list[Any]]]
"""Entity id to (class, owner, mask, wire values, ``None`` where the mask has no bit)."""


def seen_by(replica: Replica) -> Seen:
    return {id_: (item.class_index, item.owner, item.mask, item.wire) for id_, item in replica.items.items()}


class Thing:
    """An entity of the model: its values here, and as they are on the wire."""

    def __init__(self, id_: int, class_index: int, owner: int | None, channel: str) -> None:
        self.id = id_
        self.class_index = class_index
        self.owner = owner
        self.channel = channel
        self.wire: list[Any] = []
        self.entered: dict[str, int] = {}

    def facets(self) -> dict[str, int]:
        """Channel to the fields that it carries."""
        masks = {self.channel: 0}
        for bit, item in enumerate(CLASSES[self.class_index].fields):
            name = {"": self.channel, "owner": f"owner:{self.owner}"}.get(item.to, item.to)
            if item.to != "owner" or self.owner is not None:
                masks[name] = masks.get(name, 0) | 1 << bit
        return masks


class Client:
    """A client of the model, with what its server remembers of it."""

    def __init__(self, seat: int, tick: int) -> None:
        self.seat = seat
        self.replica = Replica(SCHEMA)
        self.sent = -1
        self.subscribed: dict[str, int] = {"everyone": tick, f"owner:{seat}": tick}
        self.told: list[int] = []


seeds = st.integers(0, 2**30)
"""Each rule has dice of its own, so that leaving one out does not change what the others do."""
seats = st.integers(0, SEATS - 1)


class Deltas(RuleBasedStateMachine):
    """Channels, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.channels = Channels(history_ticks=HISTORY)
        self.tick = 0
        self.things: dict[int, Thing] = {}
        self.fresh: set[int] = set()
        self.clients: dict[int, Client] = {}
        self.last_id = 0
        self.code: dict[tuple[int, int], tuple[ToWire, Scan | None]] = {}
        self.channels.channel("everyone")
        self.channels.open_tick()
        self.join(0)

    def facet_code(self, class_index: int, mask: int) -> tuple[ToWire, Scan | None]:
        if (class_index, mask) not in self.code:
            definition = CLASSES[class_index]
            fields = [(bit, item) for bit, item in enumerate(definition.fields) if mask >> bit & 1]
            scan = compile_scan(definition.name, fields) if fields else None
            self.code[class_index, mask] = compile_values(definition.name, [item for _, item in fields]), scan
        return self.code[class_index, mask]

    # --- what a game does in a step -------------------------------------------------------------------------------

    def act(self, dice: random.Random) -> None:
        acts = [self.spawn, self.spawn, self.change, self.change, self.change, self.destroy, self.give, self.move]
        dice.choice(acts if self.things else acts[:1])(dice)

    def some(self, dice: random.Random) -> Thing:
        return self.things[dice.choice(list(self.things))]

    def spawn(self, dice: random.Random) -> None:
        self.last_id += 1
        thing = Thing(self.last_id, dice.choice(SPAWNED), dice.choice([None, 0, 1, 2]), dice.choice(CHANNELS))
        for item in CLASSES[thing.class_index].fields:
            value = harsh(item.type, dice)
            setattr(thing, item.name, value.here)
            thing.wire.append(value.wire)
        self.things[thing.id] = thing
        self.fresh.add(thing.id)

    def change(self, dice: random.Random) -> None:
        thing = self.some(dice)
        for index, item in enumerate(CLASSES[thing.class_index].fields):
            if dice.random() < 0.3:
                value = harsh(item.type, dice)
                setattr(thing, item.name, value.here)
                thing.wire[index] = value.wire

    def destroy(self, dice: random.Random) -> None:
        thing = self.some(dice)
        for name in thing.entered:
            self.channels.leave(self.channels.channel(name), thing.id, self.tick + 1)
        del self.things[thing.id]
        self.fresh.discard(thing.id)

    def give(self, dice: random.Random) -> None:
        thing = self.some(dice)
        thing.owner = dice.choice([None, 0, 1, 2])
        self.fresh.add(thing.id)

    def move(self, dice: random.Random) -> None:
        thing = self.some(dice)
        thing.channel = dice.choice(CHANNELS)
        self.fresh.add(thing.id)

    # --- clients ----------------------------------------------------------------------------------------------------

    @rule(seat=seats)
    def join(self, seat: int) -> None:
        self.clients[seat] = Client(seat, self.tick + 1)

    @rule(seat=seats, name=st.sampled_from(CHANNELS[1:]), on=st.booleans())
    def subscribe(self, seat: int, name: str, on: bool) -> None:
        client = self.clients.get(seat)
        if client is not None and on:
            client.subscribed.setdefault(name, self.tick + 1)
        elif client is not None:
            client.subscribed.pop(name, None)

    @rule(seat=seats, keep=st.booleans())
    def resume(self, seat: int, keep: bool) -> None:
        """What was sent last need not have arrived: the client says what it has."""
        client = self.clients.get(seat)
        if client is not None:
            if not keep:
                client.replica.clear()
            client.sent = client.replica.tick
            client.told = []

    # --- a step's end -----------------------------------------------------------------------------------------------

    @rule(
        seed=seeds, crc=st.booleans(), count=st.sampled_from([1, 1, 1, 2, HISTORY, HISTORY + 2]), busy=st.integers(0, 6)
    )
    def ticks(self, seed: int, crc: bool, count: int, busy: int) -> None:
        """Some clients are skipped in some ticks: what they missed comes with the next that they get."""
        dice = random.Random(seed)
        for _ in range(count):
            for _ in range(busy):
                self.act(dice)
            self.close()
            for client in dice.sample(list(self.clients.values()), len(self.clients)):
                if dice.random() < (0.7 if count == 1 else 0.2):
                    self.deliver(client, crc and dice.random() < 0.5, dice)
            self.channels.open_tick()

    def close(self) -> None:
        self.tick += 1
        for id_ in sorted(self.fresh):
            thing = self.things[id_]
            facets = thing.facets()
            for name in thing.entered:
                if name not in facets:
                    self.channels.leave(self.channels.channel(name), id_, self.tick)
            for name, mask in facets.items():
                values, scan = self.facet_code(thing.class_index, mask)
                channel = self.channels.channel(name)
                wire = values(thing)
                self.channels.enter(channel, id_, thing.class_index, thing.owner, mask, thing, wire, scan, self.tick)
            thing.entered = facets
        self.fresh.clear()
        self.channels.close_tick(self.tick)

    def deliver(self, client: Client, crc: bool, dice: random.Random) -> None:
        names = dice.sample(list(client.subscribed), len(client.subscribed))
        parts = []
        for name in names:
            since = client.sent if client.sent >= client.subscribed[name] else -1
            channel = self.channels.channel(name)
            data = self.channels.delta(channel, since, crc)
            assert data == self.channels.delta(channel, since, crc)
            if data is None:
                assert not crc
                continue
            parts.append(decode_part(data))
            assert parts[-1].channel == channel.id
            assert (parts[-1].crc is not None) is crc
            if crc:
                assert parts[-1].crc == self.crc_of(name)
            assert parts[-1].age == (self.tick - since if since >= max(0, self.tick - HISTORY) else 0)
        told = sorted(self.channels.channel(name).id for name in names)
        seat = SeatPart(channels=told) if told != client.told else None
        checks = client.replica.checks_made
        client.replica.apply(Pass(seat, Head(1, self.tick, 0, 0), parts))
        assert client.replica.checks_made == checks + crc * len(parts)
        client.sent, client.told = self.tick, told
        assert seen_by(client.replica) == self.meant_for(client)

    def crc_of(self, name: str) -> int:
        rows = []
        for thing in sorted(self.things.values(), key=lambda thing: thing.id):
            mask = thing.facets().get(name)
            if mask is not None:
                wire = [value for bit, value in enumerate(thing.wire) if mask >> bit & 1]
                rows.append([thing.id, thing.class_index, thing.owner, mask, wire])
        return zlib.crc32(msgpack.packb(rows))

    def meant_for(self, client: Client) -> Seen:
        meant: Seen = {}
        for thing in self.things.values():
            masks = [mask for name, mask in thing.facets().items() if name in client.subscribed]
            if masks:
                mask = sum(masks)
                wire = [value if mask >> bit & 1 else None for bit, value in enumerate(thing.wire)]
                meant[thing.id] = thing.class_index, thing.owner, mask, wire
        return meant


TestDeltas = Deltas.TestCase


def rock(channels: Channels, id_: int, tick: int) -> None:
    channels.enter(channels.channel("everyone"), id_, 5, None, 0, None, [], None, tick)


def test_what_enters_and_leaves_in_one_step_was_never_there():
    channels = Channels()
    everyone = channels.channel("everyone")
    channels.open_tick()
    rock(channels, 1, 1)
    channels.leave(everyone, 1, 1)
    rock(channels, 2, 1)
    channels.close_tick(1)
    for since in (-1, 0):
        replica = Replica(SCHEMA)
        data = channels.delta(everyone, since, True)
        assert data is not None
        if since == 0:
            replica.epoch, replica.tick = 1, 0
        replica.apply(Pass(None, Head(1, 1, 0, 0), [decode_part(data)]))
        assert list(replica.items) == [2]


def test_an_id_that_leaves_and_enters_in_one_step_is_there():
    channels = Channels()
    everyone = channels.channel("everyone")
    replica = Replica(SCHEMA)
    for tick in range(1, 5):
        channels.open_tick()
        channels.leave(everyone, 1, tick)
        rock(channels, 1, tick)
        channels.close_tick(tick)
        data = channels.delta(everyone, replica.tick, True)
        assert data is not None
        replica.apply(Pass(None, Head(1, tick, 0, 0), [decode_part(data)]))
        assert list(replica.items) == [1]


def test_who_is_at_this_tick_already_is_told_nothing():
    channels = Channels()
    everyone = channels.channel("everyone")
    channels.open_tick()
    rock(channels, 1, 1)
    channels.close_tick(1)
    assert channels.delta(everyone, 1) is None
    assert channels.delta(everyone, 1, True) is None  # with a hash, it would be a part of age 0, which clears


# --- the whole of it ----------------------------------------------------------------------------------------------


class Gear(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Beep(Event):
    n: int


class Pilot(Player):
    score: int = field(0)
    hand: int = field(0, to="owner")


class Ship(Entity):
    x: float = fixed(0.5)
    ammo: int = field(10, to="owner")
    gear: Gear = field(Gear.LOW)
    wing: Pilot | None = field(None)
    names: tuple[str, ...] = field(())
    secret: int = private(0)
    plan: int | None = field(None, to="red")


class Shot(Ship):
    power: float = field(0.0)


class Rock(Entity):
    pass


class Arena(Game[Pilot], seats=(1, SEATS), tick_hz=20, grace_s=1, grace_budget_s=2):
    uses = (Ship, Shot, Rock, Beep)
    round: int = field(0)
    best: Ship | None = field(None, to="blue")

    def joined(self, player: Pilot) -> None:
        self.spawn(Ship, owner=player)
        self.emit(player, Beep(-1))

    def tick(self) -> None:
        for act in TODO:
            act(self)
        TODO.clear()


TODO: list[Callable[[Arena], None]] = []
"""What the game does in its next tick."""


def wire_of(type_: WireType, value: Any) -> Any:
    """A second opinion on how values travel."""
    match type_:
        case Fixed(step):
            return round(value / step)
        case Ref():
            return 0 if value is None else value.id
        case Enumeration():
            return value.value
        case TupleOf():
            return list(value)
        case _:
            return value


@dataclass
class Place:
    """One player: the client's side, and the connection between."""

    index: int
    token: bytes
    replica: Replica
    event: int = 0
    connected: bool = False
    flying: deque[bytes] = dataclass_field(default_factory=deque)
    """Sent, and not arrived yet."""


class Whole(RuleBasedStateMachine):
    """A game, its session and its passes; clients get bytes."""

    def __init__(self) -> None:
        super().__init__()
        TODO.clear()
        self.definition = Arena.definition()
        self.driver = GameDriver(self.definition, 1)
        self.driver.channels._history_ticks = HISTORY
        dice = random.Random(1)
        self.now = 0.0
        self.session = SessionCore(
            SessionId("s"),
            self.driver,
            SessionSettings(
                1, SEATS, 20, grace_s=1, grace_budget_s=2, reserved_s=1, ack_window_ticks=WINDOW, crc_every_s=0.2
            ),
            schema=self.definition.schema_bytes,
            schema_hash=self.definition.schema_hash,
            new_token=lambda: Token(dice.randbytes(32)),
            now=0.0,
        )
        self.places: dict[int, Place] = {}
        self.meant: dict[tuple[int, int], Seen] = {}
        self.names = 0
        self.join()
        self.step()

    def alive(self) -> bool:
        return self.session.state is not SessionState.ENDED

    def seat_of(self, place: Place) -> Seat:
        seat = self.session.seats[place.index]
        assert seat is not None
        return seat

    # --- players ----------------------------------------------------------------------------------------------------

    @precondition(alive)
    @rule()
    def join(self) -> None:
        self.names += 1
        reserved = self.session.reserve(PlayerId(f"p{self.names}"), f"P{self.names}", self.now)
        if not isinstance(reserved, Denial):
            index, token = reserved
            place = self.places[index] = Place(index, token, Replica(self.definition.schema))
            self.enter(place, TakeSeat(1, "s", token))

    def enter(self, place: Place, message: TakeSeat | Resume) -> str:
        taken = self.session.take(message, self.now)
        if isinstance(taken, Refusal):
            assert self.seat_of(place).is_over(self.now)
            del self.places[place.index]
            return "refused"
        place.token, place.connected = taken.message.token, True
        place.flying.clear()
        if taken.message.outcome != "resumed":
            place.replica = Replica(self.definition.schema)
        place.event += taken.message.lost
        return taken.message.outcome

    @precondition(alive)
    @rule(index=seats, arrived=st.integers(0, 6))
    def drop(self, index: int, arrived: int) -> None:
        """The connection breaks; some of what was on its way has still arrived."""
        place = self.places.get(index)
        if place is not None and place.connected:
            for _ in range(min(arrived, len(place.flying))):
                self.arrive(place)
            place.flying.clear()
            place.connected = False
            self.session.dropped(self.seat_of(place), self.now)

    @precondition(alive)
    @rule(index=seats, odd=st.sampled_from(["", "", "", "epoch", "nothing"]))
    def come_back(self, index: int, odd: str) -> None:
        """On a new connection; if the old one is still there, it is taken over."""
        place = self.places.get(index)
        if place is None:
            return
        if odd == "nothing":
            place.replica = Replica(self.definition.schema)
        epoch = 7 if odd == "epoch" else 1
        had = place.replica.tick >= 0
        outcome = self.enter(place, Resume(1, "s", place.token, epoch, place.replica.tick, place.event))
        if outcome != "refused":
            assert (outcome == "resumed") is (had and not odd)

    @precondition(alive)
    @rule(index=seats)
    def leave(self, index: int) -> None:
        place = self.places.get(index)
        if place is not None and len(self.places) > 1:
            self.session.leave(self.seat_of(place), self.now)
            del self.places[index]

    @rule(index=seats, count=st.integers(1, 30), ack=st.booleans())
    def arrive_some(self, index: int, count: int, ack: bool) -> None:
        place = self.places.get(index)
        if place is None or not place.connected:
            return
        for _ in range(min(count, len(place.flying))):
            self.arrive(place)
        if ack and self.alive():
            assert self.session.ack(self.seat_of(place), 1, place.replica.tick, place.event) is None

    def arrive(self, place: Place) -> None:
        message = decode_session_reply(place.flying.popleft())
        assert isinstance(message, Pass)
        place.replica.apply(message)
        assert seen_by(place.replica) == self.meant[place.index, message.head.tick]
        for item in (message.seat.events or []) if message.seat is not None else []:
            assert item.n == place.event + 1
            assert item.tick <= message.head.tick
            place.event = item.n

    # --- the game ---------------------------------------------------------------------------------------------------

    @precondition(alive)
    @rule(seed=seeds, count=st.sampled_from([1, 1, 2, HISTORY, 2 * WINDOW]), busy=st.integers(0, 6))
    def steps(self, seed: int, count: int, busy: int) -> None:
        dice = random.Random(seed)
        for _ in range(count):
            if self.alive():
                TODO.extend(_act(dice) for _ in range(busy))
                self.step()
                for place in self.places.values():
                    if place.connected and count > 1 and dice.random() < 0.5:
                        self.arrive_some(place.index, dice.randint(1, WINDOW), dice.random() < 0.5)

    def step(self) -> None:
        self.now = (self.session.tick + 1) * 0.05
        step = self.session.step(self.now)
        for seat in step.freed:
            place = self.places.get(seat.index)
            if place is not None and not place.connected:
                del self.places[seat.index]
        self.session.committed(self.session.tick)
        for place in self.places.values():
            self.meant[place.index, self.session.tick] = self.meant_for(place.index)
        behind = {p.index for p in self.places.values() if (s := self.seat_of(p)).sent - s.acked >= WINDOW}
        got = set()
        for seat, message in self.session.passes():
            self.places[seat.index].flying.append(message)
            got.add(seat.index)
        for place in self.places.values():
            assert (place.index in got) is (place.connected and place.index not in behind)

    def meant_for(self, index: int) -> Seen:
        driver, meant = self.driver, {}
        player = driver._players.get(index)
        subscribed = {"everyone", f"owner:{index}", *(player._subscribed if player is not None else ())}
        entities: list[Any] = [driver.game, *driver.player_list, *driver.entities.values()]
        for entity in entities:
            class_ = self.definition.entities[type(entity)]
            is_game, is_player = entity is driver.game, isinstance(entity, Player)
            owner = None if is_game else entity if is_player else entity.owner
            channel = "everyone" if is_game else entity.channel
            wire: list[Any] = []
            visible, mask = channel in subscribed, 0
            for bit, item in enumerate(class_.definition.fields):
                name = {"": channel, "owner": f"owner:{owner.seat}" if owner else None}.get(item.to, item.to)
                if name in subscribed:
                    visible, mask = True, mask | 1 << bit
                    wire.append(wire_of(item.type, getattr(entity, item.name)))
                else:
                    wire.append(None)
            if visible:
                shown_owner = None if owner is None or is_player else owner.seat
                meant[0 if is_game else entity.id] = class_.index, shown_owner, mask, wire
        return meant


def _act(dice: random.Random) -> Callable[[Arena], None]:
    """Something that a game does in a tick."""
    seed = dice.randint(0, 2**30)

    def act(game: Arena) -> None:
        own = random.Random(seed)
        player = own.choice([None, *game.players])
        channel = own.choice(CHANNELS)
        ships = game.all(Ship)
        ship = own.choice(ships) if ships else game.spawn(Ship, owner=player, channel=channel)
        match own.randint(0, 9):
            case 0 | 1:
                kinds: list[Any] = [Ship, Shot, Rock]
                game.spawn(own.choice(kinds), owner=player, channel=channel)
            case 2:
                game.destroy(ship)
            case 3:
                game.give(ship, player)
            case 4:
                game.set_channel(ship, channel)
            case 5 | 6:
                x = own.randint(-40, 40)
                ship.x, ship.ammo, ship.wing, ship.plan = x * 0.5, own.choice(WHOLE), player, own.choice([None, x])
                ship.names, ship.secret, ship.gear = ("x",) * (x % 3), x, Gear.HIGH if x % 2 else Gear.LOW
            case 7:
                game.round += 1
                game.best = own.choice([None, ship])
            case 8 if player is not None:
                player.score, player.hand = own.choice(WHOLE), own.choice(WHOLE)
                game.emit(player, Beep(own.randint(0, 9)))
            case 9 if player is not None:
                (player.subscribe if own.random() < 0.6 else player.unsubscribe)(own.choice(CHANNELS[1:]))

    return act


TestWhole = Whole.TestCase
TestDeltas.settings = TestWhole.settings = settings(max_examples=2 * settings().max_examples)
