"""The sessions that are listed: in order of age, and with the order in which they changed.

Age is the order in which sessions appeared here. Whoever follows the list remembers the version up to which it has
looked, and is given what has changed since (:meth:`SessionRows.since`), each session once, however often it did.

Bounded: as many live rows as there are sessions; of those that are gone, the last ``removals_max``. Who has not looked
since before the oldest of these (:attr:`SessionRows.forgotten`) has to look at everything anew.
"""

from __future__ import annotations

from collections import deque

from msgspec import Raw

from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import SessionRow

__all__ = ["ListedSession", "SessionRows"]


class ListedSession:
    """One session, while it is listed and for a while after: then ``row`` is ``None``."""

    __slots__ = ("age", "changed", "id", "raw", "row")

    def __init__(self, session_id: str, age: int) -> None:
        self.id = session_id
        self.age = age
        """Place in the order of all sessions that ever were: a lower one is older."""
        self.row: SessionRow | None = None
        self.raw = Raw(b"")
        """The row, encoded; of one that is gone, as it was."""
        self.changed = 0
        """The version in which it last did."""


class SessionRows:
    """All listed sessions of a node."""

    def __init__(self, removals_max: int = 1024) -> None:
        self._removals_max = removals_max
        self._by_id: dict[str, ListedSession] = {}
        self._by_age: dict[int, ListedSession] = {}
        self._log: dict[int, ListedSession] = {}  # by age, too; in the order of the last change, gone ones included
        self._gone: deque[ListedSession] = deque()
        self._ages = 0
        self.version = 0
        """Counts changes."""
        self.forgotten = 0
        """Removals up to this version are not remembered any more."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, age: int) -> ListedSession | None:
        """The session of that age, while it is listed."""
        return self._by_age.get(age)

    def put(self, row: SessionRow) -> None:
        """A session is listed, or its row may have changed. The row must not be changed afterwards."""
        raw = Raw(encode(row))
        listed = self._by_id.get(row.id)
        if listed is None:
            self._ages += 1
            listed = self._by_id[row.id] = self._by_age[self._ages] = ListedSession(row.id, self._ages)
        elif listed.raw == raw:  # not the rows: to Python, metadata 1 and True are equal
            return
        listed.row, listed.raw = row, raw
        self._touch(listed)

    def remove(self, session_id: str) -> None:
        """A session is listed no longer. Unknown ones are fine."""
        listed = self._by_id.pop(session_id, None)
        if listed is None:
            return
        del self._by_age[listed.age]
        listed.row = None
        self._touch(listed)
        self._gone.append(listed)
        if len(self._gone) > self._removals_max:
            oldest = self._gone.popleft()
            del self._log[oldest.age]
            self.forgotten = oldest.changed

    def since(self, version: int) -> list[ListedSession]:
        """What has changed after ``version``, the longest ago first. Costs what it gives."""
        changed: list[ListedSession] = []
        for listed in reversed(self._log.values()):
            if listed.changed <= version:
                break
            changed.append(listed)
        changed.reverse()
        return changed

    def _touch(self, listed: ListedSession) -> None:
        self.version += 1
        listed.changed = self.version
        self._log.pop(listed.age, None)
        self._log[listed.age] = listed
