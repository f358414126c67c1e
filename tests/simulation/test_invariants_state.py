"""The observers of state, and of what is left: quiet while all is well, and each speaks when something is not."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Raw
from websockets.protocol import State as WebSocketState

import rallypoint_protocol.channels as protocol_channels
from rallypoint.core.seat import Seat
from rallypoint.core.seating import Seating
from rallypoint.core.session import SessionCore
from rallypoint.core.spectators import Spectators as Feed
from rallypoint.game.driver import GameDriver
from rallypoint.game_port import GamePort
from rallypoint.runtime.audience import Audience
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.channels import Channels
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import EventItem, Head, Part, Pass, Seated, SeatPart, TakeSeat, Welcome
from rallypoint_protocol.replica import Replica
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import PlayerPlan, ServerPlan
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books, Park
from tests.simulation.invariants.buffers import Buffers
from tests.simulation.invariants.countdowns import Countdowns
from tests.simulation.invariants.leftovers import Leftovers
from tests.simulation.invariants.records import Records
from tests.simulation.invariants.serves import Serves
from tests.simulation.invariants.spectators import Spectators
from tests.simulation.invariants.state import State

Kind = Callable[[World], Observer]
MINE: tuple[Kind, ...] = (State, Spectators, Countdowns, Buffers, Records, Leftovers, Serves)


class Small:
    """Two players in one session, and perhaps one who watches."""

    def __init__(self, *kinds: Kind, game: type[Any] = Books, spectator: bool = False) -> None:
        self.world = World(1, [game], ServerPlan(lobby_grace_s=5.0), kinds)
        weather = Weather(latency_s=0.03, jitter_s=0.02)
        self.names = ["ann", "bob", *(["cat"] if spectator else [])]
        for name in self.names:
            self.world.players[name] = Player(self.world, PlayerPlan(name, weather))
        self.world.start_server()
        own = game.definition().options.name
        self.act("ann", "create", game=own, options={"ends_s": 0})
        self.world.run_for(1.0)
        self.act("bob", "join", friend="ann")
        if spectator:
            self.act("cat", "spectate", friend="ann")
        self.world.run_for(1.0)

    def __getitem__(self, index: int) -> Any:
        return self.world.observers[index]

    def act(self, name: str, do: str, **args: Any) -> None:
        player = self.world.players[name]
        host = player.boot().host
        self.world.loop.start_on(host, player.perform(do, **args), f"{name}: {do}")

    def everybody_leaves(self) -> None:
        for name in self.names:
            self.act(name, "leave_lobby")
        self.world.run_for(3.0)
        self.world.look_every_s = 1.0
        self.world.run_for(80.0)

    @property
    def host(self) -> SessionHost:
        return next(iter(self.world.node.hosts.values()))


@pytest.fixture
def small() -> Iterator[Callable[..., Small]]:
    made: list[Small] = []

    def make(*kinds: Kind, **options: Any) -> Small:
        made.append(Small(*kinds, **options))
        return made[-1]

    yield make
    for one in made:
        one.world.close()


def broken(one: Small, seconds: float = 12.0) -> list[str]:
    """The names of what is violated within so much time."""
    try:
        one.world.run_for(seconds)
    except Violation:
        pass
    return [violation.invariant for violation in one.world.violations]


@pytest.mark.parametrize("game", [Books, Park])
def test_nothing_is_violated_while_connections_break_and_come_back(
    small: Callable[..., Small], game: type[Any]
) -> None:
    one = small(*MINE, game=game, spectator=True)
    for name in ("ann", "bob", "cat"):
        one.act(name, "cut", what="both")
        one.world.run_for(1.7)
    one.world.network.darken("bob", 4.0)
    one.world.run_for(9.0)
    one.world.loop.freeze(one.world.server_host, 2.0)
    one.world.run_for(6.0)
    one.act("ann", "close_app")
    one.world.run_for(2.0)
    one.everybody_leaves()
    one.world.rest()
    state, spectators, countdowns, _, records, *_ = one.world.observers
    assert isinstance(state, State)
    assert isinstance(spectators, Spectators)
    assert isinstance(countdowns, Countdowns)
    assert isinstance(records, Records)
    assert min(state.compared, state.views_compared, spectators.compared, countdowns.checked) > 10
    assert records.compared == 1


# --- state ----------------------------------------------------------------------------------------------------------


def test_state_that_is_not_sent_is_noticed(small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch) -> None:
    one = small(State)
    monkeypatch.setattr(Channels, "close_tick", lambda self, tick: setattr(self, "tick", tick))
    assert broken(one)[0] == State.SAME


def test_a_field_in_a_channel_that_is_not_the_seats_is_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = GameDriver.subscriptions

    def subscriptions(self: GameDriver, seat: int) -> tuple[int, ...]:
        return tuple(sorted({*own(self, seat), self.channels.channel("owner:0").id}))

    monkeypatch.setattr(GameDriver, "subscriptions", subscriptions)
    with pytest.raises(Violation, match=State.HIDDEN):
        small(State)


def test_a_client_that_shows_something_else_is_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = small(State)
    apply = Replica.apply

    def forgetful(self: Replica, message: Pass) -> None:
        apply(self, message)
        self.items[0].wire[1] = 77

    monkeypatch.setattr(Replica, "apply", forgetful)
    assert broken(one)[0] == State.VIEW


def test_a_hash_that_differs_is_noticed(small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch) -> None:
    one = small(State)
    own = protocol_channels.canonical_crc
    monkeypatch.setattr(protocol_channels, "canonical_crc", lambda rows: own(rows) ^ 1)
    assert broken(one)[0] == State.NO_DESYNC


def _seated(seat: int, outcome: str = "fresh") -> Seated:
    definition = Books.definition()
    token = bytes([7, seat & 1]) * 16
    return Seated("s1", token, seat, "p", 1, outcome, 0, 0, 0, definition.schema_hash, definition.schema_bytes)


def _pass(tick: int, parts: list[Part], channels: list[int] | None = None, events: Any = None) -> Pass:
    part = None if channels is None and events is None else SeatPart(events=events, channels=channels)
    return Pass(part, Head(1, tick, tick * 50, 0, None), parts)


class _Wire:
    """What observers see of a connection."""

    client = "ann"
    path = "/session/s1"
    session = "s1"
    lobby = False
    closed_by = ""

    def __repr__(self) -> str:
        return "ann#1 /session/s1"


@pytest.mark.parametrize(
    ("kind", "seat", "name"), [(State, 0, State.FITS), (Spectators, -1, Spectators.FITS)], ids=["seat", "spectator"]
)
@pytest.mark.parametrize(
    "wrong",
    [
        _pass(5, [], None),  # as old as the one before
        _pass(7, [Part(0, 1, None, None, [0, 1, 1])]),  # differences to another tick
        _pass(6, [Part(3, 0, None, [])]),  # a channel that is not theirs
        _pass(6, [Part(0, 1, None, None, [4, 1, 1])]),  # an entity that is not there
        _pass(6, [Part(0, 1, None, [[4, 99, None, 0]])]),  # a class that is not there
    ],
)
def test_a_pass_that_does_not_fit_is_noticed(kind: Any, seat: int, name: str, wrong: Pass) -> None:
    world = World(1, [Books])
    observer, wire = kind(world), _Wire()
    observer.sent(wire, TakeSeat(1, "s1", b"t" * 32), False)
    for message in (_seated(seat), _pass(5, [Part(0, 0, None, [[0, 0, None, 1, 0]])], [0]), wrong):
        observer.sent(wire, message, True)
        assert not [each for each in world.violations if each.invariant == name]
        observer.received(wire, message, True)
    assert [each.invariant for each in world.violations][-1] == name
    world.close()


# --- spectators -----------------------------------------------------------------------------------------------------


def test_spectators_with_another_state_are_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = small(Spectators, spectator=True)
    monkeypatch.setattr(Channels, "close_tick", lambda self, tick: setattr(self, "tick", tick))
    assert broken(one)[0] == Spectators.SAME


def test_spectators_who_see_too_early_are_noticed(small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch) -> None:
    record = Feed.record
    monkeypatch.setattr(Feed, "record", lambda self, now, *rest: record(self, now - 0.1, *rest))
    one = small(Spectators, game=Park, spectator=True)
    assert broken(one)[0] == Spectators.DELAYED


def test_spectators_who_are_not_closed_are_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = small(Spectators, spectator=True)
    monkeypatch.setattr(Audience, "close_all", lambda self, code, reason: None)
    one.host.end("enough")
    assert broken(one)[0] == Spectators.CLOSED


@pytest.mark.parametrize(
    "wrong",
    [
        _pass(5, [], [0], [EventItem(1, 5, 16, [1, "why"])]),
        _pass(5, [], [0, 1]),
        _pass(5, [Part(1, 0, None, [])], [0]),
    ],
)
def test_spectators_who_are_told_more_are_noticed(wrong: Pass) -> None:
    world = World(1, [Books])
    observer, wire = Spectators(world), _Wire()
    observer.sent(wire, _seated(-1), True)  # type: ignore[arg-type]  # as much of one as is looked at
    observer.sent(wire, wrong, True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Spectators.PUBLIC]
    world.close()


def test_spectators_who_are_told_something_after_the_end_are_noticed() -> None:
    world = World(1, [Books])
    observer, wire = Spectators(world), _Wire()
    observer.sent(wire, _seated(-1), True)  # type: ignore[arg-type]  # as above
    observer.closing(wire, 4001, "", True)  # type: ignore[arg-type]  # as above
    observer.sent(wire, _pass(5, [], [0]), True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Spectators.END]
    world.close()


# --- countdowns -----------------------------------------------------------------------------------------------------


def _wrong_countdown(self: GameDriver, seat: int, away_until_ms: int) -> None:
    DROP(self, seat, away_until_ms + 4000)


def _stays_away(self: GameDriver, seat: int) -> None:
    player = self._players[seat]
    self.game.returned(player)


def _keeps_countdown(self: GameDriver, seat: int) -> None:
    player = self._players[seat]
    until_ms = player.away_until_ms
    COME_BACK(self, seat)
    player.away_until_ms = until_ms


def _not_away(self: SessionCore, seat: Seat, now: float) -> None:
    """A lost connection that nobody hears of."""


def _too_early(self: Seating, now: float) -> list[Seat]:
    return EXPIRE(self, now + 2.0)


DROP, COME_BACK, EXPIRE = GameDriver.drop, GameDriver.come_back, Seating.expire


@pytest.mark.parametrize(
    ("owner", "method", "fault", "invariant"),
    [
        (GameDriver, "drop", _wrong_countdown, Countdowns.TRUE),
        (GameDriver, "come_back", _stays_away, Countdowns.SEAT),
        (GameDriver, "come_back", _stays_away, Countdowns.AWAY),
        (GameDriver, "come_back", _keeps_countdown, Countdowns.GONE),
        (SessionCore, "dropped", _not_away, Countdowns.CONNECTED),
        (Seating, "expire", _too_early, Countdowns.EARLY),
    ],
)
def test_a_countdown_that_is_not_true_is_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, fault: Any, invariant: str
) -> None:
    one = small(Countdowns)
    monkeypatch.setattr(owner, method, fault)
    if invariant == Countdowns.AWAY:  # the other one comes first
        observer = one[0]
        own = observer.violate
        observer.violate = lambda name, text: None if name == Countdowns.SEAT else own(name, text)
    if invariant in (Countdowns.EARLY, Countdowns.CONNECTED):
        one.act("ann", "close_app")
    else:
        one.act("ann", "cut", what="seat")
    assert invariant in broken(one)


# --- buffers --------------------------------------------------------------------------------------------------------


class _Transport:
    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 8192, 32768


class _Connection:
    """As much of the server's connection as is looked at."""

    remote_ip = "127.0.0.1"
    request = None
    outbox_bytes_max, write_deadline_s, close_deadline_s = 262144, 10.0, 5.0
    receiver: Any = None
    paused = True

    def __init__(self, outbox_bytes: int, state: Any) -> None:
        self.outbox_bytes = outbox_bytes
        self.protocol = SimpleNamespace(state=state)
        self.transport = _Transport()


@pytest.mark.parametrize(
    ("outbox_bytes", "state", "invariant"),
    [
        (400_000, "OPEN", Buffers.OUTBOX),
        (40_000, "OPEN", Buffers.READS),
        (0, "CLOSING", Buffers.CLOSES),
        (0, "OPEN", Buffers.OWNED),
    ],
)
def test_a_connection_that_should_be_gone_is_noticed(
    small: Callable[..., Small], outbox_bytes: int, state: str, invariant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = small(Buffers)
    own, other = GamePort.connections.fget, _Connection(outbox_bytes, WebSocketState[state])  # type: ignore[attr-defined]  # of a property
    monkeypatch.setattr(GamePort, "connections", property(lambda self: [*own(self), other]))
    if invariant == Buffers.READS:
        monkeypatch.setattr("tests.simulation.invariants.buffers._is_owned", lambda port, connection: True)
    assert broken(one, 15.0)[0] == invariant


def test_too_many_passes_under_way_are_noticed() -> None:
    world = World(1, [Books])
    observer, wire = Buffers(world), _Wire()
    observer.sent(wire, _seated(0), True)  # type: ignore[arg-type]  # as much of one as is looked at
    for tick in range(21):
        assert not world.violations
        observer.sent(wire, _pass(tick, []), True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Buffers.WINDOW]
    world.close()


def _many_events(one: Small) -> None:
    seat = one.host.core.seats[0]
    assert seat is not None
    seat.events._count_max = 1000
    for _ in range(600):
        seat.events.append((1, 16, Raw(b"\x90")), 17)
    seat.event_sent = seat.events.last


def _many_answers(one: Small) -> None:
    session = one.world.port and one.world.port.lobby.of(PlayerId(one.world.players["ann"].identity.player))
    assert session
    one[0].sent(_Wire(), Welcome(session.id, b"", "", "", [], False, 0, 1.0), True)
    session.answers._kept.update(dict.fromkeys(range(1000, 1100)))  # type: ignore[arg-type]  # nobody asks for them


def _many_lines(one: Small) -> None:
    one.act("ann", "chat", seconds=20.0)
    one.world.run_for(1.0)
    assert one.world.port is not None
    one.world.port.lobby.chats._rooms[""]._bytes = 20_000


def _large_feed(one: Small) -> None:
    one.host.core.spectators._bytes = 9 * 1024 * 1024


def _forgotten_feed(one: Small) -> None:
    one.host.core.spectators._shown.append(None)  # type: ignore[arg-type]  # any will do


def _many_kept(one: Small) -> None:
    one.world.players["ann"].seats[-1]._updates._events.extend([None] * 2000)  # type: ignore[list-item]  # any will do


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_many_events, Buffers.SEAT),
        (_many_answers, Buffers.LOBBY),
        (_many_lines, Buffers.CHAT),
        (_large_feed, Buffers.FEED),
        (_forgotten_feed, Buffers.FEED),
        (_many_kept, Buffers.CLIENT),
    ],
)
def test_a_buffer_beyond_its_cap_is_noticed(
    small: Callable[..., Small], fault: Callable[[Small], None], invariant: str
) -> None:
    one = small(Buffers)
    fault(one)
    assert broken(one, 0.3)[0] == invariant


# --- records --------------------------------------------------------------------------------------------------------


def _never_started(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Node, "session_started", lambda self, host: None)


def _never_ended(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(one.world.store, "ended", lambda record: None)


def _ended_twice(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(one.world.store, "ended", lambda record: one.world.store.ended_records.extend([record, record]))


def _changed(**changes: Any) -> Callable[[Small, pytest.MonkeyPatch], None]:
    def fault(one: Small, patch: pytest.MonkeyPatch) -> None:
        ended = one.world.store.ended
        patch.setattr(one.world.store, "ended", lambda record: ended(dataclasses.replace(record, **changes)))

    return fault


def _all_played(one: Small, patch: pytest.MonkeyPatch) -> None:
    ended = one.world.store.ended

    def lie(record: Any) -> None:
        seats = tuple(dataclasses.replace(seat, outcome="played") for seat in record.seats)
        ended(dataclasses.replace(record, seats=seats))

    patch.setattr(one.world.store, "ended", lie)


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_never_started, Records.STARTED),
        (_changed(started_at=None), Records.STARTED),
        (_never_ended, Records.ENDED),
        (_ended_twice, Records.ENDED),
        (_changed(seats=()), Records.SEATS),
        (_all_played, Records.SEATS),
        (_changed(reason="another"), Records.RESULT),
        (_changed(result={"winners": [7]}), Records.RESULT),
    ],
)
def test_a_record_that_is_not_what_happened_is_noticed(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[Small, pytest.MonkeyPatch], None], invariant: str
) -> None:
    starts_later = fault is _never_started
    if starts_later:
        fault(None, monkeypatch)  # type: ignore[arg-type]  # it needs none
        with pytest.raises(Violation, match=invariant):
            Small(Records)
        return
    one = Small(Records)
    fault(one, monkeypatch)
    one.act("bob", "leave_seat")
    one.world.run_for(0.5)
    one.host.end("enough")
    assert broken(one)[0] == invariant
    one.world.close()


# --- what is left ---------------------------------------------------------------------------------------------------


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


def _task(one: Small) -> None:
    one.world.loop.start_on(one.world.server_host, _forever(), "forgotten")


def _timer(one: Small) -> None:
    loop = one.world.loop
    loop.on(one.world.server_host, loop.now + 100.0, _forever)


def _waiting(one: Small) -> None:
    one.world.node._waiting[SessionId("s1")] = None  # type: ignore[assignment]  # any will do


def _in_the_book(one: Small) -> None:
    one.world.node.book.add(PlayerId("p"), SessionId("s1"), "books", exclusive=True, bot=False)


def _in_the_lobby(one: Small) -> None:
    assert one.world.port is not None
    one.world.port.lobby._register.connected = 1


def _stranger(one: Small) -> None:
    assert one.world.port is not None
    one.world.port.gate.waiting[None] = None  # type: ignore[index]  # any will do


def _on_a_device(one: Small) -> None:
    one.world.loop.start_on(one.world.device("ann"), _forever(), "forgotten")


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_task, Leftovers.TASKS),
        (_timer, Leftovers.TIMERS),
        (_waiting, Leftovers.SESSIONS),
        (_in_the_book, Leftovers.SEATS),
        (_in_the_lobby, Leftovers.LOBBY),
        (_stranger, Leftovers.CONNECTIONS),
        (_on_a_device, Leftovers.DEVICES),
    ],
)
def test_what_is_left_is_noticed(small: Callable[..., Small], fault: Callable[[Small], None], invariant: str) -> None:
    one = small(Leftovers)
    one.everybody_leaves()
    one.world.rest()  # nothing so far
    fault(one)
    with pytest.raises(Violation, match=invariant):
        one.world.rest()


def test_tasks_that_pile_up_are_noticed(small: Callable[..., Small]) -> None:
    one = small(Leftovers)
    for _ in range(100):
        _task(one)
    assert broken(one)[0] == Leftovers.GROWTH


def test_a_session_that_is_never_forgotten_is_noticed(
    small: Callable[..., Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = small(Leftovers)
    monkeypatch.setattr(SessionCore, "linger", lambda self, now: True)
    one.host.end("enough")
    assert broken(one, 20.0)[0] == Leftovers.LINGERS


def test_a_server_that_takes_no_newcomers_is_noticed(small: Callable[..., Small]) -> None:
    one = small(Serves)
    one.everybody_leaves()
    one.world.rest()  # it serves them
    one.world.node.draining = True
    with pytest.raises(Violation, match=Serves.SERVES):
        one.world.rest()
