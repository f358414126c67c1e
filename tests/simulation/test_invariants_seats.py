"""Observers of seats: each invariant is broken once, in a world that is well otherwise, and is found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from rallypoint.core.seat import Seat, SeatState
from rallypoint.ports import StepRecord
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    EventItem,
    Leave,
    Part,
    Pass,
    Ping,
    Pong,
    Proved,
    Push,
    Resume,
    Seated,
    SeatPart,
    TakeSeat,
)
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.players import Player
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books
from tests.simulation.invariants import actions, connections, events, grace, holds, resumes, ticks, tokens

OBSERVERS = (
    actions.Actions,
    connections.Connections,
    events.Events,
    grace.Grace,
    holds.Holds,
    resumes.Resumes,
    ticks.Ticks,
    tokens.Tokens,
)
PUT = GAME_INPUT_KIND_FIRST + [each.name for each in Books.definition().schema.inputs].index("Put")
LEAN = GAME_INPUT_KIND_FIRST + [each.name for each in Books.definition().schema.inputs].index("Lean")


class Recorder(Observer):
    """Keeps the last that was said on each session's connection."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.wire: Wire = cast("Wire", None)
        self.seated: Seated = cast("Seated", None)
        self.last: Pass = cast("Pass", None)
        self.offered = b""
        """The token that the lobby gave."""

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Seated:
            self.wire, self.seated = wire, message
        elif type(message) is Pass:
            self.last = message
        elif type(message) is Answer and message.value:
            self.offered = message.value["token"]


class Stand(SimpleNamespace):
    """Stands for something that is itself alone."""

    __hash__ = object.__hash__  # type: ignore[assignment]  # of what is mutable and itself alone


class Table:
    """A world in which Ann sits alone in a session that runs, and does nothing. One observer looks on."""

    def __init__(self, observer: type[Observer], journal_s: float = 0.0) -> None:
        self.world = World(1, [Books], ServerPlan(journal_s=journal_s), [Recorder, observer])
        recorder, self.observer = self.world.observers
        assert isinstance(recorder, Recorder)
        self.world.start_server()
        self.ann = self.world.players["ann"] = Player(self.world, PlayerPlan("ann", Weather(latency_s=0.005)))
        self.ann.start(Act(0.0, "create", {"game": "books", "options": {"ends_s": 0}}))
        self.world.run_for(0.5)
        self.ann.seats[0].on_pass = None  # hands in the lap
        self.world.run_for(1.0)
        self.wire, self.seated, self.last = recorder.wire, recorder.seated, recorder.last
        self.offered = recorder.offered
        self.host: SessionHost = next(iter(self.world.node.hosts.values()))
        seat = self.host.core.seats[0]
        assert seat is not None
        self.seat: Seat = seat
        assert self.found == []

    @property
    def found(self) -> list[str]:
        return [violation.invariant for violation in self.world.violations]

    @property
    def player(self) -> Any:
        """With the books."""
        return cast("Any", self.host.core.game).player_list[0]

    @property
    def tick(self) -> int:
        return self.host.core.tick

    def other_wire(self) -> Wire:
        """Another connection to the same session."""
        transport = SimpleNamespace(is_closing=lambda: False)
        link = SimpleNamespace(server=transport)
        return cast("Wire", Stand(session=self.wire.session, link=link, closed_by="", lobby=False))

    def step(self, tick: int, epoch: int = 1) -> None:
        self.observer.stepped(StepRecord(self.host.core.id, epoch, tick))

    def passes(self, tick: int = 0, events: list[EventItem] | None = None, **head: Any) -> None:
        """The server sends the last pass again, or one of another tick, with changes."""
        head = {"tick": tick or self.last.head.tick, **head}
        changed = Pass(SeatPart(events), msgspec.structs.replace(self.last.head, **head), [])
        self.observer.sent(self.wire, changed, True)

    def next_pass(self, events: list[EventItem] | None = None, **head: Any) -> None:
        """A step is made, and its pass sent."""
        tick = self.last.head.tick + 1
        self.step(tick)
        self.passes(tick, events, **{"now_ms": tick * 50, **head})

    def resumes(self, wire: Wire, token: bytes | None = None, tick: int = -1, event: int = 0) -> Resume:
        shown = self.seated.token if token is None else token
        message = Resume(1, self.wire.session, shown, 1, tick, event, self.seated.schema_hash)
        self.observer.sent(wire, message, False)
        self.observer.received(wire, message, False)
        return message

    def seats(self, wire: Wire, **changes: Any) -> Seated:
        given = {"token": b"new", "outcome": "resync", "schema": None, **changes}
        message = msgspec.structs.replace(self.seated, **given)
        self.observer.sent(wire, message, True)
        return message

    def says(self, wire: Wire, *message: Any) -> None:
        """A client says something, which arrives."""
        said: Any = message[0] if len(message) == 1 else list(message)
        self.observer.sent(wire, said, False)
        self.observer.received(wire, said, False)

    def comes_back(self, **changes: Any) -> Wire:
        """Ann's program loses its connection, and is let in on another one."""
        self.observer.ended(self.wire, False, None)
        self.observer.ended(self.wire, True, None)
        wire = self.other_wire()
        self.resumes(wire)
        self.observer.received(wire, self.seats(wire, **changes), True)
        return wire


Case = tuple[type[Observer], str, Callable[[Table], None]]
CASES: list[Case] = []


def breaks(observer: type[Observer], invariant: str) -> Callable[[Callable[[Table], None]], Callable[[Table], None]]:
    """What the function does to a table must be found by that name."""

    def add(case: Callable[[Table], None]) -> Callable[[Table], None]:
        CASES.append((observer, invariant, case))
        return case

    return add


# --- connections ------------------------------------------------------------------------------------------------------


@breaks(connections.Connections, connections.ONE_LIVING)
def two_connections(table: Table) -> None:
    table.seats(table.other_wire())


@breaks(connections.Connections, connections.TOLD)
def another_word_for_a_takeover(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.observer.closing(table.wire, CloseCode.LEFT, "", True)
    table.seats(other)


@breaks(connections.Connections, connections.NOTHING_MORE)
def a_word_after_the_close(table: Table) -> None:
    table.observer.closing(table.wire, CloseCode.TAKEN_OVER, "", True)
    table.observer.sent(table.wire, Pong(0.0, 0.0, 1), True)


@breaks(connections.Connections, connections.CONNECTED_ONLY)
def a_pass_for_who_is_away(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.passes()


@breaks(connections.Connections, connections.AWAY)
def a_drop_that_nobody_noticed(table: Table) -> None:
    table.observer.ended(table.wire, True, None)
    table.observer.look()


@breaks(connections.Connections, connections.NOT_AWAY)
def away_without_a_drop(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.observer.look()


@breaks(connections.Connections, connections.LET_GO)
def a_leave_that_nobody_heard(table: Table) -> None:
    table.observer.received(table.wire, Leave(), False)
    table.observer.look()


@breaks(connections.Connections, connections.NOBODY_ERRS)
def a_message_of_the_library_that_is_refused(table: Table) -> None:
    table.wire.closed_by = "server"
    table.observer.closing(table.wire, CloseCode.UNEXPECTED, "", True)


@breaks(connections.Connections, connections.NOBODY_ERRS)
def a_desync(table: Table) -> None:
    table.wire.closed_by = "client"
    table.observer.closing(table.wire, CloseCode.UNEXPECTED, "desync", False)


# --- ticks ------------------------------------------------------------------------------------------------------------


@breaks(ticks.Ticks, ticks.CONSECUTIVE)
def a_tick_left_out(table: Table) -> None:
    table.step(table.tick + 2)


@breaks(ticks.Ticks, ticks.EPOCHS)
def an_epoch_before(table: Table) -> None:
    table.step(table.tick + 1, epoch=0)


@breaks(ticks.Ticks, ticks.FORWARD)
def a_pass_twice(table: Table) -> None:
    table.passes()


@breaks(ticks.Ticks, ticks.NEWEST)
def a_pass_without_a_step(table: Table) -> None:
    table.passes(table.tick + 1, now_ms=(table.tick + 1) * 50)


@breaks(ticks.Ticks, ticks.CLOCK)
def time_goes_back(table: Table) -> None:
    table.next_pass(now_ms=table.last.head.now_ms - 50)


@breaks(ticks.Ticks, ticks.DURABLE)
def durable_before_it_was_made(table: Table) -> None:
    table.next_pass(undurable=-1)


@breaks(ticks.Ticks, ticks.DURABLE_LATE)
def not_durable_though_it_is(table: Table) -> None:
    table.next_pass(undurable=1)


@breaks(ticks.Ticks, ticks.BASE)
def a_part_from_a_later_state(table: Table) -> None:
    table.step(table.tick + 1)
    table.step(table.tick + 2)
    head = msgspec.structs.replace(table.last.head, tick=table.tick + 2, now_ms=(table.tick + 2) * 50)
    table.observer.sent(table.wire, Pass(None, head, [Part(0, 1)]), True)


@breaks(ticks.Ticks, ticks.BOUNDED)
def too_many_steps_at_once(table: Table) -> None:
    for ahead in range(1, 7):
        table.step(table.tick + ahead)


@breaks(ticks.Ticks, ticks.EARLY)
def a_step_before_its_time(table: Table) -> None:
    table.host.core.now_ms += 1000
    table.step(table.tick + 1)


@breaks(ticks.Ticks, ticks.DUE)
def a_session_that_stands_still(table: Table) -> None:
    table.world.node.ticker.stop()
    table.world.run_for(1.0)


# --- actions ----------------------------------------------------------------------------------------------------------


@breaks(actions.Actions, actions.ONCE)
def an_action_twice(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.player.applied.append(1)
    table.step(table.tick + 1)
    table.player.applied.append(1)
    table.step(table.tick + 2)


@breaks(actions.Actions, actions.ONCE)
def two_actions_in_the_wrong_order(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.wire, PUT, 101, 5, 2, 0)
    table.player.applied += [2, 1]
    table.step(table.tick + 1)


@breaks(actions.Actions, actions.WITHIN_STEP)
def an_action_that_is_lost(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.step(table.tick + 1)


@breaks(actions.Actions, actions.DECIDED)
def an_input_that_nobody_looks_at(table: Table) -> None:
    table.world.node.ticker.stop()
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.observer.look()
    table.world.loop.run_for(1.0)
    table.observer.look()


@breaks(actions.Actions, actions.TRUE)
def more_applied_than_came(table: Table) -> None:
    table.passes(applied=(7).to_bytes(2, "big") + bytes(14))


@breaks(actions.Actions, actions.TRUE)
def an_input_that_the_server_has_forgotten(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.comes_back(received=99)


@breaks(actions.Actions, actions.TOLD)
def applied_and_not_told(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.passes()


@breaks(actions.Actions, actions.REFUSED)
def a_refusal_of_nothing(table: Table) -> None:
    table.passes(events=[EventItem(1, 1, 0, [100, "no"])])


@breaks(actions.Actions, actions.REFUSED)
def two_refusals_of_one(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.passes(applied=(100).to_bytes(2, "big"), events=[EventItem(n, 1, 0, [100, "no"]) for n in (1, 2)])


@breaks(actions.Actions, actions.NUMBERED)
def a_number_that_was_used(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 1)
    table.says(table.wire, PUT, 100, 5, 1, 0)


@breaks(actions.Actions, actions.SAME)
def another_action_under_the_same_number(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.comes_back(received=100, applied=99), PUT, 100, 5, 2, 0)


@breaks(actions.Actions, actions.RESENT)
def a_new_action_before_the_undecided_one(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    table.says(table.comes_back(received=100, applied=99), PUT, 101, 5, 2, 0)


@breaks(actions.Actions, actions.RESENT)
def an_undecided_action_is_forgotten(table: Table) -> None:
    table.says(table.wire, PUT, 100, 5, 1, 0)
    wire = table.comes_back(received=100, applied=99)
    table.says(wire, Proved())
    table.says(wire, Ping(1.0))


@breaks(actions.Actions, actions.FORGOTTEN)
def a_client_that_keeps_what_is_durable(table: Table) -> None:
    seat = Stand(
        state=table.ann.seats[0].state,
        spectator=False,
        schema=table.ann.seats[0].schema,
        actions_kept=1,
        applied=3,
        sent=3,
        latest=SimpleNamespace(tick=10),
        stats=SimpleNamespace(passes=10),
    )
    cast("Any", table.ann).seats = [cast("Any", seat)]
    table.observer.look()
    seat.stats.passes = 60
    table.observer.look()


# --- holds ------------------------------------------------------------------------------------------------------------


@breaks(holds.Holds, holds.NEWEST)
def an_older_hold(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 7)
    table.says(table.wire, LEAN, 101, 5, 8)
    table.player.leaning = 7
    table.step(table.tick + 1)


@breaks(holds.Holds, holds.LET_GO)
def a_hold_of_who_is_away(table: Table) -> None:
    table.seat.state = SeatState.AWAY
    table.player.leaning = 7
    table.step(table.tick + 1)


@breaks(holds.Holds, holds.AGAIN)
def a_hold_that_is_not_said_again(table: Table) -> None:
    table.says(table.wire, LEAN, 100, 5, 7)
    wire = table.comes_back()
    table.says(wire, Proved())
    table.says(wire, Ack(1, 5, 0))


# --- events -----------------------------------------------------------------------------------------------------------


def told(table: Table, ahead: int, tick_ahead: int = 1, n: int = 0) -> EventItem:
    """The event that comes next, or a later one."""
    table.player.told += 1
    return EventItem(
        table.seat.events.last + ahead, table.last.head.tick + tick_ahead, 16, [n or table.player.told, ""]
    )


@breaks(events.Events, events.CONSECUTIVE)
def an_event_left_out(table: Table) -> None:
    table.next_pass([told(table, 2)])


@breaks(events.Events, events.BEGINS)
def an_event_forgotten_on_resume(table: Table) -> None:
    other = table.other_wire()
    last = table.seat.events.last
    table.resumes(other, tick=3, event=last)
    table.seats(other, outcome="resumed")
    table.wire = other
    table.passes(events=[told(table, 2, 0)])


@breaks(events.Events, events.SAME)
def another_event_under_the_same_number(table: Table) -> None:
    table.next_pass([told(table, 1)])
    other = table.other_wire()
    table.resumes(other, tick=3, event=table.seat.events.last)
    table.seats(other, outcome="resumed")
    table.wire = other
    table.passes(table.tick + 1, [EventItem(table.seat.events.last + 1, table.last.head.tick + 1, 16, [99, "else"])])


@breaks(events.Events, events.WITH_ITS_TICK)
def an_event_that_comes_late(table: Table) -> None:
    table.next_pass([told(table, 1, -2)])


@breaks(events.Events, events.ALL)
def an_event_that_never_comes(table: Table) -> None:
    table.player.told += 1
    table.next_pass()


@breaks(events.Events, events.TOLD_IN_ORDER)
def an_event_before_its_predecessor(table: Table) -> None:
    table.next_pass([told(table, 1, n=table.player.told + 3)])


@breaks(events.Events, events.LOST)
def events_lost_for_nothing(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, event=table.seat.events.last)
    table.seats(other, lost=3)


@breaks(events.Events, events.USER)
def an_event_told_twice(table: Table) -> None:
    table.ann.events.append(table.ann.events[-1])
    table.observer.look()


# --- resumes ----------------------------------------------------------------------------------------------------------


@breaks(resumes.Resumes, resumes.FIRST)
def a_pong_before_seated(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.observer.sent(other, Pong(0.0, 0.0, 1), True)


@breaks(resumes.Resumes, resumes.FIRST)
def seated_twice(table: Table) -> None:
    table.seats(table.wire)


@breaks(resumes.Resumes, resumes.WHO)
def somebody_elses_seat(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, player="somebody else")


@breaks(resumes.Resumes, resumes.WHO)
def another_epoch(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, epoch=2)


@breaks(resumes.Resumes, resumes.FRESH)
def fresh_for_one_who_was_there(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=5)
    table.seats(other, outcome="fresh")


@breaks(resumes.Resumes, resumes.REACHES)
def resumed_without_a_state(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=-1)
    table.seats(other, outcome="resumed")


@breaks(resumes.Resumes, resumes.NEEDLESS)
def a_resync_for_nothing(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, tick=5)
    table.seats(other, outcome="resync")


@breaks(resumes.Resumes, resumes.CHANNELS)
def a_first_pass_without_channels(table: Table) -> None:
    table.wire = table.comes_back()
    table.passes()


@breaks(resumes.Resumes, resumes.WHOLE)
def a_resync_that_is_not_whole(table: Table) -> None:
    wire = table.comes_back()
    head = table.last.head
    table.observer.sent(wire, Pass(SeatPart(None, None, [0, 1]), head, [Part(0, 0), Part(1, 1)]), True)


@breaks(resumes.Resumes, resumes.FOLLOWS)
def no_pass_after_seated(table: Table) -> None:
    table.comes_back()
    table.world.loop.run_for(2.0)
    table.observer.look()


@breaks(resumes.Resumes, resumes.CLAIMS)
def a_claim_of_what_never_came(table: Table) -> None:
    table.observer.sent(table.wire, Ack(1, table.tick + 5, 0), False)


# --- grace ------------------------------------------------------------------------------------------------------------


def drop(table: Table, seconds: float = 0.0) -> None:
    """Ann's connection is lost; then time passes."""
    table.ann.crash()
    table.world.run_for(0.5)
    assert table.seat.state is SeatState.AWAY
    table.world.run_for(seconds)


@breaks(grace.Grace, grace.AS_GRANTED)
def a_longer_absence(table: Table) -> None:
    table.seat._grace.window_s += 1.0
    drop(table)


@breaks(grace.Grace, grace.AS_GRANTED)
def an_absence_that_is_extended(table: Table) -> None:
    drop(table)
    assert table.seat.deadline is not None
    table.seat.deadline += 1.0
    table.observer.look()


@breaks(grace.Grace, grace.NO_WINDOW)
def a_window_that_was_not_closed(table: Table) -> None:
    table.seat.deadline = 5000.0
    table.observer.look()


@breaks(grace.Grace, grace.EARLY)
def freed_too_early(table: Table) -> None:
    drop(table)
    table.host.core.seating.free_up(table.seat, "expired")
    table.step(table.tick + 1)


@breaks(grace.Grace, grace.LATE)
def freed_too_late(table: Table) -> None:
    drop(table)
    table.host.core.seating._next_due = None  # nobody looks any more
    table.world.run_for(10.0)


@breaks(grace.Grace, grace.AFTER)
def let_in_too_late(table: Table) -> None:
    drop(table, 4.4)
    table.world.loop.now += 10.0
    table.seats(table.other_wire())


@breaks(grace.Grace, grace.RESERVED)
def a_reservation_that_never_ends(table: Table) -> None:
    reserved = table.host.core.seating.reserve(cast("Any", "bob"), "Bob", table.world.loop.now, bot=False)
    assert isinstance(reserved, tuple)
    table.observer.look()
    reserved[0].deadline = 1e9
    table.observer.look()


@breaks(grace.Grace, grace.WITHOUT_REASON)
def freed_without_a_leave(table: Table) -> None:
    table.host.core.seating.free_up(table.seat, "left")
    table.step(table.tick + 1)


@breaks(grace.Grace, grace.LEFT_ONCE)
def the_game_is_not_told(table: Table) -> None:
    table.observer.received(table.wire, Leave(), False)
    table.host.core.seating.free_up(table.seat, "left")
    table.step(table.tick + 1)


# --- tokens -----------------------------------------------------------------------------------------------------------


@breaks(tokens.Tokens, tokens.USED_UP)
def a_token_works_again(table: Table) -> None:
    other = table.other_wire()
    table.observer.received(other, TakeSeat(1, table.wire.session, table.offered), False)
    table.seats(other)


@breaks(tokens.Tokens, tokens.GOOD)
def a_good_token_is_refused(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    other.closed_by = "server"
    table.observer.closing(other, CloseCode.UNKNOWN, "", True)


@breaks(tokens.Tokens, tokens.NEW)
def a_token_is_given_again(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other)
    table.seats(other, token=table.seated.token)


@breaks(tokens.Tokens, tokens.ONLY_GIVEN)
def a_token_that_nobody_was_given(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, token=b"forged")
    table.seats(other)


@breaks(tokens.Tokens, tokens.TELLS_NOTHING)
def a_used_token_that_tells_something(table: Table) -> None:
    other = table.other_wire()
    table.resumes(other, token=table.offered)
    other.closed_by = "server"
    table.observer.closing(other, CloseCode.KICKED, "", True)


# --- the tests --------------------------------------------------------------------------------------------------------


@pytest.fixture
def laid() -> Iterator[Callable[..., Table]]:
    """Tables, cleared away afterwards."""
    tables: list[Table] = []

    def lay(*args: Any) -> Table:
        tables.append(Table(*args))
        return tables[-1]

    yield lay
    for table in tables:
        table.world.close()


@pytest.mark.parametrize(
    ("observer", "invariant", "case"), [pytest.param(*case, id=case[2].__name__) for case in CASES]
)
def test_what_must_not_be_is_found(
    observer: type[Observer], invariant: str, case: Callable[[Table], None], laid: Callable[..., Table]
) -> None:
    table = laid(observer)
    try:
        case(table)
    except Violation:
        pass  # found while time passed
    assert table.found[:1] == [invariant]


@pytest.mark.parametrize("module", [actions, connections, events, grace, holds, resumes, ticks, tokens])
def test_each_invariant_is_broken_here(module: Any) -> None:
    names = {value for name in module.__all__ if isinstance(value := getattr(module, name), str)}
    assert names == {invariant for _, invariant, _ in CASES if invariant in names}


def test_a_tick_is_not_durable_before_a_journal_that_takes_its_time_has_it(laid: Callable[..., Table]) -> None:
    table = laid(ticks.Ticks, 0.2)
    table.next_pass(undurable=0)
    assert table.found == [ticks.DURABLE]


def test_an_offer_that_comes_again_is_no_other_token(laid: Callable[..., Table]) -> None:
    table = laid(tokens.Tokens)
    offer = {"session": table.wire.session, "seat": 0, "token": table.offered}
    table.observer.sent(table.wire, Push(1, "matched", offer), True)
    assert table.found == []


def _evening(name: str, game: str, begin: float) -> PlayerPlan:
    """Loses connections, reloads, has two tabs, sleeps, shows old tokens, leaves and comes again."""
    acts = [
        Act(begin, "quick_match", {"game": game}),
        Act(begin + 3.0, "cut"),
        Act(begin + 5.0, "second_tab"),
        Act(begin + 6.0, "old_token", {"which": 0}),
        Act(begin + 7.0, "reload", {"times": 2}),
        Act(begin + 9.0, "sleep", {"seconds": 2.5, "clock_stops": True}),
        Act(begin + 14.0, "close_app"),
        Act(begin + 16.0, "open_app"),
        Act(begin + 18.0, "leave_seat"),
        Act(begin + 19.0, "quick_match", {"game": game}),
    ]
    return PlayerPlan(name, Weather(latency_s=0.03, jitter_s=0.04, stall_every_s=5.0), tuple(acts))


@pytest.mark.parametrize("game", ["ledgers:Books", "ledgers:Pairs", "turns:Turns"])
def test_all_of_it_holds_in_a_world_in_which_much_goes_wrong(game: str) -> None:
    name = game.partition(":")[2].lower()
    faults = (
        Fault("vanish", at=4.0, target="bob"),
        Fault("darken", at=8.0, target="bob", args={"seconds": 4.5}),
        Fault("freeze", at=11.0, args={"seconds": 0.8}),
        Fault("cut", target="ann", on=None, at=12.0),
        Fault("kick", at=20.0, target="bob"),
        Fault("crash_server", at=24.0),
    )
    players = (_evening("ann", name, 0.5), _evening("bob", name, 0.7))
    scenario = Scenario(
        3, (f"tests.simulation.games.{game}",), 30.0, players=players, faults=faults, server=ServerPlan(5.0, 0.1)
    )
    outcome = run(scenario, OBSERVERS, keep_timeline=False)
    assert outcome.violation is None
    assert outcome.messages > 200
