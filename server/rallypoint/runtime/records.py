"""A session as it is stored and told to backends."""

from __future__ import annotations

from rallypoint.core.seat import SeatState
from rallypoint.core.session import Ended
from rallypoint.ports import SeatRecord, SessionRecord
from rallypoint.runtime.session_host import SessionHost

__all__ = ["NoRecords", "record_of"]


def record_of(host: SessionHost, ended: Ended | None, now_unix_s: float, outcome: str = "") -> SessionRecord:
    """The record of a session as it is now. ``ended``: how; ``outcome`` in place of its close code's name."""
    core = host.core
    seats = [SeatRecord(gone.seat, gone.player_id, gone.name, gone.bot, gone.reason) for gone in core.seating.departed]
    for seat in core.seating:
        outcome_of_seat = "expired" if seat.state is SeatState.RESERVED else "played"  # who never came has not played
        seats.append(SeatRecord(seat.index, seat.player_id, seat.name, seat.bot, outcome_of_seat))
    started = core.started_ms is not None
    return SessionRecord(
        core.id,
        host.definition.options.name,
        host.created_unix_s,
        host.started_unix_s,
        None if ended is None else now_unix_s,
        core.now_ms - (core.started_ms or 0) if started else 0,
        "" if ended is None else outcome or ended.code.name.lower(),
        "" if ended is None else ended.reason,
        tuple(seats),
        None if ended is None else ended.result,
        dict(core.game.meta),
    )


class NoRecords:
    """Keeps nothing. Implements :class:`rallypoint.ports.Records`."""

    def started(self, record: SessionRecord) -> None:
        """Nothing."""

    def ended(self, record: SessionRecord) -> None:
        """Nothing."""
