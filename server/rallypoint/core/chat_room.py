"""One room of the chat: the last lines that were said there, and who listens from where.

Bounds: :data:`LINES_MAX` lines and :data:`LOG_BYTES_MAX` bytes, encoded; older ones go. Lines are kept as the bytes
that they are sent as.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final

from msgspec import Raw

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Chat, ChatLine

if TYPE_CHECKING:
    from .lobby_session import LobbySession

__all__ = ["LINES_MAX", "LOG_BYTES_MAX", "ChatRoom"]

LINES_MAX: Final = 64
LOG_BYTES_MAX: Final = 16 * 1024

_KIND: Final[int] = Chat.__struct_config__.tag  # type: ignore[assignment]  # msgspec types it for all kinds of tags


class ChatRoom:
    """The room ``id``: a session's, or empty for the lobby's. Changed by :class:`~.chat.Chats` only."""

    __slots__ = ("_bytes", "_lines", "behind", "checked", "heard", "id", "last", "listeners", "next_round")

    def __init__(self, room_id: str, now: float) -> None:
        self.id = room_id
        self._lines: deque[Raw] = deque()
        self._bytes = 0
        self.last = 0
        """Number of the newest line; 0 before the first."""
        self.listeners: dict[LobbySession, int] = {}
        """And the number of the last line that each was sent: 0 for none."""
        self.behind: dict[LobbySession, None] = {}
        """Listeners who may have lines to get, in order."""
        self.heard = 0
        """All lines up to here had their round: listeners who do not have them are in ``behind``."""
        self.next_round = now
        self.checked = now
        """When somebody was last seen to belong here."""

    def add(self, player: str, name: str, text: str, at_ms: int) -> None:
        """A line, at the end; the oldest go."""
        self.last += 1
        line = Raw(encode(ChatLine(self.last, player, name, text, at_ms)))
        self._lines.append(line)
        self._bytes += len(memoryview(line))
        while len(self._lines) > LINES_MAX or self._bytes > LOG_BYTES_MAX:
            self._bytes -= len(memoryview(self._lines.popleft()))

    @property
    def silent(self) -> bool:
        """There are no lines; there were some, perhaps."""
        return not self._lines

    def since(self, number: int) -> bytes:
        """The message with all lines newer than ``number`` that are still there."""
        skipped = max(0, len(self._lines) - (self.last - number))
        return encode((_KIND, self.id, list(islice(self._lines, skipped, None))))
