"""The delays between attempts to connect."""

from random import Random

from hypothesis import given, strategies as st

from rallypoint_client.backoff import FIRST_S, MAX_S, Backoff


def test_the_first_attempt_comes_within_50_ms():
    assert all(Backoff(Random(seed)).next_s() <= 0.05 for seed in range(200))


@given(st.integers(), st.integers(1, 40))
def test_the_bound_doubles_up_to_five_seconds(seed, attempts):
    backoff = Backoff(Random(seed))
    for number in range(attempts):
        assert 0 <= backoff.next_s() <= min(MAX_S, FIRST_S * 2**number)
    assert backoff.attempts == attempts


def test_delays_are_spread_over_the_whole_bound():
    backoff = Backoff(Random(1))
    for _ in range(20):
        backoff.next_s()
    late = [backoff.next_s() for _ in range(300)]
    assert min(late) < 0.5
    assert max(late) > 4.5


def test_the_same_seed_gives_the_same_delays():
    assert [Backoff(Random(3)).next_s() for _ in range(3)] == [Backoff(Random(3)).next_s() for _ in range(3)]


def test_after_a_reset_the_delays_begin_anew():
    backoff = Backoff(Random(1))
    for _ in range(20):
        backoff.next_s()
    backoff.reset()
    assert backoff.attempts == 0
    assert backoff.next_s() <= FIRST_S


def test_a_lower_limit_holds_as_long_as_it_is_given_and_then_the_bound_doubles_from_there():
    backoff = Backoff(Random(1))
    short = [backoff.next_s(0.25) for _ in range(300)]
    assert 0.2 < max(short) <= 0.25
    for bound_s in (0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0):
        assert backoff.next_s() <= bound_s
    assert max(backoff.next_s() for _ in range(100)) > 4.5


def test_a_lower_limit_also_shortens_what_has_grown_long():
    backoff = Backoff(Random(1))
    for _ in range(20):
        backoff.next_s()
    assert max(backoff.next_s(0.25) for _ in range(100)) <= 0.25
