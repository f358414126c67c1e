"""Bytes come out of the simulated network as they went in, and at the same moments with the same seed."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st

from rallypoint_simulation.network import Weather
from tests.simulation.two_ends import Two

weathers = st.builds(
    Weather,
    latency_s=st.floats(0, 0.3),
    jitter_s=st.sampled_from([0, 0.05, 0.5]),
    bytes_per_s=st.sampled_from([0, 2000, 50_000]),
    window_bytes=st.sampled_from([1, 100, 3000, 65536]),
    split=st.sampled_from([0, 0.5, 1]),
    stall_every_s=st.sampled_from([0, 0.2, 3]),
    stall_s=st.floats(0, 2),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3000)),
        st.tuples(st.sampled_from(["wait", "darken", "freeze", "sleep", "deaf"]), st.floats(0, 3)),
        st.tuples(st.just("weather"), weathers),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(weathers, steps, st.booleans())
def test_bytes_come_out_as_they_went_in_whatever_the_weather(weather: Weather, acts: Any, ends: bool):
    two, written, dice = Two(connect=False), b"", Random(1)
    two.network.route("ann").weather = weather
    two.connect()
    two.loop.run_for(20)
    server = two.server.transport
    for what, value in acts:
        if what == "write":
            data = dice.randbytes(value)
            written += data
            two.client.transport.write(data)
        elif what == "darken":
            two.network.darken("ann", value)
        elif what in ("freeze", "sleep"):
            two.loop.freeze(two.host, value, clock_stops=what == "sleep")
        elif what == "deaf":
            server.pause_reading()
            two.loop.on(two.host, two.loop.now + value, server.resume_reading)
        elif what == "weather":
            two.network.route("ann").weather = value
        else:
            two.loop.run_for(value)
    if ends:
        two.client.transport.close()
    two.loop.run_for(1e6)
    assert two.server.data == written
    assert two.client.seen.count("pause") == two.client.seen.count("resume")
    assert two.server.seen[-1:] == (["lost"] if ends else ["data"] if written else ["made"])
    assert two.nothing_is_left() == ends
    if not ends:
        assert two.link.up.under_way == 0
    assert two.loop.failures == []


def test_the_same_seed_gives_the_same_moments():
    def moments(seed: int) -> list[float]:
        two, seen = Two(connect=False), list[float]()
        two.network.seed = seed
        two.network.route("ann").weather = Weather(jitter_s=0.1, split=0.3, stall_every_s=1)
        two.connect()
        two.loop.run_for(1)
        two.network.taps[0].arrived = lambda *_: seen.append(two.loop.now)  # type: ignore[method-assign]  # to see when
        for _ in range(50):
            two.client.transport.write(b"some bytes")
            two.loop.run_for(0.05)
        return seen

    assert moments(1) == moments(1)
    assert moments(1) != moments(2)
