"""What the simulated network does to a connection: darkness, resets, connections that vanish, weather."""

from __future__ import annotations

import pytest

from rallypoint_simulation.network import Weather
from tests.simulation.two_ends import Two


def test_what_comes_to_a_closed_end_is_answered_by_a_reset():
    two = Two()
    two.server.keeps_open = True
    two.client.transport.abort()
    two.server.transport.write(b"on its way")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof"]  # it does not read any more: only a write tells it
    two.server.transport.write(b"again")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof", "broken"]
    assert two.nothing_is_left()


def test_who_closes_while_something_comes_has_said_its_end_before():
    two = Two()
    two.client.transport.abort()
    two.server.transport.write(b"on its way")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "eof", "lost"]
    assert two.nothing_is_left()


def test_an_abort_in_the_dark_leaves_a_half_open_connection_until_the_other_side_says_something():
    two = Two()
    two.network.darken("ann", 5)
    two.client.transport.write(b"lost")
    two.client.transport.abort()
    two.loop.run_for(100)
    assert two.server.seen == ["made"]
    assert two.tap.seen == ["opened", "client"]
    two.server.transport.write(b"anybody there?")
    two.loop.run_for(1)
    assert two.server.seen == ["made", "broken"]
    assert two.nothing_is_left()


def test_a_close_in_the_dark_arrives_when_it_is_light_again():
    two = Two()
    two.network.darken("ann", 5)
    two.network.darken("ann", 50)
    two.client.transport.write(b"bye")
    two.client.transport.close()
    two.loop.run_for(49)
    assert two.server.seen == ["made"]
    two.loop.run_for(2)
    assert two.server.seen == ["made", "data", "eof", "lost"]
    assert two.nothing_is_left()


def test_darkness_without_an_end_can_be_ended():
    two = Two(Weather(window_bytes=10, split=0.5))
    two.network.darken("ann", float("inf"))
    two.client.transport.write(b"0123456789" * 5)
    two.loop.run_for(1000)
    assert two.server.data == b""
    two.network.lighten("ann")
    two.loop.run_for(5)
    assert two.server.data == b"0123456789" * 5


def test_what_was_in_the_kernel_before_it_got_dark_is_read_in_the_dark():
    two = Two()
    two.loop.freeze(two.host, 10)
    two.client.transport.write(b"there")
    two.loop.run_for(1)
    two.network.darken("ann", 100)
    two.client.transport.write(b"not there")
    two.loop.run_for(20)
    assert two.server.data == b"there"


def test_a_reset_on_the_way_is_told_to_both_and_what_is_under_way_is_lost():
    two = Two(Weather(latency_s=0.1, split=0))
    two.client.transport.write(b"arrives before it")
    two.loop.run_for(0.05)
    two.network.route("ann").weather = Weather(latency_s=1.0)
    two.client.transport.write(b"does not")
    two.network.route("ann").weather = Weather(latency_s=0.1)
    two.link.reset()
    two.loop.run_for(5)
    assert two.client.seen == ["made", "broken"]
    assert two.server.seen == ["made", "data", "broken"]
    assert two.server.data == b"arrives before it"
    assert two.nothing_is_left()


def test_nothing_comes_after_a_reset_that_gets_lost_itself():
    two = Two(Weather(latency_s=0.1, split=0))
    two.client.transport.write(b"first")
    two.loop.run_for(1)
    two.link.reset()
    two.network.darken("ann", 0.5)  # before it is there
    two.client.transport.write(b"into a hole")
    two.loop.run_for(1)
    two.client.transport.write(b"and another")
    two.loop.run_for(5)
    assert two.server.data == b"first"


def test_nobody_is_told_of_a_reset_in_the_dark():
    two = Two()
    two.network.darken("ann", 5)
    two.link.reset()
    two.loop.run_for(10)
    assert two.client.seen == two.server.seen == ["made"]


def test_a_vanished_connection_says_nothing_ever_and_is_forgotten_when_both_sides_gave_up():
    two = Two()
    two.link.vanish()
    two.client.transport.write(b"x")
    two.server.transport.close()
    two.loop.run_for(1000)
    assert two.client.seen == ["made"]
    assert not two.nothing_is_left()
    two.client.transport.abort()
    two.loop.run_for(1)
    assert two.nothing_is_left()
    assert two.tap.seen == ["opened", "server", "client", "forgotten"]


@pytest.mark.parametrize("frozen", [False, True])
def test_a_receiver_that_stands_still_or_does_not_read_stops_the_sender_in_the_end(frozen: bool):
    two = Two(Weather(window_bytes=1000))
    two.client.transport.set_write_buffer_limits(high=2000)
    if frozen:
        two.loop.freeze(two.host, 60)
    else:
        two.server.transport.pause_reading()
    for _ in range(30):
        two.client.transport.write(bytes(100))
        two.loop.run_for(1)
    assert two.client.transport.get_write_buffer_size() == 2000
    two.client.transport.write(b"x")
    assert two.client.seen == ["made", "pause"]
    two.server.transport.resume_reading()
    two.loop.run_for(60)
    assert two.client.seen == ["made", "pause", "resume"]
    assert len(two.server.data) == 3001
    assert two.link.up.under_way == 0


def test_a_reset_is_noticed_by_who_reads_or_writes_and_by_nobody_else():
    two = Two()
    two.server.transport.pause_reading()
    two.client.transport.write(b"before")
    two.loop.run_for(1)
    two.link.reset()
    two.loop.run_for(10)
    assert two.server.seen == ["made"]
    two.server.transport.resume_reading()
    two.loop.run_for(1)
    assert two.server.seen == ["made", "data", "broken"]


def test_bandwidth_spreads_a_large_message_over_time():
    two = Two(Weather(bytes_per_s=1000, split=0))
    two.client.transport.write(bytes(5000))
    two.client.transport.write(b"x")
    two.loop.run_for(4.9)
    assert two.server.data == b""
    two.loop.run_for(0.2)
    assert len(two.server.data) == 5001


def test_stalls_come_as_often_as_the_weather_says():
    two = Two(Weather(latency_s=0.01, split=0, stall_every_s=10, stall_s=2))
    late = 0
    for number in range(2000):
        two.client.transport.write(b"x")
        two.loop.run_for(0.1)
        late += len(two.server.data) < number
    assert 50 < late < 400  # about 20 stalls, each for a second on average
