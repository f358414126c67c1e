"""What backends are told of a session, as rows of the outbox. ``docs/webhooks.md`` describes the body."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from rallypoint.game.plain import plain
from rallypoint.ports import SessionRecord

from .session_rows import result_json

__all__ = ["ENDED", "RANKS", "RESULT", "STARTED", "ended_rows", "iso_utc", "started_rows"]

STARTED = "session.started"
ENDED = "session.ended"
RESULT = "session.result"
RANKS = {STARTED: 0, ENDED: 1, RESULT: 2}
"""A session's events are sent in this order, in whatever order they were written."""


def started_rows(record: SessionRecord, now: float) -> list[dict[str, Any]]:
    """The event of a session that runs."""
    return [_row(record, STARTED, now)]


def ended_rows(record: SessionRecord, now: float) -> list[dict[str, Any]]:
    """The events of a session that has ended: the second only if there is a result."""
    kinds = [ENDED] if record.result is None else [ENDED, RESULT]
    return [_row(record, kind, now) for kind in kinds]


def _row(record: SessionRecord, kind: str, now: float) -> dict[str, Any]:
    key = f"{record.session}/{kind}"
    return {
        "session": record.session,
        "rank": RANKS[kind],
        "kind": kind,
        "key": key,
        "body": _body(record, kind, key),
        "attempts": 0,
        "created_at": now,
        "due_at": now,
        "settled_at": None,
        "error": "",
    }


def _body(record: SessionRecord, kind: str, key: str) -> str:
    result = result_json(record.result)
    return json.dumps(
        {
            "event": kind,
            "id": key,
            "session": record.session,
            "game": record.game,
            "created_at": iso_utc(record.created_at),
            "started_at": iso_utc(record.started_at),
            "ended_at": iso_utc(record.ended_at),
            "duration_ms": record.duration_ms,
            "outcome": record.outcome or None,
            "reason": record.reason,
            "seats": [
                {
                    "seat": seat.seat,
                    "player": seat.player,
                    "name": seat.name,
                    "bot": seat.bot,
                    "outcome": seat.outcome or None,
                }
                for seat in record.seats
            ],
            "result": None if result is None else json.loads(result),
            "meta": plain(record.meta),
        },
        allow_nan=False,
        separators=(",", ":"),
    )


def iso_utc(at: float | None) -> str | None:
    """Unix time as ``2026-11-22T15:04:05.123Z``."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
