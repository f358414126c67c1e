"""Token buckets that look at the clock only when they are empty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from rallypoint.core.limits import AddressAllowances, Allowance, origin_network


class Watch:
    """A clock that a test sets, and that counts how often it is read."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.readings = 0

    def __call__(self) -> float:
        self.readings += 1
        return self.now


def test_the_burst_is_there_at_once_and_no_more():
    allowance = Allowance(10, 3, Watch())
    assert [allowance.spend() for _ in range(4)] == [True, True, True, False]


def test_the_clock_is_read_only_when_the_allowance_is_used_up():
    watch = Watch()
    allowance = Allowance(10, 100, watch)
    for _ in range(100):
        allowance.spend()
    assert watch.readings == 1  # when it was made


def test_what_was_earned_is_there_after_the_burst():
    watch = Watch()
    allowance = Allowance(10, 3, watch)
    allowance.spend(3)
    watch.now += 0.2
    assert [allowance.spend() for _ in range(3)] == [True, True, False]


def test_trying_on_does_not_pay():
    watch = Watch()
    allowance = Allowance(1, 1, watch)
    for _ in range(10):
        allowance.spend()
    watch.now += 5.0
    assert not allowance.spend()


def test_fractions_of_a_token_are_not_lost():
    watch = Watch()
    allowance = Allowance(1, 1, watch)
    allowance.spend()
    for _ in range(3):
        watch.now += 0.25
        allowance.refill()
        assert allowance.left == 0
    watch.now += 0.25
    assert allowance.spend()


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_an_allowance_of_nothing_is_an_error(per_second, burst):
    with pytest.raises(ValueError, match="rate"):
        Allowance(per_second, burst, Watch())


# Times in eighths of a second and 8 tokens a second: every sum is exact.
steps = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=60)


@settings(deadline=None)
@given(burst=st.integers(1, 30), steps=steps)
def test_whoever_keeps_to_an_exact_bucket_is_never_refused(burst, steps):
    watch = Watch()
    lazy = Allowance(8, burst, watch)
    exact = burst
    for pause, amount in steps:
        watch.now += pause / 8
        exact = min(burst, exact + pause)
        if amount <= exact:
            exact -= amount
            assert lazy.spend(amount)


@settings(deadline=None)
@given(burst=st.integers(1, 30), steps=steps)
def test_no_stretch_of_time_gives_more_than_two_bursts_and_the_rate(burst, steps):
    watch = Watch()
    lazy = Allowance(8, burst, watch)
    spent: list[tuple[float, int]] = []
    for pause, amount in steps:
        watch.now += pause / 8
        if lazy.spend(amount):
            spent.append((watch.now, amount))
    for first, (start, _) in enumerate(spent):
        total = 0
        for time, amount in spent[first:]:
            total += amount
            assert total <= 2 * burst + 8 * (time - start)


def test_each_address_has_its_own_allowance():
    addresses = AddressAllowances(1, 2, 10, Watch())
    assert [addresses.spend("203.0.113.1") for _ in range(3)] == [True, True, False]
    assert addresses.spend("203.0.113.2")


def test_refusals_are_not_held_against_an_address():
    watch = Watch()
    addresses = AddressAllowances(1, 1, 10, watch)
    for _ in range(50):
        addresses.spend("203.0.113.1")
    watch.now += 1.0
    assert addresses.spend("203.0.113.1")


def test_a_full_table_forgets_whoever_was_quiet_for_longest():
    addresses = AddressAllowances(1, 1, 2, Watch())
    addresses.spend("203.0.113.1")
    addresses.spend("203.0.113.2")
    addresses.spend("203.0.113.1")
    addresses.spend("203.0.113.3")
    assert len(addresses) == 2
    assert not addresses.spend("203.0.113.1")
    assert addresses.spend("203.0.113.2")


def test_a_table_without_room_is_an_error():
    with pytest.raises(ValueError, match="room"):
        AddressAllowances(1, 1, 0, Watch())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_stands_for_its_network(address, network):
    assert origin_network(address) == network
