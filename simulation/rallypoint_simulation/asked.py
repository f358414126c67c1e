"""What is asked for on the command line, checked before anything is played."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import typer
from msgspec import DecodeError, ValidationError

from rallypoint.game.errors import DefinitionError
from rallypoint.games import GameNotFound, find_game
from rallypoint.runtime.bots import bot_class
from rallypoint_client import Bot

from .conditions import CONDITIONS
from .matches import MatchPlan
from .presentation import default_players
from .run import check
from .scenario import Scenario

__all__ = ["fail", "plan_of", "scenario_in"]


def plan_of(game: str, players: str, bots: list[str], network: str, options: list[str], minutes: float) -> MatchPlan:
    """All matches of a run."""
    if not game:
        fail("name a game, as games.orbit:Orbit; or a file, with --scenario")
    try:
        found = find_game(game)
    except (GameNotFound, DefinitionError) as error:
        fail(str(error))
    own = found.definition().options
    chosen = bots or ([own.bot] if own.bot else [])
    for name in chosen:
        _check_bot(name)
    if not chosen:
        fail(f'{own.name} has no bot: name one with --bot module:Class, or in the game, with bot="module:Class"')
    if network not in (*CONDITIONS, "mixed"):
        fail(f"there is no network `{network}`: choose {', '.join(CONDITIONS)} or mixed")
    least, most = _range(players) if players else default_players(own.seats_min, own.seats_max)
    if not own.seats_min <= least <= most <= own.seats_max:
        fail(f"{own.name} is for {_spoken(own.seats_min, own.seats_max)}: --players {players} does not fit")
    spec = f"{found.__module__}:{found.__name__}"
    return MatchPlan(spec, tuple(chosen), (least, most), network, dict(_option(each) for each in options), minutes)


def _check_bot(name: str) -> None:
    try:
        found: Any = bot_class(name)
    except LookupError as error:
        fail(f"{error}. Name one as module:Class")
    if not (isinstance(found, type) and issubclass(found, Bot)):
        fail(f"{name} is no bot: that is a subclass of rallypoint_client.Bot")


def scenario_in(file: Path) -> Scenario:
    """One match, from a file; what it names is there."""
    try:
        scenario = Scenario.from_json(file.read_bytes())
        for name in scenario.games:
            find_game(name)
        check(scenario)
    except (ValidationError, DecodeError, ValueError, GameNotFound, DefinitionError) as error:
        fail(f"--scenario {file}: {error}")
    for plan in scenario.players:
        if plan.bot:
            _check_bot(plan.bot)
    return scenario


def _spoken(least: int, most: int) -> str:
    return f"{least} player{'s' * (least != 1)}" if least == most else f"{least} to {most} players"


def _range(text: str) -> tuple[int, int]:
    least, _, most = text.partition("..")
    try:
        return int(least), int(most or least)
    except ValueError:
        fail(f"--players {text}: give a number, as 4, or two, as 2..8")


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        fail(f"--option {text}: give name=value, as rounds_max=3")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # a word


def fail(sentence: str) -> NoReturn:
    """Ends with exit code 2: what was asked for cannot be done."""
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
