"""A session as it is stored and told to backends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rallypoint.core.match_teams import match_without
from rallypoint.core.seat import SeatState
from rallypoint.core.session import Ended
from rallypoint.core.session_image import SessionImage
from rallypoint.ports import SeatRecord, SessionRecord
from rallypoint.runtime.session_entries import KeptHost
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["NoRecords", "quarantined", "record_of"]


def record_of(host: SessionHost, ended: Ended | None, now_unix_s: float, outcome: str = "") -> SessionRecord:
    """The record of a session as it is now. ``ended``: how; ``outcome`` in place of its close code's name."""
    core = host.core
    seats = [SeatRecord(gone.seat, gone.player_id, gone.name, gone.bot, gone.reason) for gone in core.seating.departed]
    for seat in core.seating:
        outcome_of_seat = "expired" if seat.state is SeatState.RESERVED else "played"  # who never came has not played
        seats.append(SeatRecord(seat.index, seat.player_id, seat.name, seat.bot, outcome_of_seat))
    started, started_unix_s = core.started_ms is not None, host.started_unix_s
    if core.started_ms is not None and started_unix_s is None:  # the step that started it is not committed yet
        started_unix_s = host.created_unix_s + core.started_ms / 1000
    record = SessionRecord(
        core.id,
        host.definition.options.name,
        host.created_unix_s,
        started_unix_s,
        None if ended is None else now_unix_s,
        core.now_ms - (core.started_ms or 0) if started else 0,
        "" if ended is None else outcome or ended.code.name.lower(),
        "" if ended is None else ended.reason,
        tuple(seats),
        None if ended is None else ended.result,
        dict(core.game.meta),
        core.order.match,
    )
    for seat in core.seating:  # it was over before they had to be there
        if seat.state is SeatState.RESERVED:
            record = replace(record, match=match_without(record.match, core.seating, seat))
    return record


def quarantined(session: SessionId, kept: KeptHost, image: SessionImage, why: str, now_unix_s: float) -> SessionRecord:
    """The record of a recovered session that must not go on."""
    seats = [SeatRecord(gone[0], PlayerId(gone[1]), gone[2], gone[3], gone[4]) for gone in image.departed]
    for index, seat in enumerate(image.seats):
        if seat is not None:
            outcome = "expired" if seat.state == SeatState.RESERVED.value else "played"
            seats.append(SeatRecord(index, PlayerId(seat.player_id), seat.name, seat.bot, outcome))
    started_ms = image.standing.started_ms
    return SessionRecord(
        session,
        kept.game,
        kept.created_unix_s,
        kept.started_unix_s,
        now_unix_s,
        0 if started_ms is None else image.now_ms - started_ms,
        "quarantined",
        why,
        tuple(seats),
        None,
        dict(image.game.meta),
    )


class NoRecords:
    """Keeps nothing. Implements :class:`rallypoint.ports.Records`."""

    def started(self, record: SessionRecord) -> None:
        """Nothing."""

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """Nothing."""
        if stored is not None:
            stored()
