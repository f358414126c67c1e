"""A port that answers HTTP on the node's own event loop: the operations port and the web port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, cast

from .ports import listening, local_host

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp

    from .http_connection import HttpConnection

__all__ = ["HttpPort"]

_LAST_ANSWERS_S: Final = 0.5


class HttpPort:
    """Serves one application. uvicorn is imported when it starts: a server without such ports does not pay for it.

    ``connections_max``: beyond so many at once, it answers 503. ``trusted_proxies``: addresses and networks whose
    ``X-Forwarded-For`` is believed.
    """

    def __init__(
        self, name: str, host: str, port: int, *, connections_max: int, trusted_proxies: Sequence[str] = ()
    ) -> None:
        self._name = name
        self._host = host
        self._port = port
        self._connections_max = connections_max
        self._trusted_proxies = list(trusted_proxies)
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, application: ASGIApp) -> None:
        """Listens. Raises ``OSError``, which says which port, if it cannot."""
        import uvicorn

        from .http_connection import HttpConnection

        class _Server(uvicorn.Server):
            @contextlib.contextmanager
            def capture_signals(self) -> Iterator[None]:
                yield  # signals are the node's

        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        with listening(self._name, self._host, self._port):
            self._socket = socket.create_server((self._host, self._port), family=family)
        config = uvicorn.Config(
            application,
            proxy_headers=bool(self._trusted_proxies),
            forwarded_allow_ips=self._trusted_proxies,
            http=HttpConnection,
            limit_concurrency=self._connections_max,
            log_config=None,
            log_level="error",  # requests that are none, and connections that are too many, are no faults of ours
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[self._socket]), name=self._name)

    @property
    def url(self) -> str:
        """For this machine, as ``http://127.0.0.1:8081``."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{local_host(host)}:{port}"

    async def stop(self) -> None:
        """Stops serving. Who is still taking an answer has half a second."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await asyncio.wait([self._task], timeout=_LAST_ANSWERS_S)
            for connection in list(self._server.server_state.connections):
                cast("HttpConnection", connection).transport.abort()
            await self._task
            self._socket.close()
