"""The rules of a session: what happens in a step, and who gets what of it."""

from __future__ import annotations

from rallypoint.core.game_like import Answer
from tests.server.core.script import TICK_S, Table, emit


def test_a_step_applies_stimuli_in_order_of_arrival_then_timers_and_tick():
    table = Table((1, 4))
    ann, bob = table.play("Ann", "Bob")
    table.game.calls.clear()
    bob.say(1)
    ann.say(1)
    cid = table.sit("Cid")
    ann.drop()
    table.session.answered(Answer(1, "m", ()))
    ann.resume()
    ann.say(2)
    bob.leave()
    cid.say(1)
    table.step()
    told = [call[:2] if call[0] != "answer" else ("answer",) for call in table.game.calls]
    assert told == [
        ("open", 2),
        ("input", 1),
        ("input", 0),
        ("join", 2),
        ("drop", 0),
        ("answer",),
        ("come_back", 0),
        ("input", 0),
        ("leave", 1),
        ("input", 2),
        ("advance", True),
        ("close",),
    ]


def test_session_time_is_counted_in_ticks():
    table = Table()
    table.play("Ann")
    table.step(40)
    assert table.game.told("open")[-1] == ("open", 41, 2050)


def test_a_pass_says_how_far_the_journal_is_behind():
    table = Table()
    (ann,) = table.play("Ann")
    table.now += TICK_S
    table.session.step(table.now)
    table.deliver()
    assert (ann.replica.tick, ann.replica.durable_tick) == (2, 1)


def test_seats_that_get_the_same_share_the_bytes():
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    assert ann.passes[0].seat is not None  # the first has something individual in it
    table.now += TICK_S
    table.session.step(table.now)
    (_, first), (_, second) = table.session.passes()
    assert first is second


def test_a_hash_comes_with_the_ticks_that_are_its_turn():
    table = Table(crc_every_s=0.2)
    (ann,) = table.play("Ann")
    table.step(40)
    assert ann.replica.checks_made == 10
    assert all(
        part.crc is None for message in ann.passes[1:] if message.head.tick % 4 != 115 % 4 for part in message.parts
    )


def test_channels_are_told_when_they_change_and_not_again():
    table = Table()
    (ann,) = table.play("Ann")
    table.step(3)
    table.game.subscribed[0] = ("red",)
    table.game.resubscribed.append(0)
    table.step(3)
    told = [message.seat.channels if message.seat else None for message in ann.passes]
    assert told == [[0], None, None, None, [0, 1], None, None]
    emit(table, 0)
    table.step()
    assert ann.passes[-1].seat is not None
    assert ann.passes[-1].seat.channels is None


def test_a_channel_that_stays_subscribed_is_not_sent_anew():
    table = Table()
    table.play("Ann")
    table.game.subscribed[0] = ("red",)
    table.game.resubscribed.append(0)
    table.step()
    table.game.subscribed[0] = ("red", "blue")
    table.game.resubscribed.append(0)
    table.step()
    assert [(part.channel, part.age) for part in table.guests[0].passes[-1].parts] == [(2, 0)]
