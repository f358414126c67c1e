"""What the journal gets of one session: all of it at its beginning and as a checkpoint now and then, else its parts."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from rallypoint.core.session import SessionCore
from rallypoint.ports import Entry, EntryKind, SessionRecord
from rallypoint.runtime.journal_keys import RESULT, SESSION
from rallypoint_protocol.codec import encode

__all__ = ["KeptHost", "SessionEntries"]


class KeptHost(msgspec.Struct, array_like=True):
    """What is kept of a session besides its core. Unix times in seconds."""

    game: str
    created_unix_s: float
    code: str = ""
    started_unix_s: float | None = None


class SessionEntries:
    """Collects one session's entries, in order. ``now`` is the node's clock."""

    def __init__(self, core: SessionCore, kept: KeptHost, checkpoint_s: float, first_at: float) -> None:
        """A checkpoint is due every ``checkpoint_s`` in which there was a step, the first at ``first_at``."""
        self.key = SESSION + core.id
        self.kept = kept
        self._core = core
        self._every_s = checkpoint_s
        self._due = first_at
        self._entries: list[Entry] = []
        self.begun = False
        """The journal has had all of it once."""
        self.is_gone = False
        """The journal is to forget it."""

    def before_step(self, now: float) -> None:
        """A step is going to be made."""
        if not self.begun:
            self._whole(now)

    def after_step(self, now: float) -> None:
        """A step was made. Raises what the game's ``save`` raises."""
        part = self._core.part()
        if part is not None:
            self._entries.append(Entry(self.key, EntryKind.PART, part))
        if now >= self._due:
            self._due = now + self._every_s
            self._whole(now)

    def ended(self, record: SessionRecord) -> None:
        """It has ended: its result is kept until it is stored."""
        self._entries.append(Entry(RESULT + record.session, EntryKind.WHOLE, encode(record)))

    def failed(self, record: SessionRecord) -> None:
        """The game has failed: what the failed step left of it is of no use."""
        self._entries.clear()
        self.ended(record)
        self.forget()

    def forget(self) -> None:
        """Nobody will ask for it any more."""
        self.is_gone = True
        if self.begun:
            self._entries.append(Entry(self.key, EntryKind.GONE, b""))

    def whole(self, now: float) -> Entry:
        """All of it. Raises what the game's ``save`` raises."""
        entry = Entry(self.key, EntryKind.WHOLE, encode([self.kept, Raw(self._core.whole())]))
        self.begun = True  # only now: parts without a whole could not be read
        return entry

    def take(self, now: float) -> list[Entry]:
        """All entries since the last call, and what has changed between two steps."""
        if self.is_gone:
            pass
        elif not self.begun:
            self._core.part()  # it is in the whole
            self._whole(now)
        elif self._core.touched:
            part = self._core.part()
            if part is not None:
                self._entries.append(Entry(self.key, EntryKind.PART, part))
        entries, self._entries = self._entries, []
        return entries

    def _whole(self, now: float) -> None:
        self._entries.append(self.whole(now))
