"""What to do after a loss."""

from random import Random

import pytest

from rallypoint_client.errors import (
    Closed,
    ConnectFailed,
    Kicked,
    SeatClosed,
    SessionGone,
    TakenOver,
    UpdateRequired,
)
from rallypoint_client.retry import LOCATE_AFTER_ATTEMPTS, REFUSED_MAX_S, SETTLED_S, SOON_S, Next, Retrying, Stop, Wait
from rallypoint_protocol.close import CloseCode, Fault


def retrying(connect_s: float = 15.0) -> Retrying:
    return Retrying(Random(1), "ws://here/session/s", 0.0, connect_s=connect_s, other=SeatClosed)


def let_in(at: float = 0.0, give_up_s: float = 35.0) -> Retrying:
    made = retrying()
    made.established(at, give_up_s)
    return made


def asks(step: Next) -> bool:
    assert isinstance(step, Wait)
    return step.locate


@pytest.mark.parametrize("code", [None, 1001, 1006, 1011, 1012, CloseCode.SHUTDOWN, CloseCode.FULL, CloseCode.SILENT])
def test_a_broken_connection_is_tried_again_soon(code):
    step = let_in().lost(code, "", 10.0)
    assert isinstance(step, Wait)
    assert step.delay_s <= 0.05
    assert not step.locate


@pytest.mark.parametrize("code", [CloseCode.LEFT, CloseCode.ENDED])
def test_an_end_as_it_should_be_is_no_error(code):
    assert let_in().lost(code, "", 1.0) == Stop(None)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (CloseCode.TAKEN_OVER, TakenOver),
        (CloseCode.KICKED, Kicked),
        (CloseCode.UPDATE, UpdateRequired),
        (CloseCode.UNKNOWN, SessionGone),
        (CloseCode.CANCELLED, SessionGone),
        (CloseCode.GAME_FAILED, SeatClosed),
        (CloseCode.MALFORMED, SeatClosed),
        (1000, SeatClosed),
        (1002, SeatClosed),
    ],
)
def test_a_final_close_stops_with_the_error_that_names_it(code, kind):
    step = let_in().lost(code, "so it is", 1.0)
    assert isinstance(step, Stop)
    assert isinstance(step.error, Closed)
    assert type(step.error) is kind
    assert step.error.code == code
    assert step.error.reason == "so it is"


def test_an_error_says_whose_fault_it_is():
    step = let_in().lost(CloseCode.GAME_FAILED, "", 1.0)
    assert isinstance(step, Stop)
    assert step.error is not None
    assert step.error.fault is Fault.GAME


def test_a_code_of_a_newer_server_is_tried_again():
    assert isinstance(let_in().lost(4999, "", 1.0), Wait)


def test_a_session_that_moved_is_asked_for_first_and_until_it_is_found():
    made = let_in()
    assert asks(made.lost(CloseCode.MOVED, "", 1.0))
    assert asks(made.lost(None, "", 1.1))
    made.located()
    assert not asks(made.lost(None, "", 1.2))


def test_after_some_failures_the_lobby_is_asked_where_the_session_lives():
    made = let_in()
    steps = [made.lost(None, "refused", 1.0) for _ in range(LOCATE_AFTER_ATTEMPTS + 2)]
    assert [asks(step) for step in steps] == [False] * LOCATE_AFTER_ATTEMPTS + [True, True]


def test_the_first_way_in_never_asks_the_lobby():
    made = retrying()
    assert not any(asks(made.lost(None, "refused", 1.0)) for _ in range(10))


def test_it_is_given_up_exactly_when_the_time_since_the_loss_is_over():
    made = let_in(give_up_s=35.0)
    assert isinstance(made.lost(None, "", 100.0), Wait)
    assert made.deadline == 135.0
    assert isinstance(made.lost(None, "", 134.99), Wait)
    step = made.lost(None, "refused", 135.0)
    assert isinstance(step, Stop)
    assert isinstance(step.error, SessionGone)
    assert "refused" in str(step.error)


def test_the_last_attempt_is_not_later_than_the_deadline():
    made = let_in(give_up_s=1.0)
    made.lost(None, "", 0.0)
    for now in (0.2, 0.5, 0.9, 0.99, 0.999):
        step = made.lost(None, "", now)
        assert isinstance(step, Wait)
        assert now + step.delay_s <= 1.0


def test_a_first_connection_that_fails_for_too_long_has_failed_to_connect():
    made = retrying(connect_s=15.0)
    assert isinstance(made.lost(None, "refused", 14.0), Wait)
    step = made.lost(None, "refused", 15.0)
    assert isinstance(step, Stop)
    assert isinstance(step.error, ConnectFailed)
    assert step.error.url == "ws://here/session/s"


def test_being_let_in_stops_the_clock_but_not_the_backoff():
    made = let_in()
    delays = []
    for number in range(8):  # in, and out at once, again and again
        step = made.lost(None, "", number * 100.0)
        assert isinstance(step, Wait)
        delays.append(step.delay_s)
        made.established(number * 100.0 + 1, 35.0)
        made.lost(None, "", number * 100.0 + 1 + SETTLED_S / 2)
        made.established(number * 100.0 + 2, 35.0)
        assert made.deadline is None
    assert max(delays) <= 0.05  # the long connections between them made each series short


def test_a_connection_that_is_lost_at_once_counts_as_a_failure():
    made = let_in()
    delays = []
    for number in range(12):
        step = made.lost(None, "", float(number) / 10)
        assert isinstance(step, Wait)
        delays.append(step.delay_s)
        made.established(number / 10, 35.0)
    assert max(delays) > 0.5


def test_starting_over_gives_a_new_first_time():
    made = let_in()
    made.lost(None, "", 10.0)
    made.start_over(11.0, 5.0)
    assert made.deadline == 16.0
    assert isinstance(made.lost(None, "", 17.0), Stop)


def delays(made: Retrying, at: list[float], *, refused: bool) -> list[float]:
    given = []
    for now in at:
        if refused:
            made.refused()
        step = made.lost(None, "", now)
        assert isinstance(step, Wait)
        given.append(step.delay_s)
    return given


def test_where_nobody_listens_the_delays_stay_short_for_the_first_seconds():
    made = let_in()
    soon = delays(made, [number * SOON_S / 200 for number in range(200)], refused=True)
    assert 0.2 < max(soon) <= REFUSED_MAX_S
    late = delays(made, [SOON_S + number * 0.1 for number in range(200)], refused=True)
    assert max(late) > 4.5


def test_whom_the_server_or_a_proxy_turned_away_stays_away_for_longer():
    made = let_in()
    assert max(delays(made, [number * SOON_S / 100 for number in range(100)], refused=False)) > 4.5


def test_that_nobody_listened_counts_for_that_attempt_alone():
    made = let_in()
    delays(made, [0.0] * 20, refused=True)
    assert max(delays(made, [1.0] * 20, refused=False)) > 2.5


def test_a_game_of_eight_has_all_its_players_back_soon_after_a_second_without_a_server():
    def back_after(seed: int) -> float:
        made, now = Retrying(Random(seed), "ws://here", 0.0, connect_s=15.0, other=SeatClosed), 0.0
        made.established(0.0, 35.0)
        while now < 1.0:
            made.refused()
            step = made.lost(None, "refused", now)
            assert isinstance(step, Wait)
            now += step.delay_s
        return now - 1.0

    assert max(back_after(seed) for seed in range(400)) <= REFUSED_MAX_S
