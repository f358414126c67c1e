"""The ends of a simulated connection, as asyncio's own transports behave on a socket of the kernel."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from .host import Host

if TYPE_CHECKING:
    from .link import Link

__all__ = ["Transport"]


class Transport(asyncio.Transport):
    """One end. What asyncio says at ``_SelectorSocketTransport`` holds here: the order of calls, and what each ignores.

    ``close`` and ``abort`` differ only in what has not left the process yet, as there: the other side gets the end of
    the stream, or a reset if anything was not read. In the dark an abort is not heard: the other side is half open.
    """

    def __init__(self, link: Link, protocol: Any, host: Host, *, at_server: bool) -> None:
        # Addresses are there for those who log them; there is one for all.
        super().__init__({"peername": ("127.0.0.1", 50000 + link.number % 10000), "sockname": ("127.0.0.1", 0)})
        self.link = link
        self.host = host
        self.is_over = False
        """Its socket is closed; its protocol has been told the end, or is about to be."""
        self.reading = False
        """It takes what comes."""
        self.buffered = 0
        """Bytes that the kernel has not taken."""
        self._protocol = protocol
        self._in, self._out = (link.up, link.down) if at_server else (link.down, link.up)
        self._at_server = at_server
        self._buffer: deque[bytes] = deque()
        self._closing = False
        self._paused_reading = False
        self._end_read = False
        self._eof = False
        self._end_sent = False
        self._broken = False
        self._told = False
        self._high, self._low = 65536, 16384
        self._paused_writing = False
        self._loop = link.network.loop
        self._in.receiver = self._out.sender = self

    def start(self) -> None:
        """Its protocol knows it: reading begins."""
        self._look_at_reading()

    # --- what asyncio's protocols ask for ---------------------------------------------------------------------------

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another one is told from here on."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told."""
        return self._protocol  # type: ignore[no-any-return]  # it was given as one

    def is_closing(self) -> bool:
        """True once it is closed, or closing."""
        return self._closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """As asyncio's."""
        if high is None:
            high = 65536 if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low
        self._look_at_limits()

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self.buffered

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high."""
        return self._low, self._high

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sends, as far as the kernel takes it."""
        if self._eof:
            raise RuntimeError("cannot write after write_eof()")
        if self.is_over or not data:
            return
        data = bytes(data)
        link, out = self.link, self._out
        for tap in link.network.taps:
            tap.sent(link, self._at_server, data)
        if self._broken:
            self.was_reset()
        elif not self.buffered and out.under_way + len(data) <= link.route.weather.window_bytes:
            out.send(data)
        else:
            self._buffer.append(data)
            self.buffered += len(data)
            self._fill_kernel()
            self._look_at_limits()

    def write_eof(self) -> None:
        """Nothing more is sent; reading goes on."""
        if self._closing or self._eof:
            return
        self._eof = True
        if not self.buffered:
            self._send_end()

    def can_write_eof(self) -> bool:
        """Yes."""
        return True

    def pause_reading(self) -> None:
        """What comes waits in the kernel."""
        self._paused_reading = True
        self._look_at_reading()

    def resume_reading(self) -> None:
        """It goes on."""
        self._paused_reading = False
        self._look_at_reading()

    def is_reading(self) -> bool:
        """True unless it is paused or closing."""
        return not self._paused_reading and not self._closing

    def close(self) -> None:
        """What was written is sent before."""
        if self._closing:
            return
        self._closing = True
        self._look_at_reading()
        if not self.buffered:
            self._close_socket(heard=True)
            self._loop.soon_on(self.host, self._tell_end, None)

    def abort(self) -> None:
        """Cuts it: what was written and has not left the process is gone."""
        self._force_close(None)

    # --- what the network does --------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        try:
            self._protocol.data_received(data)
        except Exception as error:
            self._fail(error, "data_received")

    def end(self) -> None:
        """The other side sends nothing any more."""
        self._end_read = True
        self._look_at_reading()
        try:
            keeps_open = self._protocol.eof_received()
        except Exception as error:
            self._fail(error, "eof_received")
            return
        if not keeps_open:
            self.close()

    def flush(self) -> None:
        """There is room on the way."""
        if self.is_over or not self.buffered:
            return
        self._fill_kernel()
        if self._paused_writing and self.buffered <= self._low:
            self._paused_writing = False
            self._protocol.resume_writing()
        if not self.buffered and not self.is_over:
            if self._closing:
                self._close_socket(heard=True)
                self._tell_end(None)
            elif self._eof:
                self._send_end()

    def broke(self) -> None:
        """The kernel has got a reset. The process knows when it reads or writes."""
        if not self.is_over:
            self._broken = True
            if self.buffered:
                self._loop.soon_on(self.host, self.was_reset)

    def was_reset(self) -> None:
        """The process hears of a reset."""
        self._force_close(ConnectionResetError(104, "Connection reset by peer"))

    def crashed(self) -> None:
        """Its process is gone: the kernel resets the connection, and nobody here is told."""
        self._closing = True
        if not self.is_over:
            self._end_sent = True
            self._close_socket(heard=False)
            self._out.reset()
        if not self._told:
            self._told = True
            self.link.over(None, at_server=self._at_server)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _fill_kernel(self) -> None:
        buffer, out = self._buffer, self._out
        window = self.link.route.weather.window_bytes
        while buffer and (room := window - out.under_way) > 0:
            data = buffer.popleft()
            if len(data) > room:
                buffer.appendleft(data[room:])
                data = data[:room]
            self.buffered -= len(data)
            out.send(data)

    def _look_at_limits(self) -> None:
        if self.buffered > self._high and not self._paused_writing:
            self._paused_writing = True
            self._protocol.pause_writing()

    def _look_at_reading(self) -> None:
        self.reading = not (self._paused_reading or self._closing or self._end_read)
        if self.reading:
            self._in.read()

    def _send_end(self) -> None:
        if not self._end_sent:
            self._end_sent = True
            self._out.end()

    def _fail(self, error: Exception, what: str) -> None:
        self._loop.call_exception_handler({"message": f"{what} of a protocol failed", "exception": error})
        self._force_close(error)

    def _force_close(self, error: Exception | None) -> None:
        if self.is_over:
            return
        self._closing = True
        self._close_socket(heard=False)
        self._loop.soon_on(self.host, self._tell_end, error)

    def _close_socket(self, *, heard: bool) -> None:
        self.is_over = True
        self.reading = False
        self._buffer.clear()
        self.buffered = 0
        unread = self._in.close()
        if not heard and self.link.dark_until > self._loop.now:
            self._end_sent = True
            self._out.lose()
        elif unread:
            self._end_sent = True
            self._out.reset()
        self._send_end()

    def _tell_end(self, error: Exception | None) -> None:
        if not self._told:
            self._told = True
            self.link.over(error, at_server=self._at_server)
            self._protocol.connection_lost(error)
