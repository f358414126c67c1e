"""What the HTTP API answers with about matches, ratings and leaderboards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from rallypoint.core.matchmaking.profile import Leaders
from rallypoint.core.matchmaking.records import MatchRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.runtime.results import QueueRating

from .api_answers import Out

__all__ = ["LeaderboardOut", "MatchOut", "RatingList", "leaderboard_out", "match_out", "ratings_out"]

_NO_LIMIT: Final = 1e300
"""From here on a number stands for an infinity, which neither JSON nor the database has."""


class RatingOut(Out):
    """A skill in one queue, in OpenSkill's units."""

    mu: Annotated[float, Field(examples=[27.635])]
    """The mean: what counts for rules. Somebody new has 25."""
    sigma: Annotated[float, Field(examples=[8.066])]
    """The deviation: how unsure that is. Somebody new has 25 / 3."""
    rating: Annotated[float, Field(examples=[3.437])]
    """`mu` less three times `sigma`: what leaderboards are sorted by."""


class LeaderOut(RatingOut):
    """A row of a leaderboard."""

    rank: int
    """From 1 on. No two are equal: those with the same rating are in the order of their ids."""
    player: str
    """The player's id."""
    name: str
    """What others see; empty for a player whom the server does not keep, such as one with an id of yours."""
    games: int
    """Rated ones."""


class LeaderboardOut(Out):
    """Part of a queue's leaderboard."""

    queue: str
    """Which queue."""
    rows: list[LeaderOut]
    """The best first, at most `limit`."""
    total: int
    """Players who were rated in this queue."""
    rank: int | None
    """That of `around`; null: nobody was asked for, or that player was never rated here."""


class RatingChangeOut(Out):
    """What one session has changed."""

    session: str
    """The session's id."""
    at: float
    """When it ended: Unix time in seconds."""
    rank: int
    """The place of the player's team: 0 is the best, and equal places are a draw."""
    before: RatingOut
    """The rating before."""
    after: RatingOut
    """The rating after."""


class QueueRatingOut(RatingOut):
    """A player's rating in one queue."""

    queue: Annotated[str, Field(examples=["ranked"])]
    """Which queue."""
    games: int
    """Rated ones."""
    history: list[RatingChangeOut]
    """The newest changes, newest first: at most `limit`."""


class RatingList(Out):
    """A player's ratings."""

    ratings: list[QueueRatingOut]
    """By the queue's name."""


class MatchedPlayer(Out):
    """A player of a match."""

    player: str
    """The player's id."""
    rating: RatingOut | None
    """When the match was made."""


class MatchedTicketOut(Out):
    """A single player, or a party, who waited together."""

    players: list[MatchedPlayer]
    """Those of the party; the leader first."""
    waited_s: float
    """Seconds from the ticket's first place in a queue to the match."""


class RuleScoreOut(Out):
    """How well the match satisfies one rule."""

    rule: str
    """The rule's name."""
    value: float | None
    """What was measured: the largest distance, the latency of the region, how many values are in common. Null: it is
    not bounded."""
    limit: float | None
    """The limit that was in force after that wait; null: none."""
    cost: float
    """From 0 (perfect) to 1 (at the limit, or beyond that of a rule that was optional by then)."""


class MatchOut(Out):
    """Why these players were matched."""

    match: str
    """The match's id."""
    queue: str
    """Whose rules it was made by."""
    game: str
    """Which game is played."""
    session: str
    """The session that it got."""
    at: float
    """When: Unix time in seconds."""
    teams: list[list[MatchedTicketOut]]
    """The tickets of each team; of a backfill, those who were added to each."""
    scores: list[RuleScoreOut]
    """Rule by rule."""
    quality: float
    """1 less the weighted mean of the costs."""
    region: str
    """The best that all have in common; empty without a latency rule."""
    bots: list[int]
    """Seats of each team that bots got; empty: none."""
    backfill: bool
    """They came into a session that was running."""


def leaderboard_out(queue: str, leaders: Leaders) -> LeaderboardOut:
    """Part of a leaderboard."""
    rows = [
        LeaderOut(rank=row.rank, player=row.player, name=row.name, games=row.games, **_rating(row.rating))
        for row in leaders.rows
    ]
    return LeaderboardOut(queue=queue, rows=rows, total=leaders.total, rank=leaders.me)


def ratings_out(ratings: list[QueueRating]) -> RatingList:
    """A player's ratings, each with its changes."""
    return RatingList(
        ratings=[
            QueueRatingOut(
                queue=one.queue,
                games=one.games,
                history=[
                    RatingChangeOut(
                        session=change.session,
                        at=change.at,
                        rank=change.rank,
                        before=RatingOut(**_rating(change.before)),
                        after=RatingOut(**_rating(change.after)),
                    )
                    for change in one.history
                ],
                **_rating(one.rating),
            )
            for one in ratings
        ]
    )


def match_out(record: MatchRecord) -> MatchOut:
    """A match."""
    return MatchOut(
        match=record.id,
        queue=record.queue,
        game=record.game,
        session=record.session,
        at=record.at,
        teams=[
            [
                MatchedTicketOut(
                    players=[
                        MatchedPlayer(
                            player=player,
                            rating=RatingOut(**_rating(ticket.ratings[n])) if n < len(ticket.ratings) else None,
                        )
                        for n, player in enumerate(ticket.players)
                    ],
                    waited_s=ticket.waited_s,
                )
                for ticket in team
            ]
            for team in record.teams
        ],
        scores=[
            RuleScoreOut(rule=score.rule, value=_bounded(score.value), limit=_bounded(score.limit), cost=score.cost)
            for score in record.scores
        ],
        quality=record.quality,
        region=record.region,
        bots=list(record.bots),
        backfill=record.backfill,
    )


def _rating(rating: Rating) -> Mapping[str, float]:
    return {"mu": rating.mu, "sigma": rating.sigma, "rating": rating.ordinal}


def _bounded(number: float) -> float | None:
    return number if abs(number) < _NO_LIMIT else None
