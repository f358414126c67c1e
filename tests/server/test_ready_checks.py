"""Ready checks: everybody in a match says whether to play."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rallypoint.core.ready_checks import (
    AGAIN_S,
    TRANSITIONS,
    CheckEvent,
    CheckState,
    IllegalCheckEvent,
    ReadyCheck,
    ReadyChecks,
)
from rallypoint_protocol.ids import PlayerId

ANN, BOB, CID, DAN, EVE = map(PlayerId, ("ann", "bob", "cid", "dan", "eve"))
TICKETS = {"t1": (ANN,), "t2": (BOB, CID), "t3": (DAN,)}


def asked(now=0.0, wait_s=10.0) -> ReadyCheck:
    return ReadyCheck("m1", "ranked", TICKETS, now, wait_s)


def accept(check, *players):
    for player in players:
        assert check.answer(player, accepts=True)


def test_all_have_to_accept():
    check = asked()
    accept(check, ANN, BOB, CID)
    assert (check.state, check.accepted, check.players) == (CheckState.ASKED, 3, 4)
    accept(check, DAN)
    assert check.state is CheckState.AGREED


def test_who_accepts_twice_counts_once():
    check = asked()
    accept(check, ANN)
    assert not check.answer(ANN, accepts=True)
    assert check.accepted == 1


def test_a_stranger_is_not_asked():
    check = asked()
    assert not check.answer(EVE, accepts=False)
    assert check.state is CheckState.ASKED
    assert not check.has_accepted(EVE)


def test_one_who_declines_costs_the_own_ticket_its_place_and_nobody_else():
    check = asked()
    accept(check, ANN, BOB)
    assert check.answer(CID, accepts=False)
    assert (check.state, check.reason) == (CheckState.OFF, "declined")
    assert (check.back, check.out, check.dodged) == (("t1", "t3"), ("t2",), (CID,))


def test_who_has_accepted_may_still_decline():
    check = asked()
    accept(check, ANN)
    assert check.answer(ANN, accepts=False)
    assert check.out == ("t1",)


def test_who_is_silent_at_the_deadline_is_out():
    check = asked()
    accept(check, ANN, BOB)
    check.expire()
    assert (check.reason, check.back, check.out, check.dodged) == ("expired", ("t1",), ("t2", "t3"), (CID, DAN))


def test_one_who_leaves_costs_the_own_ticket_its_place_also_when_all_have_accepted():
    check = asked()
    accept(check, ANN, BOB, CID, DAN)
    check.leave([BOB])
    assert (check.reason, check.back, check.out, check.dodged) == ("left", ("t1", "t3"), ("t2",), (BOB,))


def test_who_had_to_leave_has_not_dodged():
    check = asked()
    check.leave([BOB], blamed=False)
    assert (check.out, check.dodged) == (("t2",), ())


def test_if_there_are_no_seats_everybody_is_back():
    check = asked()
    accept(check, ANN, BOB, CID, DAN)
    check.fail()
    assert (check.reason, check.back, check.out, check.dodged) == ("failed", ("t1", "t2", "t3"), (), ())


def test_after_the_end_nothing_changes():
    check = asked()
    check.answer(ANN, accepts=False)
    before = check.back, check.out, check.dodged
    assert not check.answer(BOB, accepts=False)
    check.leave([DAN])
    check.expire()
    assert (check.back, check.out, check.dodged) == before


@pytest.mark.parametrize(
    ("state", "event"), [pair for pair in product(CheckState, CheckEvent) if pair not in TRANSITIONS]
)
def test_what_is_not_in_the_table_is_refused_and_changes_nothing(state, event):
    check = asked()
    check.state = state
    with pytest.raises(IllegalCheckEvent):
        check._advance(event)
    assert check.state is state


@pytest.mark.parametrize(("now", "left_s"), [(5.0, 10.0), (7.5, 7.5), (15.0, 0.0), (99.0, 0.0), (-1e6, 10.0)])
def test_what_is_left_is_never_more_than_there_was_whatever_the_clock_says(now, left_s):
    assert asked(5.0).left_s(now) == left_s


def test_each_ends_exactly_when_its_time_is_up():
    checks = ReadyChecks()
    slow = checks.begin("m1", "ranked", TICKETS, 0.0, 20.0)
    quick = checks.begin("m2", "ranked", {"t4": (EVE,)}, 1.0, 5.0)
    assert checks.due == 6.0
    assert checks.expired(5.999) == []
    assert checks.expired(6.0) == [quick]
    checks.end(quick)
    assert checks.due == 20.0
    assert checks.find("m1") is slow
    assert checks.find("m2") is None
    accept(slow, ANN, BOB, CID, DAN)
    assert checks.expired(1e9) == [], "those who agreed in time are being seated"


def test_a_clock_that_jumps_back_ends_none_and_one_that_jumps_far_ends_each_once_a_moment_later():
    checks = ReadyChecks()
    one = checks.begin("m1", "ranked", TICKETS, 100.0, 10.0)
    assert checks.expired(-1e9) == []
    assert checks.expired(1e6) == [], "answers may wait to be read"
    assert checks.due == 1e6 + AGAIN_S
    assert checks.expired(1e9) == [one], "but not again and again"
    assert checks.expired(1e9) == []
    checks.end(one)
    assert len(checks) == 0


class Life(RuleBasedStateMachine):
    """Players accept, decline, leave; time passes."""

    def __init__(self):
        super().__init__()
        self.check = asked()
        self.said: dict[str, bool] = {}

    players = st.sampled_from([player for group in TICKETS.values() for player in group])

    @rule(player=players, accepts=st.booleans())
    def answer(self, player, accepts):
        asked_still = self.check.state is CheckState.ASKED
        if self.check.answer(player, accepts=accepts):
            assert asked_still
            self.said[player] = accepts

    @rule(player=players)
    def leave(self, player):
        self.check.leave([player])

    @rule()
    def time_is_up(self):
        self.check.expire()

    @precondition(lambda self: self.check.state is CheckState.AGREED)
    @rule(seats=st.booleans())
    def seats_are_given(self, seats):
        if seats:
            self.check.seated()
        else:
            self.check.fail()

    @invariant()
    def every_ticket_is_in_one_place(self):
        check = self.check
        if check.state is CheckState.OFF:
            assert sorted((*check.back, *check.out)) == sorted(TICKETS)
            assert {next(t for t in TICKETS if player in TICKETS[t]) for player in check.dodged} == set(check.out)
            assert not any(self.said.get(player, True) is False for t in check.back for player in TICKETS[t])
        else:
            assert (check.back, check.out, check.dodged) == ((), (), ())
        if check.state in (CheckState.AGREED, CheckState.OVER):
            assert all(self.said.get(player) for group in TICKETS.values() for player in group)


TestLife = Life.TestCase
