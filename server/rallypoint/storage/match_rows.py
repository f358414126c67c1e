"""Matches and tickets as rows, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from rallypoint.core.matchmaking.records import MatchRecord, TicketRecord

__all__ = ["match_of", "match_rows", "ticket_of", "ticket_row"]

_NO_LIMIT: Final = 1e300
"""JSON has no infinity."""
_encoder = msgspec.json.Encoder()
_match = msgspec.json.Decoder(MatchRecord)
_ticket = msgspec.json.Decoder(TicketRecord)


def match_rows(record: MatchRecord) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of ``matches``, and those of ``match_players``."""
    scores = (
        replace(score, value=_finite(score.value), limit=_finite(score.limit), cost=_finite(score.cost))
        for score in record.scores
    )
    record = replace(record, scores=tuple(scores))
    row = {
        "match": record.id,
        "queue": record.queue,
        "session": record.session,
        "at": record.at,
        "record": _encoder.encode(record).decode(),
    }
    players = dict.fromkeys(record.players)
    return row, [{"match": record.id, "player": player, "at": record.at} for player in players]


def _finite(number: float) -> float:
    return max(-_NO_LIMIT, min(number, _NO_LIMIT))


def match_of(record: str) -> MatchRecord:
    """The match out of its row."""
    return _match.decode(record)


def ticket_row(record: TicketRecord) -> dict[str, Any]:
    """The row of ``tickets``."""
    return {
        "ticket": record.id,
        "queued_at": record.queued_at,
        "ended_at": record.ended_at,
        "record": _encoder.encode(record).decode(),
    }


def ticket_of(record: str) -> TicketRecord:
    """The ticket out of its row."""
    return _ticket.decode(record)
