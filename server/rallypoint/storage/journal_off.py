"""No journal: every step counts as committed at once, and sessions end with their process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rallypoint.ports import Committed, Entry, Pressure

__all__ = ["JournalOff"]


class JournalOff:
    """Keeps nothing. Implements :class:`rallypoint.ports.Journal`."""

    durability = "off"
    keeps = False
    failure = ""
    pressure = Pressure.NONE

    def __init__(self) -> None:
        self.failed: Callable[[str], None] = lambda why: None
        self.mended: Callable[[], None] = lambda: None
        self.flushed: Callable[[float], None] = lambda seconds: None

    def on_disk(self) -> tuple[int, int]:
        """Nothing."""
        return 0, 0

    def append(self, entries: Sequence[Entry], now: float, committed: Committed) -> None:
        """Says at once that these are committed."""
        committed()

    def stepping(self, key: str) -> None:
        """Nothing."""

    def stepped(self) -> None:
        """Nothing."""

    def stale(self, most: int) -> list[str]:
        """Nothing."""
        return []

    async def close(self) -> None:
        """Nothing was kept."""
