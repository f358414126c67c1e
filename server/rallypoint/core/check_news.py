"""What players are told of a ready check: how far it is, and that it is off.

Each is told the newest, once what was told before is acknowledged: so a check of many players fills nobody's outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from .lobby_session import LobbySession, LobbyState
from .lobby_ticket import FoundMatch

__all__ = ["CheckNews"]

SendPush = Callable[[LobbySession, str, dict[str, Any]], int]


class CheckNews:
    """Tells them."""

    def __init__(self, push: SendPush) -> None:
        self._push = push

    def tell_all(self, found: FoundMatch, now: float) -> None:
        """It has begun, or somebody has accepted."""
        for session in found.sessions:
            if _has_heard(found, session):
                self.tell(found, session, now)
            else:
                found.stale[session.player] = None

    def tell(self, found: FoundMatch, session: LobbySession, now: float) -> None:
        """How far it is: to one of its players."""
        check = found.check
        if check is None:
            return
        found.stale.pop(session.player, None)
        data = {
            "match": found.id,
            "queue": found.rules.name,
            "ready_s": round(check.left_s(now), 3),
            "accepted": check.accepted,
            "players": check.players,
            "mine": check.has_accepted(session.player),
        }
        found.told[session.player] = self._push(session, "ready_check", data)

    def acknowledged(self, found: FoundMatch, session: LobbySession, now: float) -> None:
        """The player has acknowledged pushes: perhaps the last of this."""
        if session.player in found.stale and _has_heard(found, session):
            self.tell(found, session, now)

    def tell_off(self, found: FoundMatch, reason: str, out: Collection[str]) -> None:
        """It is off. ``out``: the tickets that do not wait on."""
        for ticket in found.tickets:
            data = {"match": found.id, "reason": reason, "requeued": ticket.id not in out}
            for entrant in ticket.entrants:
                if entrant.session.state is not LobbyState.ENDED:
                    self._push(entrant.session, "ready_check_off", data)


def _has_heard(found: FoundMatch, session: LobbySession) -> bool:
    return session.pushes.acked >= found.told.get(session.player, 0)
