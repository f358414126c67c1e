"""Who plays in which team of a session that a queue with rules has made.

The order of such a session says it by player, and goes on saying it of those who have left: they have played. Players
that come later (a backfill, a bot) are added. A free-for-all has one team in its order, or none: its sessions have no
teams, and nobody in one.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rallypoint_protocol.ids import PlayerId

from .orders import MatchOrder

if TYPE_CHECKING:
    from .seat import Seat
    from .seating import Seating

__all__ = [
    "MatchInfo",
    "free_by_team",
    "in_team",
    "info_of",
    "match_again",
    "match_with",
    "match_without",
    "sizes_of",
    "team_of",
]


@dataclass(frozen=True, slots=True)
class MatchInfo:
    """The match that a game is played for, as it was found."""

    id: str
    """Of the match; a rematch has another."""
    queue: str
    region: str = ""
    """The best that all players had in common; empty if the queue does not look at it."""
    quality: float = 1.0
    """From 0 to 1: how well the match satisfied the rules of its queue."""
    rated: bool = False
    """Whether the result changes ratings."""
    sizes: tuple[int, ...] = ()
    """The most players of each team; empty: a free-for-all."""


def info_of(match: MatchOrder) -> MatchInfo:
    """What the game is told of it."""
    sizes = sizes_of(match)
    return MatchInfo(match.id, match.queue, match.region, match.quality, match.rated, sizes if len(sizes) > 1 else ())


def sizes_of(match: MatchOrder) -> tuple[int, ...]:
    """The most players of each team; one, or none, of a free-for-all."""
    return match.sizes or tuple(len(team) for team in match.teams)


def team_of(match: MatchOrder | None, player: PlayerId) -> int | None:
    """The player's team; ``None``: there are no teams, or the player came otherwise."""
    if match is None or len(sizes_of(match)) <= 1:
        return None
    return next((index for index, team in enumerate(match.teams) if player in team), None)


def in_team(match: MatchOrder, player: PlayerId, team: int) -> MatchOrder:
    """With the player in that team, and in no other. Raises ``IndexError`` if there is no such team."""
    if not 0 <= team < len(match.teams):
        raise IndexError(f"the match has {len(match.teams)} teams, and none with the number {team}")
    if player in match.teams[team]:
        return match
    teams = [tuple(other for other in each if other != player) for each in match.teams]
    teams[team] = (*teams[team], player)
    return replace(match, teams=tuple(teams))


def free_by_team(match: MatchOrder, seated: Iterable[Seat], free_seats: int) -> tuple[int, ...]:
    """How many more players each team can have, at most ``free_seats`` together. One number of a free-for-all."""
    sizes = sizes_of(match)
    taken = [0] * max(1, len(sizes))
    for seat in seated:
        team = team_of(match, seat.player_id) if len(sizes) > 1 else 0
        if team is not None and team < len(taken):
            taken[team] += 1
    free = []
    for size, there in zip(sizes or (taken[0] + free_seats,), taken, strict=True):
        free.append(min(max(0, size - there), free_seats))
        free_seats -= free[-1]
    return tuple(free)


def match_with(match: MatchOrder | None, seated: Iterable[Seat], seat: Seat, team: int | None) -> MatchOrder | None:
    """After the seat was reserved, for a player of that team. A bot without one plays in the first that lacks somebody:
    one that was never full, else one that somebody has left, or did not come to."""
    if match is None or not match.teams:
        return match
    if team is None and seat.bot and team_of(match, seat.player_id) is None:
        others = [other for other in seated if other is not seat]
        listed = [max(0, size - len(each)) for size, each in zip(sizes_of(match), match.teams, strict=True)]
        room = listed if any(listed) else free_by_team(match, others, sum(sizes_of(match)))
        team = next((index for index, free in enumerate(room) if free), None)
    if team is None:
        return match
    known = any(seat.player_id in each for each in match.teams)
    late = match.late if seat.bot or known else (*match.late, seat.player_id)
    return replace(in_team(match, seat.player_id, team), late=late)


def match_without(match: MatchOrder | None, seating: Seating, seat: Seat) -> MatchOrder | None:
    """Who has the seat is not there for the start; but who had been there, and came back for it, was."""
    player = seat.player_id
    if match is None or seat.bot or player in (*match.late, *match.missed):
        return match
    expected = any(player in team for team in match.teams)
    if not expected or any(gone.player_id == player for gone in seating.departed):
        return match
    return replace(match, missed=(*match.missed, player))


def match_again(match: MatchOrder, id: str, players: Container[PlayerId]) -> MatchOrder:
    """For a rematch: only those players are left in its teams."""
    teams = tuple(tuple(player for player in team if player in players) for team in match.teams)
    return replace(match, id=id, teams=teams, sizes=sizes_of(match), late=(), missed=())
