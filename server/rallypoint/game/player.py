"""Players: who sits in a session, as the game sees them. Subclass to give players fields of their own."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, TypeVar

from rallypoint.core.session_terms import INPUT_BUFFER_TICKS_MAX
from rallypoint_protocol.ids import player_entity_id

from .entity import Entity
from .fields import field
from .inputs import Hold

if TYPE_CHECKING:
    from .game import Game

__all__ = ["Player", "PlayerState"]

E = TypeVar("E", bound=Entity)
H = TypeVar("H", bound=Hold)


class PlayerState(enum.IntEnum):
    """What others see of a player's connection."""

    CONNECTED = 0
    AWAY = 1
    """The connection is lost; the seat is kept until ``away_until_ms``."""


class Player(Entity):
    """A player in a seat. Clients see the public fields of every player.

    class Pilot(Player):
        score: int = field(0)

    class Orbit(Game[Pilot], seats=(2, 8)): ...
    """

    _extra_slots = ("_buffer_ticks", "_game", "_held", "_subscribed", "_team", "bot", "seat")

    name: str = field("")
    """As given by the player: normalised, bounded, but never to be treated as markup."""
    state: PlayerState = field(PlayerState.CONNECTED)
    away_until_ms: int = field(0)
    """Session time at which an away player's seat is freed; 0 while connected."""
    player_id: str = field("")
    """Who it is, across sessions: the same id as in the lobby and in results."""

    def set_up(self) -> None:
        """Framework use: somebody who has no seat. Not called by ``Player(...)``: whoever makes one calls ``_sit``."""
        super().set_up()
        self.seat: int = -1
        """0-based."""
        self.bot: bool = False
        """True if the server filled the seat with a bot."""
        self._game: Game[Any] | None = None
        self._held: dict[type[Hold], Hold] = {}
        self._subscribed: tuple[str, ...] = ()
        self._buffer_ticks = -1
        """-1: as the game's option says."""
        self._team: int | None = None

    def _sit(self, game: Game[Any], seat: int, player_id: str, bot: bool, team: int | None = None) -> None:
        """Framework use: the player has this seat now."""
        self.id = player_entity_id(seat)
        self.seat = seat
        self.player_id = player_id
        self.bot = bot
        self._game = game
        self._held = {}
        self._subscribed = ()
        self._buffer_ticks = -1
        self._team = team

    @property
    def team(self) -> int | None:
        """In which team of the match, 0-based: an index into ``game.teams``. ``None``: the session has no teams.

        Clients do not see it. A class that declares a field ``team`` has that in place of this.
        """
        return self._team

    @property
    def connected(self) -> bool:
        """False while the connection is lost and the seat is kept."""
        return self.state is PlayerState.CONNECTED

    def held(self, hold: type[H]) -> H:
        """The latest of this kind of hold; its defaults before the first one, and after a drop."""
        found = self._held.get(hold)
        if found is None:
            found = self._held[hold] = hold()
        return found  # type: ignore[return-value]  # the dictionary maps a class to its instance

    def all(self, kind: type[E]) -> list[E]:
        """This player's entities of that class, oldest first."""
        game = self._require_game()
        return [entity for entity in game.all(kind) if entity.owner is self]

    def one(self, kind: type[E]) -> E | None:
        """This player's oldest entity of that class, or ``None``."""
        for entity in self._require_game().all(kind):
            if entity.owner is self:
                return entity
        return None

    def subscribe(self, channel: str) -> None:
        """From this step on the player sees what is in that channel. Twice is once."""
        if channel not in self._subscribed:
            self._subscribed = (*self._subscribed, channel)
            self._resubscribed()

    def unsubscribe(self, channel: str) -> None:
        """From this step on the player no longer sees that channel; the client drops what it had of it."""
        self._subscribed = tuple(name for name in self._subscribed if name != channel)
        self._resubscribed()

    @property
    def input_buffer_ticks(self) -> int:
        """How many ticks this player's inputs may wait: as the game's option says, until it is set to something else.

        Set it to what suits this player's connection. Inputs that wait already go on waiting.
        """
        own = self._buffer_ticks
        return self._require_game()._driver.definition.options.input_buffer_ticks if own < 0 else own

    @input_buffer_ticks.setter
    def input_buffer_ticks(self, ticks: int) -> None:
        driver = self._require_game()._driver
        most = INPUT_BUFFER_TICKS_MAX if driver.definition.options.input_buffer_ticks else 0
        given: Any = ticks
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= most:
            why = f"write a number of ticks from 0 to {most}" if most else "the game has no option input_buffer_ticks="
            raise ValueError(f"input_buffer_ticks = {ticks!r}: {why}")
        self._buffer_ticks = ticks
        driver.subscribing = True

    def _resubscribed(self) -> None:
        driver = self._require_game()._driver
        driver.resubscribed.append(self.seat)
        driver.subscribing = True

    def _require_game(self) -> Game[Any]:
        if self._game is None:
            raise RuntimeError(f"{self.name} has no seat in a session any more")
        return self._game
