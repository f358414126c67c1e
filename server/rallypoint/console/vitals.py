"""What supervisors, load balancers and monitoring ask of a node, without a login: figures, and no names of players."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from .health import alive, not_ready

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from rallypoint.app import Server
    from rallypoint.ports import Store

    from .metrics import Metrics
    from .sampler import Sampler

__all__ = ["Vitals", "vital_routes"]


class Vitals:
    """Of one server."""

    def __init__(self, server: Server, sampler: Sampler, node_name: str, store: Store | None = None) -> None:
        self._server = server
        self._sampler = sampler
        self._node_name = node_name
        self._store = store
        self._metrics: Metrics | None = None

    def alive(self) -> str:
        """For people."""
        return alive(self._sampler)

    def not_ready(self) -> list[str]:
        """Why new players are not welcome."""
        return not_ready(self._server, self._sampler)

    async def metrics(self) -> bytes:
        """In Prometheus' text format."""
        if self._metrics is None:  # prometheus_client takes its time: not that of the games
            module = await asyncio.to_thread(importlib.import_module, "rallypoint.console.metrics")
            self._metrics = module.Metrics(self._server, self._sampler, self._node_name, self._store)
        return await self._metrics.text()


def vital_routes(vitals: Vitals | None) -> list[Route]:
    """``None``: all that can be said is that somebody answers. Starlette is imported late."""
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok\n" if vitals is None else f"ok\n{vitals.alive()}")

    async def ready(request: Request) -> Response:
        reasons = [] if vitals is None else vitals.not_ready()
        text = "".join(f"{reason}\n" for reason in reasons or ["ready"])
        return PlainTextResponse(text, 503 if reasons else 200)

    async def metrics(request: Request) -> Response:
        text = b"" if vitals is None else await vitals.metrics()
        return Response(text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return [Route("/healthz", health), Route("/readyz", ready), Route("/metrics", metrics)]
