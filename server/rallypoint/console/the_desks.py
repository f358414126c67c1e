"""How a path of the HTTP API gets at what it works with: it comes with the request, for the API is always the same."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from .desks import Desks
from .live import Live

__all__ = ["TheDesks", "TheLive", "at_the_desks"]

_DESKS: Final = "rallypoint.desks"
_LIVE: Final = "rallypoint.live"


def at_the_desks(desks: Desks, api: ASGIApp) -> ASGIApp:
    """The API of one server."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_DESKS], scope[_LIVE] = desks, live
        await api(scope, receive, send)

    live = Live(serve)
    return serve


async def _desks(request: Request) -> Desks:
    desks: Desks = request.scope[_DESKS]
    return desks


async def _live(request: Request) -> Live:
    live: Live = request.scope[_LIVE]
    return live


TheDesks = Annotated[Desks, Depends(_desks)]
TheLive = Annotated[Live, Depends(_live)]
