"""What is written down of matches and tickets, once they are made and over: plain data. Times are Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rallypoint_protocol.ids import PlayerId, SessionId

from .ticket import Rating, RuleScore, Value

__all__ = ["MatchRecord", "MatchedTicket", "TicketPlayer", "TicketRecord"]


@dataclass(frozen=True, slots=True)
class MatchedTicket:
    """One ticket of a match."""

    id: str
    players: tuple[PlayerId, ...]
    waited_s: float
    ratings: tuple[Rating, ...] = ()
    """Of each player, when they were matched."""


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A match that got its session: why these players."""

    id: str
    queue: str
    game: str
    session: SessionId
    at: float
    teams: tuple[tuple[MatchedTicket, ...], ...]
    """Of a backfill: those who were added to each team."""
    scores: tuple[RuleScore, ...] = ()
    quality: float = 1.0
    region: str = ""
    bots: tuple[int, ...] = ()
    """Seats of each team that bots got."""
    backfill: bool = False
    """They came into a session that was running."""

    @property
    def players(self) -> tuple[PlayerId, ...]:
        """All of them, team by team."""
        return tuple(player for team in self.teams for ticket in team for player in ticket.players)


@dataclass(frozen=True, slots=True)
class TicketPlayer:
    """One player of a ticket, as the rules saw them."""

    player: PlayerId
    ratings: Mapping[str, Rating] = field(default_factory=dict)
    """By queue."""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    latency_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """A ticket that is over. ``rallypoint matchmaker export`` gives them to a simulation."""

    id: str
    queues: tuple[str, ...]
    players: tuple[TicketPlayer, ...]
    queued_at: float
    ended_at: float
    outcome: Literal["matched", "cancelled", "declined", "expired"]
    """``expired``: a player's lobby session ended. ``declined``: a ready check was declined or missed."""
    match: str = ""
    """The id of its match, if it was matched."""
