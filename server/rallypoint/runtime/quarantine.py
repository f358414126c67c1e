"""Sessions whose own step ends the node: found by the mark that a step leaves while it is made.

A node that dies in a session's step may have died of it, or of something else at that moment. So the session goes on,
once. If the node dies in its step again before it has played on for ``PROVEN_S``, it is quarantined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime.journal_keys import MARK, SESSION
from rallypoint_protocol.ids import SessionId

__all__ = ["PROVEN_S", "Marks"]

PROVEN_S: Final = 10.0
"""A session that has played on so long is acquitted."""
DEATHS_MAX: Final = 2

_MARK: Final = msgspec.msgpack.Decoder(int)


class Marks:
    """How often a node has died in the step of each session."""

    def __init__(self, entries: Mapping[str, list[bytes]], stepping: str) -> None:
        """From the journal; ``stepping``: the key of the session in whose step the last node died."""
        self._deaths = {
            SessionId(key.removeprefix(MARK)): _MARK.decode(parts[-1])
            for key, parts in entries.items()
            if key.startswith(MARK)
        }
        if stepping.startswith(SESSION):
            session = SessionId(stepping.removeprefix(SESSION))
            self._deaths[session] = self._deaths.get(session, 0) + 1

    def is_quarantined(self, session: SessionId) -> bool:
        """True if the node has died in its step too often."""
        return self._deaths.get(session, 0) >= DEATHS_MAX

    def entries(self) -> list[Entry]:
        """For the journal: the suspects, with their counts."""
        return [
            Entry(MARK + session, EntryKind.WHOLE, msgspec.msgpack.encode(deaths))
            for session, deaths in self._deaths.items()
            if deaths < DEATHS_MAX
        ]

    def acquit(self) -> list[Entry]:
        """All suspects have played on: nothing is held against them any more."""
        entries = [Entry(entry.key, EntryKind.GONE, b"") for entry in self.entries()]
        self._deaths.clear()
        return entries
