"""Reads replays in a process of its own: the games of the node do not wait for it, and neither do they lend it memory.

    python -m rallypoint.web.replay_worker stream FILE OUTPUT     writes the stream, compressed; prints its summary
    python -m rallypoint.web.replay_worker summaries FILE...      prints a summary for each

Each printed line is JSON: a summary, or ``{"bad": "why not"}``.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from rallypoint.core.replay_format import BadReplay
from rallypoint.storage.replay_file import ReplayFile, read_replay
from rallypoint.web.replay_stream import framed, head_of, passes
from rallypoint.web.replay_summary import Summary, summary_of
from rallypoint_protocol.codec import encode

__all__ = ["FILE_BYTES_MAX", "STREAM_BYTES_MAX", "read_bounded", "write_stream"]

FILE_BYTES_MAX: Final = 256 * 2**20
"""A larger replay is not shown in pages."""
STREAM_BYTES_MAX: Final = 128 * 2**20
"""Neither is one whose stream, before it is compressed, is larger."""
_BEHIND_ALL_ELSE: Final = 10
_COMPRESSION: Final = 6


def read_bounded(path: Path) -> ReplayFile:
    """Raises ``OSError``, :class:`BadReplay`."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise BadReplay("the replay is too large to be watched in a page: see it with rallypoint replay")
    return read_replay(path)


def write_stream(path: Path, output: Path) -> Summary:
    """The stream of the replay ``path``, compressed with gzip: whole, or not at all.

    Raises:
        OSError: one of them cannot be read or written.
        BadReplay: it cannot be used, or is too large.
    """
    found = read_bounded(path)
    summary = summary_of(found.header, found.records)
    part, size = output.with_name(output.name + ".part"), 0
    try:
        with (
            part.open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=_COMPRESSION, mtime=0) as file,
        ):
            file.write(framed(encode(head_of(found.header, summary))))
            for message in passes(found.header, found.records):
                size += len(message)
                if size > STREAM_BYTES_MAX:
                    raise BadReplay("the session was too long to be watched in a page: see it with rallypoint replay")
                file.write(framed(message))
        os.replace(part, output)
    finally:
        part.unlink(missing_ok=True)
    return summary


def _line(work: Any) -> bytes:
    try:
        return msgspec.json.encode(work())
    except BadReplay as error:
        return msgspec.json.encode({"bad": str(error)})
    except OSError as error:
        return msgspec.json.encode({"bad": error.strerror or str(error)})


def _summary(path: Path) -> Summary:
    found = read_bounded(path)
    return summary_of(found.header, found.records)


def _main(what: str, *paths: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this one itself
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_BEHIND_ALL_ELSE)
    if what == "stream":
        lines = [_line(lambda: write_stream(Path(paths[0]), Path(paths[1])))]
        sys.stdout.buffer.write(lines[0] + b"\n")
        return
    for path in paths:
        sys.stdout.buffer.write(_line(lambda path=path: _summary(Path(path))) + b"\n")
        sys.stdout.buffer.flush()  # what comes after it may take too long, or be the end of us


if __name__ == "__main__":
    _main(*sys.argv[1:])
