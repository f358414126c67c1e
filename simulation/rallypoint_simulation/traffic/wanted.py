"""What is asked for on the command line, checked before anything is played."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.rules_file import RulesError, load_rules

from .goal import GOAL, Goal, GoalRefused, parse_goal
from .recorded import RecordedTicket, TicketsRefused, read_tickets
from .settings import Population, PopulationRefused, read_population

__all__ = ["ARRIVALS", "HOURS", "PLAYERS", "CannotPlay", "Wanted", "wanted"]

PLAYERS, ARRIVALS, HOURS = 5000, "20/s", 4.0
_PLAYERS_MAX: Final = 1_000_000
_TICKETS_MAX: Final = 20_000_000
_RATE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:/ ?(s|min|h))?")
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}
_GAME: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class CannotPlay(Exception):
    """What was asked for cannot be done. The message says what to write."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A day, and one or two sets of rules for it."""

    names: tuple[str, ...]
    rules: tuple[QueueRules, ...]
    population: Population
    players: int
    rate: float
    """Tickets a second, in the mean."""
    hours: float
    seed: int
    tickets: tuple[RecordedTicket, ...]
    """Recorded ones; empty: they are generated."""
    goal: Goal
    command: str
    """What plays the same again."""


def wanted(
    rules: str,
    compare: str,
    queue: str,
    players: int | None,
    arrivals: str | None,
    hours: float | None,
    seed: int,
    tickets: Path | None,
    population: Path | None,
    goal: str,
) -> Wanted:
    """All of it.

    Raises:
        CannotPlay: something of it cannot be.
    """
    if tickets is not None:
        _not_with_tickets(players, arrivals, hours)
    given = [rules, *([compare] if compare else [])]
    chosen = tuple(_queue(text, queue) for text in given)
    players = _players(players, chosen)
    rate = _rate(arrivals or ARRIVALS)
    hours = HOURS if hours is None else hours
    if not 0 < hours <= 24 * 31:
        raise CannotPlay(f"--hours {hours:g}: give a number of hours, more than 0 and at most a month, as 4 or 0.5")
    if rate * hours * 3600 > _TICKETS_MAX:
        raise CannotPlay(
            f"--arrivals {arrivals} for {hours:g} hours are more than {_TICKETS_MAX:,} tickets: give fewer"
        )
    try:
        read = parse_goal(goal or GOAL)
        people = Population() if population is None else read_population(population)
        recorded = () if tickets is None else tuple(read_tickets(tickets, chosen[0].name))
    except GoalRefused as refused:
        raise CannotPlay(f"--goal: {refused}") from None
    except (PopulationRefused, TicketsRefused) as refused:
        raise CannotPlay(str(refused)) from None
    parts = ["rallypoint matchmaker simulate", rules]
    if recorded:
        parts.append(f"--tickets {tickets}")
    else:
        parts.append(f"--players {players} --arrivals {arrivals or ARRIVALS} --hours {hours:g}")
    parts.append(f"--seed {seed}")
    options = (("queue", queue), ("population", population), ("compare", compare))
    parts += [f"--{name} {value}" for name, value in options if value]
    parts += [f'--goal "{goal}"'] if goal else []
    names = _names(given)
    return Wanted(names, chosen, people, players, rate, hours, seed, recorded, read, " ".join(parts))


def _not_with_tickets(players: int | None, arrivals: str | None, hours: float | None) -> None:
    for name, value in (("players", players), ("arrivals", arrivals), ("hours", hours)):
        if value is not None:
            raise CannotPlay(f"--tickets says who comes and when: leave out --{name}")


def _queue(text: str, wished: str) -> QueueRules:
    """The rules of one queue of a file or a game."""
    queues = _queues(text)
    names = ", ".join(rules.name for rules in queues)
    if wished:
        found = [rules for rules in queues if rules.name == wished]
        if not found:
            raise CannotPlay(f"{text} has no queue `{wished}`: choose one of {names}, with --queue")
        return found[0]
    if len(queues) > 1:
        raise CannotPlay(f"{text} has the queues {names}: choose one, with --queue {queues[0].name}")
    return queues[0]


def _queues(text: str) -> tuple[QueueRules, ...]:
    if not text:
        raise CannotPlay("name a file of rules, as arena.toml; or a game, as games.arena:Arena")
    try:
        return load_rules(text) if text.endswith(".toml") or not _GAME.fullmatch(text) else _queues_of_game(text)
    except RulesError as error:
        raise CannotPlay(str(error)) from None


def _queues_of_game(name: str) -> tuple[QueueRules, ...]:
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound, find_game

    try:
        queues = find_game(name).definition().options.queues
    except (GameNotFound, DefinitionError) as error:
        raise CannotPlay(str(error)) from None
    if not queues:
        raise CannotPlay(f"{name} has no queues with rules: give it some, with queues={{...}} in the class")
    return queues


def _players(players: int | None, chosen: tuple[QueueRules, ...]) -> int:
    players = PLAYERS if players is None else players
    least = max(rules.seats_min for rules in chosen)
    if not least <= players <= _PLAYERS_MAX:
        raise CannotPlay(f"--players {players}: give a number from {least} (a match) to {_PLAYERS_MAX:,}, as 5000")
    return players


def _rate(text: str) -> float:
    found = _RATE.fullmatch(text.strip())
    rate = float(found[1]) / _SECONDS[found[2] or "s"] if found else 0.0
    if not (rate > 0 and math.isfinite(rate)):
        raise CannotPlay(f"--arrivals {text}: give tickets a time, as 20/s, 90/min or 500/h")
    return rate


def _names(given: list[str]) -> tuple[str, ...]:
    """Short ones that differ."""
    short = [Path(text).stem if text.endswith(".toml") else text for text in given]
    if len(set(short)) < len(short):
        short = list(given)
    if len(set(short)) < len(short):
        short = [f"{text} ({place})" for place, text in zip(("first", "second"), given, strict=True)]
    return tuple(short)
