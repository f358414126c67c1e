"""A replay in a few words: who played, how long, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from rallypoint.core.replay import StageKind, stages
from rallypoint.core.replay_format import BadReplay, Record, RecordKind, ReplayHeader
from rallypoint.core.session_image import SessionImage
from rallypoint_protocol.schema import schema_hash

__all__ = ["Summary", "summary_of"]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Of one session. Travels as JSON from the process that read its replay."""

    session: str
    game: str
    schema: str
    """Hash of the schema that its clients had, as hexadecimal text."""
    created_ms: int
    """Unix time."""
    duration_ms: int
    """Session time at its end."""
    first_tick: int
    last_tick: int
    players: list[tuple[int, str]]
    """Seat and name, also of those who have left."""
    private: bool
    """It had a room code, and is not listed."""
    started: bool
    complete: bool
    """The replay tells how it ended."""
    reason: str = ""
    result: Any = None


def summary_of(header: ReplayHeader, records: Sequence[Record]) -> Summary:
    """Reads what the last whole and the parts after it say. Raises :class:`BadReplay`."""
    wholes = [index for index, record in enumerate(records) if record.kind is RecordKind.WHOLE]
    last: SessionImage | None = None
    first_tick = -1
    if wholes:
        first = next(stages(records[: wholes[0] + 1])).image
        first_tick = first.tick or _first_step(records[wholes[0] + 1 :])
    for stage in stages(records[wholes[-1] if wholes else 0 :]):
        if stage.kind is not StageKind.END:
            last = stage.image
    if last is None:
        raise BadReplay("the replay has no state")
    ended = last.standing.ended
    return Summary(
        session=header.session,
        game=header.game,
        schema=schema_hash(header.wire).hex(),
        created_ms=round(header.created_unix * 1000),
        duration_ms=last.now_ms,
        first_tick=first_tick,
        last_tick=last.tick,
        players=_players(last),
        private=last.order.private,
        started=last.standing.started_ms is not None,
        complete=records[-1].kind is RecordKind.END,
        reason="" if ended is None else ended[1],
        result=None if ended is None else ended[2],
    )


def _first_step(records: Sequence[Record]) -> int:
    """The first tick that is told of a session that was just created."""
    for record in records:
        if record.kind is RecordKind.WHOLE:
            return next(stages([record])).image.tick
        if record.kind is RecordKind.PART:
            return 1
    return 0


def _players(image: SessionImage) -> list[tuple[int, str]]:
    """By seat; of several who had a seat, in order. Bounded by what a session remembers of those who left."""
    found = [(seat, name) for seat, _, name, _, _ in image.departed]
    found += [(index, seat.name) for index, seat in enumerate(image.seats) if seat is not None and seat.in_game]
    return sorted(dict.fromkeys(found), key=_seat_of)


def _seat_of(row: tuple[int, str]) -> int:
    return row[0]
