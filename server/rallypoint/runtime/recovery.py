"""Builds again what a journal held: the sessions of a node that is no more, and who was in its lobby.

Nothing is taken over before everything is known to be possible: a journal with a session that this server cannot go on
with (another version of its game, or none) is refused as a whole, and left as it is. What a single session does wrong
(its state cannot be built exactly, its own step ended the node twice) costs that session alone: it is *quarantined*,
shown to operators, and its journal is set aside as a replay.

All times in a journal are on the clock of the node that wrote it. They are moved by as long as nobody was there, so
that for players and games no time has passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import structlog
from msgspec import Raw

from rallypoint.core.game_image import GameImageRefused
from rallypoint.core.replay_format import ReplayHeader
from rallypoint.core.session import SessionCore
from rallypoint.core.session_image import SessionImage
from rallypoint.game.definition import Definition
from rallypoint.game.driver import GameDriver
from rallypoint.game.options import Options
from rallypoint.ports import JournalUnusable, Recovered, SessionRecord
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.journal_keys import ANSWER, GUEST, RESULT, SESSION
from rallypoint.runtime.node import Node
from rallypoint.runtime.quarantine import Marks
from rallypoint.runtime.replay_header import header_of
from rallypoint.runtime.session_entries import KeptHost
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId

__all__ = ["SetAside", "recover"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.recovery")

SetAside = Callable[[ReplayHeader, Sequence[bytes]], str]
"""Keeps the journal of a session that is quarantined, as a replay; says where. Raises ``OSError``."""

_STILL_TRUE: Final = (RESULT, GUEST, ANSWER)
_WHOLE: Final = msgspec.msgpack.Decoder(tuple[KeptHost, Raw])
_RECORD: Final = msgspec.msgpack.Decoder(SessionRecord)


@dataclass(slots=True)
class _Found:
    """A session of the journal."""

    id: SessionId
    kept: KeptHost
    image: SessionImage
    entries: Sequence[bytes]


@dataclass(slots=True)
class _Built:
    """A session that can go on."""

    found: _Found
    definition: Definition
    game: GameDriver
    core: SessionCore


@dataclass(slots=True)
class Report:
    """What became of it, for the log."""

    sessions: int = 0
    quarantined: list[str] = field(default_factory=list)
    results: int = 0
    failed: list[tuple[SessionHost, BaseException]] = field(default_factory=list)
    """Their games' ``restored()`` has raised: to be ended once all else is known to be possible."""
    took_s: float = 0.0


def recover(recovered: Recovered, node: Node, ambient: Ambient, marks: Marks, set_aside: SetAside) -> Report:
    """Gives ``node`` the sessions and results of the journal. Call it before anybody is served.

    Raises:
        JournalUnusable: there are sessions that this server cannot go on with. Nothing was changed.
    """
    began = time.perf_counter()
    now = ambient.clock()
    shift_s = now - recovered.now
    report = Report()
    if recovered.undurable:
        log.error("the sessions of the last run went on undurably, and are lost", why=recovered.undurable)
        # What the journal has of them is older than what was told. The rest was written when it was told.
        recovered.entries = {key: found for key, found in recovered.entries.items() if key.startswith(_STILL_TRUE)}
    built: list[_Built] = []
    refused: dict[str, list[str]] = {}
    lost: list[tuple[_Found, str]] = []
    for key, entries in recovered.entries.items():
        if not key.startswith(SESSION):
            continue
        found = _read(SessionId(key.removeprefix(SESSION)), entries)
        definition = node.games.get(found.kept.game)
        if definition is None:
            refused.setdefault(f"this server does not have the game {found.kept.game}", []).append(found.id)
            continue
        if marks.is_quarantined(found.id):
            lost.append((found, "its own step has ended the node twice"))
            continue
        try:
            one = _build(found, definition, node, ambient, shift_s)
        except GameImageRefused as refusal:
            refused.setdefault(str(refusal), []).append(found.id)
            continue
        if isinstance(one, str):
            lost.append((found, one))
        else:
            built.append(one)
    if refused:
        raise JournalUnusable(_refusal(refused))
    for one in built:
        _adopt(one, node, now, report)
    for found, why in lost:
        header = header_of(node.games[found.kept.game], found.kept, found.id, found.image.order)
        try:
            where = set_aside(header, found.entries)
        except OSError as error:
            where = f"nowhere: {error}"
        report.quarantined.append(found.id)
        log.error(
            "session quarantined",
            session=found.id,
            game=found.kept.game,
            epoch=found.image.epoch,
            why=why,
            kept=where,
        )
        node.quarantine(found.id, found.kept, found.image, why)
    for key, entries in recovered.entries.items():
        if key.startswith(RESULT):
            node.store_result(_RECORD.decode(entries[0]))
            report.results += 1
    report.sessions = len(built)
    report.took_s = time.perf_counter() - began
    return report


def _read(id: SessionId, entries: Sequence[bytes]) -> _Found:
    kept, whole = _WHOLE.decode(entries[0])
    image = SessionImage.decode(bytes(whole))
    for part in entries[1:]:
        image.apply(part)
    return _Found(id, kept, image, entries)


def _build(found: _Found, definition: Definition, node: Node, ambient: Ambient, shift_s: float) -> _Built | str:
    """The session, or why it cannot be. Raises ``GameImageRefused``."""
    _refuse_other_terms(found.image, definition.options)
    game = GameDriver(definition, 0)
    try:
        game.restore(found.image.game)
        image = game.image()
        exact = msgspec.msgpack.encode(image) == msgspec.msgpack.encode(found.image.game)
        migrated = found.image.game.schema != image.schema
    except (GameImageRefused, KeyboardInterrupt):
        raise
    except BaseException as error:  # the game's own code is asked here
        log.error(
            "session cannot be built again",
            session=found.id,
            game=found.kept.game,
            epoch=found.image.epoch,
            exc_info=error,
        )
        return f"its state cannot be built again: {type(error).__name__}: {error}"
    if not exact and not migrated:
        return "its state could not be built again exactly"
    core = SessionCore.restored(
        found.image,
        game,
        node.session_settings(definition),
        schema=definition.schema_bytes,
        schema_hash=definition.schema_hash,
        new_token=ambient.new_token,
        shift_s=shift_s,
        keep=node.scribe.keeps,
    )
    return _Built(found, definition, game, core)


def _refuse_other_terms(image: SessionImage, own: Options) -> None:
    """What is no part of a schema, and cannot change in a session's life either. Raises ``GameImageRefused``."""
    if any(seat is not None for seat in image.seats[own.seats_max :]):
        raise GameImageRefused(f"{own.name} has fewer seats than before, and one of those that are gone is taken")
    if own.tick_hz and image.now_ms != round(image.tick * 1000 / own.tick_hz):
        raise GameImageRefused(f"{own.name} makes {own.tick_hz} ticks a second now, and made others before")


def _adopt(one: _Built, node: Node, now: float, report: Report) -> None:
    found = one.found
    host = node.adopt(one.core, one.definition, found.kept, now)
    if node.replays is not None:
        node.replays.go_on(header_of(one.definition, found.kept, found.id, found.image.order), found.entries)
    if not host.running:
        if node.replays is not None:
            node.replays.ended(found.id)
        return
    try:
        with node.limit:
            one.game.revive()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also one that calls sys.exit()
        report.failed.append((host, error))


def _refusal(refused: Mapping[str, Sequence[str]]) -> str:
    parts = [f"{why} ({len(ids)} session{'s' * (len(ids) > 1)}, as {ids[0]})" for why, ids in refused.items()]
    return (
        f"the journal has sessions that cannot go on here: {'; '.join(parts)}. Nothing was changed: start the version"
        " that wrote them, give the game a `migrate`, or move the journal's folder away to give them up"
    )


def lobby_entries(recovered: Recovered) -> dict[str, list[bytes]]:
    """What the lobby has in it."""
    return {key: entries for key, entries in recovered.entries.items() if key == "lobby" or key.startswith("lobby/")}
