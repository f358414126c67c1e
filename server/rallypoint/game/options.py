"""What a game class says of itself: the arguments of ``class Orbit(Game, seats=(2, 8), tick_hz=20)``."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.session_terms import INPUT_BUFFER_TICKS_MAX, SessionSettings
from rallypoint.rules_file import GameFacts, RulesError, class_option, load_rules, read_rules

from .errors import DefinitionError

__all__ = ["Options", "read_options"]

SECONDS_MAX: Final = 365 * 86_400
"""A year: the window of a game that is played by a move a day, or the life of a world."""
SPECTATE_DELAY_S_MAX: Final = 300
REWIND_TICKS_MAX: Final = 64
"""A second of the fastest game, three of most: who sees what is older is not to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Checked, with defaults; :class:`rallypoint.Game` explains each. Durations in seconds."""

    name: str
    seats_min: int
    seats_max: int
    tick_hz: int = 20
    grace_s: float = 30.0
    grace_budget_s: float = 120.0
    start_after_s: float = 15.0
    room_wait_s: float = 600.0
    max_duration_s: float | None = None
    dispose_when_empty: bool = True
    exclusive: bool = True
    spectators: int = 100
    spectate_delay_s: float = 0.0
    bot: str | None = None
    bots_after_s: float = 5.0
    replayable: bool = False
    input_buffer_ticks: int = 0
    rewind_ticks: int = 10
    queues: tuple[QueueRules, ...] = ()

    @property
    def turn_based(self) -> bool:
        """True if steps are made when there is something to do, and not by a clock."""
        return self.tick_hz == 0

    def session_settings(self, **own: Any) -> SessionSettings:
        """What a session of this game needs to know; ``own`` are the node's words in it."""
        return SessionSettings(
            self.seats_min,
            self.seats_max,
            self.tick_hz,
            grace_s=self.grace_s,
            grace_budget_s=self.grace_budget_s,
            start_after_s=self.start_after_s,
            max_duration_s=self.max_duration_s,
            dispose_when_empty=self.dispose_when_empty,
            spectators_max=self.spectators,
            spectate_delay_s=self.spectate_delay_s,
            input_buffer_ticks=self.input_buffer_ticks,
            **own,
        )


_KNOWN: Final = ("seats", *(item.name for item in fields(Options) if not item.name.startswith("seats_")))


def read_options(game: str, given: dict[str, Any], base: Options | None, module: str = "") -> Options:
    """Checks the arguments of a game class; what is not given comes from ``base``, but for the name and the queues.

    A file of rules is found beside ``module``, that of the class.

    Raises:
        DefinitionError: with what to write instead.
    """
    for key in given:
        if key not in _KNOWN:
            raise DefinitionError(f"{game}: unknown option {key}=. The options are {', '.join(_KNOWN)}")
    values: dict[str, Any] = {}
    if base is not None:
        values = {item.name: getattr(base, item.name) for item in fields(Options)}
    elif "seats" not in given:
        raise DefinitionError(f"{game} needs to know its players. Write `class {game}(Game, seats=(2, 8), tick_hz=20)`")
    if "seats" in given:
        values["seats_min"], values["seats_max"] = _seats(game, given["seats"])
    values |= {key: value for key, value in given.items() if key not in ("seats", "queues")}
    values["name"] = _name(game, given.get("name"))
    values["queues"] = ()  # not those of the base: their names would be there twice
    grace_s = values.get("grace_s", 30)
    if "grace_budget_s" not in given and ("grace_s" in given or base is None):
        values["grace_budget_s"] = grace_s * 4 if _is_number(grace_s) else 120
    options = Options(**values)
    _check(game, options)
    return replace(options, queues=_queues(game, given["queues"], options, module)) if "queues" in given else options


def _queues(game: str, queues: Any, options: Options, module: str) -> tuple[QueueRules, ...]:
    facts = GameFacts(options.name, options.seats_min, options.seats_max, options.bot is not None)
    try:
        if isinstance(queues, str):
            return load_rules(_beside(game, queues, module), facts)
        if isinstance(queues, Mapping):
            return read_rules(queues, facts, class_option(game))
    except RulesError as error:
        raise DefinitionError(str(error)) from None
    raise DefinitionError(
        f'{game}: queues={queues!r}. Write {{"ranked": {{"teams": "1v1", "rules": [...]}}}}, or a file beside the'
        ' game\'s module, as in queues="ranked.toml"'
    )


def _beside(game: str, name: str, module: str) -> Path:
    """The file of that name, in the folder of the game's module; an absolute path is taken as it is."""
    if Path(name).is_absolute():
        return Path(name)
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        raise DefinitionError(
            f"{game}: queues={name!r} would be beside the game's module, and {module or 'it'} has no file."
            " Write the whole path, or the rules as a dict"
        )
    return Path(file).parent / name


def _seats(game: str, seats: Any) -> tuple[int, int]:
    if isinstance(seats, int) and not isinstance(seats, bool):
        seats = (seats, seats)
    match seats:
        case (int(low), int(high)) if 1 <= low <= high <= 1000 and not isinstance(low, bool):
            return low, high
        case _:
            raise DefinitionError(f"{game}: seats={seats!r}. Write the least and most players, as in seats=(2, 8)")


def _name(game: str, name: Any) -> str:
    name = game.lower() if name is None else name
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,31}", name):
        raise DefinitionError(f"{game}: name={name!r}. Use up to 32 of a-z, 0-9, - and _, as in name='orbit'")
    return name


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check(game: str, options: Options) -> None:
    hz: Any = options.tick_hz
    if isinstance(hz, bool) or not isinstance(hz, int) or not 0 <= hz <= 60:
        raise DefinitionError(
            f"{game}: tick_hz={hz!r}. Give 1 to 60 steps a second, as in tick_hz=20; or 0 for a turn-based game"
        )
    for item in fields(Options):
        value = getattr(options, item.name)
        if item.name.endswith("_s") and not (item.name == "max_duration_s" and value is None):
            most = SPECTATE_DELAY_S_MAX if item.name == "spectate_delay_s" else SECONDS_MAX
            if not _is_number(value) or not 0 <= value <= most:
                raise DefinitionError(f"{game}: {item.name}={value!r}. Write a number of seconds from 0 to {most}")
        elif item.type == "bool" and not isinstance(value, bool):
            raise DefinitionError(f"{game}: {item.name}={value!r}. Write True or False")
    watchers: Any = options.spectators
    if isinstance(watchers, bool) or not isinstance(watchers, int) or not 0 <= watchers <= 10_000:
        raise DefinitionError(f"{game}: spectators={watchers!r}. Write how many may watch at once, from 0 to 10000")
    _check_input_buffer(game, options)
    kept: Any = options.rewind_ticks
    if isinstance(kept, bool) or not isinstance(kept, int) or not 1 <= kept <= REWIND_TICKS_MAX:
        raise DefinitionError(
            f"{game}: rewind_ticks={kept!r}. Write how many ticks back `self.rewind` can look, from 1 to"
            f" {REWIND_TICKS_MAX}"
        )
    bot: Any = options.bot
    if bot is not None and not (isinstance(bot, str) and ":" in bot):
        raise DefinitionError(f"{game}: bot={bot!r}. Write where its class is, as in bot='games.orbit.bot:OrbitBot'")


def _check_input_buffer(game: str, options: Options) -> None:
    ticks: Any = options.input_buffer_ticks
    most = INPUT_BUFFER_TICKS_MAX
    if isinstance(ticks, bool) or not isinstance(ticks, int) or not 0 <= ticks <= most:
        raise DefinitionError(
            f"{game}: input_buffer_ticks={ticks!r}. Write how many ticks an input may wait for the one that it is meant"
            f" for, from 0 (none waits) to {most}"
        )
    if ticks and options.turn_based:
        raise DefinitionError(
            f"{game} is turn-based (tick_hz=0), and has no ticks that an input could wait for: leave out"
            f" input_buffer_ticks={ticks}"
        )
