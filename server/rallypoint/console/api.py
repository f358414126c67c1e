"""The HTTP API for backends, ``/api/v1`` on the operations port. Imported late: FastAPI takes its time.

Everything runs on the node's own event loop: no path may wait for anything but the store, and none is a plain ``def``,
which FastAPI would run in a thread, beside the games.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final

from fastapi import Depends, FastAPI, Security
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from .api_errors import answer_errors
from .api_json import AsciiJSON
from .api_live import live
from .api_matches import matches
from .api_node import node
from .api_operators import operators
from .api_overview import overview
from .api_players import players
from .api_queues import queues
from .api_records import records
from .api_session_desk import session_desk
from .api_sessions import sessions
from .api_travel import travel
from .desks import Desks
from .roles import check_all, check_role
from .the_desks import at_the_desks

__all__ = ["API_VERSION", "DESCRIPTION", "build_api", "the_api"]

API_VERSION: Final = "1.0"
DESCRIPTION: Final = Path(__file__).with_name("openapi.json")
"""What :mod:`.openapi` has made: a test says that it is current."""

_DESCRIPTION: Final = """\
What a game developer's own services and operators may do with a Rallypoint server: create sessions, reserve seats for
named players, signal sessions, look at them, end them, and read what became of them.

Every request shows a token: the server's own `api_token`, or one of an operator; or the cookie of an operator's login.
A viewer may `GET`, an admin everything. Bodies are JSON of at most 64 KiB, read strictly: unknown names and wrong
types are refused. Every error is `{"error": "...", "reason": "..."}`, and has changed nothing.
"""
_TOKEN: Final = HTTPBearer(
    scheme_name="token",
    description="The server's `api_token` setting, or an operator's token.",
    auto_error=False,  # the door has looked at it, before anything was read
)
_TAGS: Final = [
    {"name": "sessions", "description": "Running games, and those that wait for players."},
    {"name": "games", "description": "What can be played here."},
    {"name": "players", "description": "Who is here, how their connection is, and what can be done about them."},
    {"name": "queues", "description": "Who waits, and why."},
    {"name": "node", "description": "This server: how it is, its settings, and its emptying."},
    {"name": "operators", "description": "Coming in, going out, and what everybody has done."},
    {"name": "overview", "description": "The node at a glance, and its last quarter of an hour."},
    {"name": "live", "description": "What changes, while it does."},
    {"name": "results", "description": "What became of sessions: kept in the server's database."},
    {
        "name": "matches",
        "description": "Why players were matched, and how good they are in each queue: kept there, too.",
    },
]


def build_api(desks: Desks) -> ASGIApp:
    """A server's application behind the door."""
    return at_the_desks(desks, the_api())


@functools.cache
def the_api() -> FastAPI:
    """What there is behind every door. It takes a quarter of a second, for what pydantic makes of 53 paths."""
    app = FastAPI(
        title="Rallypoint HTTP API",
        version=API_VERSION,
        description=_DESCRIPTION,
        servers=[{"url": "/api/v1"}],
        openapi_tags=_TAGS,
        openapi_url=None,  # it is told as it is kept: to make it would take as long as all else
        docs_url=None,  # these pages would load scripts from elsewhere
        redoc_url=None,
        root_path_in_servers=False,
        redirect_slashes=False,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        default_response_class=AsciiJSON,
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Security(_TOKEN), Depends(check_role)],
    )
    for paths in (sessions, records, matches, session_desk, travel, players, queues, node, operators, overview, live):
        paths.add_to(app)
    app.router.routes.append(Route("/openapi.json", _told, methods=["GET"]))
    answer_errors(app)
    check_all(app)
    return app


async def _told(request: Request) -> Response:
    return Response(DESCRIPTION.read_bytes(), media_type="application/json")
