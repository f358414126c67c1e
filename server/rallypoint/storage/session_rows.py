"""A session's record as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rallypoint.ports import SeatRecord, SessionRecord
from rallypoint_protocol.ids import PlayerId, SessionId

from .plain_json import clean_text, to_json

__all__ = ["RESULT_BYTES_MAX", "record_of", "result_json", "result_row", "seat_rows"]

RESULT_BYTES_MAX: Final = 262_144
"""Of a result as JSON. From a larger one ``data`` is left out, and ``data_left_out`` says so."""
_TEXT_CHARS_MAX: Final = 1_000


def result_row(record: SessionRecord) -> dict[str, Any]:
    """The row of ``results`` of a session that has ended."""
    return {
        "session": record.session,
        "game": record.game,
        "created_at": record.created_at,
        "started_at": record.started_at,
        "ended_at": record.created_at if record.ended_at is None else record.ended_at,
        "duration_ms": record.duration_ms,
        "outcome": record.outcome,
        "reason": clean_text(record.reason, _TEXT_CHARS_MAX),
        "result": result_json(record.result),
        "meta": to_json(record.meta),
    }


def result_json(result: Mapping[str, Any] | None) -> str | None:
    """A game's result as JSON, of a size that a table should hold."""
    if result is None:
        return None
    whole = to_json(result)
    if len(whole) <= RESULT_BYTES_MAX:
        return whole
    kept = {
        **result,
        "data": {},
        "reason": clean_text(result.get("reason", ""), _TEXT_CHARS_MAX),
        "data_left_out": True,
    }
    return to_json(kept)


def seat_rows(record: SessionRecord, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of ``result_seats`` that go with a row of ``results``."""
    return [
        {
            "session": row["session"],
            "ordinal": ordinal,
            "seat": seat.seat,
            "player": seat.player,
            "name": clean_text(seat.name, _TEXT_CHARS_MAX),
            "bot": seat.bot,
            "outcome": seat.outcome,
            "ended_at": row["ended_at"],
        }
        for ordinal, seat in enumerate(record.seats)
    ]


def record_of(row: Mapping[str, Any], seats: Iterable[Mapping[str, Any]]) -> SessionRecord:
    """The record out of its rows; seats in order."""
    return SessionRecord(
        session=SessionId(row["session"]),
        game=row["game"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        duration_ms=row["duration_ms"],
        outcome=row["outcome"],
        reason=row["reason"],
        seats=tuple(
            SeatRecord(seat["seat"], PlayerId(seat["player"]), seat["name"], seat["bot"], seat["outcome"])
            for seat in seats
        ),
        result=_result_of(row["result"]),
        meta=json.loads(row["meta"]),
    )


def _result_of(kept: str | None) -> dict[str, Any] | None:
    if kept is None:
        return None
    result: dict[str, Any] = json.loads(kept)
    scores = result.get("scores")
    if isinstance(scores, dict):  # by seat number again: JSON has only texts for keys
        result["scores"] = {int(seat) if seat.isdecimal() else seat: score for seat, score in scores.items()}
    return result
