"""The operations port: ``/healthz``, ``/readyz``, a live status page, the same figures as JSON, and the HTTP API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rallypoint.console.status import Status
from rallypoint.transport.http_port import HttpPort

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from rallypoint.console.desks import Desks
    from rallypoint.console.kept_answers import KeptAnswers

__all__ = ["OpsServer", "ops_app"]

_PAGE = Path(__file__).parent / "status.html"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; connect-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_API_OFF = "the HTTP API is off: set RALLYPOINT_API_TOKEN to a secret of at least 16 characters to switch it on"
_CONNECTIONS_MAX = 500
"""Beyond so many at once, the port answers 503."""


def ops_app(
    status: Status, desks: Desks | None = None, api_token: str = "", answers: KeptAnswers | None = None
) -> Starlette:
    """The HTTP application. Imported late: a server that has no operations port does not pay for it.

    Raises:
        ValueError: ``api_token`` could be guessed.
    """
    import base64
    import hashlib
    import re

    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
    from starlette.routing import Mount, Route

    page = _PAGE.read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    headers = {name: value.replace("{script}", digest) for name, value in _HEADERS.items()}

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok\n")  # it is the game loop itself that answers

    async def ready(request: Request) -> Response:
        return PlainTextResponse("ready\n") if status.ready else PlainTextResponse("stopping\n", 503)

    async def figures(request: Request) -> Response:
        return JSONResponse(status.figures())

    async def sessions(request: Request) -> Response:
        return JSONResponse(status.sessions())

    async def index(request: Request) -> Response:
        return HTMLResponse(page, headers=headers)

    return Starlette(
        routes=[
            Route("/", index),
            Route("/healthz", health),
            Route("/readyz", ready),
            Route("/status.json", figures),
            Route("/sessions.json", sessions),
            Mount("/api/v1", _api(desks, api_token, answers)),
        ]
    )


def _api(desks: Desks | None, token: str, answers: KeptAnswers | None) -> ASGIApp:
    """The HTTP API behind its door; FastAPI is imported only where it is on."""
    if desks is None or not token:
        return _off
    from rallypoint.console.api import build_api
    from rallypoint.console.door import ApiDoor

    return ApiDoor(build_api(desks), token, desks.backend.scribe, kept=answers)


async def _off(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import JSONResponse

    await JSONResponse({"error": "off", "reason": _API_OFF}, 503)(scope, receive, send)


class OpsServer:
    """Serves the operations port on the node's own event loop.

    ``desks`` and ``api_token`` (empty: it is off) are for the HTTP API, and so is ``answers``: what it answered when
    it was here before. ``trusted_proxies``: addresses and networks whose ``X-Forwarded-For`` is believed.
    """

    def __init__(
        self,
        status: Status,
        host: str,
        port: int,
        *,
        desks: Desks | None = None,
        api_token: str = "",
        answers: KeptAnswers | None = None,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        self._status = status
        self._desks = desks
        self._api_token = api_token
        self._answers = answers
        self._port = HttpPort(
            "operations port", host, port, connections_max=_CONNECTIONS_MAX, trusted_proxies=trusted_proxies
        )

    async def start(self) -> None:
        """Listens.

        Raises:
            OSError: the port is taken.
            ValueError: the API token could be guessed.
        """
        await self._port.start(ops_app(self._status, self._desks, self._api_token, self._answers))

    @property
    def url(self) -> str:
        """As ``http://127.0.0.1:8081``."""
        return self._port.url

    async def stop(self) -> None:
        """Stops serving."""
        await self._port.stop()
