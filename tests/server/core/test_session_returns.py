"""Who comes back: tokens, and what a return is told."""

from __future__ import annotations

from typing import ClassVar

import pytest

from rallypoint import Event, Game
from rallypoint.core.session import Refusal, Taken
from rallypoint.testing import Match
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import HISTORY_TICKS
from rallypoint_protocol.messages import Resume, TakeSeat
from tests.server.core.script import SCHEMA_BYTES, SCHEMA_HASH, Table, emit, fill

# --- tokens ----------------------------------------------------------------------------------------------------------


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


# --- coming back -----------------------------------------------------------------------------------------------------


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
