"""Who plays in which team, by the order of a session."""

import pytest

from rallypoint.core.match_teams import MatchInfo, free_by_team, in_team, info_of, match_again, match_with, team_of
from rallypoint.core.orders import MatchOrder
from rallypoint.core.seat import Seat
from rallypoint_protocol.ids import PlayerId, Token

ANN, BOB, CID, DAN = (PlayerId(name) for name in ("ann", "bob", "cid", "dan"))
BOT = PlayerId("bot-1")
DUO = MatchOrder("m1", "ranked", ((ANN, BOB), (CID,)), (2, 2), rated=True, region="eu", quality=0.8)
OPEN = MatchOrder("m2", "ffa", ((ANN, BOB),), (4,))


def seats(*players: PlayerId) -> list[Seat]:
    return [
        Seat(i, player, player, Token(b"t"), deadline=1.0, grace_s=1.0, grace_budget_s=1.0)
        for i, player in enumerate(players)
    ]


def test_the_game_is_told_of_the_match_what_does_not_change() -> None:
    assert info_of(DUO) == MatchInfo("m1", "ranked", "eu", 0.8, rated=True, sizes=(2, 2))


def test_a_free_for_all_has_no_teams() -> None:
    assert info_of(OPEN).sizes == ()
    assert team_of(OPEN, ANN) is None


def test_a_players_team_is_where_the_order_has_the_player() -> None:
    assert [team_of(DUO, player) for player in (ANN, BOB, CID, DAN)] == [0, 0, 1, None]
    assert team_of(None, ANN) is None


def test_a_player_who_comes_later_is_added_to_a_team() -> None:
    assert in_team(DUO, DAN, 1).teams == ((ANN, BOB), (CID, DAN))


def test_nobody_is_in_two_teams() -> None:
    assert in_team(DUO, ANN, 1).teams == ((BOB,), (CID, ANN))
    assert in_team(DUO, CID, 1) is DUO


def test_there_is_no_team_beyond_the_last() -> None:
    with pytest.raises(IndexError, match="2 teams, and none with the number 2"):
        in_team(DUO, DAN, 2)


def test_free_seats_are_the_sizes_less_those_seated() -> None:
    assert free_by_team(DUO, seats(ANN, BOB, CID), 5) == (0, 1)
    assert free_by_team(DUO, seats(BOB), 5) == (1, 2)


def test_no_more_seats_are_free_in_teams_than_in_the_session() -> None:
    assert free_by_team(DUO, seats(), 3) == (2, 1)
    assert free_by_team(DUO, seats(ANN, DAN), 0) == (0, 0)


def test_the_free_seats_of_a_free_for_all_are_one_number() -> None:
    assert free_by_team(OPEN, seats(ANN, DAN), 9) == (2,)
    assert free_by_team(MatchOrder("m3", "ffa", ()), seats(ANN), 3) == (3,)


def test_a_bot_comes_into_a_team_that_was_never_full_rather_than_take_the_place_of_who_is_yet_to_come() -> None:
    (ann,) = seats(ANN)
    bot = Seat(1, BOT, "Bot", Token(b"t"), deadline=1.0, grace_s=1.0, grace_budget_s=1.0, bot=True)
    more = match_with(DUO, [ann, bot], bot, None)
    assert more is not None
    assert more.teams == ((ANN, BOB), (CID, BOT))
    full = in_team(DUO, DAN, 1)
    more = match_with(full, [ann, bot], bot, None)  # everybody's place is known, and Bob did not come
    assert more is not None
    assert more.teams == ((ANN, BOB, BOT), (CID, DAN))


def test_a_rematch_is_of_those_who_agreed() -> None:
    assert match_again(DUO, "m9", [ANN, CID]) == MatchOrder(
        "m9", "ranked", ((ANN,), (CID,)), (2, 2), rated=True, region="eu", quality=0.8
    )
    unsized = MatchOrder("m1", "ranked", ((ANN, BOB), (CID,)))
    assert match_again(unsized, "m9", [CID]).sizes == (2, 1)


def test_a_rematch_begins_with_everybody_there() -> None:
    before = MatchOrder("m1", "ranked", ((ANN, BOB), (CID,)), (2, 2), late=(BOB,), missed=(CID,))
    again = match_again(before, "m9", [ANN, BOB, CID])
    assert (again.late, again.missed) == ((), ())
