"""How the players of a session that has ended did: for ratings.

A team's place is decided by whether one of its seats is among the result's ``winners``, and then by the sum of its
seats' ``scores``; teams that are level have drawn. In a free-for-all each player is a team.

- Nothing is rated if the queue is not, if the session did not end with a result, if a bot had a seat, or if somebody
  who was matched was not there for the start.
- Who left, was kicked or lost before the end has lost, whatever became of the team; the team is rated with all who
  played in it.
- Who came later, by a backfill, is rated only if still there at the end: nobody has to finish what others began.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from rallypoint.core.orders import MatchOrder
from rallypoint.core.ratings import Standing
from rallypoint.ports import SeatRecord, SessionRecord

__all__ = ["standings"]


def standings(record: SessionRecord) -> list[Standing]:
    """One for each player who is to be rated; none if the session is not."""
    match, result = record.match, record.result
    if match is None or not match.rated or record.outcome != "ended" or result is None:
        return []
    if match.missed or any(seat.bot for seat in record.seats):
        return []
    seats = {seat.player: seat for seat in record.seats}  # who came twice counts as the last time
    teams: dict[int, list[SeatRecord]] = {}
    for number, seat in enumerate(seats.values()):
        team = _team(match, seat, number)
        if team is not None and (seat.player not in match.late or seat.outcome == "played"):
            teams.setdefault(team, []).append(seat)
    if len(teams) < 2:
        return []
    places = {team: _place(result, members) for team, members in teams.items()}
    order = sorted(set(places.values()))
    return [
        Standing(seat.player, team, order.index(places[team]), seat.outcome != "played")
        for team, members in sorted(teams.items())
        for seat in members
    ]


def _team(match: MatchOrder, seat: SeatRecord, number: int) -> int | None:
    """The player's; in a free-for-all, the player's own ``number``."""
    if len(match.teams) < 2:
        return number
    return next((index for index, team in enumerate(match.teams) if seat.player in team), None)


def _place(result: Mapping[str, Any], members: Iterable[SeatRecord]) -> tuple[bool, float]:
    """Smaller is better. The seat of who has left may be another player's by now, and counts for that one."""
    there = [seat.seat for seat in members if seat.outcome == "played"]
    if not there:
        return True, float("inf")
    winners, scores = result.get("winners"), result.get("scores")
    won = isinstance(winners, Collection) and any(seat in winners for seat in there)
    total = sum(_score(scores, seat) for seat in there)
    return not won, float("inf") if math.isnan(total) else -total


def _score(scores: Any, seat: int) -> float:
    """What the game gave that seat. No number is nothing: a result is stored, whatever the game has put into it."""
    score = scores.get(seat, 0.0) if isinstance(scores, Mapping) else 0.0
    try:
        return float(score) if isinstance(score, int | float) else 0.0
    except OverflowError:
        return 0.0
