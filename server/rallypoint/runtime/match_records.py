"""What is written down of matches and tickets: the lobby's facts, with the time of day."""

from __future__ import annotations

from dataclasses import replace

from rallypoint.core.lobby_ticket import FoundMatch, LobbyTicket
from rallypoint.core.matchmaking.records import MatchedTicket, MatchRecord, TicketRecord
from rallypoint_protocol.ids import SessionId

__all__ = ["dated", "record_of_match"]


def record_of_match(found: FoundMatch, session: SessionId, now: float, unix_s: float) -> MatchRecord:
    """Of one whose seats are reserved; ``now`` is the node's clock, and ``unix_s`` the time of day."""
    match = found.match
    teams = tuple(tuple(_matched(ticket, found.rules.name, now) for ticket in team) for team in found.by_team)
    return MatchRecord(
        found.id,
        found.rules.name,
        found.rules.game,
        session,
        unix_s,
        teams,
        match.scores,
        match.quality,
        match.region,
        match.bots,
        match.backfill is not None,
    )


def dated(record: TicketRecord, now: float, unix_s: float) -> TicketRecord:
    """A ticket that is over, as the lobby gives it: with times of the node's clock."""
    waited_s = max(0.0, now - record.queued_at)
    return replace(record, queued_at=unix_s - waited_s, ended_at=unix_s)


def _matched(ticket: LobbyTicket, queue: str, now: float) -> MatchedTicket:
    ratings = tuple(member.rating for member in ticket.searched[queue].members)
    return MatchedTicket(ticket.record_id, ticket.players, max(0.0, now - ticket.queued_at), ratings)
