"""The games go on after a recovery as if there had been none, whenever that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from games.cards.bot import RandomBot as CardsBot
from games.cards.game import Cards
from games.fourline.bot import RandomBot as FourLineBot
from games.fourline.game import FourLine
from games.orbit.bot import OrbitBot
from games.orbit.game import Orbit
from rallypoint.core.game_image import named_state
from rallypoint.testing import Match


def orbit() -> Match[Any]:
    match = Match(Orbit, players=3, seed=5, options={"round_s": 3.5, "rounds_max": 2}, paranoid=True)
    for seat in range(3):
        match.bot(seat, OrbitBot, seat)
    return match


def fourline() -> Match[Any]:
    match = Match(FourLine, players=2, seed=5, paranoid=True)
    for seat in range(2):
        match.bot(seat, FourLineBot, seat)
    return match


def cards() -> Match[Any]:
    match = Match(Cards, players=3, seed=5, options={"target": 30}, paranoid=True)
    for seat in range(3):
        match.bot(seat, CardsBot, seat)
    return match


def play(make: Callable[[], Match[Any]], dies: Callable[[int], bool]) -> tuple[list[Any], int]:
    """To the end, step by step; ``dies`` says before which of them the server does. Gives all that can be compared."""
    match, steps = make(), 0

    def before_a_step() -> bool:
        nonlocal steps
        if dies(steps):
            match.recover()
        steps += 1
        return False

    match.step_until(before_a_step, steps_max=2000)
    assert match.ended
    state = named_state(match.definition.kept_schema, match._driver.image())
    events = [[(event.kind, event.fields) for event in match.events(seat)] for seat in range(2)]
    return [match.result, state, events], steps


GAMES = (orbit, fourline, cards)


@pytest.mark.parametrize("make", GAMES)
def test_a_match_ends_the_same_whenever_its_server_has_died(make: Callable[[], Match[Any]]):
    expected, steps = play(make, lambda step: False)
    assert steps > 5
    for number in range(steps):
        found, _ = play(make, lambda step, number=number: step == number)  # type: ignore[misc]
        assert found == expected, number


@pytest.mark.parametrize("make", GAMES)
def test_a_match_ends_the_same_if_its_server_dies_before_every_step(make: Callable[[], Match[Any]]):
    expected, steps = play(make, lambda step: False)
    found, _ = play(make, lambda step: step < steps)
    assert found == expected
