"""What the web port shows: the games, who plays, where the lobby is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .files import Files

if TYPE_CHECKING:
    from rallypoint.game.definition import Definition

    from .replay_shelf import ReplayShelf

__all__ = ["SDK", "GamePage", "Site"]

SDK: Final = Path(__file__).parent / "sdk"
"""The browser SDK: a link to ``client/js`` in a clone, a copy of it in an installed package."""


class GamePage:
    """A game, and the folder ``web/`` beside the module of its class."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.name = definition.options.name
        self.spectators = definition.options.spectators > 0
        self.queues = [{"name": queue.name, "rated": queue.rated} for queue in definition.options.queues]
        game = definition.game
        try:
            self._module: Path | None = Path(inspect.getfile(game)).absolute()
        except (TypeError, OSError):  # typed into a console: it has no file
            self._module = None
        self.files = None if self._module is None else Files(self._module.parent / "web")

    @property
    def has_page(self) -> bool:
        """As of now: a page can be written while the server runs."""
        return self.files is not None and self.files.find("") is not None

    @property
    def hint(self) -> str:
        """What to do to give it a page."""
        if self._module is None:
            return (
                f"{self.name} has no page: write the game in a file, and put a folder web/ with an index.html beside it"
            )
        return f"{self.name} has no page: put a folder web/ with an index.html beside {self._module.name}"


@dataclass(frozen=True)
class Site:
    """Everything that the web port is told."""

    games: Sequence[GamePage]
    players: Callable[[], Mapping[str, int]]
    """How many play each game."""
    lobby: Callable[[], str | dict[str, Any]]
    """A URL; or the game port, for pages that take their own host."""
    version: str
    replays: ReplayShelf | None = None
    """``None``: none are kept."""

    def game(self, name: str) -> GamePage | None:
        """By its name."""
        return next((game for game in self.games if game.name == name), None)

    def config(self) -> dict[str, Any]:
        """What pages are told."""
        games = [
            {
                "name": game.name,
                "page": game.has_page,
                "spectators": game.spectators,
                "replays": self.replays is not None and game.spectators,
                "queues": game.queues,
            }
            for game in self.games
        ]
        return {"lobby": self.lobby(), "games": games, "version": self.version}
