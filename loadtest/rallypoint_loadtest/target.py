"""What is to be loaded: which game, played by which bots, on a server of this machine."""

from __future__ import annotations

import importlib
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .kinds import Kind

if TYPE_CHECKING:
    from rallypoint_client import Bot

__all__ = ["NotLoopback", "Target", "bot_class", "check_loopback", "find_target", "kind_of"]


class NotLoopback(ValueError):
    """A load test is for a server on the same machine: anything else could be somebody else's."""


@dataclass(frozen=True, slots=True)
class Target:
    """A game as far as bots need to know it."""

    name: str
    """As the lobby calls it."""
    tick_hz: int
    """0 for a turn-based game."""
    seats_max: int
    bot: str | None
    """``module:Class`` of the game's own bot."""


def find_target(game: str) -> Target:
    """Finds a game by ``module:Class`` or ``module``, from the current directory too.

    Raises ``rallypoint.games.GameNotFound``, or ``DefinitionError`` for a game that cannot work as it is written.
    """
    from rallypoint.games import find_game

    options = find_game(game).definition().options
    return Target(options.name, options.tick_hz, options.seats_max, options.bot)


def kind_of(target: Target, *, lobby_only: bool, drops: bool, thinks: bool) -> Kind:
    """What kind of run it will be. Raises ``ValueError`` for what was asked for and means nothing in such a run."""
    kind = Kind.LOBBY if lobby_only else Kind.TICKS if target.tick_hz else Kind.TURNS
    if thinks and kind is not Kind.TURNS:
        raise ValueError(f"--think is for turn-based games, not for {kind.value}")
    if drops and kind is Kind.LOBBY:
        raise ValueError("--drop is for connections to sessions: with --lobby-only, use --lobby-drop")
    return kind


def bot_class(path: str) -> type[Bot]:
    """Imports a bot's class, given as ``module:Class``. Raises ``ImportError`` or ``AttributeError``."""
    module, _, name = path.partition(":")
    found: type[Bot] = getattr(importlib.import_module(module), name)
    return found


def check_loopback(url: str, schemes: tuple[str, ...]) -> str:
    """The URL itself, if it has one of the schemes and leads to this machine; else raises ``ValueError`` with why."""
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"{url!r} is no {schemes[0]}:// URL")
    host = parts.hostname
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise NotLoopback(f"{host} is not this machine: a load test runs against 127.0.0.1, ::1 or localhost only")
    return url
