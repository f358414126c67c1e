"""What a session is asked for with, what is offered, and how it is denied: plain data between three sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rallypoint_protocol.ids import PlayerId, SessionId, Token

__all__ = ["Denial", "Group", "MatchOrder", "Member", "Order", "SpectatorOffer"]


@dataclass(frozen=True, slots=True)
class Denial:
    """Why not: ``error`` for programs (one of the words in ``docs/protocol.md``), ``reason`` for people."""

    error: str
    reason: str


@dataclass(frozen=True, slots=True)
class MatchOrder:
    """The match that a session is created for. It stays with the session, and with its rematches."""

    id: str
    """Of the match; a rematch has another."""
    queue: str
    teams: tuple[tuple[PlayerId, ...], ...]
    """Players of each team, backfilled ones included. Empty teams, and one only: a free-for-all."""
    sizes: tuple[int, ...] = ()
    """The most players of each team."""
    rated: bool = False
    region: str = ""
    quality: float = 1.0
    late: tuple[PlayerId, ...] = ()
    """Players who came into the running session, by a backfill."""
    missed: tuple[PlayerId, ...] = ()
    """Players who were matched and did not come, or left before it started."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a session is created with, besides its game."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Given to the game's ``created(options)``."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """What others see of it: at most 16 names and plain values."""
    private: bool = False
    """Not listed, not for quick matches: joined with its room code."""
    leader: PlayerId | None = None
    patience_s: float | None = None
    """How long it waits for its least number of players; ``None``: the game's ``start_after_s``."""
    quick: bool = True
    """Quick matches may fill its free seats."""
    match: MatchOrder | None = None
    """``None``: it was not made by a queue with rules."""


@dataclass(frozen=True, slots=True)
class SpectatorOffer:
    """A place to watch from, and the token that takes it."""

    session_id: SessionId
    game: str
    token: Token
    url: str
    schema_hash: bytes
    delay_s: float

    @property
    def data(self) -> dict[str, Any]:
        """What its player is told."""
        return {
            "game": self.game,
            "session": self.session_id,
            "url": self.url,
            "token": self.token,
            "schema": self.schema_hash,
            "delay_s": self.delay_s,
        }


@dataclass(frozen=True, slots=True)
class Member:
    """One of the players of a session that has ended."""

    player: PlayerId
    name: str
    bot: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Who played a session that has ended, by seat, and what it was."""

    game: str
    order: Order
    members: tuple[Member, ...]
