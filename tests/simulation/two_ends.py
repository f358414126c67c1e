"""A client and a server with a simulated connection between them, and what each is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from rallypoint_simulation.link import Link
from rallypoint_simulation.loop import Host, SimulatedLoop
from rallypoint_simulation.network import SimulatedNetwork, Weather


class End(asyncio.Protocol):
    """Notes what it is told."""

    def __init__(self, keeps_open: bool = False) -> None:
        self.seen: list[str] = []
        self.data = b""
        self.keeps_open = keeps_open
        self.transport: Any = None
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._note("made")

    def data_received(self, data: bytes) -> None:
        self.data += data
        self._note("data")

    def eof_received(self) -> bool:
        self._note("eof")
        return self.keeps_open

    def pause_writing(self) -> None:
        self._note("pause")

    def resume_writing(self) -> None:
        self._note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self._note("lost" if exc is None else "broken" if isinstance(exc, ConnectionError) else type(exc).__name__)

    def _note(self, what: str) -> None:
        if what != "data" or self.seen[-1:] != ["data"]:
            self.seen.append(what)
        for condition, future in self._waiting:
            if condition() and not future.done():
                future.set_result(None)

    async def until(self, *what: str, size: int = 0) -> None:
        """One of these was seen, and so many bytes have come."""

        def holds() -> bool:
            return len(self.data) >= size and (not what or any(each in self.seen for each in what))

        if not holds():
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((holds, future))
            await asyncio.wait_for(future, 20)


def simulated(weather: Weather | None = None, seed: int = 1) -> tuple[SimulatedLoop, SimulatedNetwork]:
    loop = SimulatedLoop(Random(seed))  # type: ignore[abstract]  # what it lacks, nobody here asks for
    network = SimulatedNetwork(loop, seed)
    network.route("ann").weather = weather or Weather()
    return loop, network


class Tap:
    """Notes what it is told, but for the bytes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def opened(self, link: Link) -> None:
        self.seen.append("opened")

    def sent(self, link: Link, from_server: bool, data: bytes) -> None:
        pass

    def arrived(self, link: Link, from_server: bool, size: int) -> None:
        pass

    def ended(self, link: Link, at_server: bool, error: Exception | None) -> None:
        self.seen.append("server" if at_server else "client")

    def forgotten(self, link: Link) -> None:
        self.seen.append("forgotten")


class Two:
    """A client and a server with a connection between them."""

    def __init__(self, weather: Weather | None = None, *, connect: bool = True) -> None:
        self.loop, self.network = simulated(weather)
        self.ann, self.host, self.tap = Host("ann"), Host("server"), Tap()
        self.servers: list[End] = []
        self.client = End()
        self.network.taps.append(self.tap)
        listening = self.loop.create_server(self._serve, port=8000)
        self.listening = self.loop.run_until_complete(self.loop.start_on(self.host, listening, "listen"))
        if connect:
            self.connect()
            self.loop.run_for(1)

    def _serve(self) -> End:
        self.servers.append(End())
        return self.servers[-1]

    def connect(self) -> asyncio.Task[Any]:
        return self.loop.start_on(self.ann, self.loop.create_connection(lambda: self.client, "x", 8000), "connect")

    @property
    def server(self) -> End:
        return self.servers[0]

    @property
    def link(self) -> Link:
        return self.network.links("ann")[0]

    def nothing_is_left(self) -> bool:
        return not self.network.links("ann") and self.tap.seen.count("opened") == self.tap.seen.count("forgotten")
