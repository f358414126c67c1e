"""One WebSocket connection of a client: the fast lane, with the server's budgets and flow control."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.server import ServerProtocol

from rallypoint.core.limits import Allowance
from rallypoint_protocol.framing import frame
from rallypoint_protocol.lane import FastLane
from rallypoint_protocol.limits import INBOUND_BYTES_MAX

from .addresses import Census
from .refusal import CROWDED, Refusal

__all__ = ["Connection", "ConnectionLimits"]

_PING = b"\x89\x00"


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one client may do to us. Rates are token buckets: see :mod:`rallypoint.core.limits` for how exact.

    The bursts are about five seconds' worth: what piles up while a network stalls arrives at once, by nobody's fault.
    """

    inbound_bytes_max: int = INBOUND_BYTES_MAX
    """Largest message from a client; a larger one is closed with 1009."""
    outbox_bytes_max: int = 256 * 1024
    """Bytes that the kernel has not taken: more than this is cut."""
    outbox_bytes_high: int = 32 * 1024
    """From here on the client is not read from, and has ``write_deadline_s`` to take what is there."""
    write_deadline_s: float = 10.0
    close_deadline_s: float = 5.0
    """From our close frame, or theirs, to the end of the TCP connection."""
    messages_per_s: float = 120.0
    messages_burst: int = 600
    bytes_per_s: float = 64 * 1024.0
    bytes_burst: int = 256 * 1024
    controls_per_s: float = 10.0
    """Pings, pongs and close frames from the client."""
    controls_burst: int = 20


_DEFAULTS: Final = ConnectionLimits()


class Connection(FastLane, ServerConnection):
    """A client's connection: bytes in go to ``receiver``, bytes out through ``write``; nothing waits for anything.

    ``receiver``, ``write``, ``close_with``, ``abort``, ``closed_with``, ``heard`` come from :class:`FastLane`.
    Its owner sets ``receiver`` and then waits for ``wait_closed()``.
    """

    __slots__ = ("_census", "_counted", "remote_ip")

    def __init__(
        self,
        protocol: ServerProtocol,
        server: Server,
        *,
        limits: ConnectionLimits = _DEFAULTS,
        clock: Callable[[], float] = time.monotonic,
        census: Census | None = None,
        **options: Any,
    ) -> None:
        """``options`` are the library's own. Raises ``ValueError`` for a limit that makes no sense."""
        if limits.outbox_bytes_high > limits.outbox_bytes_max:
            raise ValueError("outbox_bytes_high must not be above outbox_bytes_max")
        options["write_limit"] = limits.outbox_bytes_high
        super().__init__(protocol, server, **options)
        self.remote_ip = ""
        """The client's address; until the request is there, of a proxy perhaps."""
        self._census = census
        self._counted = ""  # in the census, as this address
        self.inbound_bytes_max = limits.inbound_bytes_max
        self.outbox_bytes_max = limits.outbox_bytes_max
        self.write_deadline_s = limits.write_deadline_s
        self.close_deadline_s = limits.close_deadline_s
        self.messages = Allowance(limits.messages_per_s, limits.messages_burst, clock)
        self.octets = Allowance(limits.bytes_per_s, limits.bytes_burst, clock)
        self.controls = Allowance(limits.controls_per_s, limits.controls_burst, clock)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        ip = peer[0] if isinstance(peer, tuple) else ""  # of a Unix socket there is none
        if not self.known_as(ip):
            refusal = Refusal(CROWDED)  # before the library has anything to do with it
            cast("asyncio.Transport", transport).set_protocol(refusal)
            refusal.connection_made(transport)
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._census is not None:
            self._census.leave(self._counted)
        super().connection_lost(exc)

    def known_as(self, ip: str) -> bool:
        """It is this address's. ``False``: that one has as many connections as it may."""
        if ip == self._counted:
            return True
        if self._census is not None:
            if not self._census.enter(ip):
                return False
            self._census.leave(self._counted)
        self._counted = self.remote_ip = ip
        return True

    def write_message(self, payload: bytes) -> None:
        """Send one binary message. For bytes that many get, build :func:`frame` once and ``write`` that."""
        self.write(frame(payload))

    def probe(self) -> None:
        """Send a ping, so that a client which is there is ``heard``; not if something is still on its way out."""
        if self.outbox_bytes == 0:
            self.write(_PING)

    def pause_writing(self) -> None:
        super().pause_writing()
        # Whoever does not take our answers may not ask for more. (A client goes on reading, or both would stand still.)
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.transport.resume_reading()
