"""Replays as files of a folder: ``<session>.rpr.part`` while the session runs, then ``<session>.rpr``.

Nothing is synced: a replay may lose its end with the machine, and is read up to there. All of it is done outside of
the event loop.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rallypoint.core.replay_format import BadReplay, Record, RecordKind, Records, ReplayHeader, head, record

__all__ = ["PART", "SUFFIX", "ReplayFile", "ReplayFolder", "read_replay"]

SUFFIX: Final = ".rpr"
PART: Final = ".rpr.part"
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class ReplayFile:
    """A replay that was read."""

    header: ReplayHeader
    records: list[Record]
    """Wholes, parts, and the end."""
    cut: str
    """What could not be read of it, as a sentence."""

    @property
    def is_whole(self) -> bool:
        """False: the session went on, and this file does not tell how."""
        return bool(self.records) and self.records[-1].kind is RecordKind.END


def read_replay(path: Path) -> ReplayFile:
    """All that can be read of a file. Raises ``OSError``; :class:`BadReplay` if it is none."""
    found = Records(path.read_bytes(), str(path))
    records = list(found)
    return ReplayFile(found.header, records, found.cut)


class ReplayFolder:
    """Where a server keeps its replays. All of it raises ``OSError``; checksums are carried from call to call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, header: ReplayHeader) -> int:
        """A new file, in place of any that is there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        data, checksum = head(header)
        path = self._part(header.session)
        path.unlink(missing_ok=True)
        with open(path, "xb", buffering=0, opener=_private) as file:
            file.write(data)
        return checksum

    def go_on(self, header: ReplayHeader, entries: Sequence[bytes]) -> int | None:
        """After a recovery: the file is continued with what it does not have of these, the last whole and its parts.

        What it has beyond them did not happen, and goes. ``None``: the replay is finished already.
        """
        path = self._part(header.session)
        if self._finished(header.session).exists():
            return None
        try:
            found = Records(path.read_bytes(), str(path))
            records = list(found)
        except (FileNotFoundError, BadReplay):
            checksum = self.begin(header)
            return self.append(header.session, _of(entries), checksum)
        if found.header.schema != header.schema:  # the game was migrated: another replay begins
            os.replace(path, self.folder / f"{header.session}-before{SUFFIX}")
            checksum = self.begin(header)
            return self.append(header.session, _of(entries), checksum)
        last, known = _known(records, entries)
        end, checksum = (found.end, found.sum) if last is None else (last.end, last.sum)
        with path.open("r+b") as file:
            file.truncate(end)
        return self.append(header.session, _of(entries)[known:], checksum)

    def append(self, session: str, records: Sequence[tuple[int, bytes]], checksum: int) -> int:
        """More records."""
        frames = []
        for kind, data in records:
            framed, checksum = record(kind, data, checksum)
            frames.append(framed)
        with self._part(session).open("ab", buffering=0) as file:
            data = b"".join(frames)
            written = file.write(data)
            if written != len(data):
                raise OSError(f"{written} of {len(data)} bytes were written")
        return checksum

    def finish(self, session: str) -> None:
        """The session is over."""
        os.replace(self._part(session), self._finished(session))

    def put(self, header: ReplayHeader, entries: Sequence[bytes]) -> Path:
        """A replay of these entries alone, as recovery gives them; in place of any that is there."""
        self.append(header.session, _of(entries), self.begin(header))
        self.finish(header.session)
        return self._finished(header.session)

    def settle(self, living: Collection[str]) -> None:
        """At the start: what is left of sessions that are no more is kept as it is, without an end."""
        for path in sorted(self.folder.glob(f"*{PART}")) if self.folder.is_dir() else []:
            session = path.name.removesuffix(PART)
            if session in living:
                continue
            if self._finished(session).exists():
                path.unlink()
            else:
                self.finish(session)

    def tidy(self, now_unix: float, keep_days: float, bytes_max: int) -> int:
        """Deletes finished replays: those that are too old, and the oldest while all are too large. Gives how many."""
        if not self.folder.is_dir():
            return 0
        found = []
        total = 0
        for path in sorted(self.folder.iterdir()):
            if path.name.endswith((SUFFIX, PART)):
                stat = path.stat()
                total += stat.st_size
                if path.name.endswith(SUFFIX):
                    found.append((stat.st_mtime, path, stat.st_size))
        gone = 0
        for at, path, size in sorted(found):
            if total <= bytes_max and now_unix - at <= keep_days * _DAY_S:
                continue
            path.unlink(missing_ok=True)
            total -= size
            gone += 1
        return gone

    def _part(self, session: str) -> Path:
        if not _SESSION.fullmatch(session):
            raise OSError(f"{session!r} cannot be the name of a file")
        return self.folder / f"{session}{PART}"

    def _finished(self, session: str) -> Path:
        return self.folder / f"{session}{SUFFIX}"


def _private(path: str, flags: int) -> int:
    """What nobody was told is in a replay: its owner alone can read it."""
    return os.open(path, flags, 0o600)


def _of(entries: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Entries as recovery gives them: a whole, and parts."""
    kinds = [RecordKind.WHOLE] + [RecordKind.PART] * (len(entries) - 1)
    return list(zip(kinds, entries, strict=True))


def _known(records: Sequence[Record], entries: Sequence[bytes]) -> tuple[Record | None, int]:
    """The last record that is one of the entries, and how many of these the file has.

    ``None``: it has not even the whole, because it ends before that. That is a gap, and the whole bridges it.
    """
    at = len(records) - 1
    while at >= 0 and not (records[at].kind is RecordKind.WHOLE and records[at].data == entries[0]):
        at -= 1
    if at < 0:
        return None, 0
    known = 1
    for have, entry in zip(records[at + 1 :], entries[1:], strict=False):
        if have.kind is not RecordKind.PART or have.data != entry:
            break
        known += 1
    return records[at + known - 1], known
