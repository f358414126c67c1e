"""Puts a bad network between a connection and its transport: see :mod:`rallypoint.core.network_conditions`.

A :class:`ConditionedLink` stands in as the transport of the connection and as the protocol of the transport, from the
beginning or from any moment on; without one, nothing costs anything. What is under way either way is held here, in
order. Of what the connection has written, the first 64 KiB under way are as if a kernel had them; what is more counts
as not taken, so that all limits of the connection hold. Of what the client has written, no more than that is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Callable
from typing import Any, Final, cast

import structlog

from rallypoint.core.network_conditions import NetworkConditions, NetworkPath

from .connection import Connection
from .under_way import Mark, UnderWay

__all__ = ["ConditionedLink", "conditioned_class"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.simulate")

HELD_BYTES: Final = 65536
"""What a kernel would hold of what is under way."""


class ConditionedLink(asyncio.Transport, asyncio.Protocol):
    """Between one connection and its transport."""

    def __init__(
        self,
        connection: Connection,
        transport: asyncio.Transport,
        conditions: NetworkConditions,
        dice: Callable[[], float],
    ) -> None:
        """Stands between them from now on. The connection has to be given this as its transport."""
        super().__init__()
        self._protocol: asyncio.Protocol = connection
        self._transport = transport
        self._loop = connection.loop
        self._dice = dice
        self._out = UnderWay(self._loop, self._sent)
        self._in = UnderWay(self._loop, self._received)
        self._high, self._low = 65536, 16384
        self._kernel_full = self._told_to_pause = connection.paused
        self._taking = True
        self._closing = False
        self._over = False
        self._why: Exception | None = None
        self._drop: asyncio.TimerHandle | None = None
        self._path: NetworkPath
        self.change(conditions)
        transport.set_protocol(self)

    @classmethod
    def between(
        cls, connection: Connection, conditions: NetworkConditions, dice: Callable[[], float]
    ) -> ConditionedLink | None:
        """Sets the conditions of a connection that is open; ``None`` if it is not."""
        transport = connection.transport
        if transport.is_closing():
            return None
        if isinstance(transport, ConditionedLink):
            transport.change(conditions)
            return transport
        link = cls(connection, transport, conditions, dice)
        link._limit(connection.write_limit_high, connection.write_limit_low)
        if not transport.is_reading():  # the connection has paused it: that is between the two of us now
            link.pause_reading()
            transport.resume_reading()
        connection.transport = link
        return link

    @property
    def conditions(self) -> NetworkConditions:
        """What the network is like."""
        return self._path.conditions

    def change(self, conditions: NetworkConditions) -> None:
        """Another network from now on. What is under way arrives as it would have."""
        self._path = NetworkPath(conditions, self._dice, self._loop.time())
        if self._drop is not None:
            self._drop.cancel()
            self._drop = None
        if self._path.drop_at < math.inf:
            self._drop = self._loop.call_at(self._path.drop_at, self.cut)

    def cut(self) -> None:
        """The network breaks: what is under way is lost, and both sides see a connection reset."""
        if not (self._closing or self._over):
            log.info("simulated drop", peer=getattr(self._protocol, "remote_ip", ""))
            self._why = ConnectionResetError("the simulated network has broken the connection")
            self.abort()

    # --- as a transport, for the connection -----------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Puts it on its way."""
        if self._closing or self._over or not data:
            return
        self._out.put(self._path.arrival(self._out.way, len(data), self._loop.time()), bytes(data))
        self._look_at_writing()

    def writelines(self, list_of_data: Any) -> None:
        """The same with several."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Nothing follows."""
        if not (self._closing or self._over):
            self._out.put(self._at_last(self._out), Mark.EOF)

    def can_write_eof(self) -> bool:
        """Not with TLS."""
        return self._transport.can_write_eof()

    def close(self) -> None:
        """After all that is under way."""
        if self._closing:
            return
        self._closing = True
        self._in.clear()
        if self._over:
            self._loop.call_soon(self._end, self._why)
        else:
            self._out.put(self._at_last(self._out), Mark.CLOSE)

    def abort(self) -> None:
        """Now."""
        self._closing = True
        self._in.clear()
        self._out.clear()
        if self._over:
            self._loop.call_soon(self._end, self._why)
        else:
            self._transport.abort()

    def is_closing(self) -> bool:
        """True also while what is under way still is."""
        return self._closing or self._over or self._transport.is_closing()

    def get_write_buffer_size(self) -> int:
        """What no kernel would have taken yet."""
        return max(0, self._out.bytes - HELD_BYTES) + self._transport.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """As asyncio has it."""
        self._limit(high, low)
        self._transport.set_write_buffer_limits(high, low)

    def pause_reading(self) -> None:
        """What arrives waits."""
        self._in.stop(True)

    def resume_reading(self) -> None:
        """It does no longer."""
        self._in.stop(False)

    def is_reading(self) -> bool:
        """False while what arrives waits."""
        return not self._in.stopped

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Of the transport."""
        return self._transport.get_extra_info(name, default)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Somebody else is told."""
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who is told."""
        return self._protocol

    def _limit(self, high: int | None, low: int | None) -> None:
        self._high = 65536 if high is None else high
        self._low = self._high // 4 if low is None else low

    def _at_last(self, queue: UnderWay) -> float:
        return max(self._loop.time(), queue.way.last)

    def _look_at_writing(self) -> None:
        """Tells the connection to pause, or to go on."""
        size = self.get_write_buffer_size()
        if not self._told_to_pause and (self._kernel_full or size > self._high):
            self._told_to_pause = True
            self._protocol.pause_writing()
        elif self._told_to_pause and not self._kernel_full and size <= self._low:
            self._told_to_pause = False
            self._protocol.resume_writing()

    def _look_at_reading(self) -> None:
        """Takes from the transport, or takes no more for now."""
        taking = self._in.bytes <= HELD_BYTES
        if taking is not self._taking and not self.is_closing():
            self._taking = taking
            if taking:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

    def _sent(self, piece: bytes | Mark) -> None:
        """Has gone all the way, as far as we know: the transport gets it."""
        if isinstance(piece, bytes):
            self._transport.write(piece)
            self._look_at_writing()
        elif piece is Mark.EOF:
            with contextlib.suppress(OSError, RuntimeError):  # it may have broken, and not have said so yet
                self._transport.write_eof()
        else:
            self._transport.close()

    # --- as a protocol, for the transport -------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Takes it on its way to the connection."""
        if self._closing:
            return
        self._in.put(self._path.arrival(self._in.way, len(data), self._loop.time()), bytes(data))
        self._look_at_reading()

    def eof_received(self) -> bool:
        """The client sends no more. The connection says when it closes, for itself."""
        if not self._closing:
            self._in.put(self._at_last(self._in), Mark.EOF)
        return True

    def pause_writing(self) -> None:
        """The kernel takes no more."""
        self._kernel_full = True
        self._look_at_writing()

    def resume_writing(self) -> None:
        """It does again."""
        self._kernel_full = False
        self._look_at_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone. What the client had sent before still arrives, unless it was reset."""
        self._over = True
        self._why = self._why or exc
        self._out.clear()
        if self._in and self._why is None and not (self._closing or self._in.stopped):
            self._in.put(self._at_last(self._in), Mark.LOST)
        else:
            self._end(self._why)

    def _received(self, piece: bytes | Mark) -> None:
        """Has come all the way: the connection gets it."""
        if isinstance(piece, bytes):
            self._look_at_reading()
            self._protocol.data_received(piece)
        elif piece is Mark.LOST:
            self._end(None)
        elif not self._protocol.eof_received():
            self.close()

    def _end(self, exc: Exception | None) -> None:
        """Tells the connection, once."""
        if self._drop is not None:
            self._drop.cancel()
            self._drop = None
        self._in.clear()
        protocol, self._protocol = self._protocol, _NOBODY
        if protocol is not _NOBODY:
            protocol.connection_lost(exc)


_NOBODY: Final = asyncio.Protocol()


def conditioned_class(conditions: NetworkConditions, dice: Callable[[], float]) -> type[Connection]:
    """Connections that have these conditions from the beginning, the handshake included."""

    class ConditionedConnection(Connection):
        __slots__ = ()

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(ConditionedLink(self, cast("asyncio.Transport", transport), conditions, dice))

    return ConditionedConnection
