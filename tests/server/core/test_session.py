"""The rules of a session: what happens in a step, to inputs, to seats, to those who come back, and at the end."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from rallypoint import Action, Event, Game, Hold, Player, PlayerState, on
from rallypoint.core.game_like import Answer
from rallypoint.core.orders import Denial
from rallypoint.core.seat import SeatState
from rallypoint.core.session import Refusal, SessionState, Taken
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.limits import HISTORY_TICKS
from rallypoint_protocol.messages import BuiltinEvent, Resume, TakeSeat
from tests.server.core.script import SCHEMA_BYTES, SCHEMA_HASH, TICK_S, Guest, Table

KIND = 16


def emit(table: Table, seat: int, *fields: Any) -> None:
    """The game sends an event in the next step."""
    table.game.hooks["advance"] = lambda _: (
        table.game.events.append((seat, KIND, list(fields))),
        table.game.hooks.clear(),
    )


def fill(table: Table, seat: int, count: int) -> None:
    """The game sends that many events in the next step."""

    def act(_: bool) -> None:
        table.game.events += [(seat, KIND, [number]) for number in range(count)]
        table.game.hooks.clear()

    table.game.hooks["advance"] = act


# --- steps ----------------------------------------------------------------------------------------------------------


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


# --- start ----------------------------------------------------------------------------------------------------------


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


# --- inputs ---------------------------------------------------------------------------------------------------------


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


# --- acknowledgements -----------------------------------------------------------------------------------------------


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


# --- tokens ---------------------------------------------------------------------------------------------------------


def test_wrong_and_stale_and_expired_tokens_are_answered_alike():
    table = Table(grace_s=1, reserved_s=1)
    ann, bob, cid = table.reserve("Ann"), table.sit("Bob"), table.sit("Cid")
    table.step()
    first = bob.tokens[0]
    bob.seat.tokens.proved(bob.seat.tokens.newest)
    cid.drop()
    table.step_until(table.now + 1)
    answers = {
        bob.refused(TakeSeat(1, "s", first)),
        bob.refused(TakeSeat(1, "s", b"")),
        bob.refused(Resume(1, "s", bytes(32), 1, 5, 0)),
        bob.refused(Resume(1, "s", b"x" * 64, 1, 5, 0)),
        ann.refused(TakeSeat(1, "s", ann.token)),
        cid.refused(),
    }
    assert answers == {Refusal(CloseCode.UNKNOWN, "unknown session or token")}


def test_a_version_that_is_too_old_is_told_to_update():
    table = Table()
    ann = table.reserve("Ann")
    assert ann.refused(TakeSeat(0, "s", ann.token)).code is CloseCode.UPDATE
    assert isinstance(table.session.take(TakeSeat(9, "s", ann.token), table.now), Taken)


def test_the_schema_is_sent_to_those_who_do_not_have_it():
    table = Table()
    ann = table.reserve("Ann")
    assert ann.enter(TakeSeat(1, "s", ann.token)).schema == SCHEMA_BYTES
    assert ann.enter(Resume(1, "s", ann.token, 1, -1, 0, b"old")).schema == SCHEMA_BYTES
    seated = ann.enter(Resume(1, "s", ann.token, 1, -1, 0, SCHEMA_HASH))
    assert (seated.schema, seated.schema_hash) == (None, SCHEMA_HASH)


def test_the_token_of_the_match_takes_over_until_the_newer_one_is_proved():
    """The answer with the newer one may have been lost on the way."""
    table = Table()
    ann = table.sit("Ann")
    first, lost = ann.tokens
    table.step()
    table.game.calls.clear()
    taken = table.session.take(TakeSeat(1, "s", first), table.now)
    assert isinstance(taken, Taken)
    assert taken.takes_over
    assert taken.message.outcome == "fresh"
    table.step()
    assert not table.game.told("join", "drop", "come_back")
    ann.refused(TakeSeat(1, "s", lost))  # nobody saw it: it ended with the next that was issued
    ann.seat.tokens.proved(ann.seat.tokens.newest)
    ann.refused(TakeSeat(1, "s", first))
    ann.enter(TakeSeat(1, "s", taken.message.token))


def test_a_token_opens_its_own_seat_alone():
    table = Table()
    guests = table.play("Ann", "Bob", "Cid")
    for guest in guests[::-1]:
        guest.drop()
        guest.resume()  # asserts the seat


# --- coming back ----------------------------------------------------------------------------------------------------


def test_whoever_was_never_in_the_game_enters_afresh_whatever_they_say():
    table = Table()
    table.play("Ann")
    table.step(10)
    bob = table.reserve("Bob")
    seated = bob.enter(Resume(1, "s", bob.token, 1, 7, 99))
    assert (seated.outcome, seated.lost) == ("fresh", 0)
    emit(table, 1)
    table.step()
    assert bob.passes[0].parts[0].age == 0
    assert [item.n for item in bob.events] == [1]


def test_a_resume_goes_on_where_the_client_was():
    table = Table()
    ann, bob = table.play("Ann", "Bob")
    ann.drop()
    table.game.hooks["advance"] = lambda _: table.game.put(table.tick)
    table.step(10)
    assert ann.resume().outcome == "resumed"
    table.step()
    assert [part.age for part in ann.passes[-1].parts] == [11]
    assert list(ann.replica.items) == list(bob.replica.items)


@pytest.mark.parametrize(
    ("epoch", "tick", "outcome"),
    [
        (1, 11, "resumed"),
        (1, 1, "resumed"),
        (1, -1, "resync"),
        (1, 12, "resync"),  # a tick that has not been
        (1, 2**53 - 1, "resync"),
        (0, 11, "resync"),
        (2, 11, "resync"),
        (2**53 - 1, 2**53 - 1, "resync"),
    ],
)
def test_a_resume_of_another_epoch_or_of_no_tick_of_ours_is_a_resync(epoch: int, tick: int, outcome: str):
    table = Table()
    (ann,) = table.play("Ann")
    table.game.hooks["advance"] = lambda _: table.game.put(table.tick)
    table.step(10)
    ann.drop()
    if outcome == "resumed":
        ann.replica.tick = tick
    seated = ann.resume(epoch, tick)
    assert (seated.outcome, seated.lost, seated.epoch) == (outcome, 0, 1)
    if outcome == "resync":
        table.step()
        assert [part.age for part in ann.passes[-1].parts] == [0]
        assert len(ann.replica.items) == 11


@pytest.mark.parametrize(("behind", "outcome"), [(HISTORY_TICKS, "resumed"), (HISTORY_TICKS + 1, "resync")])
def test_a_resume_reaches_back_as_far_as_history_does(behind: int, outcome: str):
    table = Table(grace_s=100)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step(behind)
    assert ann.resume().outcome == outcome
    table.step()
    assert ann.replica.tick == table.tick


@pytest.mark.parametrize("emitted", [255, 256, 257, 300])
def test_lost_events_force_a_resync_that_says_how_many(emitted: int):
    table = Table()
    (ann,) = table.play("Ann")
    emit(table, 0)
    table.step()
    ann.drop()
    fill(table, 0, emitted)
    table.step()
    seated = ann.resume()
    assert seated.lost == max(0, emitted - 256)
    assert seated.outcome == ("resync" if emitted > 256 else "resumed")
    ann.event += seated.lost
    table.step()
    got = [item.n for item in ann.events]
    assert got == [1, *range(2 + seated.lost, emitted + 2)]


def test_an_event_that_is_too_large_for_the_buffer_is_counted_as_lost():
    table = Table()
    (ann,) = table.play("Ann")
    emit(table, 0, "x" * 70_000)
    table.step()
    assert ann.seat.overflowed
    ann.drop()
    assert (ann.resume().outcome, ann.ack(-1, 1)) == ("resync", None)
    emit(table, 0)
    table.step()
    assert [item.n for item in ann.events] == [2]


def test_who_takes_the_seat_again_with_the_token_of_the_match_is_told_what_was_lost():
    table = Table()
    ann = table.sit("Ann")
    first = ann.tokens[0]
    table.step()
    ann.drop()
    emit(table, 0, "x" * 70_000)
    table.step()
    seated = ann.take(first)
    assert (seated.outcome, seated.lost) == ("fresh", 1)
    assert ann.ack(-1, 1) is None


def test_who_overflows_while_connected_is_closed_so_that_the_resume_says_so():
    table = Table(ack_window_ticks=3)
    (ann,) = table.play("Ann")
    ann.acks = False
    table.step(5)
    fill(table, 0, 300)
    table.step()
    ann.ack()
    table.step(3)
    assert not ann.events  # not a part of them, as if these were all
    assert [(seat, refusal.code) for seat, refusal in table.session.sweep(table.now)] == [
        (ann.seat, CloseCode.TOO_SLOW)
    ]
    ann.drop()
    ann.acks = True
    seated = ann.resume()
    assert (seated.outcome, seated.lost) == ("resync", 44)
    assert table.session.sweep(table.now) == []
    table.step()
    assert [item.n for item in ann.events] == list(range(45, 301))


def test_events_are_sent_again_until_they_are_acknowledged():
    table = Table()
    (ann,) = table.play("Ann")
    ann.acks = False
    emit(table, 0, "a")
    table.step()
    emit(table, 0, "b")
    table.step()
    ann.drop()
    assert ann.resume(event=1).outcome == "resumed"
    table.step()
    assert [(item.n, item.fields) for item in ann.events] == [(1, ["a"]), (2, ["b"]), (2, ["b"])]


def test_events_of_an_absence_come_with_the_return_and_keep_their_ticks():
    table = Table()
    (ann,) = table.play("Ann")
    ann.drop()
    for word in "abc":
        emit(table, 0, word)
        table.step()
    ann.resume()
    table.step()
    assert [(item.n, item.tick, item.fields) for item in ann.events] == [(1, 2, ["a"]), (2, 3, ["b"]), (3, 4, ["c"])]


def test_a_resume_that_has_an_event_of_the_future_gets_what_comes():
    table = Table()
    (ann,) = table.play("Ann")
    ann.drop()
    assert ann.resume(event=2**53 - 1).outcome == "resumed"
    emit(table, 0)
    table.step()
    assert [item.n for item in ann.events] == [1]


def test_a_takeover_is_no_absence():
    table = Table()
    (ann,) = table.play("Ann")
    table.game.calls.clear()
    taken = table.session.take(Resume(1, "s", ann.token, 1, 1, 0), table.now)
    assert isinstance(taken, Taken)
    assert (taken.takes_over, taken.message.outcome) == (True, "resumed")
    table.step()
    assert not table.game.told("join", "drop", "come_back")
    assert ann.seat.grace_s == 30.0


def test_the_answer_tells_what_was_applied_and_what_was_received():
    table = Table()
    (ann,) = table.play("Ann")
    ann.say(3)
    table.step()
    ann.say(5)
    ann.drop()
    seated = ann.resume()
    assert (seated.applied, seated.received) == (3, 5)


def test_subscriptions_that_change_during_an_absence_are_told_with_the_return():
    table = Table()
    table.game.subscribed[0] = ("red", "blue")
    (ann,) = table.play("Ann")
    table.game.hooks["open"] = lambda *_: [
        table.game.put(10 * table.tick + i, c) for i, c in enumerate(["red", "blue"])
    ]
    table.step()
    ann.drop()
    for names in (("blue",), ("blue", "red"), ("red",)):  # red goes and comes back, blue goes
        table.game.subscribed[0] = names
        table.game.resubscribed.append(0)
        table.step()
    ann.resume()
    table.step()
    assert {part.channel: part.age for part in ann.passes[-1].parts} == {1: 0}
    assert sorted(ann.replica.items) == [20, 30, 40, 50, 60]


# --- who is behind --------------------------------------------------------------------------------------------------


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


# --- absences -------------------------------------------------------------------------------------------------------


def test_others_are_told_until_when_a_seat_is_kept():
    table = Table(grace_s=30)
    ann, _ = table.play("Ann", "Bob")
    table.step(9)
    ann.drop()
    table.step()
    assert table.game.told("drop") == [("drop", 0, 500 + 30_000)]  # it was lost at the tenth step


@pytest.mark.parametrize("grace_s", [0.5, 1.0, 7.25])
def test_the_countdown_that_others_see_ends_when_the_seat_is_freed(grace_s: float):
    table = Table(grace_s=grace_s)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    until_ms = table.game.told("drop")[0][2]
    while not table.game.told("leave"):
        assert table.session.now_ms <= until_ms
        table.step()
    assert until_ms <= table.session.now_ms <= until_ms + 50
    assert table.game.told("leave") == [("leave", 0, "expired")]
    assert not table.game.told("away_until")


def test_the_countdown_is_corrected_when_session_time_falls_behind():
    table = Table(grace_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    table.now += 4.0  # the node was away; ticks were skipped
    table.step(20)  # looked at once a second
    shown = table.game.told("away_until")[-1][2]
    while not table.game.told("leave"):
        table.step()
    assert abs(shown - table.session.now_ms) <= 50
    assert len(table.game.told("away_until")) == 1


def test_the_countdown_of_an_absence_that_is_over_is_not_corrected():
    table = Table(grace_s=10)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    table.step()
    ann.resume()
    table.step(20)
    ann.drop()
    table.step(20)
    assert not table.game.told("away_until")
    assert len(table.game.told("drop")) == 2


def test_each_seat_is_freed_at_its_own_time():
    table = Table(grace_s=2.9, reserved_s=1.9)
    ann, bob, cid = table.play("Ann", "Bob", "Cid")
    table.reserve("Dan")  # until 1.9 s from now
    freed: dict[Any, Any] = {}
    for second in range(6):
        if second < 2:
            (ann, bob)[second].drop()  # until 2.9 s, and 3.9 s from now
        for _ in range(20):
            freed |= {seat.name: second for seat in table.step().freed}
    assert freed == {"Dan": 1, "Ann": 2, "Bob": 3}
    assert table.session.seats[cid.index] is cid.seat


def test_a_seat_is_freed_exactly_once_when_its_grace_ends():
    table = Table(grace_s=1)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    dropped = table.now
    table.step_until(dropped + 1)
    assert ann.seat.state is SeatState.AWAY
    table.now = dropped + 1 - TICK_S
    step = table.step()
    assert step.freed == [ann.seat]
    assert ann.seat.state is SeatState.EXPIRED
    assert table.session.seats[0] is None
    assert [table.step().freed for _ in range(50)] == [[]] * 50
    assert table.game.told("leave") == [("leave", 0, "expired")]


def test_a_player_may_come_back_until_the_very_end_of_the_grace():
    table = Table(grace_s=1)
    ann, bob = table.play("Ann", "Bob")
    ann.drop()
    bob.drop()
    at = table.now
    table.now = at + 1 - 1e-6
    ann.resume()
    table.now = at + 1
    assert bob.refused().code is CloseCode.UNKNOWN  # even if no step has freed the seat yet
    step = table.step()
    assert [seat.index for seat in step.freed] == [1]
    assert ann.seat.state is SeatState.CONNECTED


def test_a_reservation_that_nobody_takes_is_freed_without_a_word_to_the_game():
    table = Table(reserved_s=15)
    table.play("Ann")
    bob = table.reserve("Bob")
    table.step_until(table.now + 14.95)
    assert table.session.seats[1] is bob.seat
    step = table.step(2)
    assert step.freed == [bob.seat] or table.session.seats[1] is None
    assert not table.game.told("leave")
    assert len(table.game.told("join")) == 1


@pytest.mark.parametrize(
    "leave", [lambda guest: guest.leave(), lambda guest: guest.leave("kicked")], ids=["left", "kicked"]
)
def test_a_player_who_leaves_or_is_kicked_is_gone_with_the_next_step(leave: Callable[[Guest], None]):
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    leave(ann)
    assert ann.seat.state is SeatState.LEFT
    assert ann.refused().code is CloseCode.UNKNOWN
    leave(ann)  # twice is once
    ann.drop()
    step = table.step()
    assert step.freed == [ann.seat]
    reason = table.game.told("leave")[0][2]
    assert table.game.told("leave", "drop") == [("leave", 0, reason)]
    assert len(ann.passes) == 1


@pytest.mark.parametrize("take", [False, True])
def test_who_leaves_before_the_first_step_is_freed(take: bool):
    table = Table()
    table.play("Ann")
    bob = table.reserve("Bob")
    if take:
        bob.take()
    bob.leave()
    assert table.step().freed == [bob.seat]
    assert len(table.game.told("join")) == len(table.game.told("leave")) + 1
    assert not bob.passes


def test_a_drop_and_a_return_before_the_first_step_are_told_after_the_join():
    table = Table()
    ann = table.sit("Ann")
    ann.drop()
    ann.resume()
    table.step()
    assert [call[0] for call in table.game.told("join", "drop", "come_back")] == ["join", "drop", "come_back"]
    assert ann.replica.tick == 1


def test_a_game_without_grace_frees_a_seat_with_the_step_after_the_drop():
    table = Table(grace_s=0)
    ann, _ = table.play("Ann", "Bob")
    ann.drop()
    assert ann.refused().code is CloseCode.UNKNOWN
    assert table.step().freed == [ann.seat]
    assert [call[0] for call in table.game.told("drop", "leave")] == ["drop", "leave"]


def test_a_place_is_free_only_after_the_step_that_tells_the_game():
    table = Table((1, 2))
    ann, _ = table.play("Ann", "Bob")
    ann.leave()
    assert table.session.free_seats == 0
    assert isinstance(table.session.reserve(PlayerId("x"), "Cid", table.now), Denial)
    table.step()
    cid = table.sit("Cid")
    assert cid.index == 0
    emit(table, 0, "welcome")
    table.step()
    assert [call[0] for call in table.game.told("join", "leave") if call[1] == 0] == ["join", "leave", "join"]
    assert [item.n for item in cid.events] == [1]
    assert cid.passes[0].parts[0].age == 0
    assert ann.refused().code is CloseCode.UNKNOWN


def test_an_event_for_a_player_who_is_gone_goes_nowhere():
    table = Table()
    ann, _ = table.play("Ann", "Bob")
    table.game.hooks["leave"] = lambda seat, reason: table.game.events.append((seat, KIND, []))
    ann.leave()
    table.step(2)
    assert not ann.events


def test_an_event_to_a_player_who_joins_comes_with_the_first_state():
    table = Table()
    table.game.hooks["join"] = lambda seat, name: table.game.events.append((seat, KIND, [name]))
    ann, bob = table.play("Ann", "Bob")
    assert [[(item.n, item.tick, item.fields) for item in guest.events] for guest in (ann, bob)] == [
        [(1, 1, ["Ann"])],
        [(1, 1, ["Bob"])],
    ]
    assert ann.passes[0].parts[0].age == 0


# --- the end --------------------------------------------------------------------------------------------------------


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


class Tick(Event):
    n: int


class Chatty(Game, seats=(1, 2), tick_hz=20, grace_s=60):
    uses: ClassVar = [Tick]

    def tick(self) -> None:
        for player in self.players:
            self.emit(player, Tick(n=1))


def test_who_missed_more_events_than_are_kept_gets_in_again_though_more_come_at_once():
    match = Match(Chatty)
    match.drop(0)
    match.run(20)
    match.come_back(0)
    match.step(3)
    assert match.replica(0).tick == match.session.tick
    seat = match.session.seats[0]
    assert seat is not None
    assert not seat.overflowed


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


# --- with a real game -----------------------------------------------------------------------------------------------


class Push(Hold):
    force: int


class Jump(Action):
    pass


class Jumper(Game[Player], seats=(1, 2), tick_hz=20, grace_s=5):
    uses = (Push, Jump)

    @on(Jump)
    def jump(self, player: Player, _: Jump) -> None: ...


def test_holds_are_let_go_when_a_player_drops():
    match = Match(Jumper, players=1)
    match.hold(0, Push(force=5))
    match.step()
    assert match.player(0).held(Push).force == 5
    match.step(3)
    assert match.player(0).held(Push).force == 5
    match.drop(0)
    match.step()
    assert match.player(0).held(Push).force == 0
    match.come_back(0)
    match.step()
    assert match.player(0).held(Push).force == 0


def test_holds_are_let_go_at_a_takeover_because_what_was_released_meanwhile_is_not_sent():
    match = Match(Jumper, players=1)
    match.hold(0, Push(force=5))
    match.step()
    match.come_back(0)
    match.step()
    assert match.player(0).held(Push).force == 0


def test_the_state_of_others_shows_an_absence_and_its_end():
    match = Match(Jumper, players=2)
    match.drop(0)
    match.step()
    ann = next(player for player in match.view(1).players if player.seat == 0)
    assert (ann.state, ann.away_until_ms) == (PlayerState.AWAY, 5050)
    match.come_back(0)
    match.step()
    assert (ann.state, ann.away_until_ms) == (PlayerState.CONNECTED, 0)
