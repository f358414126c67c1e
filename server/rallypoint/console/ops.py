"""The operations port: ``/healthz``, ``/readyz``, a live status page and the same figures as JSON."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rallypoint.console.status import Status

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

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


def ops_app(status: Status) -> Starlette:
    """The HTTP application. Imported late: a server that has no operations port does not pay for it."""
    import base64
    import hashlib
    import re

    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
    from starlette.routing import Route

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
        ]
    )


class OpsServer:
    """Serves the operations port on the node's own event loop."""

    def __init__(self, status: Status, host: str, port: int) -> None:
        self._status = status
        self._host = host
        self._port = port
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listens. Raises ``OSError`` if the port is taken."""
        import uvicorn

        class _Server(uvicorn.Server):
            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield  # signals are the node's

        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.create_server((self._host, self._port), family=family)
        config = uvicorn.Config(
            ops_app(self._status),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.get_running_loop().create_task(
            self._server.serve(sockets=[self._socket]), name="operations port"
        )

    @property
    def url(self) -> str:
        """As ``http://127.0.0.1:8081``."""
        host, port = self._socket.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stop(self) -> None:
        """Stops serving."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._socket.close()
