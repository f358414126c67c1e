"""What an operator tells the player."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .callbacks import call

__all__ = ["Notice", "Notices", "OnNotice"]

UNHEARD_MAX: Final = 16
"""Notices that are kept for whoever listens later; the oldest go."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them. It comes once; to who is away, with the next connection."""

    kind: str
    """``message``: to be read. ``paused``, ``resumed``: the game stands still by an operator's will, or goes on.
    ``muted``, ``unmuted``: whether the player may say something in chats. A newer server may know others."""
    text: str
    """What the operator wrote, or why it is so; may be empty. Plain text: show it as it is."""
    session: str | None = None
    """The id of the session that it is about, if it is about one."""
    until_ms: int | None = None
    """Until when it holds, in Unix time, if that is known."""


OnNotice = Callable[[Notice], object]
"""``on_notice(notice)``: told once of each."""


class Notices:
    """Of one lobby. What comes before anybody listens is kept: it may come in one piece with the welcome."""

    def __init__(self) -> None:
        self._on_notice: OnNotice | None = None
        self._unheard: deque[Notice] = deque(maxlen=UNHEARD_MAX)

    @property
    def on_notice(self) -> OnNotice | None:
        """Who listens."""
        return self._on_notice

    @on_notice.setter
    def on_notice(self, callback: OnNotice | None) -> None:
        self._on_notice = callback
        while callback is not None and self._unheard:
            call(callback, self._unheard.popleft())

    def pushed(self, data: Mapping[str, Any]) -> None:
        """The push ``notice``."""
        notice = _read(data)
        if notice is None:
            return
        if self._on_notice is None:
            self._unheard.append(notice)
        else:
            call(self._on_notice, notice)


def _read(data: Mapping[str, Any]) -> Notice | None:
    """From the push ``notice``. None: it is a newer server's, and what cannot be read can be told to nobody."""
    match data.get("kind"), data.get("text"), data.get("session"), data.get("until_ms"):
        case str(kind), str(text), str() | None as session, int() | None as until_ms if not isinstance(until_ms, bool):
            return Notice(kind, text, session, until_ms)
    return None
