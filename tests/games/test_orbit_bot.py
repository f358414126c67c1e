"""Orbit's bots."""

from collections import Counter

import pytest

from games.orbit.bot import OrbitBot, RandomBot
from games.orbit.game import Orbit, Ship
from rallypoint.testing import Match


def duel(seed: int, rounds: int) -> Match[Orbit]:
    match = Match(Orbit, players=2, seed=seed, options={"rounds_max": rounds, "wins_max": rounds, "round_s": 30.0})
    bot_seat = seed % 2
    match.bot(bot_seat, OrbitBot, seed)
    match.bot(1 - bot_seat, RandomBot, seed)
    match.step_until(lambda: match.ended)
    return match


def test_the_bot_wins_nine_of_ten_rounds_against_random_keys():
    wins: Counter[bool] = Counter()
    for seed in range(20):
        match = duel(seed, rounds=10)
        for event in match.events(0, "RoundOver"):
            wins[event.fields["winner"] == seed % 2] += 1
    assert wins.total() == 200
    assert wins[True] >= 180


def test_a_bot_plays_the_same_game_again_from_the_same_seeds():
    first, second = duel(3, rounds=4), duel(3, rounds=4)
    assert first.now == second.now
    assert first.events(0) == second.events(0)
    assert first.result == second.result


@pytest.mark.parametrize("players", [2, 8])
def test_the_bot_is_never_refused(players: int):
    match = Match(Orbit, players=players, options={"rounds_max": 3})
    for seat in range(players):
        match.bot(seat, OrbitBot, seat)
    match.step_until(lambda: match.ended)
    assert [match.events(seat, "refused") for seat in range(players)] == [[]] * players
    assert sum(pilot.score for pilot in match.game.players) > 0


def test_a_bot_without_a_ship_sends_nothing():
    match = Match(Orbit, players=3)
    bot = match.bot(0, OrbitBot)
    ship = match.game.players[0].one(Ship)
    assert ship is not None
    match.game.destroy(ship)
    match.step()
    assert match.view(0).me.one("Ship") is None
    assert list(bot.tick(match.view(0)) or ()) == []
