"""A paused session: its time stands still, a step moves it by a step, and nobody is cut for what an operator does."""

from __future__ import annotations

import pytest

from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.core.stimuli import Drop, Overlooked, Replaced, Return
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import BuiltinEvent

from .life import TICK_S as LIFE_TICK_S, Life
from .script import Guest, Table

TICK_S = 0.05
HOUR_S = 3600.0


def paused(table: Table) -> None:
    table.session.pause(table.now, "ada", "a moment", 5.0)


def step_paused(table: Table, count: int = 1) -> None:
    for _ in range(count):
        table.session.step(table.now)
        table.session.committed(table.session.tick)
        table.deliver()


def run_to_its_end(table: Table, within_s: float) -> None:
    until = table.now + within_s
    while table.session.ended is None:
        assert table.now < until
        table.step()


class Stick(Input):
    """A hold, for a game that knows it as one."""


def holds(table: Table) -> None:
    table.game.is_hold = lambda message: type(message) is Stick  # type: ignore[method-assign]


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_grace_window_has_after_a_pause_what_it_had_before() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step_until(table.now + 10)
    paused(table)
    table.now += HOUR_S
    assert ann.seat.state is SeatState.AWAY
    assert not ann.seat.is_over(table.session.clock(table.now))
    table.session.resume(table.now)
    table.step_until(table.now + 19.9)
    assert ann.seat.state is SeatState.AWAY
    table.step_until(table.now + 0.2)
    assert ann.seat.state is SeatState.EXPIRED


def test_who_drops_while_it_is_paused_has_the_whole_window_from_its_end_on() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    paused(table)
    table.now += HOUR_S
    ann.drop()
    table.now += HOUR_S
    table.session.resume(table.now)
    table.step_until(table.now + 29.9)
    assert ann.seat.state is SeatState.AWAY
    table.step_until(table.now + 0.2)
    assert ann.seat.state is SeatState.EXPIRED


def test_an_absence_in_a_pause_uses_up_none_of_the_budget() -> None:
    table = Table(grace_s=30, grace_budget_s=40)
    ann, _ = table.play("Ann", "Bob")
    paused(table)
    ann.drop()
    table.now += HOUR_S
    ann.resume()
    table.session.resume(table.now)
    table.step()
    assert ann.seat.grace_s == 30
    assert table.game.told("drop", "come_back") == [], "the game knows of no absence"


def test_a_reservation_waits_for_the_end_of_a_pause() -> None:
    table = Table(reserved_s=15)
    table.play("Ann")
    bob = table.reserve("Bob")
    paused(table)
    table.now += HOUR_S
    bob.take()
    assert bob.seat.state is SeatState.CONNECTED


def test_the_patience_of_a_session_without_enough_players_stands_still() -> None:
    table = Table((2, 2), start_after_s=15)
    table.play("Ann")
    paused(table)
    table.now += HOUR_S
    assert table.session.wants_bots(table.now) == 0
    table.session.resume(table.now)
    table.step_until(table.now + 14.5)
    assert table.session.ended is None
    run_to_its_end(table, 1)


def test_a_step_moves_all_times_by_a_tick() -> None:
    table = Table(grace_s=1)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    tick, now_ms = table.tick, table.session.now_ms
    paused(table)
    step_paused(table, 18)
    assert (table.tick, table.session.now_ms) == (tick + 18, now_ms + 18 * 50)
    assert ann.seat.state is SeatState.AWAY
    step_paused(table, 2)
    assert ann.seat.state is SeatState.EXPIRED, "twenty steps are a second, however long they took"


def test_after_more_steps_than_there_was_time_it_goes_on_from_there() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    paused(table)
    step_paused(table, 200)
    table.session.resume(table.now)
    left_s = ann.seat.deadline
    assert left_s is not None
    assert left_s - table.now == pytest.approx(30 - 10.05)


def test_the_longest_duration_is_of_session_time() -> None:
    table = Table(max_duration_s=10)
    table.play("Ann")
    paused(table)
    table.now += HOUR_S
    table.session.resume(table.now)
    table.step_until(table.now + 9)
    assert table.session.ended is None
    run_to_its_end(table, 2)


def test_an_end_in_a_paused_step_is_followed_by_the_present() -> None:
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    paused(table)
    table.now += HOUR_S
    ann.drop()
    table.session.end("enough")
    step_paused(table)
    session = table.session
    assert (session.state, session.paused, session.ended_at) == (SessionState.ENDED, None, table.now)
    assert session.linger(table.now + 29)
    assert not session.linger(table.now + 31)


def test_pausing_and_resuming_twice_is_once() -> None:
    table = Table()
    table.play("Ann")
    paused(table)
    first = table.session.paused
    table.now += 5
    paused(table)
    assert table.session.paused is first
    table.session.resume(table.now)
    created = table.session.created_at
    table.now += 5
    table.session.resume(table.now)
    assert table.session.created_at == created


# --- players ----------------------------------------------------------------------------------------------------------


def test_nobody_is_cut_for_the_silence_of_a_paused_session() -> None:
    table = Table(ack_deadline_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.acks = False
    table.step(3)
    paused(table)
    for _ in range(60):
        table.now += 1
        assert table.session.sweep(table.now) == []
    table.session.resume(table.now)
    table.now += 9
    assert table.session.sweep(table.now) == [], "from now on it has as long as always"
    table.now += 2
    assert [seat for seat, _ in table.session.sweep(table.now)] == [ann.seat]


def test_of_each_kind_of_hold_the_newest_counts() -> None:
    table = Table()
    holds(table)
    (ann,) = table.play("Ann")
    paused(table)
    for seq in range(1, 1001):
        assert table.session.input(ann.seat, Stick(seq=seq)) is None
    assert (ann.seat.pending, table.session.stimuli_waiting) == (1, 1)
    table.session.resume(table.now)
    table.step()
    assert [call[2] for call in table.game.told("input")] == [1000]
    assert (ann.seat.applied, ann.seat.pending) == (1000, 0)


def test_actions_beyond_what_may_wait_are_refused_with_one_event() -> None:
    table = Table(inputs_pending_max=8)
    holds(table)
    ann, bob = table.play("Ann", "Bob")
    paused(table)
    for seq in range(1, 31):
        assert ann.say(seq) is None
    assert bob.say(1) is None
    assert table.session.input(ann.seat, Stick(seq=31)) is None
    assert ann.say(32) is None
    assert ann.seat.pending == 9
    assert sum(isinstance(item, Overlooked) for _, item in table.session.stimuli) == 1
    table.session.resume(table.now)
    assert ann.say(33) is None, "right after a pause more may wait"
    table.step()
    inputs = [call[1:] for call in table.game.told("input")]
    assert inputs == [*((0, seq) for seq in range(1, 9)), (1, 1), (0, 31), (0, 33)]
    (refused,) = [one for one in ann.events if one.kind == BuiltinEvent.REFUSED]
    assert refused.fields == [32, "23 actions up to this one were too many while the session was paused"]
    assert ann.seat.applied == 33
    table.step()
    for seq in range(34, 42):
        assert ann.say(seq) is None
    assert ann.say(42) is not None, "then the bound is the usual one"


def test_inputs_that_wait_for_later_ticks_keep_their_order() -> None:
    table = Table(input_buffer_ticks=5)
    (ann,) = table.play("Ann")
    at = table.tick + 4
    ann.say(1, at=at)
    paused(table)
    ann.say(2, at=at + 1)
    step_paused(table)
    assert [call[2] for call in table.game.told("input")] == [1, 2]


def test_coming_and_going_in_a_pause_takes_no_room() -> None:
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    paused(table)
    for _ in range(100):
        ann.drop()
        ann.resume()
    waiting = [item for _, item in table.session.stimuli]
    assert waiting == [Replaced(ann.seat)]
    ann.drop()
    assert [item for _, item in table.session.stimuli] == [Drop(ann.seat)]
    step_paused(table)
    assert ann.seat.told_away
    for _ in range(100):
        ann.resume()
        ann.drop()
    assert [item for _, item in table.session.stimuli] == [Replaced(ann.seat)]
    ann.resume()
    assert [item for _, item in table.session.stimuli] == [Return(ann.seat)]
    step_paused(table)
    assert [call[0] for call in table.game.told("drop", "come_back", "let_go")] == ["drop", "come_back"]


def test_nobody_is_sent_to_a_paused_session() -> None:
    table = Table((1, 4))
    table.play("Ann")
    assert table.session.free_seats == 3
    paused(table)
    assert table.session.free_seats == 0
    assert table.session.row_changed
    table.session.resume(table.now)
    assert table.session.free_seats == 3


# --- what they see ----------------------------------------------------------------------------------------------------


def shown(table: Table, guest: Guest) -> bool:
    message = table.session.shown(guest.seat)
    if message is not None:
        guest.got(message)
    return message is not None


def test_who_comes_back_sees_the_session_as_it_stands_and_then_each_step() -> None:
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    table.game.put(7)
    table.step()
    paused(table)
    ann.drop()
    seated = ann.resume(tick=-1)
    assert seated.outcome == "resync"
    assert shown(table, ann)
    assert (ann.replica.tick, sorted(ann.replica.items)) == (table.tick, [7])
    assert not shown(table, ann), "once"
    table.game.hooks["advance"] = lambda _: table.game.put(8)
    step_paused(table)
    assert (ann.replica.tick, sorted(ann.replica.items)) == (table.tick, [7, 8])


def test_who_has_missed_nothing_is_shown_nothing() -> None:
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    paused(table)
    ann.drop()
    assert ann.resume().outcome == "resumed"
    assert not shown(table, ann)


def test_a_new_player_sees_the_first_step() -> None:
    table = Table()
    table.play("Ann")
    bob = table.reserve("Bob")
    paused(table)
    bob.take()
    assert not shown(table, bob)
    step_paused(table)
    assert bob.replica.tick == table.tick


def test_of_a_running_session_nothing_is_shown_between_two_steps() -> None:
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    ann.resume(tick=-1)
    assert table.session.shown(ann.seat) is None


@pytest.mark.parametrize("delay_s", [0.0, 5.0])
def test_a_spectator_of_a_paused_session_sees_it_as_it_stands(delay_s: float) -> None:
    table = Table(spectators_max=2, spectate_delay_s=delay_s)
    table.play("Ann")
    table.step(3)
    paused(table)
    spectators = table.session.spectators
    token = spectators.reserve(PlayerId("eve"), "Eve", table.now)
    assert isinstance(token, bytes)
    found = spectators.redeem(token, table.now)
    assert found is not None
    spectators.come(found[0], table.now)
    at_once = table.session.show_now(found[0], table.now)
    assert len(at_once) == (0 if delay_s else 1)
    table.now += delay_s
    later = spectators.due(table.now)
    assert len(later) == (1 if delay_s else 0)
    assert found[0].sent == table.tick


# --- by turns, and over a crash ---------------------------------------------------------------------------------------


def test_a_turn_based_session_is_stepped_by_what_waits_and_then_by_what_is_due() -> None:
    life = Life(turn_based=True)
    ann, bob = life.sit("ann"), life.sit("bob")
    life.steps(20)
    life.session.pause(life.now, "ada", "", 5.0)
    tick = life.session.tick
    life.say(ann, 99)
    life.say(bob, 99)
    life.now += HOUR_S
    life.session.step(life.now)
    assert (life.session.tick, life.session.stimuli_waiting) == (tick + 1, 1)
    life.session.step(life.now)
    assert life.session.now_ms == 1250, "as it was paused: inputs take no time"
    life.session.dropped(bob.seat, life.now)
    while life.session.stimuli_waiting:
        life.session.step(life.now)
    due = life.session.next_step_at()
    assert due is not None
    assert due == bob.seat.deadline
    life.session.step(life.now)
    assert bob.seat.state is SeatState.EXPIRED, "the next thing that is due, without waiting for it"
    assert life.session.paused is not None
    assert life.session.paused.at == due


@pytest.mark.parametrize("turn_based", [False, True])
def test_a_journal_has_all_of_a_pause_and_it_is_paused_after_a_crash(turn_based: bool) -> None:
    life = Life(turn_based=turn_based)
    life.sit("ann")
    bob = life.sit("bob")
    life.steps(40)
    life.session.pause(life.now, "ada", "to look", 5.0)
    life.look()
    life.now += 50
    life.session.dropped(bob.seat, life.now)
    life.look()
    deadline = bob.seat.deadline
    assert deadline is not None
    at = life.session.paused
    assert at is not None
    for _ in range(3):
        life.session.step(life.now)
        life.look()
    life.die(away_s=256.0)
    again = life.session.paused
    assert again is not None
    moved_s = 256.0 + (0.0 if turn_based else 3 * LIFE_TICK_S)
    if not turn_based:
        assert again.at == at.at + moved_s
    assert (again.by, again.reason, again.since_at) == ("ada", "to look", 5.0)
    life.session.release(life.now)
    life.now += HOUR_S
    life.session.resume(life.now)
    left = bob.seat.deadline
    if not turn_based:
        assert left is not None
        assert left - life.now == pytest.approx(deadline - at.at - 3 * LIFE_TICK_S)
    life.look()
