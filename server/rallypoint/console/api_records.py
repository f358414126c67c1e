"""The HTTP API's paths for what is not one session: the games, and what became of sessions."""

from __future__ import annotations

from rallypoint.ports import SessionRecord
from rallypoint_protocol.ids import PlayerId, SessionId

from .api_answers import GameList, GameOut, ResultList, ResultOut
from .api_errors import errors, granted
from .api_requests import PlayerInPath, ResultLimit, SessionInPath
from .api_sessions import TheBackend
from .paths import Paths
from .roles import Role, needs

__all__ = ["records"]

records = Paths()


@records.get("/games", summary="List games", tags=["games"], responses=errors())
@needs(Role.VIEWER)
async def list_games(backend: TheBackend) -> GameList:
    """The games of this server."""
    return GameList(games=[GameOut.model_validate(game) for game in backend.games()])


@records.get(
    "/results/{session}",
    summary="Read a result",
    tags=["results"],
    response_model=ResultOut,
    responses=errors(404, 422),
)
@needs(Role.VIEWER)
async def get_result(backend: TheBackend, session: SessionInPath) -> SessionRecord:
    """What became of a session, from the database: within moments of its end, and for good."""
    return granted(await backend.results.of_session(SessionId(session)))


@records.get("/players/{player}/results", summary="List a player's results", tags=["results"], responses=errors(422))
@needs(Role.VIEWER)
async def list_results(backend: TheBackend, player: PlayerInPath, limit: ResultLimit = 20) -> ResultList:
    """The newest sessions that the player had a seat in, newest first. Of a player whom nobody knows: none."""
    found = granted(await backend.results.of_player(PlayerId(player), limit))
    return ResultList(results=[ResultOut.model_validate(record) for record in found])
