"""What the cases are run against: an echo on the production listener, and one on the plain library as the control.

Production code, untouched: :func:`listen` with its door, the handshake, :class:`Connection` with its fast lane (frames,
fragments, control frames, lengths, masks), flow control towards a client that does not read, and all of closing.

Not production, because the cases need it: text is taken and checked for UTF-8 (production refuses it with 1003), no
subprotocol has to be offered (the runner cannot offer one), and the limits are higher than any case goes (production:
messages of 4 KiB).
"""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from unittest import mock

from websockets.asyncio import messages
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import WebSocketException
from websockets.frames import CONT, TEXT, Frame
from websockets.protocol import OPEN, Event

from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint.transport.listener import ListenerLimits, listen
from rallypoint_protocol.framing import frame

__all__ = ["EchoConnection", "library_echo", "production_echo"]

MESSAGE_BYTES_MAX = 32 * 1024 * 1024
"""The largest messages of the cases have 16 MiB."""
LIMITS = ConnectionLimits(
    inbound_bytes_max=MESSAGE_BYTES_MAX,
    outbox_bytes_max=2 * MESSAGE_BYTES_MAX,
    messages_per_s=1e9,
    messages_burst=10**9,
    bytes_per_s=1e12,
    bytes_burst=10**12,
    controls_per_s=1e9,
    controls_burst=10**9,
)


class EchoConnection(Connection):
    """The production connection, except for its policy on text: it is checked, and echoed, as soon as it is whole."""

    __slots__ = ("_decoder", "_text")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._text: bytearray | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def process_event(self, event: Event) -> None:
        ours = isinstance(event, Frame) and (event.opcode is TEXT or (event.opcode is CONT and self._text is not None))
        if ours and self.protocol.state is OPEN:
            assert isinstance(event, Frame)
            self._take_text(event)
        else:
            super().process_event(event)

    def _take_text(self, piece: Frame) -> None:
        if self._text is None:
            self._text = bytearray()
        self._text += piece.data
        try:
            self._decoder.decode(bytes(piece.data), piece.fin)
        except UnicodeDecodeError:
            self.refuse(1007, "not UTF-8")
            return
        if piece.fin:
            message = frame(bytes(self._text))
            self._text = None
            self.write(b"\x81" + message[1:])


class _Echo:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def received(self, payload: bytes) -> None:
        self._connection.write_message(payload)

    def lost(self, code: int | None, reason: str) -> None:
        pass


async def _echo(connection: Connection) -> None:
    connection.receiver = _Echo(connection)
    await connection.wait_closed()


@contextlib.asynccontextmanager
async def production_echo() -> AsyncIterator[str]:
    """Serves on a free port of loopback; gives the URL."""
    server = await listen(
        _echo,
        "127.0.0.1",
        0,
        limits=ListenerLimits(),
        connection_limits=LIMITS,
        connection_class=EchoConnection,
        subprotocol="",
    )
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/session/echo"
    finally:
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def library_echo() -> AsyncIterator[str]:
    """The same with nothing of ours: what the library's own documents run the cases against."""

    async def echo(connection: ServerConnection) -> None:
        with contextlib.suppress(WebSocketException):
            async for message in connection:
                await connection.send(message)

    # Its bound on fragments, like our limits, is no matter of the protocol: some cases have 65,536 in a message.
    unbounded = mock.patch.object(messages, "MAX_FRAGMENTS", MESSAGE_BYTES_MAX)
    options: dict[str, Any] = {"max_size": MESSAGE_BYTES_MAX, "compression": None, "ping_interval": None}
    with unbounded:
        async with serve(echo, "127.0.0.1", 0, **options) as server:
            yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
