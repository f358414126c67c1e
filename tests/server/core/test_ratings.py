"""What a match does to ratings: who wins gains, the sooner the less is known of them, and who leaves has lost."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.ratings import Standing, rated
from rallypoint_protocol.ids import PlayerId

NEW = Rating()
SURE = Rating(25.0, 2.0)
TAU = 25.0 / 300
"""A match makes everybody a little less sure first, so that ratings can always move."""


def standing(name: str, team: int, rank: int, left: bool = False) -> Standing:
    return Standing(PlayerId(name), team, rank, left)


def after(standings: list[Standing], before: list[Rating] | None = None) -> dict[str, Rating]:
    found = rated(standings, before or [NEW] * len(standings))
    assert [one.standing for one in found] == standings
    return {one.standing.player: one.after for one in found}


def test_it_is_what_the_model_says_of_a_duel_of_new_players():
    found = after([standing("ada", 0, 0), standing("bob", 1, 1)])
    assert found["ada"].mu == pytest.approx(27.635389493140497)
    assert found["ada"].sigma == pytest.approx(8.06590141354368)
    assert found["bob"].mu == pytest.approx(22.364610506859503)


def test_the_order_of_the_players_does_not_matter():
    rows = [standing("ada", 0, 0), standing("bob", 0, 0), standing("cid", 1, 1), standing("dan", 1, 1)]
    assert after(rows) == after(rows[::-1])


def test_an_upset_moves_more_than_what_was_expected():
    strong, weak = Rating(35.0, 3.0), Rating(15.0, 3.0)
    expected = after([standing("strong", 0, 0), standing("weak", 1, 1)], [strong, weak])
    upset = after([standing("strong", 0, 1), standing("weak", 1, 0)], [strong, weak])
    assert upset["weak"].mu - 15.0 > 10 * (expected["strong"].mu - 35.0) > 0


def test_who_is_known_well_moves_less():
    found = after([standing("new", 0, 0), standing("sure", 1, 1)], [NEW, SURE])
    assert found["new"].mu - 25.0 > 5 * (25.0 - found["sure"].mu) > 0


def test_a_draw_brings_two_that_differ_closer_and_leaves_equals_where_they_are():
    found = after([standing("ada", 0, 0), standing("bob", 1, 0)], [Rating(30.0, 5.0), Rating(20.0, 5.0)])
    assert found["ada"].mu < 30.0
    assert found["bob"].mu > 20.0
    equal = after([standing("ada", 0, 0), standing("bob", 1, 0)])
    assert equal["ada"].mu == pytest.approx(25.0)
    assert equal["ada"].sigma < NEW.sigma


def test_in_a_free_for_all_each_place_is_worth_something():
    found = after([standing(name, place, place) for place, name in enumerate("abcd")])
    assert found["a"].mu > found["b"].mu > found["c"].mu > found["d"].mu


def test_who_has_left_loses_though_the_team_wins():
    rows = [standing("ada", 0, 0), standing("bob", 0, 0, left=True), standing("cid", 1, 1), standing("dan", 1, 1)]
    stayed = [standing("ada", 0, 0), standing("bob", 0, 0), *rows[2:]]
    found, whole = after(rows), after(stayed)
    assert found["bob"].mu < 25.0
    assert {name: found[name] for name in ("ada", "cid", "dan")} == {
        name: whole[name] for name in ("ada", "cid", "dan")
    }


def test_who_has_left_a_team_that_lost_loses_as_much_as_the_others_of_it():
    rows = [standing("ada", 0, 0), standing("bob", 1, 1, left=True), standing("cid", 1, 1)]
    found = after(rows)
    assert found["bob"] == found["cid"]


def test_who_has_left_a_draw_loses():
    found = after([standing("ada", 0, 0), standing("bob", 1, 0, left=True)])
    assert found["bob"].mu < 25.0
    assert found["ada"].mu == pytest.approx(25.0)


def test_teams_may_be_uneven():
    found = after([standing("one", 0, 0), *(standing(name, 1, 1) for name in "abcd")])
    assert found["one"].mu > 25.0
    assert all(found[name].mu < 25.0 for name in "abcd")


def test_one_team_cannot_be_rated():
    with pytest.raises(ValueError, match="one team"):
        rated([standing("ada", 0, 0), standing("bob", 0, 0)], [NEW, NEW])


people = st.lists(
    st.tuples(st.integers(0, 3), st.floats(-50, 100), st.floats(0.5, 8.4), st.booleans()), min_size=2, max_size=12
).filter(lambda rows: len({row[0] for row in rows}) > 1)


@given(people, st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_ratings_are_finite_and_nobody_who_is_alone_last_gains(rows, ranks):
    standings = [standing(f"p{n}", team, ranks[team], left) for n, (team, _, _, left) in enumerate(rows)]
    before = [Rating(mu, sigma) for _, mu, sigma, _ in rows]
    worst = max(one.rank for one in standings)
    last = {one.team for one in standings if one.rank == worst}
    for one, was in zip(rated(standings, before), before, strict=True):
        assert one.before == was
        assert math.isfinite(one.after.mu)
        assert 0 < one.after.sigma <= math.hypot(was.sigma, TAU) + 1e-9
        if one.standing.left or last == {one.standing.team}:
            assert one.after.mu <= was.mu + 1e-9
