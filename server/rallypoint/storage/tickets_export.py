"""``rallypoint matchmaker export``: what has waited in a server's queues, as lines that can be simulated."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, Final, NoReturn

import typer

from .opening import FILE_NAME
from .recorded_tickets import ExportRefused, Written, write_tickets

__all__ = ["export", "seconds_of"]

_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3_600, "d": 86_400}
_TOLD_EVERY_S: Final = 0.5


def export(
    data: Annotated[
        Path,
        typer.Option("--data", "--data-dir", help="The server's folder; it may run.", envvar="RALLYPOINT_DATA_DIR"),
    ] = Path("rallypoint-data"),
    database_url: Annotated[
        str, typer.Option(help="The server's database, if it is no file in --data.", envvar="RALLYPOINT_DATABASE_URL")
    ] = "",
    queue: Annotated[str, typer.Option(help="Only tickets that waited in this queue (maybe in others too).")] = "",
    since: Annotated[
        str,
        typer.Option(help="Only those that ended within the last 90s, 30min, 24h, 7d; left out: all that are kept."),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", dir_okay=False, help="The file; left out: standard output.")
    ] = None,
    ids: Annotated[bool, typer.Option("--ids", help="Players' ids as they are, instead of numbers.")] = False,
) -> None:
    """Writes the tickets that a server has recorded, for `rallypoint matchmaker simulate --tickets FILE`.

    Example: rallypoint matchmaker export --queue ranked --since 24h -o tickets.jsonl

    Tickets are kept for two weeks. Exit codes: 0 fine; 2 it cannot be done, or there are none.
    """
    after = time.time() - seconds_of(since) if since else 0.0
    database = database_url or data.expanduser() / FILE_NAME
    progress = _Progress()
    try:
        with _file(output) as file:
            work = write_tickets(database, file, queue=queue, since=after, ids=ids, progress=progress.tell)
            written = asyncio.run(work)
            if not written.tickets:
                raise ExportRefused(_nothing(written, bool(queue or since)))
            file.flush()
    except ExportRefused as error:
        _fail(str(error))
    except BrokenPipeError:  # whoever reads it has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    except OSError as error:
        _fail(f"cannot write {output or 'to standard output'}: {error.strerror or error}")
    left_out = f"; {written.unreadable:,} that this release cannot read are left out" if written.unreadable else ""
    print(f"{written.tickets:,} tickets of {written.players:,} players{left_out}", file=sys.stderr)


def seconds_of(text: str) -> float:
    """``90s``, ``30min``, ``24h``, ``7d``. Ends the process with exit code 2 if it is none of these."""
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(s|m|min|h|d)\s*", text, re.ASCII)
    if found is None:
        _fail(f"--since {text}: give a time, as 90s, 30min, 24h or 7d")
    return float(found[1]) * _UNITS[found[2]]


class _Progress:
    """Tells people how far it is."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def tell(self, written: Written) -> None:
        now = time.monotonic()
        if now - self._at >= _TOLD_EVERY_S:
            self._at = now
            print(f"{written.tickets:,} tickets so far", file=sys.stderr)


@contextlib.contextmanager
def _file(path: Path | None) -> Iterator[IO[bytes]]:
    """Where lines go. A file is there once it is whole: one that was there before stays if it cannot be."""
    if path is None:
        yield sys.stdout.buffer
        return
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _nothing(written: Written, chosen: bool) -> str:
    if written.unreadable:
        return f"there are {written.unreadable:,} tickets, and this release cannot read them"
    return f"there is no {'such ' if chosen else ''}ticket: a server records those of queues with rules, for two weeks"


def _fail(sentence: str) -> NoReturn:
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
