"""Dividing tickets into teams: exactly for small matches, well for large ones."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given, strategies as st

from rallypoint.core.matchmaking.balance import divide, gap_of
from rallypoint.core.matchmaking.rules import TeamSize
from rallypoint.core.matchmaking.shapes import Shape, Shapes

TEAMS = st.lists(st.builds(TeamSize, st.integers(1, 3), st.integers(3, 4)), min_size=1, max_size=3).map(tuple)
PARTIES = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), min_size=1, max_size=7)


def brute(sizes, values, teams, *, bots):
    """The best (unevenness, gap) of all divisions; ``None``: none fits."""
    found = []
    for choice in product(range(len(teams)), repeat=len(sizes)):
        division = [[place for place, team in enumerate(choice) if team == number] for number in range(len(teams))]
        counts = [sum(sizes[place] for place in team) for team in division]
        fits = zip(counts, teams, strict=True)
        if all((0 if bots else team.least) <= count <= team.most for count, team in fits):
            free = [team.most - count for count, team in zip(counts, teams, strict=True)]
            found.append((max(free) - min(free), gap_of(division, sizes, values)))
    return min(found, default=None)


@given(PARTIES, TEAMS, st.booleans())
def test_small_matches_are_divided_as_well_as_can_be(parties, teams, bots):
    sizes, values = [size for size, _ in parties], [float(size * value) for size, value in parties]
    best = brute(sizes, values, teams, bots=bots)
    found = divide(sizes, values, teams, bots=bots)
    if best is None or len(teams) == 1:
        assert len(teams) == 1 or found is None
        return
    assert found is not None
    division, gap = found
    assert sorted(place for team in division for place in team) == list(range(len(sizes)))
    counts = [sum(sizes[place] for place in team) for team in division]
    free = [team.most - count for team, count in zip(teams, counts, strict=True)]
    assert max(free) - min(free) == best[0]
    assert gap == pytest.approx(best[1])
    assert gap == gap_of(division, sizes, values)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), max_size=6), TEAMS)
def test_a_shape_is_complete_exactly_if_the_parties_can_be_divided(parties, teams):
    shapes = Shapes(teams)
    shape: Shape | None = shapes.empty
    sizes: list[int] = []
    for size, _ in parties:
        sizes.append(size)
        if shape is not None:
            shape = shape.add(size)
    assert (shape is not None) == (not sizes or brute(sizes, [0.0] * len(sizes), teams, bots=True) is not None)
    if shape is not None and sizes:
        assert shape.complete == (brute(sizes, [0.0] * len(sizes), teams, bots=False) is not None)


@pytest.mark.parametrize(("team", "count"), [(8, 2), (4, 4), (32, 2)])
def test_large_matches_are_balanced_well_by_exchanges(team, count):
    dice = Random(7)
    values = [dice.gauss(25, 8) for _ in range(team * count)]
    found = divide([1] * len(values), values, (TeamSize(team, team),) * count)
    assert found is not None
    division, gap = found
    assert [len(one) for one in division] == [team] * count
    assert gap < 1.0  # by chance it is some 4


def test_parties_that_fit_only_in_one_way_are_divided_that_way_in_large_matches_too():
    sizes = [3, 3, 2, 2, 2, *[1] * 14]
    teams = (TeamSize(6, 6), TeamSize(6, 6), TeamSize(14, 14))
    found = divide(sizes, [float(size) for size in sizes], teams)
    assert found is not None
    assert [sum(sizes[place] for place in team) for team in found[0]] == [6, 6, 14]


def test_the_same_tickets_are_divided_the_same_way():
    values = [10.0, 10.0, 20.0, 20.0]
    assert divide([1] * 4, values, (TeamSize(2, 2),) * 2) == divide([1] * 4, values, (TeamSize(2, 2),) * 2)
    assert divide([1] * 4, values, (TeamSize(2, 2),) * 2) == (((0, 2), (1, 3)), 0.0)
