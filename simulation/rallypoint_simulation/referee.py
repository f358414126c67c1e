"""Who watches a match: calls the game's ``check()`` after each step, and sees what else must not be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint.game.driver import GameDriver
from rallypoint.game.game import Game
from rallypoint.game.player import Player
from rallypoint.ports import SessionRecord
from rallypoint_client import Closed, ConnectFailed

from .breakage import CHECK, DESYNC
from .life import ACT_RAISED
from .observer import Observer
from .steps import StepMade

if TYPE_CHECKING:
    from .wire import Wire
    from .world import World

__all__ = ["REFUSED", "Referee"]

REFUSED: Final = "the game takes the options"
"""Not a violation of anything, but nothing can be played."""


class Referee(Observer):
    """Calls the game's ``check()`` after each step, and notes how the match ended."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.record: SessionRecord | None = None
        self.ticks = 0
        self._driver: GameDriver | None = None

    def stepped(self, record: StepMade) -> None:
        self.ticks = record.tick
        driver = self._driver
        if driver is None:  # there is one session
            core_game = self.world.node.hosts[record.session].core.game
            assert isinstance(core_game, GameDriver)
            driver = self._driver = core_game
        try:
            driver.game.check()
        except Exception as error:
            self.violate(CHECK, f"tick {record.tick}", error)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if not from_server and reason.startswith("desync"):
            self.violate(DESYNC, f"{wire.client}'s state is not the server's, after tick {self.ticks}: {reason}")

    def look(self) -> None:
        for player in self.world.players.values():
            # A bot may raise the library's own errors, too: an input with a value that its field does not take.
            for ended in player.ended:
                if ended.error is not None and not isinstance(ended.error, Closed | ConnectFailed):
                    self.violate(ACT_RAISED, f"{player.name}: play", ended.error)
            for _, _, text in player.refusals:
                if text.startswith("InvalidInput"):
                    self.violate(ACT_RAISED, f"{player.name}: {text}")
                if text.startswith("RequestRefused: refused"):
                    self.violate(REFUSED, text.removeprefix("RequestRefused: refused").removeprefix(": "))

    def at_rest(self) -> None:
        records = self.world.store.ended_records
        self.record = records[0] if records else None

    @property
    def finished(self) -> bool:
        """The game has ended the session itself."""
        return self._driver is not None and self._driver.finished

    def state(self) -> tuple[str, ...]:
        """What the game has in its fields."""
        if self._driver is None:
            return ()
        game = self._driver.game
        lines = [("the game", game), *((player.name, player) for player in game.players)]
        return tuple(f"{name}: {told}" for name, thing in lines if (told := _fields(thing)))


def _fields(thing: Game[Any] | Player) -> str:
    """Those that the game's own classes declare."""
    names = (name for name in thing.__fields__ if name not in Game.__fields__ and name not in Player.__fields__)
    return " ".join(f"{name}={_brief(getattr(thing, name, '?'))}" for name in names)


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
