"""How a connection is written to and how it ends: never by waiting, always with a deadline.

Plain ``close()`` and ``ping()`` of the library wait for a client that does not read, before their timeouts start.
Here nothing waits: closing is synchronous, and a deadline cuts the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from websockets.protocol import CLOSED, CLOSING, CONNECTING, OPEN, Protocol as WebSocket

from .close import CloseCode

if TYPE_CHECKING:
    import asyncio

    from websockets.asyncio.connection import Connection as _Connection
else:
    # At run time the library's connection class comes after the mixin, so that this file imports no event loop.
    _Connection = object

__all__ = ["EARLY_PAYLOADS_MAX", "ClosedWith", "Ending", "Receiver"]

EARLY_PAYLOADS_MAX: Final = 16
"""Payloads that wait for a receiver to be set."""


class Receiver(Protocol):
    """Who gets what a connection receives. Both are called from the event loop, and must not block."""

    def received(self, payload: bytes, /) -> None:
        """One whole binary message. Never called once closing has begun."""

    def lost(self, code: int | None, reason: str, /) -> None:
        """Called once, last: the close frame that came first, ours or theirs, or why we cut. ``None``: it broke."""


class ClosedWith(NamedTuple):
    """Close codes and reasons of both sides, as far as there were any."""

    sent: tuple[int, str] | None
    received: tuple[int, str] | None


class _Waiting:
    """Stands in until a receiver is set: keeps the first few payloads and the end."""

    def __init__(self, lane: Ending) -> None:
        self.lane = lane
        self.payloads: list[bytes] = []

    def received(self, payload: bytes) -> None:
        if len(self.payloads) < EARLY_PAYLOADS_MAX:
            self.payloads.append(payload)
        else:
            self.lane.refuse(1008, "too many messages before the first was answered")

    def lost(self, code: int | None, reason: str) -> None:
        pass


class Ending(_Connection):
    """How a connection is written to and how it ends: never by waiting, always with a deadline."""

    __slots__ = (
        "_close_timer",
        "_cut",
        "_deaf",
        "_end",
        "_receiver",
        "_write_timer",
        "close_deadline_s",
        "outbox_bytes_max",
        "write_deadline_s",
    )

    def __init__(self, protocol: WebSocket, *args: Any, **kwargs: Any) -> None:
        super().__init__(protocol, *args, **kwargs)
        self.outbox_bytes_max = 262144
        self.write_deadline_s = 10.0
        self.close_deadline_s = 5.0
        self._deaf = False  # nothing that arrives matters any more
        self._cut: tuple[int, str] | None = None
        self._end: tuple[int | None, str] | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._receiver: Receiver = _Waiting(self)

    @property
    def receiver(self) -> Receiver:
        """Who gets the payloads. Set it at any time; what arrived before the first is handed over at once, in order."""
        return self._receiver

    @receiver.setter
    def receiver(self, receiver: Receiver) -> None:
        waiting, self._receiver = self._receiver, receiver
        if not isinstance(waiting, _Waiting):
            return
        for payload in waiting.payloads:
            if not self._we_closed():  # if they did, what they said before still counts
                self._deliver(payload)
        if self._end is not None:
            self._tell_lost(*self._end)

    @property
    def closed_with(self) -> ClosedWith:
        """Both close frames. ``sent`` is also why we cut, if that is how it ended."""
        sent, received = self.protocol.close_sent, self.protocol.close_rcvd
        return ClosedWith(
            (int(sent.code), sent.reason) if sent else self._cut,
            (int(received.code), received.reason) if received else None,
        )

    def write(self, framed: bytes) -> None:
        """Write frames built before (:func:`frame`), one or several joined; nothing once closing has begun.

        Cuts the connection when more than ``outbox_bytes_max`` bytes wait after that.
        """
        if self.protocol._state is OPEN:  # not the property: it costs every pass a call
            self.transport.write(framed)
            if self.paused:  # only then can there be much: the library's high-water mark lies below any cap
                self._check_outbox()

    @property
    def outbox_bytes(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self.transport.get_write_buffer_size()

    def close_with(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake, now, and cut the connection after ``close_deadline_s``. Never waits.

        ``reason`` is shortened to the 123 bytes that a close frame holds. Does nothing if closing has already begun.
        Raises the library's ``ProtocolError`` for a code that may not be sent (below 1000, 1005, 1006, 1015...).
        """
        if self.protocol.state is OPEN:
            self.protocol.send_close(code, _shortened(reason))
            self.send_data()
            self._arm()
        elif self.protocol.state is CONNECTING:
            self.abort(code, reason)

    def refuse(self, code: int, reason: str) -> None:
        """Close because of what the peer did: like :meth:`close_with`, but nothing it sends is looked at any more."""
        if not self._deaf and self.protocol.state is not CLOSED:
            self._deaf = True
            self.protocol.fail(code, _shortened(reason))
            self.send_data()
            self._arm()

    def abort(self, code: int, reason: str) -> None:
        """Cut the connection without a close frame; ``code`` and ``reason`` are for our own side only."""
        self._deaf = True
        if self._cut is None and self._end is None:
            self._cut = (int(code), reason)
        if self.protocol.state in (CONNECTING, OPEN):
            self.protocol.state = CLOSING  # the end comes at the next turn of the loop: nothing is written until then
        self.transport.abort()

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """:meth:`close_with`, then wait for the end, which the deadline bounds: the library calls this on shutdown."""
        self.close_with(code, reason)
        await self.wait_closed()

    def pause_writing(self) -> None:
        super().pause_writing()
        late = f"did not read for {self.write_deadline_s:g} s"
        self._write_timer = self.loop.call_later(self.write_deadline_s, self.abort, CloseCode.TOO_SLOW, late)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._disarm_write()

    def eof_received(self) -> None:
        super().eof_received()
        self._arm()  # the loop now closes the transport, but only after a flush that can take forever

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm_write()
        if self._close_timer is not None:
            self._close_timer.cancel()
            self._close_timer = None
        super().connection_lost(exc)
        sent, received = self.closed_with
        self._end = (sent if self._we_closed() else received) or (None, "")
        self._tell_lost(*self._end)

    def _we_closed(self) -> bool:
        protocol = self.protocol
        return (protocol.close_sent is not None or self._cut is not None) and not protocol.close_rcvd_then_sent

    def _deliver(self, payload: bytes) -> None:
        try:
            self._receiver.received(payload)
        except Exception as exc:
            self._receiver_failed(exc)

    def _receiver_failed(self, exc: Exception) -> None:
        # Raised into the loop, this would cut the connection without a word, and the log would not say whose it was.
        self.logger.error("receiver failed", exc_info=exc)
        self.refuse(1011, "internal error")

    def _tell_lost(self, code: int | None, reason: str) -> None:
        try:
            self._receiver.lost(code, reason)
        except Exception:
            self.logger.exception("receiver failed")

    def _check_outbox(self) -> None:
        if self.transport.get_write_buffer_size() > self.outbox_bytes_max:
            self.abort(CloseCode.TOO_SLOW, f"more than {self.outbox_bytes_max} bytes not read")

    def _arm(self) -> None:
        if self._close_timer is None:
            late = f"closing took more than {self.close_deadline_s:g} s"
            self._close_timer = self.loop.call_later(self.close_deadline_s, self.abort, 1006, late)

    def _disarm_write(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def _shortened(reason: str) -> str:
    # A close frame holds 125 bytes, 2 of them the code.
    return reason.encode(errors="replace")[:123].decode(errors="ignore")
