"""One WebSocket connection to a server: the same fast lane as the server's, so that a thousand bots fit on one core."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import NegotiationError
from websockets.typing import Subprotocol

from rallypoint_protocol.framing import masked_frame
from rallypoint_protocol.lane import FastLane
from rallypoint_protocol.limits import SUBPROTOCOL

__all__ = ["Connection", "open_connection"]

_PING = b"\x89\x80\x00\x00\x00\x00"  # without a payload there is nothing to mask
_MASKS_PER_BATCH = 64


class Connection(FastLane, ClientConnection):
    """A connection to a server: bytes in go to ``receiver``, bytes out through ``write_message``; nothing waits.

    ``receiver``, ``close_with``, ``abort``, ``closed_with``, ``heard`` come from :class:`FastLane`. A server that does
    not read for 10 s, or leaves 256 KiB unread, is given up.
    """

    __slots__ = ("_masks",)

    def __init__(self, protocol: ClientProtocol, **options: Any) -> None:
        """``options`` are the library's own."""
        super().__init__(protocol, **options)
        self._masks = _masks()

    def write_message(self, payload: bytes) -> None:
        """Send one binary message; nothing once closing has begun."""
        self.write(masked_frame(payload, next(self._masks)))

    def probe(self) -> None:
        """Send a ping, so that a server which is there is ``heard``; not if something is still on its way out."""
        if self.outbox_bytes == 0:
            self.write(_PING)


async def open_connection(
    url: str,
    *,
    open_timeout_s: float = 10.0,
    max_size: int = 2**20,
    user_agent: str | None = "rallypoint-client",
) -> Connection:
    """Connect to ``ws://`` or ``wss://`` ``host:port/lobby`` or ``/session/<id>``; set ``receiver`` on what you get.

    ``max_size`` is the largest message that is accepted from the server, in bytes.

    Raises ``OSError`` if there is no way there, ``TimeoutError`` after ``open_timeout_s``; of the library:
    ``InvalidURI``, ``InvalidHandshake`` for an answer that is not what we asked for (``InvalidStatus``
    for an HTTP status, ``NegotiationError`` for one without our subprotocol), ``ConnectionClosed`` if it broke before
    the handshake had begun.
    """
    connection = await connect(
        url,
        create_connection=Connection,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        proxy=None,
        ping_interval=None,
        open_timeout=open_timeout_s,
        max_size=max_size,
        user_agent_header=user_agent,
    )
    if connection.subprotocol != SUBPROTOCOL:
        connection.transport.abort()
        raise NegotiationError(f"the server does not speak {SUBPROTOCOL}")
    return cast("Connection", connection)


def _masks() -> Iterator[bytes]:
    # Unpredictable, as RFC 6455 wants it, but not one call of the system for each frame.
    while True:
        batch = secrets.token_bytes(4 * _MASKS_PER_BATCH)
        for start in range(0, len(batch), 4):
            yield batch[start : start + 4]
