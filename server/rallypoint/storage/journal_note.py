"""What a journal notes beside its segments: 64 bytes that survive the process as soon as they are assigned.

Byte 0 is 1; byte 1 the number of the system's error because of which nothing is written any more, or 0; byte 2 the
length of the key of the session whose step is being made, or 0; its first 61 bytes follow.
"""

from __future__ import annotations

import os
from mmap import mmap
from typing import NamedTuple

__all__ = ["NOTE_BYTES", "NOTE_NAME", "Note", "Noted", "read_note"]

NOTE_NAME = "note"
"""The name of its file."""
NOTE_BYTES = 64

_KEY_BYTES = NOTE_BYTES - 3
_OTHER_ERROR = 255


class Noted(NamedTuple):
    """What was noted when the process ended."""

    undurable: str = ""
    """Why nothing was written any more; empty if it was."""
    stepping: bytes = b""
    """The first 61 bytes of the key of the session whose step was being made; empty if none was."""


def read_note(data: bytes) -> Noted:
    """What is in it. Anything that no journal has written says nothing."""
    if len(data) != NOTE_BYTES or data[0] != 1:
        return Noted()
    error, length = data[1], min(data[2], _KEY_BYTES)
    why = "" if not error else "the disk failed" if error == _OTHER_ERROR else os.strerror(error)
    return Noted(why, bytes(data[3 : 3 + length]))


class Note:
    """Writes it."""

    def __init__(self, memory: bytearray | mmap) -> None:
        self._memory = memory
        self._keys: dict[str, bytes] = {}
        memory[:] = b"\1" + bytes(NOTE_BYTES - 1)

    def move(self, memory: bytearray | mmap) -> None:
        """To another place, which then says the same."""
        memory[:] = self._memory[:]
        self._memory = memory

    def stepping(self, key: str) -> None:
        """This session's step begins."""
        made = self._keys.get(key)
        if made is None:
            name = key.encode()[:_KEY_BYTES]
            made = self._keys[key] = (bytes([len(name)]) + name).ljust(1 + _KEY_BYTES, b"\0")
        self._memory[2:] = made  # one assignment: the process may end at any moment

    def stepped(self) -> None:
        """No step is being made."""
        self._memory[2] = 0

    def forget(self, key: str) -> None:
        """It does not step any more."""
        self._keys.pop(key, None)

    def undurable(self, errno: int | None) -> None:
        """Nothing is written any more, because of that error of the system."""
        self._memory[1] = errno if errno and 0 < errno < _OTHER_ERROR else _OTHER_ERROR

    def durable(self) -> None:
        """All is written again."""
        self._memory[1] = 0

    def flush(self) -> None:
        """What it says survives the machine, as well as that can be had. Takes milliseconds."""
        if isinstance(self._memory, mmap):
            try:
                self._memory.flush()
            except OSError:  # of a disk that fails nothing else is expected
                pass
