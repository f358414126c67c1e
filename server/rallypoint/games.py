"""Finds game classes by name: ``module:Class``, or ``module`` where there is just one."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from typing import Any

from rallypoint.game.game import Game

__all__ = ["GameNotFound", "find_game"]


class GameNotFound(Exception):
    """There is no such game. The message says what was looked for, and where."""


def find_game(name: str) -> type[Game[Any]]:
    """Imports a game class; modules are found from the current directory, too.

    Raises:
        GameNotFound: no module or class of that name.
        DefinitionError: the game cannot work as it is written.
    """
    module_name, _, class_name = name.partition(":")
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and not module_name.startswith(error.name):
            raise
        raise GameNotFound(
            f"there is no module `{module_name}` here ({here}). Name a game as module:Class, as in games.orbit:Orbit"
        ) from None
    classes = [value for value in vars(module).values() if inspect.isclass(value)]
    found = [value for value in classes if issubclass(value, Game) and value is not Game]
    if class_name:
        found = [value for value in found if value.__name__ == class_name]
    if len(found) != 1:
        names = ", ".join(value.__name__ for value in found)
        none = f"has no game class `{class_name}`" if class_name else "has no game class"
        what = f"has several games ({names})" if found else none
        raise GameNotFound(f"`{module_name}` {what}. Name one as {module_name}:Class")
    found[0].definition()
    return found[0]
