"""A session that was built again from its image goes on as if nobody had been away, except that time stood still."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.core.orders import Denial, Order
from rallypoint.core.seat import SeatState
from rallypoint.core.session import Refusal, SessionState, Taken
from rallypoint.core.session_image import SessionImage
from rallypoint.core.stimuli import Recovered
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import BuiltinEvent, TakeSeat

from .diary import ASK, EVENT, FINISH, HEAR, KICK, LOCK, WORDS
from .life import TICK_S, Client, Life, moved
from .test_session_image import Act, act, acts

AWAY_S = 64.0


def pair(**settings_: Any) -> tuple[Life, Client, Client]:
    """Two players in a running game."""
    life = Life(**settings_)
    ann, bob = life.sit("ann"), life.sit("bob")
    life.steps(3)
    assert life.session.state is SessionState.RUNNING
    return life, ann, bob


def heard(life: Life) -> list[tuple[Any, ...]]:
    """What the game was told, by its core; without the steps themselves."""
    return [call for call in life.game.heard if call[0] != "advance"]


def back(life: Life, *clients: Client) -> None:
    for client in clients:
        assert isinstance(life.come(client), Taken)


# --- as if nobody had been away --------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(acts, acts, st.booleans(), st.sampled_from([0.0, 0.5, AWAY_S]))
def test_a_restored_session_behaves_as_the_original_would(
    before: list[Act], after: list[Act], turns: bool, away: float
):
    life = Life(turn_based=turns)
    for one in [("sit", 0, 0), ("sit", 1, 0), ("step", 0, 0), *before]:
        if one[0] != "die" and life.running:
            act(life, *one)
    while life.running and any(not isinstance(item, Recovered) for _, item in life.session.stimuli):
        life.step()  # what waits is found again in another order, and inputs are not
    life.look()
    twin = copy.deepcopy(life)
    twin.die(away)
    if life.running:
        life.session.stimuli.insert(0, (None, Recovered()))  # all that the other's game is told besides
    for player in (life, twin):
        player.asks.clear()
        for client in player.clients.values():
            seat = client.seat
            if seat is player.session.seats[seat.index] and seat.state is SeatState.CONNECTED:
                player.come(client)
            client.events.clear()
    assert twin.session.missing() == []
    for one in after:
        if one[0] in ("die", "look") or not life.running:
            continue
        act(life, *one)
        act(twin, *one)
        life.look()
        twin.look()
        same(life, twin, away)
    life.steps(2)
    twin.steps(2)
    same(life, twin, away)
    for index, client in life.clients.items():
        assert client.events == twin.clients[index].events


def same(life: Life, twin: Life, away: float) -> None:
    expected = moved(life.image, away)
    expected.epoch += 1
    assert twin.image.encode() == expected.encode()


# --- seats -----------------------------------------------------------------------------------------------------------


def test_who_was_connected_is_missing_until_they_come_back_and_nobody_is_told():
    life, ann, bob = pair()
    life.die(AWAY_S)
    assert [seat.index for seat in life.session.missing()] == [0, 1]
    taken = life.come(ann)
    assert isinstance(taken, Taken)
    assert (taken.takes_over, taken.message.outcome, taken.message.epoch) == (False, "resync", 2)
    assert [seat.index for seat in life.session.missing()] == [1]
    again = life.come(ann)
    assert isinstance(again, Taken)
    assert again.takes_over  # from the connection that just came
    back(life, bob)
    life.steps(2)
    assert heard(life) == [("let_go", 0), ("let_go", 1), ("let_go", 0), ("let_go", 0), ("let_go", 1)]
    assert life.session.connected == 2


def test_who_is_not_back_when_they_are_released_is_away_from_then_on():
    life, ann, bob = pair()
    life.die(AWAY_S)
    back(life, ann)
    life.now += 5
    life.session.release(life.now)
    assert life.session.missing() == []
    assert bob.seat.state is SeatState.AWAY
    assert bob.seat.deadline == life.now + 8
    life.step()
    assert ("drop", 1, life.session.now_ms + round((8 - TICK_S) * 1000)) in heard(life)
    back(life, bob)
    life.step()
    assert heard(life)[-1] == ("back", 1)


def test_who_leaves_instead_of_coming_back_is_not_missing():
    life, ann, _ = pair()
    life.die()
    life.session.leave(ann.seat, life.now)
    assert [seat.index for seat in life.session.missing()] == [1]


def test_a_window_of_grace_stands_still_while_the_server_is_away():
    life, ann, bob = pair()
    life.session.dropped(ann.seat, life.now)
    life.steps(32)
    life.die(AWAY_S)
    back(life, bob)
    life.step()
    assert ann.seat.deadline == 1024.0 + 3 * TICK_S + 8 + AWAY_S
    life.steps(94)
    assert ann.seat.state is SeatState.AWAY
    life.step()
    assert heard(life)[-1] == ("leave", 0, "expired")


def test_the_budget_of_grace_goes_on_where_it_was():
    life, ann, _ = pair()
    life.session.dropped(ann.seat, life.now)
    life.steps(64)
    back(life, ann)
    life.steps(1)
    life.session.dropped(ann.seat, life.now)
    life.steps(16)
    life.die(AWAY_S)
    back(life, ann)
    assert ann.seat.grace_s == 12 - 4 - 1


def test_a_reservation_stands_still_while_the_server_is_away():
    life, _, _ = pair()
    cid = life.reserve("cid")
    assert cid is not None
    life.look()
    life.now += 2
    life.die(AWAY_S)
    life.now += 0.99
    back(life, cid)


def test_a_reservation_ends_when_its_time_is_over():
    life, _, _ = pair()
    cid = life.reserve("cid")
    assert cid is not None
    life.look()
    life.die(AWAY_S)
    life.now += 3
    assert isinstance(life.come(cid), Refusal)


def test_both_valid_tokens_are_valid_still_and_consumed_ones_are_not():
    life, ann, bob = pair()
    first = TakeSeat(1, "life", ann.token)
    life.come(ann)
    life.prove(ann)
    life.look()
    old = bob.token
    life.come(bob)
    life.look()
    life.die()
    assert life.session.take(first, life.now) == Refusal(CloseCode.UNKNOWN, "unknown session or token")
    assert isinstance(life.session.take(TakeSeat(1, "life", old), life.now), Taken)
    back(life, ann)


def test_whoever_was_removed_does_not_come_back():
    life, ann, _ = pair()
    life.session.leave(ann.seat, life.now, "kicked")
    life.look()
    life.die()
    denied = life.session.reserve(PlayerId("ann"), "Ann", life.now)
    assert isinstance(denied, Denial)
    assert denied.error == "kicked"


def test_the_token_of_a_spectator_is_unknown():
    life, _, _ = pair(spectators_max=2)
    token = life.session.spectators.reserve(PlayerId("sam"), "Sam", life.now)
    assert not isinstance(token, Denial)
    life.die()
    refused = life.session.take(TakeSeat(1, "life", token), life.now)
    assert refused == Refusal(CloseCode.UNKNOWN, "unknown session or token")


# --- what the game was not told yet ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("come", ("join", 2, "cid", "CID", False)),
        ("leave", ("leave", 0, "left")),
        ("kick", ("leave", 0, "kicked")),
        ("drop", ("drop", 0, 250 + 8000 - 62)),
    ],
)
def test_what_was_accepted_and_not_applied_is_applied_by_the_first_step(what: str, told: tuple[Any, ...]):
    life, ann, bob = pair()
    if what == "come":
        life.sit("cid")
    else:
        act(life, what, ann.seat.index, 0)
    life.look()
    life.die(AWAY_S)
    if what == "come":
        back(life, ann)
    back(life, bob)
    life.step()
    assert told in heard(life)


def test_a_return_that_the_game_was_not_told_of_is_told():
    life, ann, _ = pair()
    life.session.dropped(ann.seat, life.now)
    life.step()
    back(life, ann)
    life.look()
    life.die(AWAY_S)
    assert life.session.missing()[0] is ann.seat
    life.step()
    assert ("back", 0) in heard(life)
    assert ann.seat.away_until_ms == 0


def test_a_return_that_the_game_was_told_of_is_not_told_again():
    life, ann, _ = pair()
    life.session.dropped(ann.seat, life.now)
    life.step()
    back(life, ann)
    life.steps(2)
    life.die(AWAY_S)
    life.steps(2)
    assert not [call for call in heard(life) if call[0] == "back"]


def test_an_absence_that_was_over_and_waited_for_its_step_is_told_with_its_reason():
    life, ann, bob = pair(turn_based=True)
    life.session.dropped(ann.seat, life.now)
    life.step()
    life.now += 9
    life.session.signalled("bell", 1)
    life.session.step(life.now)
    life.look()
    seat = life.image.seats[0]
    assert seat is not None
    assert (seat.state, seat.reason) == ("expired", "expired")
    life.die(AWAY_S)
    back(life, bob)
    life.steps(3)
    assert ("leave", 0, "expired") in heard(life)


def test_others_are_told_if_an_absence_ends_earlier_because_the_session_was_held_back():
    life, ann, bob = pair(turn_based=True)
    life.session.dropped(ann.seat, life.now)
    life.step()
    until_ms = ann.seat.away_until_ms
    life.die(AWAY_S)
    life.now += 4
    life.session.shift(4)
    back(life, bob)
    life.step()
    name, seat, told_ms = heard(life)[2]
    assert (name, seat) == ("until", 0)
    assert told_ms == pytest.approx(until_ms - 4000, abs=1)


def test_an_absence_that_the_game_was_told_of_is_not_told_again():
    life, ann, bob = pair()
    life.session.dropped(ann.seat, life.now)
    life.step()
    life.die(AWAY_S)
    back(life, bob)
    life.steps(3)
    assert not [call for call in heard(life) if call[0] in ("drop", "until")]


def test_signals_come_after_it_in_their_order_and_once():
    life, _, _ = pair()
    life.session.signalled("bell", 1)
    life.session.signalled("bell", 2)
    life.look()
    life.die(AWAY_S)
    life.look()
    life.die()
    life.session.signalled("bell", 3)
    life.step()
    life.die()
    assert [call for call in heard(life) if call[0] == "signal"] == []
    life, _, _ = pair()
    for number in (1, 2):
        life.session.signalled("bell", number)
    life.look()
    life.die()
    life.session.signalled("bell", 3)
    life.step()
    assert [call for call in heard(life) if call[0] == "signal"] == [("signal", "bell", n) for n in (1, 2, 3)]
    life.step()
    assert life.image.signals == []


def test_what_was_asked_for_is_lost_and_everything_is_let_go_of_first():
    life, ann, bob = pair()
    life.say(ann, ASK)
    life.say(bob, ASK)
    life.step()
    life.session.signalled("bell", 1)
    life.look()
    life.die(AWAY_S)
    life.step()
    assert heard(life) == [
        ("let_go", 0),
        ("let_go", 1),
        ("answer", 1, "fetch", [0], None, "lost"),
        ("answer", 2, "fetch", [1], None, "lost"),
        ("signal", "bell", 1),
    ]
    assert life.game.open_asks == []


def test_a_turn_based_session_takes_one_of_these_with_each_step():
    life, ann, _ = pair(turn_based=True)
    life.session.dropped(ann.seat, life.now)
    life.session.signalled("bell", 1)
    life.look()
    life.die(AWAY_S)
    assert life.session.stimuli_waiting == 3
    tick = life.session.tick
    life.steps(3)
    assert life.session.tick == tick + 3
    assert [call[0] for call in heard(life)] == ["let_go", "let_go", "drop", "signal"]


def test_an_end_that_an_operator_wanted_comes():
    life, _, _ = pair()
    life.session.end("enough")
    life.look()
    life.die(AWAY_S)
    life.step()
    assert life.session.state is SessionState.ENDED
    assert life.session.ended is not None
    assert life.session.ended.reason == "enough"


# --- inputs, events --------------------------------------------------------------------------------------------------


def test_inputs_that_no_step_has_applied_are_taken_again():
    life, ann, _ = pair()
    life.say(ann, HEAR)
    life.step()
    life.say(ann, HEAR)
    life.look()
    life.die()
    taken = life.come(ann)
    assert isinstance(taken, Taken)
    assert (taken.message.applied, taken.message.received) == (1, 1)
    life.say(ann, HEAR)
    life.step()
    assert [call for call in heard(life) if call[0] == "input"] == [("input", 0, 2, HEAR)]


def test_events_that_were_not_acknowledged_come_again_with_their_numbers():
    life, ann, _ = pair()
    life.say(ann, EVENT)
    life.step()
    life.say(ann, EVENT)
    life.now += TICK_S
    life.session.step(life.now)
    life.look()  # committed, and never sent
    life.die(AWAY_S)
    back(life, ann)
    ann.events.clear()
    life.step()
    assert [(item.n, item.tick) for item in ann.events] == [(2, 5)]
    life.say(ann, EVENT)
    life.step()
    assert [item.n for item in ann.events] == [2, 3]


def test_an_acknowledgement_of_the_epoch_before_is_ignored():
    life, ann, _ = pair()
    life.say(ann, EVENT)
    life.step()
    life.die()
    back(life, ann)
    assert life.session.ack(ann.seat, 1, 10**6, 10**6) is None


# --- the session -----------------------------------------------------------------------------------------------------


def test_the_clock_of_a_turn_based_session_stands_still():
    life, ann, bob = pair(turn_based=True)
    life.say(ann, 8)  # a timer, half a second later
    life.step()
    at_ms, due = life.session.now_ms, life.session.next_step_at()
    assert due is not None
    life.look()
    life.die(AWAY_S)
    life.now += 4
    life.session.shift(4)
    back(life, ann, bob)
    life.steps(3)
    assert (at_ms, life.session.now_ms) == (250, 438)
    assert life.session.next_step_at() == due + AWAY_S + 4


def test_patience_stands_still():
    life = Life(start_after_s=5.0)
    life.sit("ann")
    life.steps(16)
    life.die(AWAY_S)
    back(life, life.clients[0])
    life.now += 2
    life.session.shift(2)
    life.steps(63)
    assert life.session.state is SessionState.WAITING
    life.step()
    assert life.session.ended is not None
    assert life.session.ended.code is CloseCode.CANCELLED


def test_who_leads_what_is_locked_and_what_was_ordered_stays():
    order = Order({"map": "hills"}, {"mode": "duel"}, True, PlayerId("bob"), 30.0, False)
    life = Life(order=order)
    life.sit("ann"), life.sit("bob")
    life.steps(2)
    life.session.describe({"mode": "late"})
    life.session.set_locked(True)
    life.look()
    life.die()
    session = life.session
    assert session.order == order
    assert session.seating.leader == "bob"
    assert (session.locked, session.game.locked) == (True, False)
    assert session.game.meta == {"mode": "late"}


def test_the_lock_of_the_game_stays():
    life, ann, _ = pair()
    life.say(ann, LOCK)
    life.step()
    life.die()
    assert life.session.locked
    assert not life.session.seating.locked


def test_an_ended_session_still_has_the_result_for_who_comes_for_it():
    life, ann, bob = pair()
    life.session.dropped(bob.seat, life.now)
    life.steps(16)
    life.say(ann, FINISH)
    life.now += TICK_S
    life.session.step(life.now)
    life.look()
    life.die(AWAY_S)
    assert life.session.state is SessionState.ENDED
    assert life.session.stimuli_waiting == 0
    assert life.session.linger(life.now + 6.9)
    taken = life.come(bob)
    assert isinstance(taken, Taken)
    assert taken.message.outcome == "resync"
    life.deliver()
    assert bob.events[-1].kind == BuiltinEvent.ENDED
    assert bob.events[-1].fields == [{"winners": [0], "reason": "said so"}, "the session has ended"]


def test_who_had_a_seat_is_in_the_record():
    life, ann, _ = pair()
    life.session.leave(ann.seat, life.now)
    life.step()
    life.die()
    assert [(gone.player_id, gone.reason) for gone in life.session.seating.departed] == [("ann", "left")]


def test_each_life_is_another_epoch():
    life, ann, bob = pair()
    for epoch in (2, 3, 4):
        life.die(1.0)
        assert life.session.epoch == life.image.epoch == epoch
        back(life, ann, bob)
        life.step()
    assert SessionImage.decode(life.session.whole()).epoch == 4


def test_the_words_of_a_life_are_all_but_the_end():
    assert FINISH not in WORDS
    assert KICK in WORDS
