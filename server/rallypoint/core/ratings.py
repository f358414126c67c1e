"""Ratings after a match, by OpenSkill's Plackett-Luce model: who wins against the strong wins more.

``openskill`` does the mathematics, and is imported when the first result is rated: a start does not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rallypoint_protocol.ids import PlayerId

from .matchmaking.ticket import Rating

if TYPE_CHECKING:
    from openskill.models import PlackettLuce

__all__ = ["Rated", "Standing", "rated"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one player of a rated match did."""

    player: PlayerId
    team: int
    rank: int
    """Of the team: 0 is the best; equal ranks are a draw."""
    left: bool = False
    """The player had left before the end: a loss, whatever became of the team."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What a match does to one player's rating."""

    standing: Standing
    before: Rating
    after: Rating


def rated(standings: Sequence[Standing], before: Sequence[Rating]) -> list[Rated]:
    """The new ratings, in the order of ``standings``; ``before`` has that of each.

    A team that somebody has left is rated with all of its members, so that the others do not win or lose more than
    they would have. Who has left gets what a last place of that team would have given.

    Raises:
        ValueError: fewer than two teams.
    """
    teams = sorted({standing.team for standing in standings})
    if len(teams) < 2:
        raise ValueError("a match of one team cannot be rated")
    members = [[at for at, standing in enumerate(standings) if standing.team == team] for team in teams]
    ranks = [standings[team[0]].rank for team in members]
    after = _played(members, ranks, before)
    for team, index in zip(members, range(len(teams)), strict=True):
        leavers = [at for at in team if standings[at].left]
        if leavers:
            last = [*ranks]
            last[index] = max(ranks) + 1
            lost = _played(members, last, before)
            for at in leavers:
                after[at] = lost[at]
    return [Rated(*of) for of in zip(standings, before, after, strict=True)]


def _played(members: Sequence[Sequence[int]], ranks: Sequence[int], before: Sequence[Rating]) -> list[Rating]:
    model = _model()
    teams = [[model.rating(mu=before[at].mu, sigma=before[at].sigma) for at in team] for team in members]
    after = list(before)
    for team, found in zip(members, model.rate(teams, ranks=[float(rank) for rank in ranks]), strict=True):
        for at, rating in zip(team, found, strict=True):
            after[at] = Rating(float(rating.mu), float(rating.sigma))
    return after


_the_model: list[PlackettLuce] = []


def _model() -> PlackettLuce:
    if not _the_model:
        from openskill.models import PlackettLuce

        _the_model.append(PlackettLuce())
    return _the_model[0]
