"""The HTTP API's paths for queues with rules: leaderboards, ratings, and why matches were made."""

from __future__ import annotations

from rallypoint_protocol.ids import PlayerId

from .api_errors import errors, granted
from .api_match_answers import LeaderboardOut, MatchOut, RatingList, leaderboard_out, match_out, ratings_out
from .api_requests import AroundPlayer, BoardLimit, HistoryLimit, MatchInPath, PlayerInPath, QueueInPath
from .api_sessions import TheBackend
from .paths import Paths
from .roles import Role, needs

__all__ = ["matches"]

matches = Paths(tags=["matches"])


@matches.get("/queues/{queue}/leaderboard", summary="Read a leaderboard", responses=errors(422))
@needs(Role.VIEWER)
async def get_leaderboard(
    backend: TheBackend, queue: QueueInPath, limit: BoardLimit = 20, around: AroundPlayer = None
) -> LeaderboardOut:
    """The best players of a queue whose results are rated, or those next to one player. Of a queue that nobody was
    rated in: none."""
    found = await backend.results.leaders(queue, limit, None if around is None else PlayerId(around))
    return leaderboard_out(queue, granted(found))


@matches.get("/players/{player}/ratings", summary="Read a player's ratings", responses=errors(422))
@needs(Role.VIEWER)
async def list_ratings(backend: TheBackend, player: PlayerInPath, limit: HistoryLimit = 20) -> RatingList:
    """The player's rating in every queue in which there is one, and how it has changed. Of a player whom nobody
    knows: none."""
    return ratings_out(granted(await backend.results.ratings(PlayerId(player), limit)))


@matches.get("/matches/{match}", summary="Read a match", responses=errors(404, 422))
@needs(Role.VIEWER)
async def get_match(backend: TheBackend, match: MatchInPath) -> MatchOut:
    """Why these players were matched: who waited how long, with which ratings, and how well each rule was satisfied."""
    return match_out(granted(await backend.results.match(match)))
