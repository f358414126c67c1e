"""Reliable messages to one player: numbered, kept until acknowledged, bounded.

Used for a seat's events and for a lobby session's pushes. If the buffer overflows, the oldest go, and the next resume
must say how many were lost: that is the only way to lose one.
"""

from __future__ import annotations

from typing import Generic, TypeVar

__all__ = ["Outgoing"]

T = TypeVar("T")


class Outgoing(Generic[T]):
    """A bounded log of numbered messages.

    ``count_max`` and ``bytes_max`` bound what is kept; ``size`` of a message is its encoded length.
    """

    __slots__ = ("_bytes", "_bytes_max", "_count_max", "_kept", "acked", "last", "lost")

    def __init__(self, count_max: int = 256, bytes_max: int = 64 * 1024) -> None:
        self._count_max = count_max
        self._bytes_max = bytes_max
        # A list: it is mostly empty, and an empty deque takes 700 bytes of every idle seat and lobby session.
        self._kept: list[tuple[int, T, int]] = []
        self._bytes = 0
        self.last = 0
        """Number of the newest message; 0 before the first."""
        self.acked = 0
        """The client has everything up to here."""
        self.lost = 0
        """Highest number that was dropped without having been acknowledged; 0 if none."""

    def restore(self, kept: list[tuple[int, T, int]], last: int, acked: int, lost: int) -> None:
        """Goes on from there: number, message and size of what is kept, oldest first."""
        self._kept = kept
        self._bytes = sum(size for _, _, size in kept)
        self.last, self.acked, self.lost = last, acked, lost

    def append(self, make: T, size: int, *, spare: bool = False) -> bool:
        """Keeps the next message; its number is :attr:`last` afterwards. False if older ones had to go for it.

        ``spare``: what is kept is about to be sent for the first time, so half as much again may come before that.
        """
        self.last += 1
        self._kept.append((self.last, make, size))
        self._bytes += size
        whole = True
        count_max, bytes_max = self._count_max, self._bytes_max
        if spare:
            count_max, bytes_max = count_max * 3 // 2, bytes_max * 3 // 2
        while len(self._kept) > count_max or self._bytes > bytes_max:
            number, _, gone = self._kept.pop(0)
            self._bytes -= gone
            self.lost = number
            whole = False
        return whole

    def ack(self, number: int) -> None:
        """The client has everything up to ``number``. Numbers from the future or the past change nothing."""
        if not self.acked < number <= self.last:
            return
        self.acked = number
        gone = sum(n <= number for n, _, _ in self._kept)
        self._bytes -= sum(size for _, _, size in self._kept[:gone])
        del self._kept[:gone]

    def since(self, number: int) -> list[tuple[int, T]]:
        """All kept messages newer than ``number``, oldest first."""
        return [(n, message) for n, message, _ in self._kept if n > number]

    def lost_since(self, number: int) -> int:
        """How many messages newer than ``number`` are gone for good."""
        return max(0, self.lost - number)

    @property
    def bytes(self) -> int:
        """The size of all that is kept."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._kept)
