"""A simulated network below asyncio's transports: streams of bytes with delay, and everything that goes wrong with them.

A stream never loses bytes while it lives, as TCP does not: what is lost on a real network shows here as a *stall*, after
which everything arrives at once. What does get lost is the end: a connection whose route is *dark* when one side aborts it
is half open, and the other side does not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from .loop import Host, SimulatedLoop
from .stream import Stream, Transport

__all__ = ["Link", "LinkTap", "Route", "SimulatedNetwork", "Weather"]

_PORT_FIRST = 8000


@dataclass(frozen=True, slots=True)
class Weather:
    """What a network between two hosts is like. Seconds and bytes."""

    latency_s: float = 0.02
    """One way, at least."""
    jitter_s: float = 0.0
    """Added to it, anew for each piece: between 0 and this, never overtaking."""
    bytes_per_s: float = 0.0
    """Bandwidth of each direction; 0: unlimited."""
    window_bytes: int = 65536
    """What the kernels of both sides hold of what a receiver has not read; more stays with the sender."""
    split: float = 0.05
    """How likely a piece arrives in two parts."""
    stall_every_s: float = 0.0
    """Now and then a piece is lost and sent again: so often on average; 0: never."""
    stall_s: float = 0.3
    """For so long at most, everything then waits."""


class LinkTap(Protocol):
    """Who watches connections. Everything is called when it happens, and must not change anything."""

    def opened(self, link: Link, /) -> None:
        """A connection is there, before its first byte."""

    def sent(self, link: Link, from_server: bool, data: bytes, /) -> None:
        """One side has written."""

    def arrived(self, link: Link, from_server: bool, size: int, /) -> None:
        """The other side has been given so many more bytes."""

    def ended(self, link: Link, at_server: bool, error: Exception | None, /) -> None:
        """One side knows that the connection is over."""


class Route:
    """The way between a host and the server: its weather, and whether anything gets through."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.dark_until = 0.0
        """Nothing arrives before, in either direction, and what has no sender any more is lost."""
        self.links: list[Link] = []
        """Connections on it of which a side is open."""


class Link:
    """One connection, from a client's host to the server's."""

    def __init__(self, network: SimulatedNetwork, number: int, route: Route, client: Host, server: Host) -> None:
        self.network = network
        self.number = number
        self.route = route
        self.client_host = client
        self.server_host = server
        self.dice = Random(f"{network.seed}/network/{client.name}/{number}")  # it has to repeat
        self.up = Stream(self, from_server=False)
        self.down = Stream(self, from_server=True)
        self.client: Transport | None = None
        self.server: Transport | None = None
        self.gone = False
        """It never comes back: all that is sent is lost, and nobody is told."""

    def __repr__(self) -> str:
        return f"<Link {self.number} of {self.client_host.name}>"

    @property
    def dark_until(self) -> float:
        """When bytes move again; infinite if never."""
        return float("inf") if self.gone else self.route.dark_until

    def reset(self) -> None:
        """Something on the way cuts it: both sides are told, if they can be reached."""
        for transport in (self.client, self.server):
            if transport is not None:
                transport.reset_by_peer(self.delay())

    def vanish(self) -> None:
        """Something on the way forgets it: neither side is told, and no byte arrives any more."""
        self.gone = True

    def delay(self) -> float:
        """How long the next piece is under way."""
        weather = self.route.weather
        return weather.latency_s + (weather.jitter_s * self.dice.random() if weather.jitter_s else 0.0)

    def forget(self) -> None:
        """Both sides are closed."""
        if self in self.route.links:
            self.route.links.remove(self)


class _Listening(asyncio.AbstractServer):
    """What ``create_server`` gives."""

    def __init__(self, network: SimulatedNetwork, port: int, host: Host, factory: Callable[[], Any]) -> None:
        self._network = network
        self.port = port
        self.host = host
        self.factory = factory
        self.sockets = (_Socket(port),)

    def close(self) -> None:
        """Nobody is let in any more."""
        if self._network.listening.get(self.port) is self:
            del self._network.listening[self.port]

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
        """There is nothing to wait for: connections are their owners'."""


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
        self.listening: dict[int, _Listening] = {}
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
        """Nothing gets through between that host and the server for so long."""
        route = self.route(host)
        route.dark_until = max(route.dark_until, self.loop.now + seconds)

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
        listening = self.listening[port] = _Listening(self, port, self.loop.host, factory)
        return listening

    async def connect(self, factory: Callable[[], asyncio.BaseProtocol], port: int) -> tuple[Transport, Any]:
        """See :class:`~rallypoint_simulation.loop.Network`. Raises ``ConnectionRefusedError``."""
        loop, client = self.loop, self.loop.host
        route = self.route(client)
        number = self._links[client.name] = self._links.get(client.name, 0) + 1
        there: asyncio.Future[_Listening | None] = loop.create_future()
        # Both ways before anybody knows; attempts into the dark are repeated, as SYN packets are.
        listening = self.listening.get(port)
        link = Link(self, number, route, client, client if listening is None else listening.host)
        attempt_s = 1.0
        while route.dark_until > loop.now:
            await asyncio.sleep(attempt_s)
            attempt_s *= 2
        loop.on(client, loop.now + link.delay() * 2, _settle, there, port, self.listening)
        listening = await there
        if listening is None or not listening.host.alive:
            raise ConnectionRefusedError(111, "nobody listens there")
        link.server_host = listening.host
        for tap in self.taps:
            tap.opened(link)
        route.links.append(link)
        loop.on(listening.host, loop.now, _accept, link, listening.factory)
        protocol = factory()
        link.client = Transport(link, protocol, client, link.up, at_server=False)
        protocol.connection_made(link.client)
        return link.client, protocol

    def crash(self, host: Host) -> None:
        """The process on that host is gone: its kernel closes what it had open, and nobody listens there."""
        self.loop.kill(host)
        for listening in [each for each in self.listening.values() if each.host is host]:
            listening.close()
        for route in self._routes.values():
            for link in list(route.links):
                for transport in (link.client, link.server):
                    if transport is not None and transport.host is host:
                        transport.crashed()


def _settle(there: asyncio.Future[_Listening | None], port: int, listening: dict[int, _Listening]) -> None:
    if not there.done():
        there.set_result(listening.get(port))


def _accept(link: Link, factory: Callable[[], Any]) -> None:
    if link.client is not None and link.client.is_over and not link.up.waiting:
        return  # gone before anybody looked
    protocol = factory()
    link.server = Transport(link, protocol, link.server_host, link.down, at_server=True)
    protocol.connection_made(link.server)
    link.up.pump()
