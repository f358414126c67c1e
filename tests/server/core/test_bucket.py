"""Token buckets that are told the time."""

from __future__ import annotations

from hypothesis import given, strategies as st

from rallypoint.core.bucket import Bucket, Rate


def test_a_burst_and_then_the_rate():
    bucket = Bucket(Rate(2.0, 3), 10.0)
    assert [bucket.take(10.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(10.4)
    assert bucket.take(10.5)
    assert not bucket.take(10.5)


def test_looking_takes_nothing():
    bucket = Bucket(Rate(1.0, 1), 0.0)
    assert all(bucket.ready(0.0) for _ in range(10))
    assert bucket.take(0.0)
    assert not bucket.ready(0.0)


def test_a_clock_that_goes_back_earns_nothing():
    bucket = Bucket(Rate(1.0, 1), 10.0)
    bucket.take(10.0)
    assert not bucket.take(0.0)
    assert not bucket.take(10.5)
    assert bucket.take(11.0)


@given(st.lists(st.floats(0.0, 2.0), max_size=60), st.floats(0.1, 10.0), st.integers(1, 10))
def test_never_more_than_the_burst_and_what_was_earned(waits, per_second, burst):
    bucket, now, taken = Bucket(Rate(per_second, burst), 0.0), 0.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take(now)
    assert taken <= burst + per_second * now + 1e-6
