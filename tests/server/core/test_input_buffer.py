"""Inputs that are meant for a tick wait for it: bounded, in order, and never beyond what happens to their player."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from rallypoint.core.session import Refusal
from rallypoint_protocol.close import CloseCode
from tests.server.core.script import Guest, Table

BOUND = 3
HUGE = 2**53 - 1


def play(*names: str, **settings: Any) -> tuple[Table, tuple[Guest, ...]]:
    """A session with an input buffer; its first tick is made."""
    table = Table(**{"input_buffer_ticks": BOUND, **settings})
    return table, table.play(*names or ("Ann",))


def applied(table: Table, seat: int = 0) -> list[tuple[int, int]]:
    """Tick and number of each input of a seat that the game got."""
    found, tick = [], 0
    for call in table.game.calls:
        if call[0] == "open":
            tick = call[1]
        elif call[0] == "input" and call[1] == seat:
            found.append((tick, call[2]))
    return found


# --- when ------------------------------------------------------------------------------------------------------------


def test_an_early_input_is_applied_in_the_tick_that_it_is_meant_for():
    table, (ann,) = play()
    for seq, at in ((1, 2), (2, 3), (3, 4), (4, 5)):
        ann.say(seq, at=at)
    table.step(6)
    assert applied(table) == [(2, 1), (3, 2), (4, 3), (5, 4)]


def test_inputs_that_arrive_unevenly_are_applied_evenly():
    table, (ann,) = play()
    arrivals = {1: [1, 2], 2: [], 3: [3, 4, 5], 4: [], 5: [], 6: [6], 7: [7, 8]}  # meant for one tick after another
    for numbers in arrivals.values():
        for seq in numbers:
            ann.say(seq, at=seq + 2)
        table.step()
    table.step(4)
    assert applied(table) == [(seq + 2, seq) for seq in range(1, 9)]


def test_a_late_input_and_one_without_a_tick_are_applied_in_the_next_step():
    table, (ann,) = play()
    table.step(5)
    for seq, at in ((1, 3), (2, -1), (3, 0), (4, None), (5, 6)):
        ann.say(seq, at=at)
    table.step(5)
    assert applied(table) == [(7, seq) for seq in range(1, 6)]


def test_no_input_waits_longer_than_the_bound():
    table, (ann,) = play()
    ann.say(1, at=HUGE)
    table.step(BOUND)
    assert applied(table) == []
    table.step()
    assert applied(table) == [(2 + BOUND, 1)]


def test_an_input_is_never_applied_before_an_older_one_of_its_player():
    table, (ann, bob) = play("Ann", "Bob")
    ann.say(1, at=4)
    ann.say(2)
    ann.say(3, at=3)
    bob.say(1)
    table.step()
    ann.say(4, at=-1)
    table.step(5)
    assert applied(table) == [(4, 1), (4, 2), (4, 3), (4, 4)]
    assert applied(table, 1) == [(2, 1)]


def test_inputs_of_a_step_are_applied_in_the_order_of_their_arrival():
    table, (ann, bob) = play("Ann", "Bob")
    bob.say(1, at=4)
    ann.say(1, at=4)
    table.step()
    bob.say(2, at=4)
    table.step()
    ann.say(2)
    bob.say(3)
    table.game.calls.clear()
    table.step()
    assert [call[1:] for call in table.game.told("input")] == [(1, 1), (0, 1), (1, 2), (0, 2), (1, 3)]


def test_a_game_can_set_another_bound_for_one_player():
    table, (ann, bob, cy) = play("Ann", "Bob", "Cy")
    table.game.buffer_ticks = {1: 0, 2: 5}
    for guest in (ann, bob, cy):
        guest.say(1, at=HUGE)
    table.step(8)
    assert [applied(table, seat) for seat in range(3)] == [[(5, 1)], [(2, 1)], [(7, 1)]]


def test_without_a_buffer_an_input_waits_for_no_tick():
    table, (ann,) = play(input_buffer_ticks=0)
    ann.say(1, at=HUGE)
    table.step()
    assert applied(table) == [(2, 1)]


@given(st.lists(st.lists(st.integers(-1, 40), max_size=4), max_size=30))
def test_whatever_players_say_inputs_keep_their_order_and_their_bound(steps: list[list[int]]):
    table, (ann,) = play()
    seq, due = 0, {}
    for ats in steps:
        for at in ats:
            seq += 1
            due[seq] = table.tick + 1, at
            assert ann.say(seq, at=at) is None
        table.step()
    table.step(BOUND + 1)
    got = applied(table)
    assert [number for _, number in got] == list(range(1, seq + 1))
    assert [tick for tick, _ in got] == sorted(tick for tick, _ in got)
    for tick, number in got:
        first, at = due[number]
        assert max(first, min(at, first + BOUND)) <= tick <= first + BOUND
    assert (ann.seat.pending, ann.seat.applied) == (0, seq)
    assert not table.session.input_buffer.waiting()  # type: ignore[union-attr]  # it has one


# --- what is told, and how many --------------------------------------------------------------------------------------


def test_an_input_that_waits_is_received_and_not_applied():
    table, (ann,) = play()
    ann.say(1, at=4)
    table.step(2)
    assert (ann.seat.received, ann.seat.applied) == (1, 0)
    table.step()
    assert ann.seat.applied == 1
    assert ann.passes[-1].head.applied == b"\0\1" + bytes(6)


def test_inputs_that_wait_for_their_tick_count_among_those_that_may_wait():
    table, (ann,) = play(inputs_pending_max=3)
    for seq in (1, 2, 3):
        ann.say(seq, at=4)
    table.step()
    refusal = ann.say(4, at=4)
    assert isinstance(refusal, Refusal)
    assert refusal.code is CloseCode.TOO_FAST
    table.step(2)
    assert ann.say(4, at=HUGE) is None


def test_an_input_acknowledges_what_its_player_has_seen_also_while_it_waits():
    table, (ann,) = play()
    ann.acks = False
    table.step(3)
    ann.say(1, tick=3, at=6)
    assert ann.seat.acked == 3


# --- what happens to their player ------------------------------------------------------------------------------------


def calls(table: Table) -> list[tuple[Any, ...]]:
    return [call[:1] + call[2:3] if call[0] == "input" else call[:1] for call in _told(table)]


def _told(table: Table) -> list[tuple[Any, ...]]:
    return table.game.told("input", "drop", "let_go", "come_back", "leave", "join")


def test_what_waits_is_applied_in_order_before_a_drop():
    table, (ann,) = play()
    ann.say(1, at=5)
    ann.say(2, at=4)
    ann.drop()
    table.game.calls.clear()
    table.step()
    assert calls(table) == [("input", 1), ("input", 2), ("drop",)]
    assert (ann.seat.applied, ann.seat.pending) == (2, 0)


def test_what_waits_for_the_next_step_stays_before_what_has_come_since():
    table, (ann,) = play()
    ann.say(1, at=4)
    table.step(2)
    ann.say(2)
    ann.say(3, at=6)
    ann.drop()
    table.game.calls.clear()
    table.step()
    assert calls(table) == [("input", 1), ("input", 2), ("input", 3), ("drop",)]


@given(st.lists(st.one_of(st.integers(-1, 8), st.sampled_from(["step", "drop", "takeover"])), max_size=40))
def test_whatever_happens_inputs_keep_their_order_and_those_of_a_connection_come_before_its_end(acts: list[Any]):
    table, (ann,) = play()
    wanted: list[tuple[Any, ...]] = []
    table.game.calls.clear()
    seq = 0
    for act in acts:
        match act:
            case "step":
                table.step()
            case "drop":
                ann.drop()
                ann.resume()
                wanted += [("drop",), ("come_back",)]
            case "takeover":
                ann.resume()
                wanted.append(("let_go",))
            case ahead:
                seq += 1
                ann.say(seq, at=table.tick + ahead)
                wanted.append(("input", seq))
    table.step(BOUND + 1)
    assert calls(table) == wanted


def test_what_waits_is_applied_in_order_before_a_takeover_and_what_the_new_connection_sends_waits_anew():
    table, (ann,) = play()
    ann.say(1, at=5)
    ann.resume()
    ann.say(2, at=4)
    table.game.calls.clear()
    table.step()
    assert calls(table) == [("input", 1), ("let_go",)]
    table.step(3)
    assert applied(table)[-1] == (4, 2)


def test_what_waits_is_applied_in_order_before_its_player_leaves():
    table, (ann, _) = play("Ann", "Bob")
    ann.say(1, at=5)
    ann.leave()
    ann.say(2, at=5)
    table.game.calls.clear()
    table.step(6)
    assert calls(table) == [("input", 1), ("leave",)]


def test_what_waits_is_applied_before_its_player_is_kicked():
    table, (ann, _) = play("Ann", "Bob")
    ann.say(1, at=5)
    table.game.kicked = [0]
    table.step()
    table.game.calls.clear()
    table.step(6)
    assert calls(table) == [("input", 1), ("leave",)]


def test_who_takes_the_seat_next_waits_for_nothing_of_the_former_player():
    table, (ann, _) = play("Ann", "Bob", seats=(1, 2))
    ann.say(1, at=5)
    ann.leave()
    table.step()
    cy = table.sit("Cy")
    cy.say(1, at=HUGE)  # the game does not know of Cy yet: in order, behind the joining
    table.step()
    cy.say(2, at=table.tick + 1)
    table.step()
    assert applied(table)[-2:] == [(3, 1), (4, 2)]


def test_what_waits_when_the_session_ends_is_not_decided():
    table, (ann,) = play()
    ann.say(1, at=4)
    table.session.end("enough")
    table.step()
    assert applied(table) == []
    assert ann.seat.applied == 0
    assert ann.say(2, at=4) is None


def test_what_waits_for_others_does_not_hold_a_player_up():
    table, (ann, bob) = play("Ann", "Bob")
    ann.say(1, at=5)
    bob.say(1, at=5)
    ann.drop()
    table.step()
    assert applied(table) == [(2, 1)]
    assert applied(table, 1) == []
    table.step(4)
    assert applied(table, 1) == [(5, 1)]
