"""The console in the browser: one page for all its addresses, and the files that it is made of.

Nothing in it is secret: what it shows comes from the HTTP API, which asks for a login.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from rallypoint.web.files import Files

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

__all__ = ["VIEWS", "page_routes"]

WEB: Final = Path(__file__).parent / "web"
VIEWS: Final = (
    "/",
    "/queues",
    "/queues/{name:path}",
    "/sessions",
    "/sessions/{name:path}",
    "/players",
    "/players/{name:path}",
    "/node",
    "/audit",
    "/settings",
    "/login",
)
"""Addresses that the page itself reads: a link to any of them can be sent around."""
_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def page_routes(web: Path = WEB) -> list[Route]:
    """Starlette is imported late: a server without this port does not pay for it."""
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    files = Files(web)

    async def found(request: Request, path: str) -> Response:
        response = await files.answer(request, path) or PlainTextResponse("There is no such file.\n", 404)
        response.headers.update(_HEADERS)
        return response

    async def index(request: Request) -> Response:
        return await found(request, "index.html")

    async def asset(request: Request) -> Response:
        return await found(request, request.path_params["path"])

    async def no_icon(request: Request) -> Response:
        return Response(status_code=204)  # browsers ask for one, and would complain of a 404

    return [
        *(Route(view, index) for view in VIEWS),
        Route("/assets/{path:path}", asset),
        Route("/favicon.ico", no_icon),
    ]
