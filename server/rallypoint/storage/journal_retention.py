"""Which segments of a journal are still needed: those from the oldest on that has the last whole of anything alive."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Retention"]


class Retention:
    """Knows where the last whole of each key is, and how much there is on the disk."""

    def __init__(self, most_bytes: int, most_ratio: float) -> None:
        self._most_bytes = most_bytes
        self._most_ratio = most_ratio
        self._wholes: dict[str, tuple[int, int]] = {}  # segment and size; in the order in which they were written
        self._whole_bytes = 0
        self._recovered_up_to = 0
        self.segments: dict[int, int] = {}
        """Bytes of each segment on the disk, by number, ascending."""

    def recovered(self, wholes: Mapping[str, tuple[int, int]], segments: Mapping[int, int]) -> None:
        """What an earlier process has left: segment and size of the wholes, oldest first, and bytes of segments."""
        self._wholes = dict(wholes)
        self._whole_bytes = sum(size for _, size in wholes.values())
        self.segments = dict(segments)
        self._recovered_up_to = max(segments, default=0)

    def whole(self, key: str, segment: int, size: int) -> None:
        """A whole of so many bytes is written to that segment."""
        former = self._wholes.pop(key, None)
        if former is not None:
            self._whole_bytes -= former[1]
        self._wholes[key] = segment, size
        self._whole_bytes += size

    def gone(self, key: str) -> None:
        """It is no more."""
        former = self._wholes.pop(key, None)
        if former is not None:
            self._whole_bytes -= former[1]

    def start_over(self) -> None:
        """All that lives is written whole again now."""
        self._wholes.clear()
        self._whole_bytes = 0

    def oldest(self, present: int) -> int:
        """The oldest segment that is needed; ``present`` is the one being written."""
        for segment, _ in self._wholes.values():
            return segment
        return present

    def unneeded(self, oldest: int) -> list[int]:
        """Segments on the disk before that one, oldest first."""
        return [number for number in self.segments if number < oldest]

    def stale(self, most: int, present: int) -> list[str]:
        """Keys whose wholes keep old segments, oldest first: what recovery left, and the rest if there is too much."""
        oldest = self.oldest(present)
        total = sum(size for number, size in self.segments.items() if number >= oldest)  # the others are being deleted
        much = total > self._most_bytes + self._most_ratio * self._whole_bytes
        up_to = present - 1 if much else self._recovered_up_to
        found: list[str] = []
        for key, (segment, _) in self._wholes.items():
            if segment > up_to or len(found) >= most:
                break
            found.append(key)
        return found
