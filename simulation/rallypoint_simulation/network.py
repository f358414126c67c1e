"""A simulated network below asyncio's transports: streams of bytes with delay, and all that goes wrong with them.

A stream never loses bytes while it lives, as TCP does not: what is lost on a real network shows here as a *stall*,
after which everything arrives at once. What does get lost is the end: a connection whose route is *dark* when one side
aborts it is half open, and the other side does not know before it sends something in the light again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .handshake import Handshake
from .link import Link, LinkTap, Route, Weather
from .loop import Host, SimulatedLoop
from .transport import Transport

__all__ = ["Link", "LinkTap", "Listening", "Route", "SimulatedNetwork", "Weather"]

_PORT_FIRST = 8000


class Listening(asyncio.AbstractServer):
    """What ``create_server`` gives."""

    def __init__(self, network: SimulatedNetwork, port: int, host: Host, factory: Callable[[], Any]) -> None:
        self._network = network
        self._open: dict[Link, None] = {}
        self._closing: list[asyncio.Future[None]] = []
        self.port = port
        self.host = host
        self.factory = factory
        self.sockets = (_Socket(port),)

    def attach(self, link: Link) -> None:
        """A connection is taken."""
        self._open[link] = None
        link.listening = self

    def detach(self, link: Link) -> None:
        """It is over."""
        self._open.pop(link, None)
        self._look_at_end()

    def close(self) -> None:
        """Nobody is let in any more; who is let in and not yet taken is reset."""
        if self.is_serving():
            del self._network.listening[self.port]
            self._look_at_end()

    def _look_at_end(self) -> None:
        if not self._open and not self.is_serving():
            waiting, self._closing = self._closing, []
            for future in waiting:
                _settle(future)

    def is_serving(self) -> bool:
        """True before it is closed."""
        return self._network.listening.get(self.port) is self

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that it belongs to."""
        return self._network.loop

    async def start_serving(self) -> None:
        """It does from the start."""

    async def serve_forever(self) -> None:
        """Until it is cancelled."""
        await self._network.loop.create_future()

    async def wait_closed(self) -> None:
        """Until it is closed and all its connections are over, as Python 3.12 and later have it."""
        if self._open or self.is_serving():
            closing = self._network.loop.create_future()
            self._closing.append(closing)
            await closing


class _Socket:
    family = 2  # IPv4

    def __init__(self, port: int) -> None:
        self._port = port

    def getsockname(self) -> tuple[str, int]:
        """Address and port."""
        return "127.0.0.1", self._port


class SimulatedNetwork:
    """All connections of a world. Each has random numbers of its own, so that one does not disturb the others."""

    def __init__(self, loop: SimulatedLoop, seed: int | str) -> None:
        self.loop = loop
        self.seed = seed
        self.taps: list[LinkTap] = []
        self.listening: dict[int, Listening] = {}
        self._routes: dict[str, Route] = {}
        self._links: dict[str, int] = {}
        loop.network = self

    def route(self, host: Host | str) -> Route:
        """The way between that host and the server."""
        name = host if isinstance(host, str) else host.name
        if name not in self._routes:
            self._routes[name] = Route(Weather())
        return self._routes[name]

    def darken(self, host: Host | str, seconds: float) -> None:
        """Nothing gets through between that host and the server for so long, or longer if it is dark already."""
        route = self.route(host)
        route.dark_until = max(route.dark_until, self.loop.now + seconds)

    def lighten(self, host: Host | str) -> None:
        """It gets through again, now."""
        self.route(host).dark_until = 0.0

    def links(self, host: Host | str) -> list[Link]:
        """The connections of that host of which a side is open, oldest first."""
        return list(self.route(host).links)

    def listen(self, factory: Callable[[], asyncio.BaseProtocol], port: int) -> asyncio.AbstractServer:
        """See :class:`~rallypoint_simulation.loop.Network`."""
        if port == 0:
            port = _PORT_FIRST
            while port in self.listening:
                port += 1
        if port in self.listening:
            raise OSError(98, f"port {port} is taken")
        listening = self.listening[port] = Listening(self, port, self.loop.host, factory)
        return listening

    async def connect(self, factory: Callable[[], asyncio.BaseProtocol], port: int) -> tuple[Transport, Any]:
        """See :class:`~rallypoint_simulation.loop.Network`. Raises ``ConnectionRefusedError``, and ``TimeoutError``."""
        loop, client = self.loop, self.loop.host
        number = self._links[client.name] = self._links.get(client.name, 0) + 1
        link = Link(self, number, self.route(client), client)
        handshake = Handshake(self, link, port)
        try:
            await handshake.answered
            protocol: Any = factory()
        except BaseException:
            handshake.give_up()
            raise
        transport = link.client = Transport(link, protocol, client, at_server=False)
        known = loop.create_future()
        loop.call_soon(protocol.connection_made, transport)
        loop.call_soon(transport.start)
        loop.call_soon(_settle, known)
        try:
            await known
        except BaseException:  # as asyncio: who is cancelled here has a connection, and does not want it
            transport.close()
            raise
        return transport, protocol

    def crash(self, host: Host) -> None:
        """The process on that host is gone: its kernel resets what it had open, and nobody listens there."""
        self.loop.kill(host)
        for listening in [each for each in self.listening.values() if each.host is host]:
            listening.close()
        for route in self._routes.values():
            for link in list(route.links):
                link.crashed(host)

    def close(self) -> None:
        """See :class:`~rallypoint_simulation.loop.Network`."""
        self.taps.clear()
        self.listening.clear()
        for route in self._routes.values():
            for link in route.links:
                link.gone = True


def _settle(known: asyncio.Future[None]) -> None:
    if not known.done():
        known.set_result(None)
