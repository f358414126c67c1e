"""Limits over the wait, and the small things that tickets are prepared with."""

from __future__ import annotations

from hypothesis import given, strategies as st

from rallypoint.core.matchmaking.bits import Bits
from rallypoint.core.matchmaking.measures import measure_of
from rallypoint.core.matchmaking.pairing import Entry, cost, limit_at, next_change, passes
from rallypoint.core.matchmaking.rules import Avoid, Distance, Equal, Expansion
from rallypoint.core.matchmaking.ticket import Ticket
from tests.server.core.matchmaking.queue_house import member

RATING = Distance(
    name="rating",
    attribute="rating",
    limit=3.0,
    expansions=(Expansion(10.0, 6.0), Expansion(30.0, 12.0)),
    optional_after_s=60.0,
)


def test_a_limit_is_in_force_from_its_wait_on():
    waits = (-5.0, 0.0, 9.9, 10.0, 30.0, 59.9, 60.0, 1e9)
    assert [limit_at(RATING, wait) for wait in waits] == [3.0, 3.0, 3.0, 6.0, 12.0, 12.0, None, None]


def test_the_next_change_is_told_with_what_comes_then():
    assert next_change(RATING, -3.0) == (10.0, 6.0)
    assert next_change(RATING, 10.0) == (30.0, 12.0)
    assert next_change(RATING, 30.0) == (60.0, None)
    assert next_change(RATING, 60.0) is None
    assert next_change(Equal(name="mode", attribute="mode"), 0.0) is None


def test_expansions_after_a_rule_became_optional_do_not_count():
    rule = Distance(
        name="d", attribute="x", limit=1, expansions=(Expansion(5, 2), Expansion(50, 3)), optional_after_s=20
    )
    assert next_change(rule, 5.0) == (20, None)
    assert limit_at(rule, 55.0) is None


def test_rules_without_a_limit_have_zero_and_dodgers_their_count():
    assert limit_at(Equal(name="mode", attribute="mode"), 0.0) == 0.0
    assert limit_at(Avoid(name="blocked", what="blocked"), 0.0) == 0.0
    assert limit_at(Avoid(name="dodgers", what="dodgers", limit=4), 0.0) == 4


def test_two_pass_and_cost_by_the_limit_of_their_wait():
    measure = measure_of(RATING, 0)
    a, b = (
        Entry(Ticket(name, (one,), 0.0, 1), (measure.value([one]),), (0.0,))
        for name, one in (("a", member("a", 20)), ("b", member("b", 24)))
    )
    assert [passes(measure, a, b, wait) for wait in (0.0, 10.0, 60.0)] == [False, True, True]
    assert cost([measure], a, b, 10.0) == 4 / 6
    assert cost([measure], a, b, 0.0) == 1.0


@given(st.lists(st.tuples(st.booleans(), st.frozensets(st.sampled_from("abcdefgh"), max_size=4))))
def test_bits_stand_for_words_and_are_given_again_when_nobody_uses_them(steps):
    bits = Bits()
    taken: list[tuple[int, frozenset[str]]] = []
    for gives_back, words in steps:
        if gives_back and taken:
            bits.give_back(taken.pop(0)[0])
        else:
            taken.append((bits.take(words), words))
        used = {word for _, one in taken for word in one}
        assert all(frozenset(bits.words(mask)) == one for mask, one in taken)
        assert all((bits.bit_of(word) != 0) == (word in used) for word in "abcdefgh")
        assert all(mask < 1 << 8 for mask, _ in taken)
