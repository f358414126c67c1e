"""One direction of a simulated connection, and the transports at its ends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .loop import Host

if TYPE_CHECKING:
    from .network import Link

__all__ = ["Stream", "Transport"]

_RECEIVED_AT_ONCE = 65536
"""What one read takes."""


class Stream:
    """Bytes on their way to one side, in order."""

    def __init__(self, link: Link, *, from_server: bool) -> None:
        self.link = link
        self.from_server = from_server
        self.waiting: deque[tuple[float, bytes | None]] = deque()
        """``(when it is there, what)``; ``None`` is the end."""
        self.under_way = 0
        """Bytes that were sent and are not read."""
        self._last = 0.0
        self._free_at = 0.0
        self._pumping_at = 0.0
        self._loop = link.network.loop

    @property
    def sender(self) -> Transport | None:
        """The transport that writes here."""
        return self.link.server if self.from_server else self.link.client

    @property
    def receiver(self) -> Transport | None:
        """The transport that reads here."""
        return self.link.client if self.from_server else self.link.server

    def send(self, data: bytes | None) -> None:
        """Puts it on its way. ``None``: nothing follows."""
        link, loop = self.link, self._loop
        weather, now = link.route.weather, loop.now
        at = now + link.delay()
        size = 0 if data is None else len(data)
        if weather.bytes_per_s:
            self._free_at = max(self._free_at, now) + size / weather.bytes_per_s
            at += self._free_at - now
        if weather.stall_every_s and link.dice.random() < 0.05 / weather.stall_every_s:  # at about 20 pieces a second
            at += weather.stall_s * link.dice.random()
        at = self._last = max(at, self._last)
        self.under_way += size
        if size > 1 and weather.split and link.dice.random() < weather.split:
            assert data is not None
            cut = link.dice.randrange(1, size)
            self.waiting.append((at, data[:cut]))
            at = self._last = at + link.delay() * link.dice.random()
            data = data[cut:]
        self.waiting.append((at, data))
        if self._pumping_at <= now or at < self._pumping_at:
            self._arm(self.waiting[0][0])

    def _arm(self, at: float) -> None:
        receiver = self.receiver
        if receiver is None or at == float("inf"):
            return
        self._pumping_at = at
        self._loop.on(receiver.host, at, self.pump)

    def pump(self) -> None:
        """On the receiver's host: gives it what is there."""
        self._pumping_at = 0.0
        waiting, receiver, now = self.waiting, self.receiver, self._loop.now
        dark_until = self.link.dark_until
        if receiver is None or not waiting or receiver.is_over:
            if receiver is not None and receiver.is_over and waiting:
                self._to_nobody()
            return
        if dark_until > now:
            self._arm(dark_until)
            return
        if receiver.reading_paused:
            return
        pieces: list[bytes] = []
        size, end = 0, False
        while waiting and waiting[0][0] <= now and size < _RECEIVED_AT_ONCE:
            data = waiting.popleft()[1]
            if data is None:
                end = True
                break
            pieces.append(data)
            size += len(data)
        if waiting:
            self._arm(max(now, waiting[0][0]))
        if pieces:
            self.under_way -= size
            for tap in self.link.network.taps:
                tap.arrived(self.link, self.from_server, size)
            receiver.feed(pieces[0] if len(pieces) == 1 else b"".join(pieces))
            sender = self.sender
            if sender is not None and sender.buffered and not sender.is_over:
                self._loop.on(sender.host, now + self.link.delay(), sender.flush)
        if end and not receiver.is_over:
            receiver.end()

    def _to_nobody(self) -> None:
        """What comes to a socket that is closed is answered by a reset."""
        bytes_came = any(data is not None for _, data in self.waiting)
        self.waiting.clear()
        self.under_way = 0
        sender = self.sender
        if bytes_came and sender is not None and self.link.dark_until <= self._loop.now:
            sender.reset_by_peer(self.link.delay())


class Transport(asyncio.Transport):
    """One end of a connection, as asyncio's own transports behave."""

    def __init__(self, link: Link, protocol: Any, host: Host, out: Stream, *, at_server: bool) -> None:
        super().__init__({"peername": ("127.0.0.1", 50000 + link.number % 10000), "sockname": ("127.0.0.1", 0)})
        self.link = link
        self.host = host
        self.is_over = False
        """Its protocol has been told the end, or is about to be."""
        self.reading_paused = False
        self.buffered = 0
        """Bytes that the kernel has not taken."""
        self._protocol = protocol
        self._out = out
        self._in = link.down if not at_server else link.up
        self._at_server = at_server
        self._buffer: deque[bytes] = deque()
        self._closing = False
        self._ended = False
        self._high, self._low = 65536, 16384
        self._paused = False
        self._loop = link.network.loop

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
        self._high, self._low = high, high // 4 if low is None else low

    def get_write_buffer_size(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self.buffered

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high."""
        return self._low, self._high

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Sends, as far as the kernel takes it."""
        if self._closing or self.is_over or not data:
            return
        data = bytes(data)
        for tap in self.link.network.taps:
            tap.sent(self.link, self._at_server, data)
        if not self.buffered and self._out.under_way + len(data) <= self.link.route.weather.window_bytes:
            self._out.send(data)
            return
        self._buffer.append(data)
        self.buffered += len(data)
        if self.buffered > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """As one."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Nothing more is sent; reading goes on."""
        if not self._ended:
            self._ended = True
            if not self.buffered:
                self._out.send(None)

    def can_write_eof(self) -> bool:
        """Yes."""
        return True

    def pause_reading(self) -> None:
        """What comes waits in the kernel."""
        self.reading_paused = True

    def resume_reading(self) -> None:
        """It goes on."""
        if self.reading_paused and not self._closing:
            self.reading_paused = False
            self._loop.call_soon(self._in.pump)

    def is_reading(self) -> bool:
        """True unless it is paused or closing."""
        return not self.reading_paused and not self._closing

    def close(self) -> None:
        """What was written is sent before."""
        if self._closing:
            return
        self._closing = True
        self.reading_paused = True
        if not self.buffered:
            self._finish()

    def abort(self) -> None:
        """Cuts it: what was written and is not sent is gone, and the other side gets a reset."""
        if self.is_over:
            return
        self._drop()
        self._tell_peer()
        self._lose(None)

    # --- what the network does --------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Bytes have come."""
        if self._closing:
            self._tell_peer()  # a closed socket answers what comes by a reset
            return
        self._protocol.data_received(data)

    def end(self) -> None:
        """The other side sends nothing any more."""
        if self._closing:
            return
        if not self._protocol.eof_received():
            self.close()

    def flush(self) -> None:
        """There is room on the way."""
        window = self.link.route.weather.window_bytes
        while self._buffer and self._out.under_way + len(self._buffer[0]) <= window and not self.is_over:
            data = self._buffer.popleft()
            self.buffered -= len(data)
            self._out.send(data)
        if self._paused and self.buffered <= self._low and not self.is_over:
            self._paused = False
            self._protocol.resume_writing()
        if not self.buffered and not self.is_over:
            if self._closing:
                self._finish()
            elif self._ended:
                self._out.send(None)

    def reset_by_peer(self, delay_s: float) -> None:
        """A reset comes, unless it gets lost in the dark."""
        if not self.is_over and self.link.dark_until <= self._loop.now:
            self._loop.on(self.host, self._loop.now + delay_s, self._was_reset)

    def crashed(self) -> None:
        """Its process is gone: the kernel resets the connection, and nobody here is told."""
        if self.is_over:
            return
        self._drop()
        self.is_over = True
        self._over(None)
        self._tell_peer()

    # --- steps ------------------------------------------------------------------------------------------------------

    def _was_reset(self) -> None:
        if not self.is_over:
            self._drop()
            self._lose(ConnectionResetError(104, "connection reset by peer"))

    def _tell_peer(self) -> None:
        peer = self._out.receiver
        if peer is not None:
            peer.reset_by_peer(self.link.delay())

    def _drop(self) -> None:
        self._buffer.clear()
        self.buffered = 0

    def _finish(self) -> None:
        if not self._ended:
            self._ended = True
            self._out.send(None)
        self._lose(None)

    def _lose(self, error: Exception | None) -> None:
        self.is_over = self._closing = True
        self._loop.on(self.host, self._loop.now, self._lost, error)

    def _lost(self, error: Exception | None) -> None:
        self._over(error)
        self._protocol.connection_lost(error)

    def _over(self, error: Exception | None) -> None:
        for tap in self.link.network.taps:
            tap.ended(self.link, self._at_server, error)
        peer = self._out.receiver
        if peer is None or peer.is_over:
            self.link.forget()
