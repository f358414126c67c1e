"""Who fails to log in again and again has to wait; who does it for others cannot keep them out for long."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.lockout import FREE, KEYS_MAX, WAIT_MAX_S, Lockout


def failed(times: int, now: float = 100.0) -> Lockout:
    lockout = Lockout()
    for _ in range(times):
        lockout.failed("ada", now)
    return lockout


@pytest.mark.parametrize(("times", "wait_s"), [(0, 0), (FREE - 1, 0), (FREE, 1), (FREE + 1, 2), (FREE + 4, 16)])
def test_a_few_tries_are_free_and_then_each_failure_doubles_the_wait(times, wait_s):
    assert failed(times).wait_s("ada", 100.0) == wait_s


def test_nobody_waits_longer_than_a_quarter_of_an_hour():
    assert failed(200).wait_s("ada", 100.0) == WAIT_MAX_S
    assert failed(200).wait_s("ada", 100.0 + WAIT_MAX_S) == 0.0


def test_others_do_not_wait():
    assert failed(200).wait_s("bob", 100.0) == 0.0


def test_a_success_makes_all_tries_free_again():
    lockout = failed(10)
    lockout.succeeded("ada")
    assert lockout.wait_s("ada", 100.0) == 0.0


def test_failures_are_forgotten_after_an_hour():
    lockout = failed(FREE + 3)
    lockout.failed("ada", 100.0 + 3600.0)
    assert lockout.wait_s("ada", 100.0 + 3600.0) == 0.0


def test_as_many_as_fail_only_so_many_are_remembered():
    lockout = failed(FREE)
    for number in range(KEYS_MAX):
        lockout.failed(f"guest {number}", 101.0)
    assert lockout.wait_s("ada", 101.0) == 0.0
    assert len(lockout._by_key) == KEYS_MAX


@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.floats(-1e6, 1e6))
def test_whatever_the_clock_says_no_wait_is_negative_or_longer_than_the_longest(times, now):
    lockout = Lockout()
    for at in times:
        lockout.failed("ada", at)
    assert 0.0 <= lockout.wait_s("ada", now) <= WAIT_MAX_S
