"""How a connection begins: a client asks again and again, the server's kernel answers, its process takes it later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from .transport import Transport

if TYPE_CHECKING:
    from .link import Link
    from .network import Listening, SimulatedNetwork

__all__ = ["Handshake"]

_ATTEMPTS: Final = 7
"""After 1, 2, 4... seconds each, as Linux does; then nobody is there."""


class Handshake:
    """One attempt to connect. ``answered`` is done when the client's kernel has it, or raises as ``connect`` does."""

    def __init__(self, network: SimulatedNetwork, link: Link, port: int) -> None:
        self.link = link
        self.answered: asyncio.Future[None] = network.loop.create_future()
        self._network = network
        self._loop = network.loop
        self._port = port
        self._over = False
        self._established = False
        self._attempts = 0
        self._ask()

    def give_up(self) -> None:
        """The client does not want it any more, and never had a transport."""
        self._over = True
        self._again.cancel()
        if self._established and self.link.client is None:
            self.link.refuse(at_server=False)

    def _ask(self) -> None:
        if self._attempts == _ATTEMPTS:
            self._over = True
            self._settle(TimeoutError(110, "nobody answers"))
            return
        loop = self._loop
        self._again = loop.call_later(2.0**self._attempts, self._ask)
        self._attempts += 1
        if not self._dark():
            loop.on(loop.world, loop.now + self.link.delay(), self._asked)

    def _asked(self) -> None:
        """At the server's kernel, which answers even if no process does."""
        if not self._over and not self._dark():
            at = self._loop.now + self.link.delay()
            self._loop.on(self._loop.world, at, self._answer, self._network.listening.get(self._port))

    def _answer(self, listening: Listening | None) -> None:
        """At the client's kernel."""
        if self._over or self._dark() or not self.link.client_host.alive:
            return
        self._over = True
        self._again.cancel()
        loop, link = self._loop, self.link
        if listening is None:
            error = ConnectionRefusedError(111, "nobody listens there")
            loop.on(link.client_host, loop.now, self._settle, error)
            return
        self._established = True
        link.server_host = listening.host
        link.route.links.append(link)
        for tap in self._network.taps:
            tap.opened(link)
        loop.on(link.client_host, loop.now, self._settle, None)
        if listening.host.alive:
            loop.on(listening.host, loop.now + link.delay(), self._accept, listening)
        else:
            link.refuse(at_server=True)

    def _settle(self, error: Exception | None) -> None:
        if self.answered.done():
            return
        if error is None:
            self.answered.set_result(None)
        else:
            self.answered.set_exception(error)

    def _accept(self, listening: Listening) -> None:
        """On the server's host."""
        link, loop = self.link, self._loop
        if link.refused:
            return
        if not listening.is_serving():
            link.refuse(at_server=True)
            return
        try:
            protocol: Any = listening.factory()
        except Exception:
            link.refuse(at_server=True)
            raise
        transport = link.server = Transport(link, protocol, listening.host, at_server=True)
        listening.attach(link)
        loop.call_soon(protocol.connection_made, transport)
        loop.call_soon(transport.start)

    def _dark(self) -> bool:
        return self.link.route.dark_until > self._loop.now
