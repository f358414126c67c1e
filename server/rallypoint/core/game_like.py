"""What a session drives: ``game/`` implements it, ``core`` knows no more of a game than this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rallypoint_protocol.channels import Channels
from rallypoint_protocol.inputs import Input

from .game_image import GameImage
from .match_teams import MatchInfo

__all__ = ["Answer", "Ask", "GameLike", "OptionsRefused"]


class OptionsRefused(Exception):
    """The game says no to the options that it was to be created with. ``reason`` is the game's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ask:
    """A game's call to the outside: to be made by the shell, to be answered with an :class:`Answer`."""

    id: int
    method: str
    args: tuple[Any, ...]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an :class:`Ask`. ``error`` is empty if it succeeded; then ``value`` is what the method returned.

    Other errors: ``timeout``; ``lost`` (the server was restarted meanwhile: ask again if it may be done twice); or the
    exception's type and text.
    """

    id: int
    method: str
    args: tuple[Any, ...]
    value: Any = None
    error: str = ""


class GameLike(Protocol):
    """One running game. Every method may raise what the game's own code raises: the session ends then."""

    channels: Channels
    finished: bool
    result: dict[str, Any] | None
    locked: bool
    backfill: bool
    """Players are wanted for free seats, from the queue that has made the session."""
    match: MatchInfo | None
    """Set before :meth:`create`, if a queue with rules has made the session."""
    resubscribed: list[int]
    """Seats whose subscriptions changed; whoever reads them clears it."""
    meta: dict[str, Any]
    """What others see of the session. Replaced as a whole when it changes."""

    @property
    def next_timer_ms(self) -> int | None:
        """Session time of the earliest timer; ``None`` if there is none."""

    def create(self, options: dict[str, Any]) -> None:
        """Once, before the first step. Raises :class:`OptionsRefused`."""

    def open(self, tick: int, now_ms: int) -> None:
        """A step begins."""

    def join(self, seat: int, player_id: str, name: str, bot: bool, team: int | None = None) -> None:
        """A player took the seat for the first time."""

    def start(self) -> None:
        """Enough players are there."""

    def drop(self, seat: int, away_until_ms: int) -> None:
        """The player's connection is lost; the seat is kept until that session time."""

    def away_until(self, seat: int, away_until_ms: int) -> None:
        """The seat is kept until another time than was said before."""

    def let_go(self, seat: int) -> None:
        """What the player held is let go: another connection has the seat."""

    def come_back(self, seat: int) -> None:
        """The player is back."""

    def leave(self, seat: int, reason: str) -> None:
        """The seat is free: ``left``, ``expired`` or ``kicked``."""

    def input(self, seat: int, message: Input) -> str | None:
        """Applies an input; a reason if it was refused."""

    def is_hold(self, message: Input) -> bool:
        """True for an input of which only the newest counts."""

    def input_buffer_ticks(self, seat: int) -> int:
        """How many ticks an input of that player may wait. Asked in sessions with an input buffer alone."""

    def answer(self, answer: Answer) -> None:
        """An answer of the outside."""

    def signal(self, name: str, data: Any) -> None:
        """A backend's signal."""

    def time_up(self) -> None:
        """The maximum duration is over."""

    def set_meta(self, meta: Mapping[str, Any]) -> None:
        """The leader's, or a backend's metadata. Raises ``ValueError`` for what metadata cannot be."""

    def advance(self, run_tick: bool) -> None:
        """Fires the timers that are due, then (``run_tick``) makes a tick."""

    def close(self) -> None:
        """The step ends: state is compared, deltas are ready in ``channels``."""

    def show(self) -> None:
        """After ``restore``: ``channels`` have what there is, for whoever comes before a step. Nothing has happened."""

    def subscriptions(self, seat: int) -> tuple[int, ...]:
        """The channels that this seat is subscribed to."""

    def take_events(self) -> list[tuple[int, int, list[Any]]]:
        """Events since the last call, in order: ``(seat, kind, fields)``."""

    def take_kicked(self) -> list[int]:
        """Seats whose players the game removed since the last call."""

    def state(self) -> dict[str, Any]:
        """All declared fields, public and private, as plain data for a person or a backend."""

    def some_state(self, entities_max: int) -> tuple[dict[str, Any], int]:
        """The same of at most so many entities, the oldest, and how many more there are. It costs no more than that."""

    def take_asks(self) -> list[Ask]:
        """Calls to the outside since the last call."""

    # --- for the journal --------------------------------------------------------------------------------------------

    @property
    def open_asks(self) -> list[Ask]:
        """Calls to the outside that have no answer yet, oldest first."""

    def keep(self) -> None:
        """From now on each step's change is collected; before, nothing is, at no cost. After ``create`` or ``restore``.

        From then on every ``close`` is followed by one :meth:`take_change`.
        """

    def take_change(self) -> bytes:
        """The encoded ``GameChange`` of the step that was closed last, and of what changed between it and the last."""

    def image(self) -> GameImage:
        """All of it, as it is now; the game's ``save`` is called if there was a step since the last time."""

    def restore(self, image: GameImage) -> None:
        """Instead of ``create``: builds everything that is in the image, and calls the game's ``load``.

        Then ``image()`` gives the same bytes, until a step is made. Raises ``GameImageRefused``, and whatever the
        game's ``migrate`` and ``load`` raise.
        """

    def revive(self) -> None:
        """After ``restore``: the game rebuilds what is derived (``restored()``), and may change its state."""
