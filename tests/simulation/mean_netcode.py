"""Games with netcode in a mean world: drawn beside all else, of which it changes nothing."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from msgspec import structs

from rallypoint_simulation.scenario import Act, Scenario

__all__ = ["GALLERY", "with_netcode"]

BOOKS: Final = "tests.simulation.games.ledgers:Books"
GALLERY: Final = "tests.simulation.games.gallery:Gallery"
_OFTEN: Final = 0.25
"""How many of the worlds with Books."""


def with_netcode(scenario: Scenario) -> Scenario:
    """The same, perhaps with Gallery in place of Books."""
    dice = Random(f"{scenario.seed}/netcode")
    if BOOKS not in scenario.games or dice.random() >= _OFTEN:
        return scenario
    games = tuple(GALLERY if game == BOOKS else game for game in scenario.games)
    players = tuple(structs.replace(plan, acts=tuple(map(_act, plan.acts))) for plan in scenario.players)
    return structs.replace(scenario, games=games, players=players)


def _act(act: Act) -> Act:
    if act.args.get("game") != "books":
        return act
    args: dict[str, Any] = {**act.args, "game": "gallery"}
    return structs.replace(act, args=args)
