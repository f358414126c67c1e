"""When a session starts, and who still gets in."""

from __future__ import annotations

from rallypoint.core.orders import Denial
from rallypoint.core.session import SessionState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import BuiltinEvent
from tests.server.core.script import Table


def test_a_session_starts_when_its_least_number_of_seats_is_connected():
    table = Table((2, 4))
    table.play("Ann")
    table.step(3)
    assert table.session.state is SessionState.WAITING
    assert [call[1] for call in table.game.told("advance")] == [False] * 4
    table.sit("Bob")
    table.game.calls.clear()
    table.step(2)
    assert table.session.state is SessionState.RUNNING
    assert [call[0] for call in table.game.calls if call[0] in ("join", "start", "advance")] == [
        "join",
        "start",
        "advance",
        "advance",
    ]
    assert table.game.told("advance")[0] == ("advance", True)


def test_a_reservation_does_not_count_for_the_start():
    table = Table((2, 4))
    table.play("Ann")
    table.reserve("Cid")
    table.step(3)
    assert table.session.state is SessionState.WAITING


def test_a_session_with_enough_players_waits_a_little_for_others_who_have_a_seat():
    table = Table((2, 4))
    table.play("Ann")
    table.reserve("Cid")
    table.sit("Bob")
    table.step(39)
    assert table.session.state is SessionState.WAITING
    table.step(3)  # two seconds have passed
    assert table.session.state is SessionState.RUNNING


def test_it_starts_at_once_when_the_last_of_them_has_come():
    table = Table((2, 4))
    table.play("Ann")
    cid = table.reserve("Cid")
    table.sit("Bob")
    table.step(5)
    assert table.session.state is SessionState.WAITING
    cid.take()
    table.step()
    assert table.session.state is SessionState.RUNNING
    assert [call[2] for call in table.game.told("join")] == ["Ann", "Bob", "Cid"]


def test_the_wait_for_others_begins_anew_if_there_are_not_enough_any_more():
    table = Table((2, 4))
    ann = table.play("Ann")[0]
    table.reserve("Cid")
    table.sit("Bob")
    table.step(30)
    ann.drop()
    table.step(20)
    assert table.session.state is SessionState.WAITING


def test_an_away_player_does_not_count_for_the_start():
    table = Table((2, 4))
    (ann,) = table.play("Ann")
    ann.drop()
    table.sit("Bob")
    table.step(2)
    assert table.session.state is SessionState.WAITING
    ann.resume()
    table.step()
    assert table.session.state is SessionState.RUNNING


def test_a_started_session_goes_on_with_fewer():
    table = Table((2, 4))
    ann, bob = table.play("Ann", "Bob")
    ann.drop()
    bob.leave()
    table.step(5)
    assert table.session.state is SessionState.RUNNING
    assert len(table.game.told("start")) == 1


def test_a_session_that_lacks_players_is_cancelled_exactly_when_its_time_is_over():
    table = Table((2, 4), start_after_s=15)
    ann = table.sit("Ann")
    table.step_until(table.started + 15)
    assert table.session.state is SessionState.WAITING
    table.game.calls.clear()
    step = table.session.step(table.now)
    assert step.ended is not None
    assert (step.ended.code, table.session.state) == (CloseCode.CANCELLED, SessionState.ENDED)
    assert not table.game.told("advance", "start")
    table.session.committed(table.tick)
    table.deliver()
    assert [(item.kind, item.fields) for item in ann.events] == [(BuiltinEvent.ENDED, [{}, "not enough players came"])]


def test_bots_that_are_to_fill_a_session_get_the_time_of_a_reservation_to_come():
    table = Table((2, 4), start_after_s=15, reserved_s=10)
    table.session.start.expect_bots()
    table.play("Ann")
    assert table.session.wants_bots(table.started + 14.9) == 0
    table.step_until(table.started + 15)
    assert table.session.wants_bots(table.now) == 1
    table.step_until(table.started + 25)
    assert table.session.state is SessionState.WAITING
    assert table.session.step(table.now).ended is not None


def test_no_bots_are_wanted_by_nobody_or_beyond_the_least_number():
    table = Table((2, 4), start_after_s=1, reserved_s=60)
    table.session.start.expect_bots()
    table.reserve("Ann")
    table.step_until(table.started + 2)
    assert table.session.wants_bots(table.now) == 0  # nobody is there to play with them
    guests = table.guests + [table.reserve(name) for name in ("Bob", "Cid")]
    guests[0].take()
    table.step()
    assert table.session.wants_bots(table.now) == 0  # three are expected, two are enough
    guests[1].leave()
    guests[2].leave()
    table.step()
    assert table.session.wants_bots(table.now) == 1


def test_a_session_can_be_joined_until_it_is_full():
    table = Table((1, 3))
    table.play("Ann")
    table.step(50)
    assert table.session.free_seats == 2
    table.play("Bob", "Cid")
    assert table.session.free_seats == 0
    assert isinstance(table.session.reserve(PlayerId("x"), "Dan", table.now), Denial)
    assert [call[1:] for call in table.game.told("join")] == [(0, "Ann"), (1, "Bob"), (2, "Cid")]


def test_a_locked_session_takes_nobody_but_those_who_have_a_reservation():
    table = Table()
    table.play("Ann")
    bob = table.reserve("Bob")
    table.game.locked = True
    assert table.session.free_seats == 0
    assert isinstance(table.session.reserve(PlayerId("x"), "Cid", table.now), Denial)
    bob.take()
    table.step()
    assert len(table.game.told("join")) == 2
    table.game.locked = False
    table.reserve("Cid")
