"""Why a ticket waits, in each of its queues, as its players are told."""

from __future__ import annotations

from typing import Any

from .lobby_ticket import LobbyTicket
from .quick_match import Queue
from .ruled_queues import RuledQueues

__all__ = ["of_a_queue_with_rules", "of_a_quick_match"]


def of_a_queue_with_rules(ruled: RuledQueues, name: str, ticket: LobbyTicket, now: float) -> dict[str, Any]:
    """By the search itself, for this ticket alone."""
    if name in ticket.searched:
        told = ruled.queues[name].explain(ticket.id, now).data
        return told if ticket.found is None else {**told, "text": "a match is being made"}  # perhaps in another queue
    needed = max(0, ruled.rules(name).seats_min - ticket.size)
    return _plain(name, ticket, now, ruled.waiting(name), 0, needed, "your rating is being looked up")


def of_a_quick_match(queue: Queue, ticket: LobbyTicket, now: float) -> dict[str, Any]:
    """There are no rules: only how many are missing for a session, and how long until bots come."""
    rules = queue.rules
    others = queue.players_here - (ticket.size if ticket.here and ticket.found is None else 0)
    needed = max(0, rules.seats_min - ticket.size - others)
    if needed:
        text = f"{needed} more {'player is' if needed == 1 else 'players are'} needed"
        if rules.bots_after_s is not None:
            left_s = max(0.0, ticket.queued_at + rules.bots_after_s - now)
            text += f", bots join in {left_s:.0f} s"
    else:
        text = "a session is being looked for"
    return _plain(rules.game, ticket, now, len(queue), len(queue) - 1, needed, text)


def _plain(
    name: str, ticket: LobbyTicket, now: float, waiting: int, nearby: int, needed: int, text: str
) -> dict[str, Any]:
    return {
        "queue": name,
        "waited_s": round(max(0.0, now - ticket.queued_at), 3),
        "waiting": waiting,
        "rules": [],
        "tightest": None,
        "nearby": nearby,
        "players_needed": needed,
        "estimate_s": None,
        "basis": {"matches": 0, "minutes": 0},
        "text": text,
    }
