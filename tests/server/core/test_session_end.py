"""The end of a session, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.game_like import Answer
from rallypoint.core.orders import Denial
from rallypoint.core.session import Refusal, SessionState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import BuiltinEvent, TakeSeat
from tests.server.core.script import Table, emit


def end(table: Table) -> None:
    """The game ends itself with the next step."""

    def act(_: bool) -> None:
        table.game.finished, table.game.result = True, {"winners": [0]}

    table.game.hooks["advance"] = act


def test_everybody_gets_the_last_state_and_the_result():
    table = Table()
    guests = table.play("Ann", "Bob")
    end(table)
    step = table.step()
    assert step.ended is not None
    assert (step.ended.code, step.ended.result) == (CloseCode.ENDED, {"winners": [0]})
    for guest in guests:
        assert guest.replica.tick == table.tick
        assert [(item.kind, item.fields) for item in guest.events] == [
            (BuiltinEvent.ENDED, [{"winners": [0]}, "the session has ended"])
        ]
    assert table.session.free_seats == 0


def test_a_session_ends_when_everybody_has_left():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    ann.leave()
    assert table.step().ended is None
    bob.leave()
    step = table.step()
    assert step.ended is not None
    assert step.ended.reason == "everybody has left"
    assert not table.session.linger(table.now)


def test_bots_that_filled_seats_do_not_play_on_alone():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    bot = table.session.reserve(PlayerId("bot"), "Bot 1", table.now, bot=True)
    assert not isinstance(bot, Denial)
    ann.leave()
    assert table.step().ended is None
    bob.leave()
    step = table.step()
    assert step.ended is not None
    assert step.ended.reason == "everybody has left"


def test_whoever_was_away_at_the_end_comes_back_for_the_result():
    table = Table(grace_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    end(table)
    table.step()
    table.now += 9
    assert table.session.linger(table.now)
    seated = ann.resume()
    assert (seated.outcome, seated.lost) == ("resync", 0)
    table.deliver()
    assert ann.events[-1].kind == BuiltinEvent.ENDED
    assert ann.replica.tick == table.tick


def test_whose_connection_was_broken_at_the_end_unnoticed_comes_back_for_the_result():
    table = Table(grace_s=10)
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(3)
    end(table)
    table.step()
    ended = table.now
    ann.events.clear()  # the last passes did not get there
    assert table.session.linger(ended + 9.9)
    assert not table.session.linger(ended + 10)
    table.now += 5
    assert ann.resume(tick=2, event=0).outcome == "resync"
    table.deliver()
    assert [item.kind for item in ann.events] == [BuiltinEvent.ENDED]
    assert not table.session.linger(ended + 10)


def test_whoever_had_a_reservation_at_the_end_is_told_that_it_is_over():
    table = Table()
    table.play("Ann")
    bob = table.reserve("Bob")
    end(table)
    table.step()
    assert bob.refused(TakeSeat(1, "s", bob.token)) == Refusal(CloseCode.ENDED, "the session has ended")


def test_who_is_too_far_behind_at_the_end_is_known():
    table = Table(ack_window_ticks=3)
    ann, bob = table.play("Ann", "Bob")
    cid = table.reserve("Cid")
    ann.acks = False
    table.step(5)
    end(table)
    table.step()
    assert [table.session.missed_the_end(guest.seat) for guest in (ann, bob, cid)] == [True, False, False]
    assert ann.resume().outcome == "resync"
    table.deliver()
    assert ann.events[-1].kind == BuiltinEvent.ENDED
    assert not table.session.missed_the_end(ann.seat)


def test_what_comes_after_the_end_changes_nothing():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    end(table)
    table.step()
    told = list(table.game.calls)
    table.session.answered(Answer(1, "m", ()))
    ann.say(1)
    ann.ack()
    ann.drop()
    bob.leave()
    assert table.game.calls == told
    assert isinstance(table.session.reserve(PlayerId("x"), "Cid", table.now), Denial)


def test_a_game_that_raises_ends_the_session_and_frees_those_who_had_left():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    ann.leave()
    table.game.hooks["advance"] = lambda _: 1 // 0
    with pytest.raises(ZeroDivisionError):
        table.step()
    step = table.session.fail()
    assert step.ended is not None
    assert step.ended.code is CloseCode.GAME_FAILED
    assert step.freed == [ann.seat]
    assert table.session.state is SessionState.ENDED
    assert list(table.session.seated()) == [bob.seat]


@pytest.mark.parametrize("value", [object(), 2**64, "\ud800", {1, object()}])
def test_an_event_that_cannot_be_sent_is_the_games_error_in_its_own_step(value: Any):
    table = Table()
    table.play("Ann")
    emit(table, 0, value)
    with pytest.raises((TypeError, OverflowError, UnicodeEncodeError)):
        table.step()


def test_a_result_that_cannot_be_sent_is_the_games_error_in_its_own_step():
    table = Table()
    table.play("Ann")
    table.game.hooks["advance"] = lambda _: vars(table.game).update(finished=True, result={"data": object()})
    with pytest.raises(TypeError):
        table.step()
