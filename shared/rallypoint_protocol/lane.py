"""The fast lane: what both ends of a connection add to the WebSocket library, without doing any I/O of their own.

Nearly all traffic of a game is small, final, binary frames. The library parses each in a chain of generators and queues
it for a ``recv()``; that costs more than the rest of the server. :class:`FastLane` is a mixin for its connection
classes that takes such frames itself, off the bytes as they arrive, and hands their payload to a :class:`Receiver` in
the same call. Handshake, control frames, fragments, errors and the closing handshake stay the library's.

The one rule that makes this safe: **between two frames, the library's reader is empty.** Whatever the lane does not
take, it gives to the library one whole frame at a time, kept here until it is complete, and then goes on behind it. A
frame that the library refuses by its header alone (an unknown opcode, a wrong mask bit, a length above the limit) is
given to it at once, so that at most one frame within the limit is ever kept. After that nothing is parsed any more.

How a connection is written to and ends is in :mod:`rallypoint_protocol.ending`.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from websockets.frames import DATA_OPCODES, TEXT, Frame
from websockets.protocol import CONNECTING, OPEN, SERVER, Event, Protocol as WebSocket

from .close import CloseCode
from .ending import Ending
from .framing import BINARY, apply_mask

__all__ = ["Budget", "FastLane"]

HANDSHAKE_BYTES_MAX: Final = 65536
"""The library allows 128 lines of 8 KiB: too much for somebody who has proved nothing yet."""

_UNKNOWN_OPCODES: Final = frozenset({3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
# By the second byte of a small frame, the size of a chunk that is this frame and nothing else (0: not a small frame).
_LONE_PLAIN: Final = bytes(n + 2 if n < 126 else 0 for n in range(256))
_LONE_MASKED: Final = bytes(n - 128 + 6 if 128 <= n < 254 else 0 for n in range(256))


class Budget(Protocol):
    """An allowance that is counted down in place; only when ``left`` is below 0 does ``refill`` look at a clock."""

    left: int

    def refill(self) -> bool:
        """Add what time has earned; ``False`` if that is not enough."""


class _Unlimited:
    left = 0

    def refill(self) -> bool:
        self.left = 1 << 29
        return True


class FastLane(Ending):
    """Mixin in front of the library's ``ServerConnection`` or ``ClientConnection``: binary messages go to ``receiver``.

    Do not call ``recv()``, ``send()`` or ``ping()`` on it. ``heard`` is set by whatever arrives, and cleared by whoever
    looks. The budgets ``messages``, ``octets`` and ``controls`` count frames (an unfinished piece of one counts as
    well), bytes and control frames; who exceeds one is closed with ``TOO_FAST``. Unless set, they are unlimited.
    """

    __slots__ = (
        "_clear",
        "_head_bytes",
        "_held",
        "_lone",
        "_masked",
        "_message",
        "_wanted",
        "controls",
        "heard",
        "messages",
        "octets",
    )

    def __init__(self, protocol: WebSocket, *args: Any, **kwargs: Any) -> None:
        if protocol.max_message_size is None or protocol.max_message_size < 125:
            raise ValueError("the fast lane needs a message limit of at least 125 bytes")
        super().__init__(protocol, *args, **kwargs)
        self.heard = False
        self.messages: Budget = _Unlimited()
        self.octets: Budget = _Unlimited()
        self.controls: Budget = _Unlimited()
        self._masked = protocol.side is SERVER
        self._lone = _LONE_MASKED if self._masked else _LONE_PLAIN
        self._clear = False  # at a frame boundary, and no fragmented message is open
        self._head_bytes = 0  # seen of the handshake
        self._held = bytearray()  # the first part of a frame; during the handshake, the last bytes of the head so far
        self._wanted = 0  # size at which `held` is a whole frame, or its length at least is known
        self._message = bytearray()  # the fragmented message so far

    @property
    def inbound_bytes_max(self) -> int:
        """Largest message that is accepted, at least 125; a larger one is refused with 1009."""
        limit = self.protocol.max_message_size
        assert limit is not None
        return limit

    @inbound_bytes_max.setter
    def inbound_bytes_max(self, limit: int) -> None:
        if limit < 125:
            raise ValueError("the fast lane needs a message limit of at least 125 bytes")
        self.protocol.max_message_size = limit

    def data_received(self, data: bytes) -> None:
        self.heard = True
        size = len(data)
        budget = self.octets
        budget.left -= size
        if budget.left < 0 and not budget.refill():
            self.refuse(CloseCode.TOO_FAST, "more bytes than allowed")
        elif (
            # One small binary frame and nothing else: nearly every call. The rest of this file is for the others.
            self._clear
            and size > 1
            and self._lone[data[1]] == size
            and data[0] == BINARY
            and self.protocol._state is OPEN
        ):
            budget = self.messages
            budget.left -= 1
            if budget.left < 0 and not budget.refill():
                self.refuse(CloseCode.TOO_FAST, "more messages than allowed")
                return
            try:
                self._receiver.received(apply_mask(data[6:], data[2:6]) if self._masked else data[2:])
            except Exception as exc:
                self._receiver_failed(exc)
        elif (
            # The same with a two-byte length: most of what a server sends.
            self._clear
            and size > 131
            and data[0] == BINARY
            and data[1] == (254 if self._masked else 126)
            and (data[2] << 8 | data[3]) == size - (8 if self._masked else 4) <= self.inbound_bytes_max
            and self.protocol._state is OPEN
        ):
            if self._pay():
                self._deliver(apply_mask(data[8:], data[4:8]) if self._masked else data[4:])
        elif self.protocol.state is CONNECTING:
            self._handshake(data)
        else:
            self._split(data)

    def _split(self, data: bytes) -> None:
        """Take frame by frame off ``data``: binary messages ourselves, anything else through the library."""
        protocol, masked = self.protocol, self._masked
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                self._pay()
                return
            data, self._held = bytes(self._held), bytearray()
        self._clear = False
        start, size = 0, len(data)
        while start < size and self._pay():
            if size - start < 2:
                self._hold(data[start:], 2)
                return
            head, second = data[start], data[start + 1]
            begin, length = start + 2, second & 127
            refused = second >> 7 != masked or head & 15 in _UNKNOWN_OPCODES
            if length > 125 and not refused:
                begin += 2 if length == 126 else 8
                if begin > size:
                    self._hold(data[start:], begin - start)
                    return
                length = int.from_bytes(data[start + 2 : begin], "big")
            if refused or length > self.inbound_bytes_max - (protocol.current_size or 0):
                self._through_library(data[start:])
                return
            mask_at, begin = begin, begin + 4 if masked else begin
            end = begin + length
            if end > size:
                self._hold(data[start:], end - start)
                return
            if head != BINARY or protocol.current_size is not None:
                self._through_library(data[start:end])
            elif protocol.state is OPEN:
                self._deliver(apply_mask(data[begin:end], data[mask_at:begin]) if masked else data[begin:end])
            start = end
        self._clear = protocol.current_size is None

    def _hold(self, piece: bytes, wanted: int) -> None:
        self._held += piece
        self._wanted = wanted

    def _pay(self) -> bool:
        """Pay for one frame, or a piece of one. ``False``: what follows is not to be looked at."""
        if self._deaf:
            return False
        budget = self.messages
        budget.left -= 1
        if budget.left < 0 and not budget.refill():
            self.refuse(CloseCode.TOO_FAST, "more messages than allowed")
            return False
        return True

    def _through_library(self, data: bytes) -> None:
        super().data_received(data)
        protocol = self.protocol
        if protocol.state is not OPEN:
            if protocol.close_rcvd is not None or protocol.parser_exc is not None:
                self._deaf = True  # the library discards from here on
            self._arm()
        elif self.paused:
            self._check_outbox()  # pongs count as well

    def _handshake(self, data: bytes) -> None:
        """Give the library the head of the HTTP message alone, so that nothing but frames is left for the lane."""
        self._head_bytes += len(data)
        if self._head_bytes > HANDSHAKE_BYTES_MAX:
            self.abort(1009, "handshake too large")
            return
        server, early = self._masked, self._masked and self.request is not None
        cut = len(data)
        if not early:
            seam = bytes(self._held) + data
            end = seam.find(b"\r\n\r\n")
            if end >= 0:
                cut = end + 4 - len(self._held)
            self._held = bytearray(seam[-3:] if end < 0 else b"")
            super().data_received(data[:cut])
        rest = data if early else data[cut:]
        if self.protocol.state is OPEN:
            self._split(rest)
        elif rest and not server:
            super().data_received(rest)  # the body of a refusal
        elif rest and not self.protocol.eof_sent:
            self.abort(1002, "sent data before the handshake was complete")

    def process_event(self, event: Event) -> None:
        """What the library has parsed: the handshake, control frames, fragments. Nothing queues for a ``recv()``."""
        if not isinstance(event, Frame):
            super().process_event(event)
        elif event.opcode not in DATA_OPCODES:
            super().process_event(event)
            self.controls.left -= 1
            if self.controls.left < 0 and not self.controls.refill():
                self.refuse(CloseCode.TOO_FAST, "more control frames than allowed")
        elif self.protocol.state is not OPEN:
            pass
        elif event.opcode is TEXT:
            self.refuse(1003, "text frames are not accepted")
        else:
            self._message += event.data
            if event.fin:
                payload, self._message = bytes(self._message), bytearray()
                self._deliver(payload)
