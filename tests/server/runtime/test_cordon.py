"""A node is emptied: no new sessions, and how long it takes until the last is over."""

from __future__ import annotations

import pytest

from rallypoint.runtime.cordon import Cordon, CordonState, Durations, eta_s


def test_a_cordon_closes_until_it_is_opened():
    cordon = Cordon()
    assert not cordon.closed
    cordon.close(10.0, "ada", 3)
    assert (cordon.closed, cordon.state, cordon.since, cordon.by) == (True, CordonState.CORDONED, 10.0, "ada")
    cordon.close(20.0, "bob", 2)
    assert (cordon.since, cordon.by) == (10.0, "ada"), "it was closed already"
    cordon.open()
    assert not cordon.closed


def test_a_drain_is_over_when_the_last_session_is():
    cordon = Cordon()
    cordon.drain(10.0, "ada", 2, None)
    assert (cordon.state, cordon.sessions_at_start) == (CordonState.DRAINING, 2)
    assert not cordon.look(1e9, 1)
    assert cordon.state is CordonState.DRAINING
    assert not cordon.look(1e9, 0)
    assert cordon.state is CordonState.DRAINED
    assert cordon.closed


def test_an_empty_node_is_drained_at_once():
    cordon = Cordon()
    cordon.drain(10.0, "ada", 0, 60.0)
    assert cordon.state is CordonState.DRAINED


def test_what_is_left_is_ended_once_when_its_time_is_up():
    cordon = Cordon()
    cordon.close(5.0, "ada", 9)
    cordon.drain(10.0, "ada", 4, 60.0)
    assert cordon.since == 10.0
    assert not cordon.look(69.9, 4)
    assert cordon.look(70.0, 4)
    assert not cordon.look(71.0, 4), "they are told once"
    assert not cordon.look(72.0, 0)
    assert cordon.state is CordonState.DRAINED


def test_what_is_left_may_be_ended_at_once():
    cordon = Cordon()
    cordon.drain(10.0, "ada", 4, 0.0)
    assert cordon.look(10.0, 4)


def test_a_drain_can_be_given_another_time():
    cordon = Cordon()
    cordon.drain(10.0, "ada", 4, 60.0)
    cordon.drain(20.0, "bob", 3, None)
    assert (cordon.since, cordon.sessions_at_start, cordon.end_at, cordon.by) == (10.0, 4, None, "bob")


@pytest.mark.parametrize(
    ("ages", "eta"),
    [
        ([], 0.0),
        ([("orbit", 10.0)], 90.0),
        ([("orbit", 10.0), ("orbit", 40.0)], 90.0),
        ([("orbit", 300.0)], 150.0),
        ([("orbit", 10.0), ("cards", 1.0)], None),
    ],
)
def test_what_is_left_takes_as_long_as_what_was_before(ages, eta):
    durations = Durations()
    for duration_s in (50.0, 100.0, 700.0):
        durations.add("orbit", duration_s)
    assert eta_s(ages, durations.usual_s()) == eta
