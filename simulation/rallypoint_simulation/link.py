"""Connections and the ways that they go, with everything that goes wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final, Protocol

from .host import Host
from .stream import Stream

if TYPE_CHECKING:
    from .network import Listening, SimulatedNetwork
    from .transport import Transport

__all__ = ["Link", "LinkTap", "Route", "Weather"]

_NEVER: Final = float("inf")


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
    """Now and then a piece is lost and sent again: so often on average in each direction; 0: never."""
    stall_s: float = 0.3
    """For so long at most, everything then waits."""


class LinkTap(Protocol):
    """Who watches connections. Everything is called when it happens, and must not change anything."""

    def opened(self, link: Link, /) -> None:
        """A connection is there, before its first byte."""

    def sent(self, link: Link, from_server: bool, data: bytes, /) -> None:
        """One side has written."""

    def arrived(self, link: Link, from_server: bool, size: int, /) -> None:
        """The other side is given so many more bytes."""

    def ended(self, link: Link, at_server: bool, error: Exception | None, /) -> None:
        """One side knows that the connection is over. Once for each side, except for a server that never took it."""

    def forgotten(self, link: Link, /) -> None:
        """It is over on both sides. Always the last."""


class Route:
    """The way between a host and the server: its weather, and whether anything gets through."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.links: list[Link] = []
        """Connections on it of which a side is open."""
        self._dark_until = 0.0

    @property
    def dark_until(self) -> float:
        """Nothing arrives before, in either direction, and what has no sender any more is lost. Infinite: for good.

        It can be set to another time at any moment, to the past as well.
        """
        return self._dark_until

    @dark_until.setter
    def dark_until(self, until: float) -> None:
        before, self._dark_until = self._dark_until, until
        for link in self.links:
            if not link.gone:
                link.hold(before, until)


class Link:
    """One connection, from a client's host to the server's."""

    def __init__(self, network: SimulatedNetwork, number: int, route: Route, client: Host) -> None:
        self.network = network
        self.number = number
        """Counted for each client host, from 1."""
        self.route = route
        self.client_host = client
        self.server_host: Host | None = None
        """``None`` before a server's kernel has answered."""
        self.dice = Random(f"{network.seed}/network/{client.name}/{number}")  # it has to repeat
        self.gone = False
        """It never comes back: all that is sent is lost, and nobody is told."""
        self.up = Stream(self, from_server=False)
        self.down = Stream(self, from_server=True)
        self.client: Transport | None = None
        self.server: Transport | None = None
        self.listening: Listening | None = None
        """What has let it in."""
        self._client_over = False
        self._server_over = False

    def __repr__(self) -> str:
        return f"<Link {self.number} of {self.client_host.name}>"

    @property
    def dark_until(self) -> float:
        """When bytes move again; infinite if never."""
        return _NEVER if self.gone else self.route.dark_until

    def delay(self) -> float:
        """How long the next piece is under way."""
        weather = self.route.weather
        return weather.latency_s + weather.jitter_s * self.dice.random()

    # --- what goes wrong --------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Something on the way cuts it: both sides are told, unless it is dark. What is still under way is lost."""
        if self.dark_until <= self.network.loop.now:
            for stream in (self.up, self.down):
                stream.cut()

    def vanish(self) -> None:
        """Something on the way forgets it: neither side is told, and no byte arrives any more."""
        self.gone = True
        self.up.lose()
        self.down.lose()

    def hold(self, before: float, until: float) -> None:
        """The darkness on its way has changed."""
        if max(before, until) > self.network.loop.now:
            self.up.hold()
            self.down.hold()

    def crashed(self, host: Host) -> None:
        """The process of a side is gone, if it was on that host: the kernel resets what it had open."""
        for transport, at_server in ((self.client, False), (self.server, True)):
            if (self.server_host if at_server else self.client_host) is not host:
                continue
            if transport is not None:
                transport.crashed()
            elif not (self._server_over if at_server else self._client_over):
                self.refuse(at_server=at_server)

    # --- its ends ---------------------------------------------------------------------------------------------------

    def refuse(self, *, at_server: bool) -> None:
        """A side is over that never had a transport: the kernel resets it."""
        inward, outward = (self.up, self.down) if at_server else (self.down, self.up)
        inward.close()
        outward.reset()
        self.over(None, at_server=at_server, told=not at_server)

    def over(self, error: Exception | None, *, at_server: bool, told: bool = True) -> None:
        """One side is over, and nobody there has to be told any more."""
        if at_server:
            self._server_over = True
            if self.listening is not None:
                self.listening.detach(self)
        else:
            self._client_over = True
        taps = self.network.taps
        if told:
            for tap in taps:
                tap.ended(self, at_server, error)
        if self._client_over and self._server_over and self in self.route.links:
            self.route.links.remove(self)
            self.up.forget()
            self.down.forget()
            for tap in taps:
                tap.forgotten(self)

    @property
    def refused(self) -> bool:
        """True if the server's side ended before anybody took it."""
        return self._server_over and self.server is None
