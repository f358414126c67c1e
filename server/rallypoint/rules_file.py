"""Rules of queues, from a game's class option or a TOML file, checked when they are read.

    [queue.ranked]
    teams = "4v4"
    ready_s = 12

    [[queue.ranked.rule]]
    distance = "rating"
    limit = 3.0
    expand = [{after_s = 10, limit = 6}]

docs/matchmaking.md lists all keys. What is wrong is refused with its place, as ``arena.toml:8``, and what to write.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from rallypoint.core.matchmaking.rules import Priority, QueueRules
from rallypoint_protocol.limits import BAG_KEYS_MAX, KEY_CHARS_MAX, VALUE_CHARS_MAX

from .rules.checks import GameFacts, check_queue
from .rules.kinds import read_rule
from .rules.lines import Path as KeyPath, lines_of
from .rules.table import LISTED_MAX, NUMBER_MAX, WAIT_S_MAX, Locator, RulesError, Table, shown
from .rules.teams import SEATS_MAX, read_teams

__all__ = [
    "QUEUE_KEYS",
    "GameFacts",
    "Locator",
    "RulesError",
    "class_option",
    "load_rules",
    "name_conflict",
    "parse_rules",
    "read_rules",
]

READY_S_MIN, READY_S_MAX = 1, 300
FILE_BYTES_MAX: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
QUEUE_KEYS: Final = (
    *("game", "teams", "rule", "age", "priority", "fill_after_s", "party_max", "ready_s", "backfill", "bots_after_s"),
    *("rated", "options"),
)
"""Of a queue."""


def load_rules(path: str | os.PathLike[str], game: GameFacts | None = None) -> tuple[QueueRules, ...]:
    """The queues of a TOML file, in its order; ``game``: they are all for that one.

    Without it, queues that name no game have ``""``, and what depends on a game is not checked.

    Raises:
        RulesError: there is no such file, it is no TOML, or its rules cannot be.
    """
    name = _shown(Path(path))
    return parse_rules(_text(Path(path), name), name, game)


def parse_rules(text: str, name: str, game: GameFacts | None = None) -> tuple[QueueRules, ...]:
    """The same of a text. ``name``: what it is called in errors.

    Raises:
        RulesError: it is no TOML, or its rules cannot be.
    """
    try:
        data = tomllib.loads(text)
        lines = lines_of(text)
    except tomllib.TOMLDecodeError as error:
        raise RulesError(_syntax_error(name, text, str(error))) from None
    except RecursionError:
        raise RulesError(f"{name}: lists or tables within each other are too deep") from None

    def where(at: KeyPath) -> str:
        while at and at not in lines:
            at = at[:-1]
        return f"{name}:{lines[at]}" if at else name

    top = Table(data, (), where, "a file of rules")
    for key in data:
        if key != "queue":
            meant = f"[queue.{key}]" if isinstance(data[key], dict) and "teams" in data[key] else "[queue.ranked]"
            top.fail(f"a file of rules has queues, and no `{key}`. Write a queue as {meant}", key)
    queues = top.table("queue", "queues, each as [queue.ranked]")
    if not queues.data:
        top.fail("there are no queues. Write one as [queue.ranked]")
    return _read(queues, game)


def read_rules(data: Mapping[str, Any], game: GameFacts | None, where: Locator) -> tuple[QueueRules, ...]:
    """The queues of a mapping of names to tables, in its order.

    Raises:
        RulesError: they cannot be; ``where`` has said the place.
    """
    return _read(Table(data, (), where, "a game's queues"), game)


def class_option(game: str) -> Locator:
    """Says where something is in the class option ``queues={...}`` of that game class."""

    def where(path: KeyPath) -> str:
        return f"{game}: queues" + "".join(f"[{key!r}]" for key in path)

    return where


def name_conflict(games: Mapping[str, tuple[QueueRules, ...]]) -> str:
    """Why these games, each with its queues, cannot be on one server: a sentence, or nothing.

    Players ask for a queue by its name alone, and a game's name is that of its quick matches.
    """
    taken: dict[str, str] = {}
    for game, queues in games.items():
        for queue in queues:
            if queue.name in games:
                return f"the queue {queue.name} of {game} has the name of a game: call it {game}-{queue.name}"
            other = taken.setdefault(queue.name, game)
            if other != game:
                return (
                    f"{other} and {game} both have a queue {queue.name}: players ask for queues by name, so call one"
                    f" of them {game}-{queue.name}"
                )
    return ""


def _read(queues: Table, game: GameFacts | None) -> tuple[QueueRules, ...]:
    if len(queues.data) > LISTED_MAX:
        queues.fail(f"there are {len(queues.data)} queues. Write {LISTED_MAX} at most")
    found = []
    for name in queues.data:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            queues.fail(f"queue {shown(name)}: use up to 32 of a-z, 0-9, - and _ for its name, as in ranked", name)
        if game is not None and name == game.name:
            queues.fail(
                f"the queue {name} has the name of the game, which is the queue of its quick matches. Choose another",
                name,
            )
        found.append(_queue(name, queues.table(name, 'a queue: {"teams": "4v4", "rules": [...]}'), game))
    return tuple(found)


def _queue(name: str, table: Table, game: GameFacts | None) -> QueueRules:
    table.what = "a queue"
    key = "rules" if "rules" in table.data else "rule"
    if "rule" in table.data and "rules" in table.data:
        table.fail("a queue has its rules in one list, and here are `rule` and `rules`", "rules")
    table.check_keys((*QUEUE_KEYS, "rules") if key == "rules" else QUEUE_KEYS)
    tables = table.tables(key, '{"distance": "rating", "limit": 3.0}, as in [[queue.ranked.rule]]')
    queue = QueueRules(
        name=name,
        game=_game(table, game),
        teams=read_teams(table),
        rules=tuple(read_rule(rule) for rule in tables),
        age="newest" if table.choice("age", "oldest", ("oldest", "newest")) == "newest" else "oldest",
        priority=cast(
            tuple[Priority, ...], table.choices("priority", ("backfill", "oldest"), ("backfill", "oldest", "parties"))
        ),
        fill_after_s=table.number("fill_after_s", 0, WAIT_S_MAX, 5.0),
        party_max=int(table.number("party_max", 1, SEATS_MAX, 0, whole=True)),
        ready_s=table.number("ready_s", READY_S_MIN, READY_S_MAX, None),
        backfill=table.flag("backfill", True),
        bots_after_s=table.number("bots_after_s", 0, WAIT_S_MAX, None),
        rated=table.flag("rated", False),
        options=_options(table),
    )
    check_queue(queue, game, table, tables)
    return queue


def _game(table: Table, game: GameFacts | None) -> str:
    named = table.data.get("game", game.name if game is not None else "")
    if "game" in table.data and not (isinstance(named, str) and _NAME.fullmatch(named)):
        table.wrong("game", 'the name of a game, as in game = "orbit"')
    if game is not None and named != game.name:
        table.wrong("game", f'"{game.name}", whose rules these are, or leave it out')
    return str(named)


def _options(table: Table) -> dict[str, Any]:
    """For the game's ``created(options)``: what players may give, too."""
    options = table.table("options", "the game's options, as {minutes = 3}")
    if len(options.data) > BAG_KEYS_MAX:
        table.fail(f"options has {len(options.data)} keys. Write {BAG_KEYS_MAX} at most", "options")
    for key, value in options.data.items():
        if not isinstance(key, str) or not 0 < len(key) <= KEY_CHARS_MAX:
            options.fail(f"options have names of 1 to {KEY_CHARS_MAX} characters", key)
        if isinstance(value, bool) or (isinstance(value, str) and len(value) <= VALUE_CHARS_MAX):
            continue
        if not isinstance(value, int | float):
            options.wrong(key, f"a number, true, false, or a text of at most {VALUE_CHARS_MAX} characters")
        options.number(key, -NUMBER_MAX, NUMBER_MAX)
    return dict(options.data)


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise RulesError(f"{name} is too long: a file of rules has at most {FILE_BYTES_MAX} bytes")
        return data.decode()
    except OSError as error:
        raise RulesError(f"{name}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RulesError(f"{name}:{line}: this is no UTF-8 text") from None


def _shown(path: Path) -> str:
    """As short as can be: from here, if it is below."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere; or there is no "here" any more
        return str(path)


def _syntax_error(name: str, text: str, message: str) -> str:
    """The library's words, with the line in front instead of at the end."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", message, re.DOTALL)
    if found is None:
        return f"{name}: {message}"
    return f"{name}:{found[2] or text.count(chr(10)) + 1}: {found[1]}"
