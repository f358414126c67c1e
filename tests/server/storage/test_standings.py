"""How the players of a session did, out of its record: places of teams, draws, leavers; and what is not rated."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.orders import MatchOrder
from rallypoint.ports import SeatRecord
from rallypoint.storage.standings import standings
from rallypoint_protocol.ids import PlayerId
from tests.server.storage.made import record


def seat(number: int, player: str, outcome: str = "played", bot: bool = False) -> SeatRecord:
    return SeatRecord(number, PlayerId(player), player.title(), bot, outcome)


def match(*teams: str, **values: Any) -> MatchOrder:
    """Each word a team, each letter a player."""
    return MatchOrder("m1", "ranked", tuple(tuple(map(PlayerId, team)) for team in teams), **{"rated": True} | values)


FOUR = (seat(0, "a"), seat(1, "b"), seat(2, "c"), seat(3, "d"))


def of(
    order: MatchOrder | None, seats=FOUR, winners=(), scores=None, **changes: Any
) -> dict[str, tuple[int, int, bool]]:
    """By player: team, rank, whether left."""
    result = {"winners": list(winners), "scores": scores or {}, "reason": "", "data": {}}
    found = standings(record(match=order, seats=seats, **{"result": result} | changes))
    return {one.player: (one.team, one.rank, one.left) for one in found}


def test_the_team_with_a_winner_is_first():
    assert of(match("ab", "cd"), winners=[2]) == {
        "a": (0, 1, False),
        "b": (0, 1, False),
        "c": (1, 0, False),
        "d": (1, 0, False),
    }


def test_a_result_without_winners_and_scores_is_a_draw():
    assert {rank for _, rank, _ in of(match("ab", "cd")).values()} == {0}


def test_several_winning_teams_have_drawn():
    ranks = of(match("a", "b", "c", "d"), winners=[0, 3])
    assert [ranks[player][1] for player in "abcd"] == [0, 1, 1, 0]


def test_scores_order_those_who_have_not_won_and_are_added_up_in_a_team():
    ranks = of(match("ab", "c", "d"), winners=[3], scores={0: 1, 1: 1.5, 2: 2, 3: -1})
    assert [ranks[player][1] for player in "acd"] == [1, 2, 0]


@pytest.mark.parametrize("teams", [(), ("abcd",)])
def test_in_a_free_for_all_everybody_is_a_team(teams):
    ranks = of(match(*teams), winners=[1], scores={0: 5, 1: 3, 2: 5, 3: 1})
    assert [ranks[player][1] for player in "abcd"] == [1, 0, 1, 2]
    assert len({team for team, _, _ in ranks.values()}) == 4


def test_who_has_left_was_kicked_or_lost_is_marked_and_rated_with_the_team():
    for outcome in ("left", "kicked", "expired"):
        seats = (seat(1, "b", outcome), seat(0, "a"), seat(2, "c"), seat(3, "d"))
        ranks = of(match("ab", "cd"), seats, winners=[0])
        assert ranks["b"] == (0, 0, True)
        assert ranks["a"] == (0, 0, False)


def test_a_team_that_all_have_left_is_last_also_if_their_old_seat_has_won():
    seats = (seat(0, "a", "left"), seat(0, "c"), seat(1, "b"))
    ranks = of(match("a", "b", "c"), seats, winners=[0])
    assert [ranks[player][1] for player in "abc"] == [2, 1, 0]


def test_who_came_back_into_the_same_match_counts_as_the_last_time():
    seats = (seat(0, "a", "left"), seat(1, "b"), seat(2, "a"))
    assert of(match("a", "b"), seats, winners=[2]) == {"a": (0, 0, False), "b": (1, 1, False)}


def test_who_is_in_no_team_of_the_match_is_not_rated():
    assert set(of(match("ab", "c"), winners=[0])) == {"a", "b", "c"}


def test_who_came_later_and_left_is_not_rated_and_who_stayed_is():
    seats = (seat(0, "a"), seat(1, "b"), seat(2, "c"), seat(3, "d", "left"))
    late = match("ac", "bd", late=(PlayerId("c"), PlayerId("d")))
    assert of(late, seats, winners=[1]) == {"a": (0, 1, False), "c": (0, 1, False), "b": (1, 0, False)}


@pytest.mark.parametrize(
    "changes",
    [
        {"match": None},
        {"match": match("ab", "cd", rated=False)},
        {"match": match("ab", "cd", missed=(PlayerId("d"),))},
        {"outcome": "cancelled"},
        {"outcome": "shutdown"},
        {"outcome": "quarantined"},
        {"result": None},
        {"seats": (*FOUR[:3], seat(3, "d", bot=True))},
        {"seats": (*FOUR, seat(3, "e", "left", bot=True))},
        {"seats": FOUR[:2]},
    ],
    ids=lambda changes: f"{next(iter(changes))}",
)
def test_it_is_rated_only_if_it_was_a_whole_match_of_people(changes):
    values: dict[str, Any] = {"match": match("ab", "cd"), "seats": FOUR, "result": {"winners": [0], "scores": {}}}
    assert standings(record(**values))
    assert standings(record(**values | changes)) == []


@pytest.mark.parametrize(
    "result",
    [
        {"winners": [0], "scores": {0: float("nan"), 1: float("inf"), 2: float("-inf"), 3: float("inf")}},
        {"winners": [0], "scores": {0: "many", 1: None, 2: [1], 3: 10**400}},
        {"winners": None, "scores": None},
        {"winners": 3, "scores": 4},
        {},
    ],
)
def test_a_result_of_nonsense_still_gives_places(result):
    found = standings(record(match=match("a", "b", "c", "d"), seats=FOUR, result=result))
    assert len(found) == 4
    assert all(0 <= one.rank < 4 for one in found)
