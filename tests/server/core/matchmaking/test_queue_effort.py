"""What a search does not do in vain."""

from __future__ import annotations

from random import Random

import pytest

from rallypoint.core.matchmaking.balance import divide, units_of
from rallypoint.core.matchmaking.exclusion import Avoiders, AvoidMeasure
from rallypoint.core.matchmaking.packing import pack
from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.rules import Avoid, Distance, Expansion, TeamSize
from rallypoint.core.matchmaking.shapes import Shapes
from rallypoint.core.matchmaking.ticket import Member, Ticket
from rallypoint_protocol.ids import PlayerId
from tests.server.core.matchmaking.queue_house import TWOS, Hall, member

FOURS = (TeamSize(4, 4),) * 2
STEPS = tuple(Expansion(float(at), 3.0 + at) for at in range(10, 60, 10))


def slices(hall: Hall, now: float) -> int:
    """How many tries there are, as each is at least one unit."""
    count = 0
    while True:
        hall.queue.work(now, 1)
        count += 1
        if not hall.queue.busy:
            return count


def test_a_ticket_that_comes_to_a_later_limit_is_not_tried_anew_at_the_limits_of_all_others():
    hall = Hall(Distance(name="rating", attribute="rating", limit=3.0, expansions=STEPS), teams=FOURS)
    for number in range(6):
        hall.add(member(f"p{number}"), at=-float(10 * number))
    hall.work(0.0)
    hall.add(member("late"), at=0.0)
    hall.work(0.0)
    due = hall.queue.due
    assert due == 10.0
    assert slices(hall, due) <= 2 * 6  # each is woken, and tried once: not with each of the others again


@pytest.mark.parametrize("age", ["oldest", "newest"])
def test_a_younger_ticket_plays_with_one_that_may_have_a_smaller_match_by_now(age):
    rating = Distance(name="rating", attribute="rating", limit=3.0, expansions=STEPS)
    hall = Hall(rating, teams=(TeamSize(2, 4),), age=age, fill_after_s=15.0)
    hall.add(member("old"), at=0.0)
    hall.add(member("young"), at=12.0)
    assert hall.found(12.0) == []
    assert hall.found(14.0) == []
    assert hall.found(15.0) == [["old", "young"]]


@pytest.mark.parametrize(
    ("sizes", "fillable"),
    [({3}, False), ({2, 3}, False), ({4}, False), ({1}, True), ({1, 4}, True), ({2}, False)],
)
def test_teams_of_four_with_a_party_of_three_are_only_filled_by_single_players(sizes, fillable):
    shape = Shapes(FOURS).empty.add(3)
    assert shape is not None
    assert shape.fillable(frozenset(sizes)) is fillable


def test_many_parties_that_never_make_a_full_match_are_not_put_together_one_after_the_other():
    hall = Hall(teams=FOURS)
    for number in range(40):
        hall.add(*[member(f"p{number}{one}") for one in "abc"])
    hall.queue.work(0.0, 40 * 300)  # one search of all pairs among them is a thousand
    assert not hall.queue.busy


def test_parties_that_fill_many_teams_are_packed_into_them():
    dice = Random(4)
    teams = (TeamSize(10, 10),) * 10
    for _ in range(20):
        sizes = []
        for team in teams:
            left = team.most
            while left:
                sizes.append(min(left, dice.choice((2, 3, 4, 7))))
                left -= sizes[-1]
        packed = pack(sorted(sizes, reverse=True), teams, bots=False)
        assert packed is not None
        assert sorted(place for team in packed for place in team) == list(range(len(sizes)))
        by_size = sorted(sizes, reverse=True)
        assert [sum(by_size[place] for place in team) for team in packed] == [10] * 10


def test_five_teams_of_two_are_still_divided_exactly():
    values = [float(2**number) for number in range(10)]
    _, gap = divide([1] * 10, values, (TeamSize(2, 2),) * 5) or ((), -1.0)
    # 512 needs the lowest partner; whoever is not with it cannot come nearer to it than 256 with the next highest
    assert gap == min(
        (512 + low) / 2 - least
        for low in values[:9]
        for least in [_lowest_mean([value for value in values[:9] if value != low])]
    )


def _lowest_mean(values: list[float]) -> float:
    """Of the division into pairs whose lowest mean is highest."""
    if not values:
        return float("inf")
    first, rest = values[0], values[1:]
    return max(min((first + other) / 2, _lowest_mean([value for value in rest if value != other])) for other in rest)


def test_dividing_parties_of_a_large_match_counts_for_more_than_dividing_single_players():
    large = (TeamSize(50, 50),) * 2
    assert units_of([1] * 8, FOURS) == 40
    assert units_of([1] * 100, large) == 200
    assert units_of([7, 5, 6] * 5, large) == 750


def test_whom_somebody_avoids_is_told_by_bits():
    measures = [
        AvoidMeasure(Avoid(name="recent", what="recent", matches=1), 0),
        AvoidMeasure(Avoid(name="blocked", what="blocked"), 1),
    ]
    ids = {name: PlayerId(name) for name in "abcde"}
    parties = [
        (Member(ids["a"], blocked=frozenset({ids["c"], PlayerId("nobody")})), Member(ids["b"])),
        (Member(ids["c"]),),
        (Member(ids["d"], recent=((ids["b"], PlayerId("gone")), (ids["c"],))),),
        (Member(ids["e"]),),
    ]
    entries = [
        Entry(Ticket(str(n), party, 0.0, n), tuple(m.value(party) for m in measures), (0.0, float(n)))
        for n, party in enumerate(parties)
    ]
    avoiders = Avoiders(measures, entries)
    one, two, three, four = (avoiders.of(entry) for entry in entries)
    assert one[1] == two[0]
    assert three[1] & one[0]
    assert not three[1] & two[0]  # that match is too long ago
    assert four[1] == two[1] == 0
    assert one[0] | two[0] | three[0] | four[0] == 0b11111


def test_two_who_avoid_each_other_are_not_in_a_match_around_a_third():
    hall = Hall(Avoid(name="blocked", what="blocked"), teams=TWOS)
    hall.all(member("a"), member("b"), member("c", blocked=frozenset({PlayerId("b")})), member("d"))
    assert hall.found() == []
    hall.add(member("e"))
    assert hall.found() == [["a", "b", "d", "e"]]
