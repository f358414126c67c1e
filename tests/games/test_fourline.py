"""Four in a line as it is played on a server, in virtual time. What a line is: ``test_fourline_rules.py``."""

from __future__ import annotations

from typing import Any

import pytest

from games.fourline.game import AcceptDraw, DeclineDraw, Drop, FourLine, OfferDraw, Resign
from rallypoint import SessionStatus
from rallypoint.core.game_like import OptionsRefused
from rallypoint.testing import Match
from rallypoint_protocol.codec import BadMessage

WON_BY_0 = "6133524"
FULL = "436014551150160155104632660465204242223333"


def started(**options: Any) -> Match[FourLine]:
    match = Match(FourLine, players=2, options=options)
    assert match.game.status is SessionStatus.RUNNING
    return match


def play(match: Match[FourLine], moves: str, each_s: float = 0.0) -> None:
    """The players drop discs in turn, each after some time."""
    for column in moves:
        match.run(each_s)
        assert match.game.turn is not None
        match.act(match.game.turn, Drop(column=int(column)))
        match.step()


def refusals(match: Match[FourLine], seat: int) -> list[str]:
    return [event.fields["reason"] for event in match.events(seat, "refused")]


def clocks(match: Match[FourLine]) -> list[int]:
    return [side.clock_ms for side in match.game.players]


def result(match: Match[FourLine]) -> tuple[list[int], str]:
    """Who has won, and how."""
    assert match.ended
    assert match.result is not None
    return match.result["winners"], match.result["reason"]


# --- turns ------------------------------------------------------------------------------------------------------------


def test_seat_0_begins_and_turns_alternate():
    match = started()
    assert match.view(1).game.turn == 0
    play(match, "3")
    assert match.view(0).game.turn == 1
    play(match, "3")
    assert match.view(0).game.turn == 0
    assert match.view(0).game.moves == "33"
    assert match.view(1).game.board == "." * 31 + "1" + "." * 6 + "0" + "." * 3


def test_nobody_drops_a_disc_in_the_others_turn():
    match = started()
    match.act(1, Drop(column=0))
    match.step()
    assert refusals(match, 1) == ["it is not your turn"]
    assert match.game.moves == ""


def test_a_full_column_takes_no_disc_and_it_stays_the_players_turn():
    match = started()
    play(match, "000000")
    before = match.game.board
    match.act(0, Drop(column=0))
    match.step()
    assert refusals(match, 0) == ["that column is full"]
    assert (match.game.board, match.game.turn) == (before, 0)


@pytest.mark.parametrize("column", [-1, 7])
def test_a_column_that_there_is_not_never_gets_as_far_as_the_game(column: int):
    match = started()
    with pytest.raises(BadMessage):
        match.act(0, Drop(column=column))


def test_two_discs_of_one_player_in_a_row_are_one():
    match = started()
    match.act(0, Drop(column=3))
    match.act(0, Drop(column=3))
    match.step()
    assert match.game.moves == "3"
    assert refusals(match, 0) == ["it is not your turn"]


def test_there_is_no_game_until_both_are_there():
    match = Match(FourLine, players=1)
    match.act(0, Drop(column=3))
    match.act(0, Resign())
    match.step()
    assert refusals(match, 0) == ["the game has not started"] * 2
    assert match.view(0).game.turn is None
    match.join("another")
    match.step()
    assert match.view(0).game.turn == 0


def test_while_nobody_does_anything_there_are_no_steps():
    match = started()
    match.run(20)  # by then the seats' reservations would have ended
    tick = match.session.tick
    match.run(100)
    assert match.session.tick == tick
    play(match, "3")
    assert match.session.tick == tick + 1


# --- how it ends ------------------------------------------------------------------------------------------------------


def test_who_has_four_in_a_line_has_won():
    match = started()
    play(match, WON_BY_0)
    assert result(match) == ([0], "four in a line")
    assert match.result is not None
    assert match.result["scores"] == {0: 1.0, 1: 0.0}
    assert match.result["data"] == {"moves": WON_BY_0}
    view = match.view(1)
    assert view.game.line == (38, 39, 40, 41)
    assert [view.game.board[cell] for cell in view.game.line] == ["0"] * 4
    assert view.game.turn is None
    assert view.game.status.name == "ENDED"
    assert [event.fields["result"] for event in match.events(1, "ended")] == [match.result]


def test_the_second_player_can_win_as_well():
    match = started()
    play(match, "0" + WON_BY_0)
    assert result(match) == ([1], "four in a line")


def test_a_full_board_is_a_draw():
    match = started()
    play(match, FULL)
    assert result(match) == ([], "the board is full")
    assert match.result is not None
    assert match.result["scores"] == {0: 0.5, 1: 0.5}


@pytest.mark.parametrize("loser", [0, 1])
def test_who_resigns_has_lost_in_whosever_turn(loser: int):
    match = started()
    play(match, "3")
    match.act(loser, Resign())
    match.step()
    assert result(match) == ([1 - loser], "resigned")


def test_after_the_end_nothing_is_played():
    match = started()
    match.act(0, Resign())
    match.act(1, Drop(column=0))
    match.step()
    assert result(match) == ([1], "resigned")
    assert match.game.moves == ""


# --- draws ------------------------------------------------------------------------------------------------------------


def test_a_draw_that_is_offered_and_accepted_ends_the_game():
    match = started()
    match.act(1, OfferDraw())
    match.step()
    assert match.view(0).game.draw_offer == 1
    match.act(0, AcceptDraw())
    match.step()
    assert result(match) == ([], "agreed")


def test_two_who_offer_a_draw_have_agreed():
    match = started()
    match.act(1, OfferDraw())
    match.act(0, OfferDraw())
    match.step()
    assert result(match) == ([], "agreed")


def test_a_draw_that_is_declined_is_off():
    match = started()
    match.act(0, OfferDraw())
    match.act(1, DeclineDraw())
    match.act(1, AcceptDraw())
    match.step()
    assert match.view(0).game.draw_offer is None
    assert refusals(match, 1) == ["nobody has offered you a draw"]
    assert not match.ended


def test_nobody_accepts_or_declines_an_offer_of_their_own():
    match = started()
    match.act(0, OfferDraw())
    match.act(0, AcceptDraw())
    match.act(0, DeclineDraw())
    match.step()
    assert refusals(match, 0) == ["nobody has offered you a draw"] * 2
    assert match.game.draw_offer == 0


def test_an_offer_outlasts_the_offerers_own_disc_and_is_declined_by_the_others():
    match = started()
    match.act(0, OfferDraw())
    play(match, "3")
    assert match.game.draw_offer == 0
    play(match, "3")
    assert match.game.draw_offer is None


def test_there_is_one_offer_for_each_disc():
    match = started()
    match.act(0, OfferDraw())
    match.act(0, OfferDraw())
    match.act(1, DeclineDraw())
    match.act(0, OfferDraw())
    match.step()
    assert refusals(match, 0) == ["you have offered a draw: drop a disc before you do so again"] * 2
    play(match, "3")
    match.act(0, OfferDraw())
    match.step()
    assert match.game.draw_offer == 0


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_clock_runs_in_its_players_turn_alone_and_gains_the_increment():
    match = started(minutes=1, increment_s=5)
    assert clocks(match) == [60_000, 60_000]
    play(match, "3", each_s=12)
    assert clocks(match) == [53_000, 60_000]
    play(match, "3", each_s=20)
    assert clocks(match) == [53_000, 45_000]
    view = match.view(0)
    match.run(3)
    assert view.game.turn_since_ms == 32_000
    assert [player.clock_ms for player in view.players] == [53_000, 45_000]


def test_a_clock_begins_when_both_are_there_and_not_when_the_session_does():
    match = Match(FourLine, players=1, options={"minutes": 1})
    match.run(10)
    match.join("late")
    match.step()
    assert match.game.turn_since_ms == 10_000
    play(match, "3", each_s=1)
    assert clocks(match) == [61_000, 60_000]


def test_whose_time_is_up_has_lost_at_that_very_moment():
    match = started(minutes=1, increment_s=0)
    match.run(59.999)
    assert not match.ended
    match.run(0.001)
    assert result(match) == ([1], "time")
    assert clocks(match) == [0, 60_000]
    assert match.view(0).player(0).clock_ms == 0


def test_the_flag_falls_on_the_second_player_as_well():
    match = started(minutes=1, increment_s=0)
    play(match, "3", each_s=50)
    match.run(60)
    assert result(match) == ([0], "time")
    assert match.now == 110


def test_a_disc_at_the_last_moment_counts_and_one_after_it_does_not():
    match = started(minutes=1, increment_s=0)
    play(match, "3", each_s=59.999)
    assert clocks(match) == [1, 60_000]
    play(match, "3")
    match.now += 0.001  # both are there at the same moment: the disc and the flag
    match.act(0, Drop(column=0))
    match.step()
    assert refusals(match, 0) == ["your time is up"]
    assert result(match) == ([1], "time")


def test_the_flag_of_a_turn_that_is_over_does_nothing():
    match = started(minutes=1, increment_s=0)
    play(match, "33", each_s=20)
    match.game.flag_falls(0)
    match.game.flag_falls(1)
    tick = match.session.tick
    match.run(39)
    assert not match.ended
    assert match.session.tick == tick  # nor did it wake the session up


def test_while_a_player_is_away_the_clock_runs_on():
    match = started(minutes=1, increment_s=0)
    match.drop(0)
    match.run(50)
    match.come_back(0)
    match.step()
    assert match.view(0).game.turn_since_ms == 0
    play(match, "3", each_s=5)
    assert clocks(match) == [5_000, 60_000]


def test_a_player_who_is_away_can_lose_on_time():
    match = started(minutes=0.5)
    match.drop(0)
    match.run(30)
    assert result(match) == ([1], "time")


# --- who leaves -------------------------------------------------------------------------------------------------------


def test_who_leaves_has_lost():
    match = started()
    match.leave(0)
    match.step()
    assert result(match) == ([1], "left")


def test_who_stays_away_too_long_has_lost():
    match = started(minutes=10)
    match.drop(1)
    match.run(59.9)
    assert not match.ended
    match.run(0.1)
    assert result(match) == ([0], "expired")


def test_two_who_leave_at_once_leave_a_result():
    match = started()
    match.leave(0)
    match.leave(1)
    match.step()
    assert result(match) == ([1], "left")


def test_who_leaves_before_the_game_has_lost_nothing():
    match = Match(FourLine, players=1)
    match.leave(0)
    match.step()
    assert match.result is None


# --- options ----------------------------------------------------------------------------------------------------------


def test_without_options_it_is_three_minutes_and_two_seconds_a_disc():
    match = started()
    assert clocks(match) == [180_000, 180_000]
    play(match, "3")
    assert clocks(match) == [182_000, 180_000]


def test_lists_show_how_long_a_game_takes():
    assert dict(started(minutes=5, increment_s=0).game.meta) == {"minutes": 5, "increment_s": 0}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"minutes": 0}, "minutes must be a number from 0.1 to 180"),
        ({"minutes": 181}, "minutes must be"),
        ({"minutes": float("nan")}, "minutes must be"),
        ({"minutes": "3"}, "minutes must be"),
        ({"minutes": True}, "minutes must be"),
        ({"increment_s": -1}, "increment_s must be a number from 0 to 60"),
        ({"increment_s": 61}, "increment_s must be"),
        ({"increment_s": None}, "increment_s must be"),
        ({"hours": 1}, "there is no option hours: the options are minutes and increment_s"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_reason(options: dict[str, Any], why: str):
    with pytest.raises(OptionsRefused, match=why):
        started(**options)


def test_more_metadata_than_there_is_room_for_is_refused_and_no_failure():
    match = Match(FourLine, players=0)
    match.session.game.set_meta({f"key{n}": n for n in range(16)})
    with pytest.raises(OptionsRefused, match="16 are the most"):
        match.session.game.create({})
