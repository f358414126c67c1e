"""What an operator tells the player."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Notice", "OnNotice", "read_notice"]


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


def read_notice(data: Mapping[str, Any]) -> Notice | None:
    """From the push ``notice``. None: it is a newer server's, and what cannot be read can be told to nobody."""
    match data.get("kind"), data.get("text"), data.get("session"), data.get("until_ms"):
        case str(kind), str(text), str() | None as session, int() | None as until_ms if not isinstance(until_ms, bool):
            return Notice(kind, text, session, until_ms)
    return None
