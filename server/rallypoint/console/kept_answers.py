"""Answers that are given again: a backend that lost one sends its request again with the same key, and gets the same.

Kept is what a request changed something with. It is forgotten after ``keep_s``; and before that, the oldest first, if
there are more than ``answers_max`` or they are larger than ``bytes_max`` together. A key that was forgotten is new.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["KeptAnswer", "KeptAnswers", "KeyUse"]

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class KeptAnswer:
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


@dataclass(slots=True)
class _Entry:
    fingerprint: bytes
    since: float
    answer: KeptAnswer | None = None


class KeptAnswers:
    """By key. Pure: ``now`` is any clock in seconds that never goes back."""

    def __init__(self, *, keep_s: float = DAY_S, answers_max: int = 10_000, bytes_max: int = 16 * 2**20) -> None:
        self._keep_s = keep_s
        self._answers_max = answers_max
        self._bytes_max = bytes_max
        self._entries: dict[str, _Entry] = {}  # in order of first use
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def begin(self, key: str, fingerprint: bytes, now: float) -> KeptAnswer | KeyUse:
        """The answer that ``key`` was given, or what the key is. ``fingerprint`` stands for the whole request.

        After ``NEW``, end with :meth:`keep` or :meth:`forget`.
        """
        self._expire(now)
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= self._answers_max:
                self.forget(next(iter(self._entries)))
            self._entries[key] = _Entry(fingerprint, now)
            return KeyUse.NEW
        if entry.fingerprint != fingerprint:
            return KeyUse.OTHER
        return entry.answer or KeyUse.RUNNING

    def keep(self, key: str, answer: KeptAnswer) -> None:
        """The request was executed."""
        entry = self._entries.get(key)
        if entry is None:  # forgotten meanwhile: too many others
            return
        entry.answer = answer
        self._bytes += _size(key, answer)
        while self._bytes > self._bytes_max:
            self.forget(next(iter(self._entries)))

    def forget(self, key: str) -> None:
        """The request has changed nothing: sent again, it is executed."""
        entry = self._entries.pop(key, None)
        if entry is not None and entry.answer is not None:
            self._bytes -= _size(key, entry.answer)

    def _expire(self, now: float) -> None:
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            if now < entry.since + self._keep_s:
                return
            self.forget(key)


def _size(key: str, answer: KeptAnswer) -> int:
    headers = sum(len(name) + len(value) for name, value in answer.headers)
    return 500 + len(key) + headers + len(answer.body)  # 500: the objects themselves
