"""Reads what goes over simulated connections: frames, messages, and what of them has arrived."""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from rallypoint_protocol.codec import decode_lobby, decode_lobby_reply, decode_session_reply, decoder
from rallypoint_protocol.framing import BINARY, apply_mask
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import SessionMessage

if TYPE_CHECKING:
    from .network import Link
    from .observer import Observer

__all__ = ["Close", "Wire", "WireTap"]

_session = decoder(*SessionMessage.__args__)
_plain: Final[Callable[[bytes], Any]] = msgspec.msgpack.Decoder().decode
_CLOSE: Final = 0x88
_HEAD: Final = struct.Struct("<d?I").pack


class Close(msgspec.Struct, frozen=True):
    """A close frame."""

    code: int
    reason: str


class _Half:
    """One direction: what was written, cut into messages, and how far it has arrived."""

    def __init__(self) -> None:
        self.rest = b""
        self.opened = False
        """The handshake is over; what follows are frames."""
        self.written = 0
        self.arrived = 0
        self.unread: deque[tuple[int, Any]] = deque()
        """``(offset of its end, message)`` of what was sent and has not arrived."""


class Wire:
    """One connection, as observers see it."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.number = link.number
        """Counted for each client host, from 1."""
        self.client = link.client_host.name
        """The client's host."""
        self.name = self.client.encode()
        """The same, as :attr:`WireTap.digest` takes it."""
        self.path = ""
        """``/lobby`` or ``/session/<id>``; empty before the request."""
        self.closed_by: str = ""
        """Which side has sent a close frame or cut first: ``server``, ``client``, or empty."""
        self.halves = {True: _Half(), False: _Half()}
        """By ``from_server``."""

    def __repr__(self) -> str:
        return f"{self.client}#{self.number}{self.path and ' ' + self.path}"

    @property
    def lobby(self) -> bool:
        """True for the lobby's connections."""
        return self.path == "/lobby"

    @property
    def session(self) -> str:
        """The session that it is for; empty for the lobby's."""
        return self.path.removeprefix("/session/") if self.path.startswith("/session/") else ""

    def decode(self, payload: bytes, from_server: bool) -> Any:
        """A message. What no decoder takes is given as it is."""
        try:
            if self.lobby:
                return decode_lobby_reply(payload) if from_server else decode_lobby(payload)
            if from_server:
                return decode_session_reply(payload)
            if len(payload) > 1 and payload[1] >= GAME_INPUT_KIND_FIRST:
                return _plain(payload)
            return _session(payload)
        except Exception:
            return payload


class WireTap:
    """Watches all connections of a network for the observers, and sums everything up in :attr:`digest`."""

    def __init__(self, observers: Sequence[Observer], now: Callable[[], float]) -> None:
        self._observers = observers
        self._now = now
        self.wires: dict[Link, Wire] = {}
        """Of every connection that a side has open."""
        self.digest = hashlib.blake2b(digest_size=16)
        """Of everything that was sent, and when: the same for the same world."""
        self.messages = 0

    def opened(self, link: Link) -> None:
        """See :class:`~rallypoint_simulation.network.LinkTap`."""
        wire = self.wires[link] = Wire(link)
        for observer in self._observers:
            observer.opened(wire)

    def sent(self, link: Link, from_server: bool, data: bytes) -> None:
        """As above."""
        wire = self.wires.get(link)
        if wire is None:
            return
        half = wire.halves[from_server]
        if half.opened and not half.rest and len(data) > 3 and data[0] == BINARY:
            # One frame and nothing else: nearly all.
            size, begin = data[1] & 127, 2 if from_server else 6
            if size == 126:
                size, begin = data[2] << 8 | data[3], begin + 2
            elif size == 127:
                size = -1  # a large one
            if len(data) == begin + size:
                half.written += len(data)
                payload = data[begin:] if from_server else apply_mask(data[begin:], data[begin - 4 : begin])
                self._message(wire, half, half.written, payload, from_server)
                return
        half.rest += data
        half.written += len(data)
        if not half.opened:
            end = half.rest.find(b"\r\n\r\n")
            if end < 0:
                return
            if not from_server:
                wire.path = half.rest.split(b" ", 2)[1].decode()
            half.opened = True
            half.rest = half.rest[end + 4 :]
        self._frames(wire, half, from_server)

    def _frames(self, wire: Wire, half: _Half, from_server: bool) -> None:
        data, at, size = half.rest, 0, len(half.rest)
        while size - at >= 2:
            head, length, begin = data[at], data[at + 1] & 127, at + 2
            if length > 125:
                wide = 2 if length == 126 else 8
                length = int.from_bytes(data[begin : begin + wide], "big")
                begin += wide
            mask_at = begin
            if not from_server:
                begin += 4
            end = begin + length
            if end > size:
                break
            payload = data[begin:end] if from_server else apply_mask(data[begin:end], data[mask_at:begin])
            at = end
            offset = half.written - (size - at)
            if head == BINARY:
                self._message(wire, half, offset, payload, from_server)
            elif head == _CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                self._say_closing(wire, code, payload[2:].decode(errors="replace"), from_server)
        half.rest = data[at:]

    def _message(self, wire: Wire, half: _Half, offset: int, payload: bytes, from_server: bool) -> None:
        self.messages += 1
        self._sum_up(wire, payload, from_server)
        if not self._observers:
            return  # nobody wants to know what it says
        message = wire.decode(payload, from_server)
        half.unread.append((offset, message))
        for observer in self._observers:
            observer.sent(wire, message, from_server)

    def _say_closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sum_up(wire, struct.pack("<H", code), from_server)
        if not wire.closed_by:
            wire.closed_by = "server" if from_server else "client"
        for observer in self._observers:
            observer.closing(wire, code, reason, from_server)

    def _sum_up(self, wire: Wire, payload: bytes, from_server: bool) -> None:
        self.digest.update(_HEAD(self._now(), from_server, wire.number) + wire.name + payload)

    def arrived(self, link: Link, from_server: bool, size: int) -> None:
        """As above."""
        wire = self.wires.get(link)
        if wire is None:
            return
        half = wire.halves[from_server]
        half.arrived += size
        unread = half.unread
        while unread and unread[0][0] <= half.arrived:
            message = unread.popleft()[1]
            for observer in self._observers:
                observer.received(wire, message, from_server)

    def ended(self, link: Link, at_server: bool, error: Exception | None) -> None:
        """As above."""
        wire = self.wires.get(link)
        if wire is None:
            return
        if not wire.closed_by:
            wire.closed_by = "server" if at_server else "client"
        for observer in self._observers:
            observer.ended(wire, at_server, error)

    def forgotten(self, link: Link) -> None:
        """As above."""
        self.wires.pop(link, None)
