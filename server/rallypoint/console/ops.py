"""The operations port: ``/healthz``, ``/readyz``, ``/metrics``, the console's page, figures as JSON, the HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rallypoint.console.api_token import check_token
from rallypoint.console.status import Status
from rallypoint.transport.http_port import HttpPort

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from rallypoint.console.desks import Desks
    from rallypoint.console.kept_answers import KeptAnswers
    from rallypoint.console.vitals import Vitals

__all__ = ["LateApi", "OpsServer", "ops_app"]

_API_OFF = "there is no HTTP API here"
_CONNECTIONS_MAX = 500
"""Beyond so many at once, the port answers 503."""


def ops_app(status: Status, api: ASGIApp | None = None, vitals: Vitals | None = None) -> Starlette:
    """The HTTP application. Imported late: a server that has no operations port does not pay for it."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    from rallypoint.console.page import page_routes
    from rallypoint.console.vitals import vital_routes

    async def figures(request: Request) -> Response:
        return JSONResponse(status.figures())

    return Starlette(
        routes=[
            *page_routes(),
            *vital_routes(vitals),
            Route("/status.json", figures),
            Mount("/api/v1", _off if api is None else api),
        ]
    )


class LateApi:
    """The HTTP API behind its door. Its imports take half a second of CPU: a thread does that beside the games, once
    everything else has begun; whoever asks before waits for it."""

    def __init__(self, desks: Desks, token: str = "", answers: KeptAnswers | None = None) -> None:
        """``token``: the server's, for backends; empty: there is none. Raises ``ValueError`` for one that could be
        guessed."""
        check_token(token)
        self._desks = desks
        self._token = token
        self._answers = answers
        self._building: asyncio.Task[ASGIApp] | None = None

    def begin(self) -> None:
        """Makes it, if that was not begun."""
        if self._building is None:
            self._building = asyncio.create_task(asyncio.to_thread(self._build), name="the HTTP API")

    def _build(self) -> ASGIApp:
        from rallypoint.console.api import build_api
        from rallypoint.console.door import ApiDoor

        desks = self._desks
        return ApiDoor(
            build_api(desks), self._token, desks.backend.scribe, kept=self._answers, operators=desks.operators
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begin()
        assert self._building is not None
        app = await asyncio.shield(self._building)
        await app(scope, receive, send)


async def _off(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import JSONResponse

    await JSONResponse({"error": "off", "reason": _API_OFF}, 503)(scope, receive, send)


class OpsServer:
    """Serves the operations port on the node's own event loop.

    ``trusted_proxies``: addresses and networks whose ``X-Forwarded-For`` is believed.
    """

    def __init__(
        self,
        status: Status,
        host: str,
        port: int,
        *,
        api: LateApi | None = None,
        vitals: Vitals | None = None,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        self._status = status
        self._api = api
        self._vitals = vitals
        self._port = HttpPort(
            "operations port", host, port, connections_max=_CONNECTIONS_MAX, trusted_proxies=trusted_proxies
        )

    async def start(self) -> None:
        """Listens. Raises ``OSError`` if the port is taken."""
        await self._port.start(ops_app(self._status, self._api, self._vitals))
        if self._api is not None:
            self._api.begin()

    @property
    def url(self) -> str:
        """As ``http://127.0.0.1:8081``."""
        return self._port.url

    async def stop(self) -> None:
        """Stops serving."""
        await self._port.stop()
