"""The replays that pages can see: which there are, and their streams, each made once in a process of its own.

Only sessions that have ended, of games that may be watched and that are served here with the same schema. A private
room's is not listed, but given to whoever knows its session's id.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import structlog

from rallypoint.core.replay_format import BadReplay, Records, ReplayHeader
from rallypoint.storage.replay_file import SUFFIX
from rallypoint_protocol.schema import schema_hash

from . import replay_process
from .replay_stream import VERSION
from .replay_summary import Summary
from .site import GamePage

__all__ = ["ReplayShelf", "Unwatchable"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.web")

LISTED_MAX: Final = 50
LOOKED_AT_MAX: Final = 300
"""So many of the newest replays, of all games, are looked at for a list."""
LIST_KEPT_S: Final = 3.0
LIST_WAIT_S: Final = 5.0
"""Then a list is what was read until now; the reading goes on."""
READ_AT_ONCE: Final = 20
"""Replays, by one process: what one of them breaks, the others of it wait for the next look."""
CACHE_BYTES_MAX: Final = 512 * 2**20
"""Of compressed streams; beyond it, those that nobody has asked for longest go."""
WAITING_MAX: Final = 16
"""Streams that are being made, or wait for it; one more is refused."""
_HEADER_BYTES_MAX: Final = 4 * 2**20
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


class Unwatchable(Exception):
    """Why not: a status of HTTP, and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class _Found(NamedTuple):
    """A file of the folder."""

    name: str
    changed: float


_STOPPING: Final = "The server is stopping. Try again in a moment."
_UNKNOWN: Final = "There is no replay of such a session here: it still runs, it is too old, or it never was."


class ReplayShelf:
    """The replays of one folder. ``cache``: where streams are kept; ``running``: whether that session still goes on."""

    def __init__(self, folder: Path, cache: Path, games: Sequence[GamePage], running: Callable[[str], bool]) -> None:
        self._folder = folder
        self._cache = cache
        self._games = {game.name: game for game in games}
        self._running = running
        self._summaries: dict[_Found, Summary | None] = {}
        """``None``: it cannot be read."""
        self._looked_at = -LIST_KEPT_S
        self._looking: asyncio.Task[None] | None = None
        self._making: dict[str, asyncio.Task[None]] = {}
        self._closed = False
        self._one = asyncio.Semaphore(1)
        """One process at a time: there is one core, and the games need it."""

    async def close(self) -> None:
        """Ends what is being made; who waits for it is told."""
        self._closed = True
        tasks = [*self._making.values(), *([] if self._looking is None else [self._looking])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- the list ---------------------------------------------------------------------------------------------------

    async def listed(self, game: GamePage) -> list[dict[str, Any]]:
        """The last sessions of a game that have ended, newest first; at most ``LISTED_MAX``.

        Raises:
            Unwatchable: the game has no spectators.
        """
        self._check_watched(game.name)
        if time.monotonic() - self._looked_at >= LIST_KEPT_S and not self._closed:
            if self._looking is None:
                self._looking = asyncio.get_running_loop().create_task(self._look(), name="replays that there are")
            await asyncio.wait([self._looking], timeout=LIST_WAIT_S)
        schema = game.definition.schema_hash.hex()
        rows = [
            summary
            for summary in self._summaries.values()
            if summary is not None and summary.game == game.name and summary.schema == schema
            if summary.complete and summary.started and not summary.private
        ]
        return [_row(summary) for summary in rows[:LISTED_MAX]]

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self._newest)
            new = [each for each in found if each not in self._summaries]
            for start in range(0, len(new), READ_AT_ONCE):
                part = new[start : start + READ_AT_ONCE]
                async with self._one:
                    said = await replay_process.work(
                        ["summaries", *(str(self._folder / each.name) for each in part)], whole=False
                    )
                lines = [_summary_in(line) for line in said.splitlines()]
                if len(lines) < len(part):  # its reader has died of this one, or was too slow with it
                    log.warning("replay cannot be read", file=part[len(lines)].name)
                    lines.append(None)
                known = self._summaries | dict(zip(part, lines, strict=False))
                self._summaries = {each: known[each] for each in found if each in known}
            if not new:  # some may have gone
                self._summaries = {each: self._summaries[each] for each in found}
        except OSError as error:
            log.warning("replays cannot be listed", why=str(error))
        finally:
            self._looked_at, self._looking = time.monotonic(), None

    def _newest(self) -> list[_Found]:
        found: list[_Found] = []
        for path in self._folder.glob(f"*{SUFFIX}"):  # of a folder that is not there yet, nothing
            try:
                found.append(_Found(path.name, path.stat().st_mtime))
            except FileNotFoundError:  # deleted meanwhile
                continue
        found.sort(key=lambda each: (-each.changed, each.name))
        return found[:LOOKED_AT_MAX]

    # --- one --------------------------------------------------------------------------------------------------------

    async def stream(self, session: str) -> Path:
        """The file with a session's stream, compressed with gzip.

        Raises:
            Unwatchable: there is none, or it cannot be made.
        """
        if not _SESSION.fullmatch(session) or self._running(session):
            raise Unwatchable(404, _UNKNOWN)
        source = self._folder / f"{session}{SUFFIX}"
        header = await asyncio.to_thread(_header_of, source)
        if header is None or header.session != session:  # of one that was migrated, the former part has another name
            raise Unwatchable(404, _UNKNOWN)
        self._check_watched(header.game)
        if schema_hash(header.wire) != self._games[header.game].definition.schema_hash:
            sentence = (
                f"This session was played with another version of {header.game}: its page cannot show it any more."
            )
            raise Unwatchable(409, sentence)
        output = self._cache / f"{session}.{VERSION}.gz"
        if not await asyncio.to_thread(_touch, output):
            await self._make(session, source, output)
        return output

    def _check_watched(self, game: str) -> None:
        known = self._games.get(game)
        if known is None:
            raise Unwatchable(404, f"This server has no game {game}.")
        if not known.spectators:
            raise Unwatchable(404, f"Sessions of {game} cannot be watched: the game has no spectators.")

    async def _make(self, session: str, source: Path, output: Path) -> None:
        task = self._making.get(session)
        if task is None:
            if self._closed:
                raise Unwatchable(503, _STOPPING)
            if len(self._making) >= WAITING_MAX:
                raise Unwatchable(503, "Too many replays are being prepared. Try again in a moment.")
            task = asyncio.get_running_loop().create_task(self._made(source, output), name=f"replay of {session}")
            self._making[session] = task
            task.add_done_callback(lambda _: self._making.pop(session, None))
        await asyncio.wait([task])  # who goes away does not take it from the others
        if task.cancelled():
            raise Unwatchable(503, _STOPPING)
        task.result()

    async def _made(self, source: Path, output: Path) -> None:
        try:
            await asyncio.to_thread(_make_room, self._cache, self._folder)
            async with self._one:
                said = await replay_process.work(["stream", str(source), str(output)])
        except (OSError, TimeoutError) as error:
            log.warning("replay cannot be prepared", file=source.name, why=str(error))
            raise Unwatchable(503, "The replay cannot be prepared now. Try again later.") from None
        if _summary_in(said) is None:
            log.warning("replay cannot be shown", file=source.name, why=said.decode(errors="replace")[:500])
            why = _bad_in(said)
            raise Unwatchable(422 if why else 503, f"The replay cannot be shown: {why or 'its reader failed'}.")


def _row(summary: Summary) -> dict[str, Any]:
    return {
        "session": summary.session,
        "game": summary.game,
        "created_ms": summary.created_ms,
        "duration_ms": summary.duration_ms,
        "players": [name for _, name in summary.players],
        "result": summary.result,
    }


def _summary_in(line: bytes) -> Summary | None:
    try:
        return msgspec.json.decode(line, type=Summary)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _bad_in(line: bytes) -> str:
    try:
        return str(msgspec.json.decode(line, type=dict[str, Any]).get("bad", ""))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _header_of(path: Path) -> ReplayHeader | None:
    """Off the event loop: ``None`` if there is no such file, or it is no replay."""
    try:
        with path.open("rb") as file:
            return Records(file.read(_HEADER_BYTES_MAX), path.name).header
    except (OSError, BadReplay):
        return None


def _touch(path: Path) -> bool:
    """Whether it is there; it counts as used now."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _make_room(cache: Path, folder: Path) -> None:
    """Deletes streams of replays that are no more, and what was not used for longest. Raises ``OSError``."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in cache.iterdir() if path.is_file())
    total = sum(size for _, size, _ in found)
    for _, size, path in found:
        session = path.name.partition(".")[0]
        if total <= CACHE_BYTES_MAX and (folder / f"{session}{SUFFIX}").exists():
            continue
        path.unlink(missing_ok=True)
        total -= size
