"""What must be so after a crash: quiet if it is, and each invariant is broken once, by a server that forgets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from rallypoint import game_port
from rallypoint.core.chat import Chats as CoreChats
from rallypoint.core.lobby import Lobby
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionCore
from rallypoint.core.tokens import TokenPair
from rallypoint.runtime import recovery
from rallypoint.runtime.held_back import HeldBack
from rallypoint_protocol.ids import Token
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.scenario import Act, PlayerPlan, ServerPlan
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books, Pairs
from tests.simulation.invariants import actions, chats, events, grace, kept, pushes, recoveries, ticks, tokens
from tests.simulation.invariants.all import OBSERVERS
from tests.simulation.invariants.records import Records

Patch = pytest.MonkeyPatch


class Durable:
    """Ann and Bob play Books, and Cat is in the lobby, away."""

    def __init__(self, *kinds: Callable[[World], Observer], durability: Any = "process") -> None:
        plan = ServerPlan(lobby_grace_s=8.0, durability=durability, recovery_wait_s=1.0)
        self.world = World(1, [Books], plan, kinds)
        for name in ("ann", "bob", "cat"):
            self.world.players[name] = Player(self.world, PlayerPlan(name, Weather(latency_s=0.02)))
        self.world.start_server()
        self.act("ann", "create", game="books", options={"ends_s": 0})
        self.act("cat", "enter")
        self.act("cat", "chat", room="lobby", lines=3, seconds=5.0, close=False)
        self.act("ann", "chat", room="lobby", lines=3, seconds=5.0, close=False)
        self.world.run_for(1.0)
        self.act("bob", "join", friend="ann")
        self.world.run_for(3.0)

    def act(self, name: str, do: str, **args: Any) -> None:
        self.world.players[name].start(Act(0.0, do, args))

    def crash(self, after_s: float = 3.0, **how: Any) -> list[str]:
        """Bob and Cat are gone, and a moment later the server, too. Gives what is found then."""
        try:
            self.world.players["bob"].crash()
            self.world.players["cat"].crash()
            self.world.run_for(0.5)
            self.world.crash_server(**how)
            self.world.run_for(1.0)
            self.world.restart_server()
            self.world.run_for(after_s)
        except Violation:
            pass
        return [violation.invariant for violation in self.world.violations]


def test_nothing_is_complained_of_when_all_is_there_again() -> None:
    one = Durable(*OBSERVERS)
    assert one.crash(8.0) == []
    found = next(each for each in one.world.observers if isinstance(each, recoveries.Recoveries))
    assert found.compared == 1


def test_with_disk_nothing_is_complained_of_after_a_power_loss() -> None:
    one = Durable(*OBSERVERS, durability="disk")
    assert one.crash(8.0, power=True) == []


def test_with_less_than_was_promised_only_those_go_on_that_can_live_with_it() -> None:
    one = Durable(*OBSERVERS)
    assert one.crash(8.0, power=True) == []
    assert one.world.weak


# --- a server that forgets --------------------------------------------------------------------------------------------


def _core(change: Callable[[Any], object]) -> Callable[[Patch, World], None]:
    """Each session is another than it was."""

    def apply(patch: Patch, world: World) -> None:
        restored = SessionCore.restored

        def lie(*args: Any, **options: Any) -> SessionCore:
            core = restored(*args, **options)
            change(core)
            return core

        patch.setattr(SessionCore, "restored", lie)

    return apply


def _seat(change: Callable[[Any], object], index: int = 0) -> Callable[[Patch, World], None]:
    return _core(lambda core: change(core.seats[index]))


def _sessions_forgotten(patch: Patch, world: World) -> None:
    recover = recovery.recover

    def lie(recovered: Any, *args: Any) -> Any:
        recovered.entries = {key: one for key, one in recovered.entries.items() if not key.startswith("session/")}
        return recover(recovered, *args)

    patch.setattr(game_port, "recover", lie)


def _lobby(change: Callable[[Any], object]) -> Callable[[Patch, World], None]:
    """Each lobby session is another than it was."""

    def apply(patch: Patch, world: World) -> None:
        restore = Lobby.restore

        def lie(self: Any, *args: Any, **options: Any) -> None:
            restore(self, *args, **options)
            for id_ in [id_ for player in world.players.values() for id_, _ in player.lobby_tokens]:
                session = self.find(id_)
                if session is not None:
                    change(session)

        patch.setattr(Lobby, "restore", lie)

    return apply


def _lobby_forgotten(patch: Patch, world: World) -> None:
    patch.setattr(Lobby, "restore", lambda self, entries, shift_s, now: None)


def _goes_on_at_once(patch: Patch, world: World) -> None:
    patch.setattr(HeldBack, "release_those_of_nobody", HeldBack.release)


def _never_goes_on(patch: Patch, world: World) -> None:
    patch.setattr(HeldBack, "release", lambda self: None)
    patch.setattr(HeldBack, "came_back", lambda self, host: None)


def _numbers_again(patch: Patch, world: World) -> None:
    patch.setattr(CoreChats, "restore_rooms", lambda self, rooms, now: None)


def _told_to_be_out(patch: Patch, world: World) -> None:
    (found,) = world.observers
    host = next(iter(world.node.hosts.values()))
    assert isinstance(found, recoveries.Recoveries)
    assert host.core.seats[0] is not None
    found._out[host.core.id, host.core.seats[0].number] = None


def _stored_otherwise(patch: Patch, world: World) -> None:
    record = world.store.started_records[0]
    world.store.differing.append((record, dataclasses.replace(record, reason="another")))


def _tick_lost(core: Any) -> None:
    core.tick -= 3
    core.durable_tick -= 3
    core.game.tick -= 3


def _applied_lost(seat: Any) -> None:
    seat.applied = seat.received = 0


CASES = [
    pytest.param(recoveries.THERE, recoveries.Recoveries, _sessions_forgotten, id="sessions forgotten"),
    pytest.param(recoveries.COMMITTED, recoveries.Recoveries, _core(_tick_lost), id="ticks lost"),
    pytest.param(
        recoveries.SAME,
        recoveries.Recoveries,
        _core(lambda core: setattr(core.game.game, "rang", core.game.game.rang + 1)),
        id="another state",
    ),
    pytest.param(
        recoveries.PREFIX,
        recoveries.Recoveries,
        _core(lambda core: core.game.player_list[0].applied.insert(0, 777)),
        id="another history",
    ),
    pytest.param(
        recoveries.SEATS, recoveries.Recoveries, _seat(lambda seat: setattr(seat, "name", "zoe")), id="another player"
    ),
    pytest.param(recoveries.OUT, recoveries.Recoveries, _told_to_be_out, id="in again"),
    pytest.param(
        recoveries.FREED,
        recoveries.Recoveries,
        _seat(lambda seat: setattr(seat, "state", SeatState.LEFT)),
        id="never freed",
    ),
    pytest.param(
        recoveries.STANDS,
        recoveries.Recoveries,
        _seat(lambda seat: setattr(seat, "deadline", seat.deadline - 1.0), 1),
        id="less time",
    ),
    pytest.param(recoveries.LOBBY, recoveries.Recoveries, _lobby_forgotten, id="lobby forgotten"),
    pytest.param(recoveries.WAITS, recoveries.Recoveries, _goes_on_at_once, id="does not wait"),
    pytest.param(recoveries.WAITS, recoveries.Recoveries, _never_goes_on, id="waits for ever"),
    pytest.param(actions.DURABLE, actions.Actions, _seat(_applied_lost), id="applied forgotten"),
    pytest.param(
        events.KEPT, events.Events, _seat(lambda seat: seat.events.restore([], 0, 0, 0)), id="events forgotten"
    ),
    pytest.param(
        tokens.KEPT, tokens.Tokens, _seat(lambda seat: setattr(seat, "tokens", TokenPair(Token(b"x")))), id="token lost"
    ),
    pytest.param(ticks.RISES, ticks.Ticks, _core(lambda core: setattr(core, "epoch", 1)), id="the same epoch"),
    pytest.param(ticks.KEPT, ticks.Ticks, _core(_tick_lost), id="durable ticks lost"),
    pytest.param(grace.BUDGET, grace.Grace, _seat(lambda seat: setattr(seat._grace, "left_s", 0.1)), id="budget lost"),
    pytest.param(
        kept.STANDS,
        kept.Kept,
        _lobby(
            lambda session: session.grace.deadline and setattr(session.grace, "deadline", session.grace.deadline - 2)
        ),
        id="less time in the lobby",
    ),
    pytest.param(
        pushes.TOKEN_KEPT,
        pushes.Pushes,
        _lobby(lambda session: setattr(session, "tokens", TokenPair(Token(b"x")))),
        id="lobby token lost",
    ),
    pytest.param(Records.KEPT, Records, _sessions_forgotten, id="not recorded"),
    pytest.param(Records.AGAIN, Records, _stored_otherwise, id="recorded otherwise"),
    pytest.param(chats.NEW_NUMBERS, chats.Chats, _numbers_again, id="numbers again"),
]


@pytest.mark.parametrize(("invariant", "observer", "forget"), CASES)
def test_a_server_that_forgets_is_noticed(
    monkeypatch: Patch, invariant: str, observer: type[Observer], forget: Callable[[Patch, World], None]
) -> None:
    one = Durable(observer)
    forget(monkeypatch, one.world)
    if invariant == chats.NEW_NUMBERS:
        one.world.loop.on(one.world.loop.world, one.world.loop.now + 3.0, _say_more, one)
    assert invariant in one.crash(8.0)


def _say_more(one: Durable) -> None:
    one.act("ann", "chat", room="lobby", lines=3, seconds=4.0)


def test_another_order_in_a_queue_is_noticed(monkeypatch: Patch) -> None:
    plan = ServerPlan(durability="process", limits={"sessions_max": 1})
    world = World(1, [Books, Pairs], plan, [recoveries.Recoveries])
    for name in ("ann", "dan", "eve"):
        world.players[name] = Player(world, PlayerPlan(name))
    world.start_server()
    world.players["ann"].start(Act(0.0, "create", {"game": "books", "options": {"ends_s": 0}}))
    for name in ("dan", "eve"):
        world.run_for(1.0)
        world.players[name].start(Act(0.0, "quick_match", {"game": "pairs", "patience_s": 20.0}))
    world.run_for(1.0)
    restore = Lobby.restore

    def lie(self: Lobby, *args: Any, **options: Any) -> None:
        restore(self, *args, **options)
        queue = self.queues._queues["pairs"]
        assert len(queue._tickets) == 2
        queue._tickets = dict(reversed(queue._tickets.items()))

    monkeypatch.setattr(Lobby, "restore", lie)
    world.crash_server()
    world.restart_server()
    with pytest.raises(Violation, match=recoveries.ORDER):
        world.run_for(1.0)


def test_with_less_than_was_promised_a_session_from_the_future_is_noticed(monkeypatch: Patch) -> None:
    one = Durable(recoveries.Recoveries)
    one.world.weak = True
    _core(lambda core: setattr(core, "tick", core.tick + 500))(monkeypatch, one.world)
    assert recoveries.EARLIER in one.crash()


def test_a_result_that_is_never_stored_is_noticed() -> None:
    one = Durable(Records)
    next(iter(one.world.node.hosts.values())).end("enough")
    one.world.run_for(2.0)
    one.world.store.stored.clear()
    with pytest.raises(Violation, match=Records.STORED):
        one.world.rest()


def test_a_push_that_is_lost_is_noticed(monkeypatch: Patch) -> None:
    one = Durable(pushes.Pushes)
    (found,) = one.world.observers
    assert isinstance(found, pushes.Pushes)
    for log in found._logs.values():
        log.last += 1
    assert pushes.KEPT in one.crash()
