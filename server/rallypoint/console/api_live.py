"""The HTTP API's path for what changes: one stream for all that a console shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import StreamingResponse

from rallypoint.core.orders import Denial

from .api_errors import Denied, errors
from .live import WATCHED_MAX
from .paths import Paths
from .principals import STILL
from .roles import Role, needs
from .the_desks import TheLive

__all__ = ["live"]

live = Paths(tags=["live"])

WatchedPath = Annotated[str, Query(max_length=500, pattern=r"^/[!-~]*$")]
Watched = Annotated[
    list[WatchedPath],
    Query(min_length=1, max_length=WATCHED_MAX, description="Paths of this API, with their query, as `/overview`."),
]


@live.get(
    "/live",
    summary="Watch paths",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}, **errors(422)},
)
@needs(Role.VIEWER)
async def watch_paths(request: Request, hub: TheLive, watch: Watched) -> StreamingResponse:
    """Server-sent events: the answer of each watched `GET` path, at once and whenever it has changed, at most once a
    second. `event: change`, `data: {"path": "/overview", "status": 200, "body": {...}}`."""
    if hub.full:
        raise Denied(Denial("node_full", "too many consoles watch this server"))
    if any(path.partition("?")[0] in ("/live", "/me", "/openapi.json") for path in watch):
        raise Denied(Denial("invalid", "that path cannot be watched"))
    may_still = request.scope.get(STILL, _always)

    async def events() -> AsyncIterator[bytes]:
        async for event in hub.stream(watch, may_still):
            yield event

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


async def _always() -> bool:
    return True
