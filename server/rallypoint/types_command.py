"""``rallypoint types``: writes the TypeScript declarations of a game."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from rallypoint.game.definition import Definition
from rallypoint.game.game import Game
from rallypoint.game.player import Player
from rallypoint.typescript import Docs, declarations

__all__ = ["run", "text_of"]


def run(game: type[Game[Any]], output: Path | None) -> None:
    """Writes to ``output``, or prints. Raises ``OSError`` if the file cannot be written."""
    text = text_of(game)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def text_of(game: type[Game[Any]]) -> str:
    """The declarations of a game class."""
    definition = game.definition()
    return declarations(definition.schema, definition.schema_hash, _docs(definition))


def _docs(definition: Definition) -> Docs:
    docs = {}
    for cls, entity in definition.entities.items():
        docs["entity", entity.definition.name] = _said(cls)
    for cls in definition.input_classes:
        docs["input", cls.__name__] = _said(cls)
    for cls in definition.events:
        docs["event", cls.__name__] = _said(cls)
    return docs


def _said(cls: type) -> str:
    """The class's own docstring: not that of a base."""
    return "" if cls is Player else inspect.cleandoc(vars(cls).get("__doc__") or "")
