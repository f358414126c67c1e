"""Four in a line: the bots."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from games.fourline.bot import FourLineBot, RandomBot
from games.fourline.game import DeclineDraw, Drop, FourLine, OfferDraw
from games.fourline.rules import Position
from games.fourline.search import best_columns
from rallypoint.testing import Match


def duel(seed: int) -> Match[FourLine]:
    """A game on the server's own session: the bot has seat 0 or 1 by turns, and anybody the other."""
    match = Match(FourLine, players=2, seed=seed)
    match.bot(seed % 2, FourLineBot, seed)
    match.bot(1 - seed % 2, RandomBot, seed + 1000)
    match.step()
    return match


def winner(seed: int) -> int | None:
    """Who wins a game that is played on the rules alone: 0 the bot's search, 1 a random player, ``None`` a draw."""
    dice, position, mover = Random(seed), Position(), seed % 2
    while not position.is_full:
        columns = position.columns if mover else best_columns(position)[0]
        position = position.drop(dice.choice(columns))
        if position.is_won:
            return mover
        mover = 1 - mover
    return None


def test_the_bot_wins_at_least_95_percent_of_200_games_against_a_random_player():
    wins = Counter(winner(seed) for seed in range(200))
    assert wins.total() == 200
    assert wins[0] >= 190


def test_what_it_wins_on_the_rules_it_wins_on_a_server():
    won = 0
    for seed in range(20):
        match = duel(seed)
        assert match.result is not None
        won += match.result["winners"] == [seed % 2]
        assert match.events(0, "refused") == match.events(1, "refused") == []
    assert won >= 19


def test_a_bot_plays_the_same_game_again_from_the_same_seeds():
    assert duel(3).game.moves == duel(3).game.moves
    assert duel(3).game.moves != duel(4).game.moves


def test_two_bots_end_their_game():
    match = Match(FourLine, players=2)
    match.bot(0, FourLineBot, 1)
    match.bot(1, FourLineBot, 2)
    match.step()
    assert match.ended
    assert match.result is not None
    assert match.result["reason"] in ("four in a line", "the board is full")


THREE_WITH_OPEN_ENDS = "30264"


@pytest.mark.parametrize(
    ("moves", "asked", "accepts"),
    [
        ("", 0, False),
        ("", 1, False),
        (THREE_WITH_OPEN_ENDS, 0, False),
        (THREE_WITH_OPEN_ENDS, 1, True),
        (THREE_WITH_OPEN_ENDS + "1", 0, False),
        (THREE_WITH_OPEN_ENDS + "1", 1, True),
    ],
)
def test_the_bot_agrees_to_a_draw_only_when_it_is_losing(moves: str, asked: int, accepts: bool):
    match = Match(FourLine, players=2)
    for number, column in enumerate(moves):
        match.act(number % 2, Drop(column=int(column)))
    match.act(1 - asked, OfferDraw())
    match.step()
    match.bot(asked, FourLineBot)
    match.step()
    agreed = match.result is not None and match.result["reason"] == "agreed"
    assert agreed == accepts
    assert match.game.draw_offer is None


def test_the_bot_answers_an_offer_once():
    match = Match(FourLine, players=2)
    bot = match.bot(1, FourLineBot)
    match.act(0, OfferDraw())
    match.step()
    assert match.game.draw_offer is None
    assert match.events(1, "refused") == []
    match.game.draw_offer = 0  # as if the answer had been sent and not decided yet
    assert list(bot.tick(match.view(1)) or ()) == []


def test_the_bot_does_not_move_twice_before_its_move_is_decided():
    match = Match(FourLine, players=2)
    bot = match.bot(0, FourLineBot)
    assert len(list(bot.tick(match.view(0)) or ())) == 1
    assert list(bot.tick(match.view(0)) or ()) == []


def test_a_bot_that_was_refused_thinks_again():
    match = Match(FourLine, players=2)
    bot = match.bot(0, FourLineBot)
    assert len(list(bot.tick(match.view(0)) or ())) == 1
    match.act(0, DeclineDraw())  # is refused, as what the bot has sent might have been
    match.step()
    assert len(match.events(0, "refused")) == 1
    assert len(match.game.moves) == 1
