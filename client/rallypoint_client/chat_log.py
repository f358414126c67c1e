"""The lines of one chat room: each once, in order, and bounded. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rallypoint_protocol.messages import ChatLine

__all__ = ["LINES_MAX", "ChatLog", "Line"]

LINES_MAX: Final = 64
"""As many as a server keeps."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chat."""

    n: int
    """Numbered from 1 in its room."""
    player: str
    """The id of who said it."""
    name: str
    text: str
    at_ms: int
    """Unix time."""
    missed: int = 0
    """So many lines before this one were said, and are not here: they came faster than they were taken."""


class ChatLog:
    """The newest :data:`LINES_MAX` lines, and how many of them somebody has taken."""

    def __init__(self) -> None:
        self.lines: deque[Line] = deque(maxlen=LINES_MAX)
        self._last = 0
        self._waiting = 0
        """Of the lines, the newest so many were not taken yet."""
        self._skipped = 0
        """So many went before anybody took them."""
        self._elsewhere = False

    def elsewhere(self) -> None:
        """The next lines come from another lobby session: perhaps of another server, which counts from 1 again."""
        self._elsewhere = True

    def add(self, lines: Sequence[ChatLine]) -> bool:
        """Takes what the server says, in order; what is known already is passed over. True if anything is new."""
        if self._elsewhere and lines:
            self._elsewhere = False
            known = {(line.n, line.at_ms, line.player) for line in self.lines}
            if not any((line.n, line.at_ms, line.player) in known for line in lines):
                self._last = 0
        new = [line for line in lines if line.n > self._last]
        for line in new:
            self._add(line)
        return bool(new)

    def _add(self, line: ChatLine) -> None:
        missed = line.n - self._last - 1 if self._last else 0
        if self._waiting == LINES_MAX:
            self._waiting -= 1
            self._skipped += 1 + self.lines[0].missed
        self.lines.append(Line(line.n, line.player, line.name, line.text, line.at_ms, missed))
        self._waiting += 1
        self._last = line.n

    def take(self) -> Line | None:
        """The oldest line that was not taken yet; ``None`` if all were."""
        if not self._waiting:
            return None
        line = self.lines[-self._waiting]
        self._waiting -= 1
        skipped, self._skipped = self._skipped, 0
        return replace(line, missed=line.missed + skipped) if skipped else line
