"""Clients that are behind: what they are sent, and when they are too slow."""

from __future__ import annotations

import pytest

from rallypoint_protocol.close import CloseCode
from tests.server.core.script import TICK_S, Table, emit


def test_a_client_that_acknowledges_nothing_is_skipped_and_gets_it_all_at_once_later():
    table = Table(ack_window_ticks=20)
    ann, bob = table.play("Ann", "Bob")
    ann.acks = False
    table.game.hooks["advance"] = lambda _: table.game.put(table.tick)
    table.step(30)
    assert [message.head.tick for message in ann.passes] == list(range(1, 22))  # 20 since the one that it acknowledged
    assert ann.seat.conflated == 10
    assert len(bob.passes) == 31
    ann.ack(2)
    table.step()
    assert [(message.head.tick, message.parts[0].age) for message in ann.passes[-1:]] == [(32, 11)]
    assert list(ann.replica.items) == list(bob.replica.items)


@pytest.mark.parametrize("stalled", [1, 5, 20, 21, 22, 40, 41, 42, 100, 500, 1000])
def test_a_client_that_has_acknowledged_all_that_it_got_gets_the_next_pass_however_long_it_stalled(stalled: int):
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    ann.acks = False
    table.step(stalled)
    ann.ack()
    table.step()
    assert ann.replica.tick == table.tick
    ann.ack()
    ann.acks = True
    got = len(ann.passes)
    table.step(5)
    assert len(ann.passes) == got + 5


def test_a_return_begins_a_new_window():
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    ann.acks = False
    table.step(30)
    ann.drop()
    table.step(100)
    ann.resume()
    got = len(ann.passes)
    table.step(30)
    assert len(ann.passes) == got + 20


def test_with_one_pass_in_flight_a_client_that_was_behind_gets_the_next_when_it_has_that():
    """Acknowledgements take a while: what was one larger delta must not be taken for many unacknowledged ticks."""
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    ann.acks = False
    table.step(60)
    for _ in range(20):
        ann.ack()
        table.step(2)
    assert ann.replica.tick == table.tick
    assert table.session.sweep(table.now) == []


def test_what_is_individual_waits_with_the_state():
    table = Table(ack_window_ticks=3)
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(4)
    table.game.subscribed[0] = ("red",)
    table.game.resubscribed.append(0)
    emit(table, 0, "a")
    table.step(4)
    assert len(ann.passes) == 4
    ann.ack()
    table.step()
    seat = ann.passes[-1].seat
    assert seat is not None
    assert seat.channels == [0, 1]
    assert [item.fields for item in ann.events] == [["a"]]


def test_who_acknowledges_nothing_until_the_deadline_is_too_slow():
    table = Table(ack_deadline_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.acks = False
    slow_at = None
    last_ack = table.now
    for _ in range(15 * 20):
        table.step()
        if round(table.now / TICK_S) % 20 == 0:
            slow = table.session.sweep(table.now)
            if slow and slow_at is None:
                slow_at = table.now
                assert [(seat, refusal.code) for seat, refusal in slow] == [(ann.seat, CloseCode.TOO_SLOW)]
    assert slow_at is not None
    assert 10.0 <= slow_at - last_ack <= 12.0


def test_slow_progress_is_progress():
    table = Table(ack_deadline_s=2)
    (ann,) = table.play("Ann")
    ann.acks = False
    for tick in range(2, 20):
        table.step(20)
        ann.ack(tick)
        assert table.session.sweep(table.now) == []


def test_who_has_nothing_to_acknowledge_is_not_slow():
    table = Table(ack_deadline_s=1)
    (ann,) = table.play("Ann")
    ann.acks = False
    ann.ack()
    for _ in range(10):
        table.now += 1
        assert table.session.sweep(table.now) == []
    table.reserve("Bob")
    ann.drop()
    table.now += 20
    assert table.session.sweep(table.now) == []


def test_a_return_begins_a_new_deadline():
    table = Table(ack_deadline_s=2, ack_window_ticks=3)
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(40)
    ann.drop()
    ann.resume()
    table.step(20)
    assert table.session.sweep(table.now) == []
    table.step(25)
    assert len(table.session.sweep(table.now)) == 1
