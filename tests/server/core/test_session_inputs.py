"""What players send: inputs and acknowledgements, in order, once, and bounded."""

from __future__ import annotations

import struct

from rallypoint.core.session import Refusal
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import BuiltinEvent
from tests.server.core.script import Table, emit

# --- inputs ----------------------------------------------------------------------------------------------------------


def seqs(table: Table, seat: int = 0) -> list[int]:
    """The inputs of a seat that the game got."""
    return [call[2] for call in table.game.told("input") if call[1] == seat]


def test_an_input_that_was_received_is_ignored_when_it_comes_again():
    table = Table()
    (ann,) = table.play("Ann")
    for seq in (1, 2, 2, 1, 3):
        assert ann.say(seq) is None
    table.step()
    assert [ann.say(seq) for seq in (1, 3, 2)] == [None] * 3
    table.step()
    assert seqs(table) == [1, 2, 3]
    assert (ann.seat.received, ann.seat.applied, ann.seat.pending) == (3, 3, 0)


def test_gaps_are_legal():
    table = Table()
    (ann,) = table.play("Ann")
    for seq in (5, 9, 2**53 - 1):
        assert ann.say(seq) is None
    table.step()
    assert seqs(table) == [5, 9, 2**53 - 1]


def test_an_input_acknowledges_what_its_player_has_seen():
    table = Table()
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(5)
    ann.say(1, tick=4)
    assert ann.seat.acked == 4
    ann.say(2, tick=3)
    assert ann.seat.acked == 4


def test_an_input_that_says_it_has_seen_the_future_acknowledges_nothing():
    table = Table(ack_window_ticks=5)
    (ann,) = table.play("Ann")
    ann.acks = False
    for seq in range(1, 20):
        table.step()
        assert ann.say(seq, tick=2**53 - 1) is None
    assert ann.seat.conflated > 0
    assert ann.seat.acked == 1


def test_only_so_many_inputs_wait_for_a_step():
    table = Table(inputs_pending_max=3)
    ann, bob = table.play("Ann", "Bob")
    assert [ann.say(seq) for seq in (1, 2, 3)] == [None] * 3
    refusal = ann.say(4)
    assert refusal is not None
    assert refusal.code is CloseCode.TOO_FAST
    assert bob.say(1) is None
    assert ann.say(3) is None  # a resend takes no place
    table.step()
    assert seqs(table) == [1, 2, 3]
    assert ann.say(4) is None  # it was not received: it may come again
    table.step()
    assert seqs(table) == [1, 2, 3, 4]


def test_inputs_that_arrived_before_a_drop_are_applied_before_it():
    table = Table()
    (ann,) = table.play("Ann")
    ann.say(1)
    ann.drop()
    ann.resume()
    ann.say(1)
    ann.say(2)
    table.game.calls.clear()
    table.step()
    assert [call[0] for call in table.game.told("input", "drop", "come_back")] == [
        "input",
        "drop",
        "come_back",
        "input",
    ]
    assert seqs(table) == [1, 2]


def test_inputs_of_a_player_who_is_gone_are_not_applied():
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    ann.say(1)
    ann.leave()
    assert ann.say(2) is None
    table.step()
    assert seqs(table) == [1]


def test_a_refused_input_counts_as_decided_and_its_player_is_told_why():
    table = Table()
    (ann,) = table.play("Ann")
    table.game.hooks["input"] = lambda seat, seq: "no" if seq == 2 else None
    for seq in (1, 2, 3):
        ann.say(seq)
    table.step()
    assert seqs(table) == [1, 2, 3]
    assert [(item.kind, item.fields, item.tick) for item in ann.events] == [(BuiltinEvent.REFUSED, [2, "no"], 2)]
    assert ann.seat.applied == 3


def test_all_see_the_low_16_bits_of_what_was_applied_in_a_session_of_up_to_16():
    table = Table((1, 16))
    ann, bob = table.play("Ann", "Bob")
    ann.say(0x1F345)
    bob.say(7)
    table.step()
    assert bob.passes[-1].head.applied == struct.pack(">16H", 0xF345, 7, *[0] * 14)
    assert bob.passes[-1].seat is None


def test_in_a_larger_session_each_sees_their_own():
    table = Table((1, 17))
    ann, bob = table.play("Ann", "Bob")
    ann.say(0x12345)
    table.step()
    assert ann.passes[-1].head.applied is None
    assert [guest.passes[-1].seat.applied for guest in (ann, bob)] == [0x12345, 0]  # type: ignore[union-attr]


# --- acknowledgements ------------------------------------------------------------------------------------------------


def test_an_acknowledgement_of_what_was_never_sent_is_refused():
    table = Table()
    (ann,) = table.play("Ann")
    emit(table, 0)
    table.step()
    for tick, event in ((3, 1), (2**53 - 1, 1), (2, 2), (2, 2**53 - 1)):
        refusal = ann.ack(tick, event)
        assert refusal is not None
        assert refusal.code is CloseCode.UNEXPECTED
    assert ann.ack(2, 1) is None


def test_an_event_that_was_not_sent_here_cannot_be_acknowledged():
    table = Table(ack_window_ticks=3)
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(5)
    emit(table, 0)
    table.step()
    assert not ann.events  # it waits with the state, until the client has caught up
    assert isinstance(ann.ack(1, 1), Refusal)
    ann.ack(4, 0)
    table.step()
    assert [item.n for item in ann.events] == [1]


def test_an_acknowledgement_of_another_epoch_is_ignored():
    table = Table()
    (ann,) = table.play("Ann")
    for epoch in (0, 2, 2**53 - 1):
        assert ann.ack(2**50, 2**50, epoch) is None
    assert ann.seat.acked == 1


def test_acknowledgements_do_not_go_back():
    table = Table()
    (ann,) = table.play("Ann")
    table.step(5)
    assert ann.ack(2, 0) is None
    assert ann.ack(-1, 0) is None
    assert ann.seat.acked == 6
