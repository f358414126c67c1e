"""Crazy Eights as it is played on a server, in virtual time. That hands stay hidden: ``test_cards_hidden.py``."""

from __future__ import annotations

from typing import Any

import pytest

from games.cards.game import AWAY_S, PAUSE_S, START_S, CardPlayer, Cards
from games.cards.messages import Draw, Pass, Play, PlayEight
from games.cards.rules import EIGHT, PACK, Suit, name_of, rank_of, suit_of
from rallypoint import SessionStatus
from rallypoint.core.game_like import OptionsRefused
from rallypoint.testing import Match
from rallypoint_protocol.codec import BadMessage

BY_NAME = {name_of(card): card for card in PACK}


def cards(names: str) -> list[int]:
    return [BY_NAME[name] for name in names.split()]


def started(players: int = 3, seed: int = 1, **options: Any) -> Match[Cards]:
    """A game in which the first cards have been dealt."""
    match = Match(Cards, players=players, seed=seed, options=options)
    assert match.game.status is SessionStatus.RUNNING
    assert match.game.turn is None
    match.run(START_S)
    assert match.game.round == 1
    return match


def table(*hands: str, top: str = "9♥", stock: str = "", pile: str = "", **options: Any) -> Match[Cards]:
    """A round in which seat 0 is next, and everybody has these cards. The last of the stock is drawn first."""
    match = started(len(hands), **options)
    game = match.game
    game.stock, game.pile = cards(stock), cards(pile)
    game.top = BY_NAME[top]
    game.suit = suit_of(game.top)
    for player, hand in zip(game.players, hands, strict=True):
        game._hold(player, cards(hand))
    game._count()
    game.turn = len(hands) - 1
    game._next_turn()
    return match


def player(match: Match[Cards], seat: int) -> CardPlayer:
    return match.game.players[seat]


def hand(match: Match[Cards], seat: int) -> str:
    return " ".join(map(name_of, player(match, seat).hand))


def act(match: Match[Cards], seat: int, *actions: Play | PlayEight | Draw | Pass) -> None:
    for action in actions:
        match.act(seat, action)
    match.step()


def play(name: str) -> Play:
    return Play(card=BY_NAME[name])


def refusals(match: Match[Cards], seat: int) -> list[str]:
    return [event.fields["reason"] for event in match.events(seat, "refused")]


def scores(match: Match[Cards]) -> list[int]:
    return [player.score for player in match.game.players]


# --- dealing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("players", [3, 4, 5])
def test_everybody_is_dealt_five_cards_and_no_card_is_there_twice(players: int):
    game = started(players).game
    assert [len(player.hand) for player in game.players] == [5] * players
    everywhere = [card for player in game.players for card in player.hand] + game.stock + game.pile + [game.top]
    assert sorted(everywhere) == list(PACK)
    assert game.stock_count == 52 - 5 * players - 1


def test_the_first_card_on_the_table_is_never_an_eight():
    tops = [started(seed=seed).game.top for seed in range(100)]
    assert EIGHT not in {rank_of(top) for top in tops}
    assert len(set(tops)) > 25


def test_the_deal_is_the_seeds():
    assert started(seed=7).game.stock == started(seed=7).game.stock
    assert started(seed=7).game.stock != started(seed=8).game.stock


def test_each_player_sees_their_own_hand_and_how_many_cards_the_others_have():
    match = started(4)
    for seat in range(4):
        view = match.view(seat)
        assert view.me.hand == player(match, seat).hand
        assert [other.hand for other in view.players if other.seat != seat] == [None] * 3
        assert [other.count for other in view.players] == [5] * 4


# --- turns ------------------------------------------------------------------------------------------------------------


def test_a_card_of_the_same_suit_or_rank_is_played_and_the_turn_goes_on():
    match = table("3♥ K♣", "3♣ K♦", "A♣ 2♣")
    act(match, 0, play("3♥"))
    assert (name_of(match.game.top), match.game.turn, hand(match, 0)) == ("3♥", 1, "K♣")
    act(match, 1, play("3♣"))
    assert (name_of(match.game.top), match.game.suit, match.game.turn) == ("3♣", Suit.CLUBS, 2)
    assert match.view(0).player(1).count == 1
    assert [event.fields for event in match.events(2, "Played")] == [
        {"seat": 0, "card": BY_NAME["3♥"], "suit": Suit.HEARTS},
        {"seat": 1, "card": BY_NAME["3♣"], "suit": Suit.CLUBS},
    ]


def test_who_plays_an_eight_names_the_suit_that_has_to_follow():
    match = table("8♣ K♣", "3♥ 4♠", "A♣ 2♣")
    act(match, 0, PlayEight(card=BY_NAME["8♣"], suit=Suit.SPADES))
    assert match.view(2).game.suit == Suit.SPADES
    act(match, 1, play("3♥"))
    assert refusals(match, 1) == ["that card does not fit: play the same suit or rank, or an eight"]
    act(match, 1, play("4♠"))
    assert match.game.turn == 2


@pytest.mark.parametrize(
    ("seat", "action", "why"),
    [
        (1, play("K♥"), "it is not your turn"),
        (1, Draw(), "it is not your turn"),
        (1, Pass(), "it is not your turn"),
        (0, play("K♥"), "you do not have that card"),
        (0, Play(card=-1), "you do not have that card"),
        (0, Play(card=2**62), "you do not have that card"),
        (0, play("2♠"), "that card does not fit: play the same suit or rank, or an eight"),
        (0, play("8♠"), "name a suit with an eight"),
        (0, PlayEight(card=BY_NAME["3♥"], suit=Suit.CLUBS), "only with an eight you name a suit"),
        (0, Pass(), "draw a card before you pass"),
    ],
)
def test_what_is_not_allowed_is_refused_and_changes_nothing(seat: int, action: Any, why: str):
    match = table("3♥ 8♠ 2♠", "K♥ 3♣", "A♣ 2♣", stock="4♣ 5♣")
    act(match, seat, action)
    assert refusals(match, seat) == [why]
    assert [hand(match, seat) for seat in range(3)] == ["3♥ 8♠ 2♠", "K♥ 3♣", "A♣ 2♣"]
    assert (match.game.turn, name_of(match.game.top), match.game.stock) == (0, "9♥", cards("4♣ 5♣"))


def test_a_suit_that_there_is_not_never_gets_as_far_as_the_game():
    match = table("8♥ 2♠", "K♥ 3♣", "A♣ 2♣")
    with pytest.raises(BadMessage):
        match.act(0, PlayEight(card=BY_NAME["8♥"], suit=4))  # type: ignore[arg-type]  # as a client might


def test_who_draws_a_card_may_play_it_and_may_not_draw_another():
    match = table("2♠ 3♠", "K♥ 3♣", "A♣ 2♣", stock="4♣ 5♥")
    act(match, 0, Draw(), Draw(), play("5♥"))
    assert refusals(match, 0) == ["you have drawn already: play or pass"]
    assert (name_of(match.game.top), match.game.turn, match.game.stock_count) == ("5♥", 1, 1)


def test_who_draws_a_card_may_pass_also_with_one_that_fits():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣", stock="4♣ 5♥")
    act(match, 0, Draw(), Pass())
    assert (hand(match, 0), match.game.turn, match.game.drawn) == ("2♠ 3♥ 5♥", 1, False)
    assert [event.kind for event in match.events(1)][-2:] == ["Drew", "Passed"]


def test_when_the_stock_is_used_up_what_was_played_is_shuffled_into_a_new_one():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣", pile="4♣ 5♣ 6♣ 7♣ 9♣")
    act(match, 0, Draw())
    game = match.game
    assert (game.stock_count, game.pile_count, name_of(game.top)) == (4, 0, "9♥")
    drawn = set(player(match, 0).hand) - set(cards("2♠ 3♥"))
    assert drawn | set(game.stock) == set(cards("4♣ 5♣ 6♣ 7♣ 9♣"))


def test_with_nothing_to_draw_one_may_pass():
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 9♣")
    act(match, 0, Draw(), Pass())
    assert refusals(match, 0) == ["there is no card to draw: play or pass"]
    assert match.game.turn == 1


# --- rounds -----------------------------------------------------------------------------------------------------------


def test_who_is_rid_of_all_cards_wins_the_round_and_the_points_of_the_others():
    match = table("3♥", "8♥ 3♣", "A♣ K♣")
    act(match, 0, play("3♥"))
    assert scores(match) == [50 + 3 + 1 + 10, 0, 0]
    assert [event.fields for event in match.events(2, "RoundOver")] == [{"round": 1, "winner": 0, "points": 64}]
    shown = {event.fields["seat"]: event.fields["cards"] for event in match.events(0, "LaidOpen")}
    assert {seat: [name_of(card) for card in cards] for seat, cards in shown.items()} == {
        1: ["8♥", "3♣"],
        2: ["A♣", "K♣"],
    }
    assert match.view(1).game.turn is None


def test_between_two_rounds_nobody_plays_and_then_everybody_has_new_cards():
    match = table("3♥", "7♥ 3♣", "A♣ K♣")
    act(match, 0, play("3♥"))
    act(match, 1, Draw())
    assert refusals(match, 1) == ["the next round has not begun"]
    match.run(PAUSE_S)
    assert match.game.round == 2
    assert [player.count for player in match.view(0).players] == [5, 5, 5]


def test_the_deal_goes_round_the_table():
    match = started(target=1000)
    beginners = []
    for _ in range(4):
        seat = match.game.turn
        assert seat is not None
        beginners.append(seat)
        match.game._hold(player(match, seat), cards("3♥"))
        match.game.suit = Suit.HEARTS
        act(match, seat, play("3♥"))
        match.run(PAUSE_S)
    assert beginners == [(beginners[0] + n) % 3 for n in range(4)]


def test_those_who_come_just_after_the_start_are_dealt_in():
    match = Match(Cards, players=3)
    match.run(START_S / 2)
    seat = match.join("matched with the others")
    match.run(START_S / 2)
    assert [player.count for player in match.view(seat).players] == [5] * 4


def test_when_nobody_can_go_on_the_hand_with_the_fewest_points_wins_the_difference():
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 2♣")
    for seat in range(3):
        act(match, seat, Pass())
    assert [event.fields for event in match.events(0, "RoundOver")] == [
        {"round": 1, "winner": 2, "points": (5 - 3) + (13 - 3)}
    ]
    assert scores(match) == [0, 0, 12]


def test_when_nobody_can_go_on_and_two_have_the_fewest_points_nobody_wins():
    match = table("2♠ 3♠", "K♣ 3♣", "3♦ 2♣")
    for seat in range(3):
        act(match, seat, Pass())
    assert [event.fields["winner"] for event in match.events(0, "RoundOver")] == [None]
    assert scores(match) == [0, 0, 0]
    match.run(PAUSE_S)
    assert match.game.round == 2


def test_passing_on_with_cards_to_draw_does_not_end_a_round():
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 2♣", stock="4♣ 5♣ 6♣ 7♣ 9♣ 4♠ 5♠ 6♠")
    for turn in range(6):
        act(match, turn % 3, Draw(), Pass())
    assert match.events(0, "RoundOver") == []
    assert match.game.turn == 0


def test_who_has_enough_points_has_won_the_game():
    match = table("3♥", "8♥ 3♣", "A♣ K♣", target=64)
    act(match, 0, play("3♥"))
    assert match.result == {"winners": [0], "scores": {0: 64, 1: 0, 2: 0}, "reason": "", "data": {}}


def test_after_two_hours_those_with_most_points_have_won():
    match = started()
    for seat, score in enumerate((30, 70, 70)):
        player(match, seat).score = score
    match.game.target = 10**9
    match.run(7190)
    assert not match.ended
    match.run(10)
    assert match.now == 7200
    assert match.result is not None
    assert match.result["reason"] == "time"
    assert match.result["winners"] == [seat for seat in range(3) if scores(match)[seat] == max(scores(match))]


# --- time -------------------------------------------------------------------------------------------------------------


def test_who_takes_too_long_is_played_for():
    match = table("2♠ 3♥ 5♥", "K♥ 3♣", "A♣ 2♣", stock="4♣ 5♣", turn_s=10)
    assert match.game.turn_ends_ms == 12_000
    match.run(9.999)
    assert match.game.turn == 0
    match.run(0.001)
    assert (name_of(match.game.top), match.game.turn, match.game.turn_ends_ms) == ("3♥", 1, 22_000)


def test_the_automatic_player_draws_if_nothing_fits_and_plays_that_or_passes():
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 2♣", stock="4♣ 5♣ 5♥", turn_s=10)
    match.run(10)
    assert (name_of(match.game.top), hand(match, 0)) == ("5♥", "2♠ 3♠")
    match.run(10)
    assert (name_of(match.game.top), hand(match, 1)) == ("5♣", "K♣ 3♣")
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 2♣", stock="4♣", turn_s=10)
    match.run(10)
    assert (match.game.turn, hand(match, 0)) == (1, "2♠ 3♠ 4♣")


def test_the_automatic_player_names_the_eights_own_suit():
    match = table("2♠ 8♣", "K♣ 3♣", "A♣ 2♣", turn_s=10)
    match.run(10)
    assert (name_of(match.game.top), match.game.suit) == ("8♣", Suit.CLUBS)


def test_who_has_drawn_is_not_given_more_time():
    match = table("2♠ 3♠", "K♣ 3♣", "A♣ 2♣", stock="4♣ 5♣", turn_s=10)
    match.run(9)
    act(match, 0, Draw())
    match.run(1)
    assert (match.game.turn, match.game.stock_count) == (1, 1)


def test_the_timer_of_a_turn_that_is_over_does_nothing():
    match = table("3♥ K♣ 2♣", "3♣ K♦", "A♣ 2♣", turn_s=10)
    turn = match.game.turns
    act(match, 0, play("3♥"))
    match.game.play_for(turn)
    assert match.game.turn == 1
    match.run(9)
    tick = match.session.tick
    match.run(0.9)
    assert match.session.tick == tick


def test_who_is_away_in_their_turn_is_played_for_soon():
    match = table("2♠ 3♥ 5♥", "K♥ 3♣", "A♣ 2♣")
    match.run(5)
    match.drop(0)
    match.step()
    assert match.view(1).game.turn_ends_ms == match.game.now_ms + AWAY_S * 1000
    match.run(AWAY_S)
    assert match.game.turn == 1


def test_the_turn_of_somebody_who_is_away_is_short():
    match = table("2♠ 3♥ 5♥", "K♥ 3♣", "A♣ 2♣")
    match.drop(1)
    match.step()
    act(match, 0, play("3♥"))
    match.run(AWAY_S)
    assert (name_of(match.game.top), match.game.turn) == ("3♣", 2)


def test_losing_the_connection_gives_nobody_more_time():
    match = table("2♠ 3♥ 5♥", "K♥ 3♣", "A♣ 2♣", turn_s=10)
    match.run(9)
    match.drop(0)
    match.run(1)
    assert match.game.turn == 1


def test_who_is_back_in_time_plays_on_with_the_same_hand():
    match = table("2♠ 3♥ 5♥", "K♥ 3♣", "A♣ 2♣")
    match.drop(0)
    match.run(AWAY_S - 1)
    match.come_back(0)
    match.step()
    assert match.view(0).me.hand == tuple(cards("2♠ 3♥ 5♥"))
    act(match, 0, play("5♥"))
    assert name_of(match.game.top) == "5♥"


# --- who comes and goes -----------------------------------------------------------------------------------------------


def test_the_cards_of_who_leaves_go_under_the_others_and_the_game_goes_on():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣", pile="4♣")
    match.leave(0)
    match.step()
    assert sorted(match.game.pile) == sorted(cards("4♣ 2♠ 3♥"))
    assert match.view(1).game.pile_count == 3
    assert (match.game.turn, match.game.turns) == (1, 3)
    assert [player.seat for player in match.view(1).players] == [1, 2]
    act(match, 1, play("K♥"))
    assert match.game.turn == 2


def test_who_leaves_in_anothers_turn_does_not_end_that():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣")
    match.leave(1)
    match.step()
    assert match.game.turn == 0
    act(match, 0, play("3♥"))
    assert match.game.turn == 2


def test_the_last_one_who_stays_has_won():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣")
    player(match, 0).score = 90
    match.leave(0)
    match.leave(2)
    match.step()
    assert match.result is not None
    assert (match.result["winners"], match.result["reason"]) == ([1], "left")
    assert match.result["scores"] == {1: 0}


def test_when_all_leave_at_once_there_is_no_failure():
    match = started(5)
    for seat in range(5):
        match.leave(seat)
    match.step()
    assert match.result is not None
    assert match.result["winners"] == [4]


def test_who_stays_away_too_long_is_out():
    match = started(3)
    match.drop(2)
    match.run(31)
    assert len(match.game.players) == 2
    assert not match.ended


def test_who_comes_in_the_middle_of_a_round_plays_in_the_next():
    match = table("3♥", "7♥ 3♣", "A♣ K♣")
    seat = match.join("late")
    match.step()
    assert match.view(0).player(seat).count == 0
    act(match, seat, Draw())
    assert refusals(match, seat) == ["it is not your turn"]
    act(match, 0, play("3♥"))
    match.run(PAUSE_S)
    assert match.view(seat).me.count == 5


def test_a_round_that_only_one_is_left_in_is_over_and_those_who_came_play_the_next():
    match = table("2♠ 3♥", "K♥ 3♣", "A♣ 2♣")
    match.join("late")
    match.join("later")
    match.step()
    match.leave(0)
    match.leave(1)
    match.step()
    assert [event.fields["winner"] for event in match.events(2, "RoundOver")] == [None]
    match.run(PAUSE_S)
    assert [player.count for player in match.view(2).players] == [5, 5, 5]


def test_who_leaves_between_two_rounds_is_not_dealt_in():
    match = table("3♥", "7♥ 3♣", "A♣ K♣")
    act(match, 0, play("3♥"))
    match.leave(1)
    match.run(PAUSE_S)
    assert [(player.seat, player.count) for player in match.view(0).players] == [(0, 7), (2, 7)]


# --- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"target": 0}, "target must be a whole number from 1 to 1000"),
        ({"target": 1001}, "target must be"),
        ({"target": 50.5}, "target must be"),
        ({"target": "50"}, "target must be"),
        ({"turn_s": 4}, "turn_s must be a whole number from 5 to 300"),
        ({"turn_s": True}, "turn_s must be"),
        ({"cards": 3}, "there is no option cards: the options are target and turn_s"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_reason(options: dict[str, Any], why: str):
    with pytest.raises(OptionsRefused, match=why):
        started(**options)
