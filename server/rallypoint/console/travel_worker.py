"""Looks ticks of one recorded session up, in a process of its own: the games of the node do not wait for it.

    python -m rallypoint.console.travel_worker replay FILE
    python -m rallypoint.console.travel_worker journal FOLDER SESSION

It reads lines of JSON and answers each with one: ``null`` (which ticks there are) or a tick. Of a running session the
file grows, and is read again when it has. For a journal the first line is the header that its replay would have, in
base64. ``{"bad": "why not"}`` answers what cannot be done.
"""

from __future__ import annotations

import base64
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from rallypoint.core.replay_format import BadReplay, Record, RecordKind, ReplayHeader
from rallypoint.core.travel import Travel
from rallypoint.ports import JournalUnusable
from rallypoint.runtime.journal_keys import SESSION
from rallypoint.storage.journal_reading import read_journal
from rallypoint.storage.replay_file import read_replay
from rallypoint.travel_told import moment_told, ticks_told

__all__ = ["Folder", "Story"]

FILE_BYTES_MAX: Final = 256 * 2**20
"""A larger replay is not travelled in."""
JOURNAL_BYTES_MAX: Final = 64 * 2**20
"""So much of a running session's journal is remembered while somebody looks."""
_BEHIND_ALL_ELSE: Final = 10
_TRIES: Final = 3


class Folder:
    """A journal's folder, only to be read: another process writes there. Implements what reading needs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """Of all files."""
        return os.listdir(self._folder)

    def read(self, name: str) -> bytes:
        """One file. Raises ``OSError``."""
        return (self._folder / name).read_bytes()


class Story:
    """A recorded session. ``read`` gives it anew; ``stamp`` says whether that would be something else."""

    def __init__(self, read: Callable[[], Travel], stamp: Callable[[], Any]) -> None:
        self._read = read
        self._stamp = stamp
        self._seen: Any = None
        self._travel: Travel | None = None

    def answer(self, tick: int | None) -> dict[str, Any]:
        """What is known of a tick; ``None``: which there are. Raises :class:`BadReplay`, ``OSError``."""
        travel = self._travel
        if travel is None or tick is None or tick > travel.last:
            stamp = self._stamp()
            if travel is None or stamp != self._seen:
                travel = self._travel = self._read()
                self._seen = stamp
        return ticks_told(travel) if tick is None else moment_told(travel, tick)


def _of_replay(path: Path) -> Story:
    finished = path.with_name(path.name.removesuffix(".part"))

    def current() -> Path:
        return finished if finished.exists() else path

    def read() -> Travel:
        if current().stat().st_size > FILE_BYTES_MAX:
            raise BadReplay("the replay is too large to travel in: see it with rallypoint replay")
        found = read_replay(current())
        return Travel(found.header, found.records)

    return Story(read, lambda: (current().name, current().stat().st_size))


def _of_journal(folder: Path, session: str, header: ReplayHeader) -> Story:
    known: list[Record] = []

    def read() -> Travel:
        entries = _entries(folder, SESSION + session)
        if not entries:
            raise BadReplay("the journal has nothing of that session any more")
        kinds = [RecordKind.WHOLE] + [RecordKind.PART] * (len(entries) - 1)
        records = [Record(kind, data, 0, 0) for kind, data in zip(kinds, entries, strict=True)]
        # A checkpoint takes the place of all that was before it: what was read already stays, to be gone back to.
        same = next((at for at, one in enumerate(known) if one.data == records[0].data), len(known))
        known[same:] = records
        if sum(len(one.data) for one in known) > JOURNAL_BYTES_MAX:
            known[:] = records
        return Travel(header, list(known))

    return Story(read, object)


def _entries(folder: Path, key: str) -> list[bytes]:
    """What the journal has of it: its last whole, and the parts after that."""
    for left in reversed(range(_TRIES)):
        try:
            return read_journal(Folder(folder))[0].entries.get(key, [])
        except (OSError, JournalUnusable):  # a segment was just removed, or a batch is half written
            if not left:
                raise BadReplay("the journal cannot be read while so much is written: try again") from None
    raise AssertionError


def _line(story: Story, asked: bytes) -> bytes:
    try:
        return msgspec.json.encode(story.answer(msgspec.json.decode(asked, type=int | None)))
    except BadReplay as error:
        return msgspec.json.encode({"bad": str(error)})
    except FileNotFoundError:
        return msgspec.json.encode({"bad": "nothing is written of the session yet: try again in a second"})
    except OSError as error:
        return msgspec.json.encode({"bad": error.strerror or str(error)})


def _main(what: str, path: str, session: str = "") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this one itself
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_BEHIND_ALL_ELSE)
    lines, out = sys.stdin.buffer, sys.stdout.buffer
    if what == "journal":
        header = msgspec.msgpack.decode(base64.b64decode(lines.readline()), type=ReplayHeader)
        story = _of_journal(Path(path), session, header)
    else:
        story = _of_replay(Path(path))
    for asked in lines:
        out.write(_line(story, asked) + b"\n")
        out.flush()


if __name__ == "__main__":
    _main(*sys.argv[1:])
