"""A seat's life: one table, and the arithmetic of grace."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.seat import TRANSITIONS, IllegalSeatEvent, Seat, SeatEvent, SeatState
from rallypoint_protocol.ids import PlayerId, Token

GRACE_S, BUDGET_S, RESERVED_S = 30.0, 50.0, 15.0
FINAL = (SeatState.LEFT, SeatState.EXPIRED)
PATHS = {
    SeatState.RESERVED: [],
    SeatState.CONNECTED: [SeatEvent.TAKE],
    SeatState.AWAY: [SeatEvent.TAKE, SeatEvent.DROP],
    SeatState.LEFT: [SeatEvent.LEAVE],
    SeatState.EXPIRED: [SeatEvent.EXPIRE],
}


def reserved(grace_s: float = GRACE_S, budget_s: float = BUDGET_S) -> Seat:
    """A seat that was reserved at time 0."""
    token = Token(bytes(32))
    return Seat(0, PlayerId("p"), "Ann", token, deadline=RESERVED_S, grace_s=grace_s, grace_budget_s=budget_s)


def in_state(state: SeatState) -> Seat:
    seat = reserved()
    for event in PATHS[state]:
        seat.apply(event, 1.0)
    assert seat.state is state
    return seat


def everything_of(seat: Seat) -> dict[str, object]:
    return {name: getattr(seat, name) for name in Seat.__slots__}


LEGAL = {
    ("reserved", "take"): "connected",
    ("reserved", "leave"): "left",
    ("reserved", "expire"): "expired",
    ("connected", "take"): "connected",
    ("connected", "drop"): "away",
    ("connected", "leave"): "left",
    ("away", "take"): "connected",
    ("away", "leave"): "left",
    ("away", "expire"): "expired",
}


def test_the_table_is_the_one_of_the_design():
    assert {(state.value, event.value): after.value for (state, event), after in TRANSITIONS.items()} == LEGAL


@pytest.mark.parametrize(("state", "event"), list(itertools.product(SeatState, SeatEvent)))
def test_a_seat_makes_the_moves_of_the_table_and_no_others(state: SeatState, event: SeatEvent):
    seat = in_state(state)
    if (state, event) in TRANSITIONS:
        seat.apply(event, 2.0)
        assert seat.state is TRANSITIONS[state, event]
        return
    before = everything_of(seat)
    with pytest.raises(IllegalSeatEvent) as caught:
        seat.apply(event, 2.0)
    assert (caught.value.seat, caught.value.state, caught.value.event) == (0, state, event)
    assert everything_of(seat) == before


@pytest.mark.parametrize(("state", "event"), list(itertools.product(FINAL, SeatEvent)))
def test_nothing_follows_the_end(state: SeatState, event: SeatEvent):
    with pytest.raises(IllegalSeatEvent):
        in_state(state).apply(event, 2.0)


@pytest.mark.parametrize("state", SeatState)
def test_a_deadline_runs_only_while_somebody_is_expected(state: SeatState):
    assert (in_state(state).deadline is not None) is (state in (SeatState.RESERVED, SeatState.AWAY))


def test_a_reservation_is_over_exactly_at_its_end():
    seat = reserved()
    assert not seat.is_over(RESERVED_S - 1e-9)
    assert seat.is_over(RESERVED_S)


def test_an_absence_is_over_exactly_when_its_grace_ends():
    seat = in_state(SeatState.CONNECTED)
    seat.apply(SeatEvent.DROP, 100.0)
    assert seat.deadline == 100.0 + GRACE_S
    assert not seat.is_over(100.0 + GRACE_S - 1e-9)
    assert seat.is_over(100.0 + GRACE_S)


@pytest.mark.parametrize("state", FINAL)
def test_who_left_or_expired_is_over_at_any_time(state: SeatState):
    assert in_state(state).is_over(0.0)


def test_a_connected_seat_is_never_over():
    assert not in_state(SeatState.CONNECTED).is_over(1e12)


def test_absences_use_the_budget_up():
    seat = in_state(SeatState.CONNECTED)
    windows = []
    for number in range(4):
        seat.apply(SeatEvent.DROP, 1000.0 * number)
        assert seat.deadline is not None
        windows.append(seat.deadline - 1000.0 * number)
        seat.apply(SeatEvent.TAKE, 1000.0 * number + 20.0)
    assert windows == [30.0, 30.0, 10.0, 0.0]
    assert seat.grace_s == 0.0


def test_a_reservation_costs_no_budget():
    seat = reserved()
    seat.apply(SeatEvent.TAKE, RESERVED_S - 1)
    assert seat.grace_s == GRACE_S


def test_a_takeover_costs_no_budget():
    seat = in_state(SeatState.CONNECTED)
    for second in range(100):
        seat.apply(SeatEvent.TAKE, second)
    assert seat.grace_s == GRACE_S


@pytest.mark.parametrize(("grace_s", "budget_s", "window"), [(0.0, 120.0, 0.0), (30.0, 0.0, 0.0), (30.0, 12.0, 12.0)])
def test_the_shorter_of_grace_and_budget_counts(grace_s: float, budget_s: float, window: float):
    seat = reserved(grace_s, budget_s)
    seat.apply(SeatEvent.TAKE, 1.0)
    seat.apply(SeatEvent.DROP, 2.0)
    assert seat.deadline == 2.0 + window
    assert seat.is_over(2.0) is (window == 0.0)


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 100))), st.floats(0, 60), st.floats(0, 200))
def test_the_windows_of_all_absences_never_exceed_the_budget(
    absences: list[tuple[float, float]], grace_s: float, budget_s: float
):
    seat, now, spent = reserved(grace_s, budget_s), 1.0, 0.0
    seat.apply(SeatEvent.TAKE, now)
    for away_s, back_s in absences:
        seat.apply(SeatEvent.DROP, now)
        assert seat.deadline is not None
        window = seat.deadline - now
        assert window <= grace_s + 1e-9
        assert spent + window <= budget_s + 1e-6
        now += away_s
        if seat.is_over(now):
            seat.apply(SeatEvent.EXPIRE, now)
            assert away_s >= window - 1e-6
            return
        spent += away_s
        seat.apply(SeatEvent.TAKE, now)
        now += back_s
