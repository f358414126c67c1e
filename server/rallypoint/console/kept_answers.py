"""Answers that are given again: a backend that lost one sends its request again with the same key, and gets the same.

Kept is what a request changed something with. It is forgotten after ``keep_s``; and before that, the oldest first, if
there are more than ``answers_max`` or they are larger than ``bytes_max`` together. A key that was forgotten is new.

With a journal, an answer is to be written in one batch with what its request has changed: so the request is either
executed and answered, or it is neither, whenever the process dies. What was being executed then is new again.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime.journal_keys import ANSWER

__all__ = ["KeptAnswer", "KeptAnswers", "KeyUse"]

DAY_S = 86_400.0


class KeptAnswer(msgspec.Struct, frozen=True, array_like=True):
    """An HTTP answer, to be given once more."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class KeyUse(enum.Enum):
    """What a key is, if there is no answer to it."""

    NEW = "new"
    """Execute the request: its key is taken now."""
    RUNNING = "running"
    """The same request is being executed."""
    OTHER = "other"
    """It was used with another request."""


class _Use(msgspec.Struct, array_like=True):
    """One use of a key, as it is in the journal, too."""

    fingerprint: bytes
    since: float
    """The node's clock."""
    answer: KeptAnswer | None = None


_USE: Final = msgspec.msgpack.Decoder(_Use)


class KeptAnswers:
    """By key. Pure: ``now`` is any clock in seconds that never goes back."""

    def __init__(
        self,
        *,
        keep_s: float = DAY_S,
        answers_max: int = 10_000,
        bytes_max: int = 16 * 2**20,
        keep_entries: bool = False,
    ) -> None:
        """``keep_entries``: there is a journal, for which entries are to be collected."""
        self._keep_s = keep_s
        self._answers_max = answers_max
        self._bytes_max = bytes_max
        self._keep_entries = keep_entries
        self._uses: dict[str, _Use] = {}  # by their keys in the journal, in order of first use
        self._bytes = 0
        self._changed: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._uses)

    def begin(self, key: str, fingerprint: bytes, now: float) -> KeptAnswer | KeyUse:
        """The answer that ``key`` was given, or what the key is. ``fingerprint`` stands for the whole request.

        After ``NEW``, end with :meth:`keep` or :meth:`forget`. An answer may not be committed yet.
        """
        self._expire(now)
        place = _place(key)
        use = self._uses.get(place)
        if use is None:
            while len(self._uses) >= self._answers_max:
                self._forget(next(iter(self._uses)))
            self._uses[place] = _Use(fingerprint, now)
            return KeyUse.NEW
        if use.fingerprint != fingerprint:
            return KeyUse.OTHER
        return use.answer or KeyUse.RUNNING

    def keep(self, key: str, answer: KeptAnswer) -> None:
        """The request was executed."""
        place = _place(key)
        use = self._uses.get(place)
        if use is None:  # forgotten meanwhile: too many others
            return
        use.answer = answer
        self._note(place)
        self._bytes += _size(answer)
        while self._bytes > self._bytes_max:
            self._forget(next(iter(self._uses)))

    def forget(self, key: str) -> None:
        """The request has changed nothing: sent again, it is executed."""
        self._forget(_place(key))

    # --- what is kept if the server dies --------------------------------------------------------------------------

    def take_entries(self) -> list[Entry]:
        """What has changed since the last call."""
        changed, self._changed = self._changed, {}
        return [self.whole(place) or Entry(place, EntryKind.GONE, b"") for place in changed]

    def wholes(self) -> list[Entry]:
        """All answers."""
        return [_entry(place, use) for place, use in self._uses.items() if use.answer is not None]

    def whole(self, place: str) -> Entry | None:
        """The answer of that key in the journal."""
        use = self._uses.get(place)
        return None if use is None or use.answer is None else _entry(place, use)

    def restore(self, entries: Mapping[str, Sequence[bytes]], shift_s: float, now: float) -> None:
        """Takes those of a journal, which is to be given :meth:`wholes` then. Clocks are moved by ``shift_s``.

        Raises:
            msgspec.MsgspecError: the entries are of another release.
        """
        found = [(place, _USE.decode(parts[-1])) for place, parts in entries.items() if place.startswith(ANSWER)]
        for place, use in sorted(found, key=lambda one: one[1].since):
            use.since += shift_s
            self._uses[place] = use
            self._bytes += 0 if use.answer is None else _size(use.answer)
        self._expire(now)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _expire(self, now: float) -> None:
        while self._uses:
            place, use = next(iter(self._uses.items()))
            if now < use.since + self._keep_s:
                return
            self._forget(place)

    def _forget(self, place: str) -> None:
        use = self._uses.pop(place, None)
        if use is not None and use.answer is not None:
            self._bytes -= _size(use.answer)
            self._note(place)

    def _note(self, place: str) -> None:
        if self._keep_entries:
            self._changed[place] = None


def _place(key: str) -> str:
    """The key in the journal: what the client chose may be anything."""
    return ANSWER + hashlib.sha256(key.encode()).hexdigest()


def _entry(place: str, use: _Use) -> Entry:
    return Entry(place, EntryKind.WHOLE, msgspec.msgpack.encode(use))


def _size(answer: KeptAnswer) -> int:
    headers = sum(len(name) + len(value) for name, value in answer.headers)
    return 600 + headers + len(answer.body)  # 600: the objects themselves, and the key
