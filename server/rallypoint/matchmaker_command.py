"""``rallypoint matchmaker``: checks the rules of queues, plays traffic through them, exports what has waited."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from rallypoint.core.matchmaking.rules import QueueRules

__all__ = ["commands", "matchmaker", "rules_named"]

_ELSEWHERE: Final = {
    "simulate": ("rallypoint_simulation.traffic.command", "Plays traffic through rules, in virtual time."),
    "export": ("rallypoint.storage.tickets_export", "Writes the tickets that a server has recorded, to simulate them."),
}
"""Commands that are elsewhere, since their imports are heavy: module (with a function of that name), what it does."""


def check(
    rules: Annotated[
        str, typer.Argument(help="A TOML file of rules; or a game as module:Class, or module where it has one.")
    ],
    json: Annotated[bool, typer.Option("--json", help="All values, defaults too, as one JSON object.")] = False,
) -> None:
    """Checks rules of queues, and says them in words.

    Example: rallypoint matchmaker check games/fourline/queues.toml

    Exit codes: 0 fine; 2 they cannot be, and a sentence says where and why. docs/matchmaking.md lists all keys.
    """
    from rallypoint.rules.words import describe

    queues = rules_named(rules)
    if json:
        print(json_module.dumps({queue.name: _plain(asdict(queue)) for queue in queues}, ensure_ascii=False))
        return
    if not queues:
        print(f"{rules} has no queues with rules, only that of its quick matches")
    for queue in queues:
        print(describe(queue))


def rules_named(name: str) -> tuple[QueueRules, ...]:
    """The queues of a file, or of a game; ends the process with exit code 2 if they cannot be."""
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound, find_game
    from rallypoint.rules_file import RulesError, load_rules

    try:
        if name.endswith(".toml"):
            return load_rules(name)
        return find_game(name).definition().options.queues
    except (RulesError, GameNotFound, DefinitionError) as error:
        _fail(str(error))


def commands(chosen: Sequence[str]) -> typer.Typer:
    """The command with its sub-commands. Of those that are elsewhere, only one that is ``chosen`` is imported."""
    app = typer.Typer(help="Checks the rules of queues, and tries them out.", no_args_is_help=True)
    app.command()(check)
    for name, (module, what) in _ELSEWHERE.items():
        if name in chosen[:1]:
            app.command(name=name)(getattr(import_module(module), name))
        else:
            app.command(name=name, help=what)(_elsewhere)
    return app


def _elsewhere() -> None:
    """Stands in the list of commands."""


def _plain(value: Any) -> Any:
    """As JSON can have it: no limit is nothing."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if value == float("inf") else value


def _fail(sentence: str) -> NoReturn:
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)


matchmaker = commands(sys.argv[2:])  # the first words are `rallypoint matchmaker`
