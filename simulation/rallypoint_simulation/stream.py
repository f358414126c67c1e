"""One direction of a simulated connection: what the kernels of both sides and everything between them hold."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .host import Timer
    from .link import Link
    from .transport import Transport

__all__ = ["Stream"]

_READ_AT_ONCE: Final = 262144
"""Bytes that asyncio takes with one read."""
_NEVER: Final = float("inf")


class _Mark(Enum):
    END = "nothing follows"
    RESET = "the other side knows nothing of this connection any more"


class Stream:
    """Bytes on their way to one side, in order. Nothing is lost while both sides live, as TCP has it.

    Each piece has the moment when it is in the receiver's kernel. What is not there when it gets dark comes when it is
    light again, except for a reset, which nobody repeats.
    """

    def __init__(self, link: Link, *, from_server: bool) -> None:
        self.link = link
        self.from_server = from_server
        self.sender: Transport | None = None
        self.receiver: Transport | None = None
        self.waiting: deque[tuple[float, bytes | _Mark]] = deque()
        """``(when it is there, what)``."""
        self.under_way = 0
        """Bytes that were sent and are not read."""
        self._closed = False
        self._cut = False
        """Something on the way has reset it."""
        self._last = 0.0
        self._free_at = 0.0
        self._stall_at = 0.0
        self._pump: Timer | None = None
        self._loop = link.network.loop

    # --- the sender's side ------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Puts it on its way."""
        size = len(data)
        self.under_way += size
        link = self.link
        if link.gone or self._cut:
            return
        weather, random, now = link.route.weather, link.dice.random, self._loop.now
        at = now + weather.latency_s + weather.jitter_s * random()
        if weather.bytes_per_s:
            self._free_at = max(self._free_at, now) + size / weather.bytes_per_s
            at += self._free_at - now
        if weather.stall_every_s:
            at += self._stalled(weather.stall_every_s, weather.stall_s)
        if link.dark_until > now:
            at += link.dark_until - now
        if at < self._last:
            at = self._last
        if size > 1 and random() < weather.split:
            cut = link.dice.randrange(1, size)
            self.waiting.append((at, data[:cut]))
            at += weather.latency_s * random()
            data = data[cut:]
        self._last = at
        self.waiting.append((at, data))
        if self._pump is None:
            self._arm()

    def end(self) -> None:
        """Nothing follows."""
        if not (self.link.gone or self._cut):
            self._put(max(self._last, self._loop.now, self.link.dark_until) + self.link.delay(), _Mark.END)

    def reset(self) -> None:
        """The sender knows nothing of this connection any more. In the dark this gets lost, with all before it."""
        if self._cut:
            return
        if self.link.dark_until > self._loop.now:
            self.lose()
        else:
            self._put(max(self._last, self._loop.now + self.link.delay()), _Mark.RESET)

    def cut(self) -> None:
        """Something on the way resets it: what would arrive later does not, also if that reset is lost itself."""
        self._cut = True
        at = self._loop.now + self.link.delay()
        while self.waiting and self.waiting[-1][0] > at:
            self.waiting.pop()
        self._put(at, _Mark.RESET)

    def lose(self) -> None:
        """All that is under way is lost, and the sender does not know."""
        now = self._loop.now
        while self.waiting and self.waiting[-1][0] > now:
            self.waiting.pop()
        self._last = now

    def hold(self) -> None:
        """Darkness has come, or goes: what is under way arrives after it."""
        link, now = self.link, self._loop.now
        held = []
        while self.waiting and self.waiting[-1][0] > now:
            held.append(self.waiting.pop()[1])
        at = max(now, link.dark_until)
        self._last = now
        for piece in reversed(held):
            if piece is not _Mark.RESET:
                self._last = max(self._last, at + link.delay())
                self.waiting.append((self._last, piece))
        self._rearm()
        self._acknowledge()

    def forget(self) -> None:
        """Both sides are over."""
        self.waiting.clear()
        self._rearm()

    def _put(self, at: float, mark: _Mark) -> None:
        self._last = at
        self.waiting.append((at, mark))
        if mark is _Mark.RESET:
            self._loop.on(self._loop.world, at, self._reset_arrives)
        if self._pump is None:
            self._arm()

    def _stalled(self, every_s: float, at_most_s: float) -> float:
        now, dice = self._loop.now, self.link.dice
        if not self._stall_at:
            self._stall_at = now + dice.expovariate(1 / every_s)
        if now < self._stall_at:
            return 0.0
        self._stall_at = now + dice.expovariate(1 / every_s)
        return at_most_s * dice.random()

    # --- the receiver's side ----------------------------------------------------------------------------------------

    def read(self) -> None:
        """The receiver begins to read, or goes on."""
        if self._pump is None:
            self._arm()

    def close(self) -> bool:
        """The receiver's socket is closed. Returns true if there was something that it has not read."""
        self._closed = True
        unread = self._take_bytes() > 0
        self._rearm()
        return unread

    def _arm(self) -> None:
        """Sees to it that what is first is read when it is there. The only place that arranges it."""
        if not self.waiting:
            return
        at = self.waiting[0][0]
        loop, receiver = self._loop, self.receiver
        if at == _NEVER:
            return
        if self._closed:
            host = loop.world  # the kernel answers for a process that may be gone
        elif receiver is not None and receiver.reading:
            host = receiver.host
        else:
            return
        self._pump = loop.on(host, max(loop.now, at), self._arrive)

    def _rearm(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
        self._arm()

    def _arrive(self) -> None:
        """On the receiver's host: one read."""
        self._pump = None
        waiting, receiver, now = self.waiting, self.receiver, self._loop.now
        if self._closed:
            self._to_nobody()
        elif receiver is not None and receiver.reading and waiting and waiting[0][0] <= now:
            piece = waiting.popleft()[1]
            if type(piece) is bytes:
                if waiting and waiting[0][0] <= now:
                    piece = self._more(piece)
                size = len(piece)
                self.under_way -= size
                for tap in self.link.network.taps:
                    tap.arrived(self.link, self.from_server, size)
                receiver.feed(piece)
                sender = self.sender
                if sender is not None and sender.buffered:
                    self._acknowledge()
            elif piece is _Mark.END:
                receiver.end()
            else:
                receiver.was_reset()
        if waiting and self._pump is None:
            self._arm()

    def _more(self, first: bytes) -> bytes:
        """What else is there, as far as one read takes it."""
        pieces, size, waiting, now = [first], len(first), self.waiting, self._loop.now
        while waiting and waiting[0][0] <= now and size < _READ_AT_ONCE:
            piece = waiting[0][1]
            if not isinstance(piece, bytes):
                break
            pieces.append(piece)
            size += len(piece)
            waiting.popleft()
        return b"".join(pieces)

    def _acknowledge(self) -> None:
        """There is room again: the sender hears of it, when it is light."""
        sender, now = self.sender, self._loop.now
        if sender is not None and sender.buffered and self.link.dark_until < _NEVER:
            at = max(now, self.link.dark_until) + self.link.delay()
            self._loop.on(sender.host, at, sender.flush)

    def _take_bytes(self) -> int:
        """Takes what is there, and says how many bytes that were."""
        size = 0
        while self.waiting and self.waiting[0][0] <= self._loop.now:
            piece = self.waiting.popleft()[1]
            if isinstance(piece, bytes):
                size += len(piece)
        self.under_way -= size
        return size

    def _to_nobody(self) -> None:
        """Bytes that come to a socket that is closed are answered by a reset."""
        if self._take_bytes():
            (self.link.up if self.from_server else self.link.down).reset()

    def _reset_arrives(self) -> None:
        # The kernel knows now, though the process may not read.
        if self.receiver is not None and any(piece is _Mark.RESET for _, piece in self.waiting):
            self.receiver.broke()
