"""Reliable messages: none is lost without its being said."""

from __future__ import annotations

from hypothesis import given, strategies as st

from rallypoint.core.outgoing import Outgoing


def filled(messages: str, **bounds: int) -> Outgoing[str]:
    outgoing: Outgoing[str] = Outgoing(**bounds)
    for message in messages:
        outgoing.append(message, 10)
    return outgoing


def test_messages_are_numbered_from_one():
    outgoing = filled("ab")
    assert outgoing.since(0) == [(1, "a"), (2, "b")]
    assert outgoing.last == 2


def test_what_was_not_received_is_given_again_and_nothing_else():
    outgoing = filled("abcd")
    assert outgoing.since(2) == [(3, "c"), (4, "d")]
    assert outgoing.since(4) == []


def test_what_was_acknowledged_is_kept_no_longer():
    outgoing = filled("abcd")
    outgoing.ack(3)
    assert len(outgoing) == 1
    assert outgoing.since(0) == [(4, "d")]
    assert outgoing.lost_since(3) == 0


def test_an_acknowledgement_from_the_past_or_the_future_changes_nothing():
    outgoing = filled("abcd")
    outgoing.ack(2)
    for odd in (0, 1, 2, 5, 2**53 - 1):
        outgoing.ack(odd)
    assert outgoing.acked == 2
    assert outgoing.since(0) == [(3, "c"), (4, "d")]


def test_when_there_are_too_many_the_oldest_go_and_are_counted():
    outgoing = filled("abcde", count_max=3)
    assert outgoing.since(0) == [(3, "c"), (4, "d"), (5, "e")]
    assert outgoing.lost_since(0) == 2
    assert outgoing.lost_since(1) == 1
    assert outgoing.lost_since(2) == 0


def test_their_bytes_are_bounded_too():
    outgoing = filled("abcde", bytes_max=25)
    assert [number for number, _ in outgoing.since(0)] == [4, 5]
    assert not outgoing.append("f", 10)
    outgoing.ack(6)
    assert outgoing.append("g", 25)


def test_one_message_above_the_bound_is_lost_and_said_to_be():
    outgoing: Outgoing[str] = Outgoing(bytes_max=25)
    assert not outgoing.append("large", 26)
    assert len(outgoing) == 0
    assert outgoing.lost_since(0) == 1


@given(
    st.lists(st.one_of(st.tuples(st.just("say"), st.integers(0, 12)), st.tuples(st.just("ack"), st.integers(0, 40)))),
    st.integers(1, 8),
    st.integers(1, 40),
)
def test_every_message_is_either_acknowledged_kept_or_counted_as_lost(steps, count_max, bytes_max):
    outgoing: Outgoing[int] = Outgoing(count_max, bytes_max)
    sizes: dict[int, int] = {}
    for what, number in steps:
        if what == "say":
            outgoing.append(outgoing.last + 1, number)
            sizes[outgoing.last] = number
        else:
            outgoing.ack(number)
        kept = outgoing.since(0)
        assert [n for n, _ in kept] == [message for _, message in kept] == sorted(n for n, _ in kept)
        assert len(kept) <= count_max
        assert sum(sizes[n] for n, _ in kept) <= bytes_max
        for since in range(outgoing.acked, outgoing.last + 1):
            assert len(outgoing.since(since)) + outgoing.lost_since(since) == outgoing.last - since
