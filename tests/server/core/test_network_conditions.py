"""A bad network in words, and as a model: order is kept, times are what was asked for, and nothing grows."""

from __future__ import annotations

import itertools
import math
import random
import statistics

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.network_conditions import BadConditions, NetworkConditions, NetworkPath, Way

parse = NetworkConditions.parse


def path(text: str, seed: int = 1) -> NetworkPath:
    return NetworkPath(parse(text), random.Random(seed).random, 0.0)


# --- in words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("latency=80ms", NetworkConditions(round_trip_s=0.08)),
        ("latency=80±30ms", NetworkConditions(round_trip_s=0.08, jitter_s=0.03)),
        ("latency=80+-30ms", NetworkConditions(round_trip_s=0.08, jitter_s=0.03)),
        ("latency=80ms+/-30ms", NetworkConditions(round_trip_s=0.08, jitter_s=0.03)),
        ("latency = 0.2s ± 50ms", NetworkConditions(round_trip_s=0.2, jitter_s=0.05)),
        ("loss=1%", NetworkConditions(loss=0.01)),
        ("loss=0.5%", NetworkConditions(loss=0.005)),
        ("stall=200ms@5s", NetworkConditions(stall_s=0.2, stall_every_s=5.0)),
        ("drop=1min", NetworkConditions(drop_every_s=60.0)),
        (
            "latency=80±30ms, loss=1%, stall=200ms@5s, drop=60s",
            NetworkConditions(0.08, 0.03, 0.01, 0.2, 5.0, 60.0),
        ),
    ],
)
def test_a_network_is_said_in_words(text: str, conditions: NetworkConditions):
    found = parse(text)
    for name in NetworkConditions.__slots__:
        assert getattr(found, name) == pytest.approx(getattr(conditions, name))
    assert parse(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "", ",", "latency", "latency=", "latency=80", "latency=±30ms", "latency=30±80ms", "latency=11s",
        "latency=-5ms", "latency=80ms,latency=90ms", "latency=1e3ms", "latency=nanms", "latency=" + "9" * 40 + "ms",
        "loss=1", "loss=51%", "loss=-1%", "stall=200ms", "stall=@5s", "stall=200ms@", "stall=200ms@0s",
        "stall=0ms@5s", "stall=61s@5s", "drop=0s", "drop=x", "jitter=5ms", "latency=80ms;loss=1%", "drop=60s,",
        "200ms",
    ],
)  # fmt: skip
def test_what_says_no_network_is_answered_with_what_to_write(text: str):
    with pytest.raises(BadConditions, match=r"latency=80±30ms,loss=1%,stall=200ms@5s,drop=60s") as refused:
        parse(text)
    assert repr(text) in str(refused.value)


def test_what_adds_nothing_says_so():
    assert str(NetworkConditions()) == "none"


# --- the model -------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from(
        ["latency=0ms", "latency=80±80ms", "loss=50%", "latency=1s,loss=20%,stall=3s@100ms,drop=1s", "stall=60s@0.1s"]
    ),
    st.lists(st.tuples(st.floats(0, 5), st.integers(0, 10**6), st.booleans()), max_size=100),
    st.integers(0, 10**6),
)
def test_nothing_arrives_before_it_is_sent_nor_before_what_was_sent_before_it(
    text: str, pieces: list[tuple[float, int, bool]], seed: int
):
    way = path(text, seed)
    ways, now, last = (Way(), Way()), 0.0, [0.0, 0.0]
    for pause, size, up in pieces:
        now += pause
        at = way.arrival(ways[up], size, now)
        assert now <= at < now + 1000 * (1 + len(pieces))
        assert at >= last[up]
        last[up] = at


def test_half_of_the_latency_is_added_each_way():
    assert path("latency=80ms").arrival(Way(), 100, 5.0) == pytest.approx(5.04)
    there = path("latency=80±30ms")
    took = [there.arrival(Way(), 100, 0.0) for _ in range(2000)]
    assert (min(took), max(took)) == (pytest.approx(0.025, abs=0.001), pytest.approx(0.055, abs=0.001))
    assert statistics.mean(took) == pytest.approx(0.04, abs=0.001)


def test_a_lost_packet_holds_up_what_is_behind_it_for_its_retransmission():
    dice = iter([0.5, 0.0, 0.5, 0.5])
    there = NetworkPath(parse("latency=80ms,loss=10%"), lambda: next(dice), 0.0)
    way = Way()
    assert there.arrival(way, 100, 1.0) == pytest.approx(1.04)
    assert there.arrival(way, 100, 2.0) == pytest.approx(2.24)  # it was lost, and sent again 200 ms later
    assert there.arrival(way, 100, 2.05) == pytest.approx(2.24)
    far = NetworkPath(parse("latency=1s,loss=10%"), iter([0.0, 0.0, 0.9]).__next__, 0.0)
    assert far.arrival(Way(), 100, 0.0) == pytest.approx(0.5 + 2.0 + 4.0)


def test_of_packets_as_many_are_lost_as_was_asked_for():
    there = path("loss=5%")
    small = sum(there.arrival(Way(), 100, 0.0) > 0 for _ in range(20_000)) / 20_000
    large = sum(there.arrival(Way(), 10 * 1448, 0.0) > 0 for _ in range(20_000)) / 20_000
    assert small == pytest.approx(0.05, abs=0.005)
    assert large == pytest.approx(1 - 0.95**10, abs=0.02)


def test_in_a_stall_nothing_arrives_either_way():
    there, ways = path("stall=500ms@2s"), (Way(), Way())
    got = [there.arrival(ways[number % 2], 50, number / 100) for number in range(200_000)]
    times = sorted(set(got))
    gaps = [after - before for before, after in itertools.pairwise(times) if after - before > 0.1]
    assert len(gaps) == pytest.approx(2000 / 2.5, rel=0.15)
    assert statistics.median(gaps) == pytest.approx(0.5, abs=0.02)
    assert len(there._stalls) < 3


def test_a_connection_breaks_after_the_time_that_was_asked_for_on_average():
    lives = [path("drop=60s", seed).drop_at for seed in range(4000)]
    assert statistics.mean(lives) == pytest.approx(60, rel=0.05)
    assert statistics.median(lives) == pytest.approx(60 * math.log(2), rel=0.08)
    assert path("latency=1s").drop_at == math.inf


@pytest.mark.parametrize("dice", [0.0, 1.0])
def test_the_ends_of_the_dice_do_no_harm(dice: float):
    there = NetworkPath(parse("latency=1±1s,loss=50%,stall=1s@1s,drop=1s"), lambda: dice, 0.0)
    assert 0.0 <= there.arrival(Way(), 10**9, 0.0) < 100
    assert there.drop_at >= 0.0


def test_a_long_silence_costs_nothing():
    there, way = path("stall=10ms@0.1s"), Way()
    there.arrival(way, 1, 0.0)
    assert 1e6 <= there.arrival(way, 1, 1e6) < 1e6 + 1
    assert len(there._stalls) < 3
