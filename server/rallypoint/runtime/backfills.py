"""Running sessions that want players from the queue that has made them, in free seats.

A game asks with ``self.backfill()``; what is told of it here is as of its last step, and what was reserved since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rallypoint.core.match_teams import free_by_team, sizes_of, team_of
from rallypoint.core.session import SessionCore
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["BackfillFacts", "Backfills"]


@dataclass(frozen=True, slots=True)
class BackfillFacts:
    """A running session that wants more players."""

    session: SessionId
    free: tuple[int, ...]
    """Free seats of each team; one number of a free-for-all."""
    teams: tuple[tuple[PlayerId, ...], ...]
    """Who has a seat, in each team; without bots."""
    region: str
    asked_at: float
    """Since when it does, in seconds of the node's clock."""


class Backfills:
    """Those sessions of one node, the one that was heard of first at the front."""

    def __init__(self) -> None:
        self._hosts: dict[SessionId, SessionHost] = {}

    def look(self, host: SessionHost) -> None:
        """Something of the session is new."""
        if host.running and host.core.backfill:
            self._hosts[host.core.id] = host
        else:
            self._hosts.pop(host.core.id, None)

    def forget(self, session: SessionId) -> None:
        """The session has ended."""
        self._hosts.pop(session, None)

    def of(self, queue: str) -> Iterator[BackfillFacts]:
        """What they want of one queue."""
        for host in self._hosts.values():
            match = host.core.order.match
            if match is not None and match.queue == queue and host.core.backfill and not host.held_back:
                facts = facts_of(host.core)
                if any(facts.free):
                    yield facts


def facts_of(core: SessionCore) -> BackfillFacts:
    """Of a session with a match."""
    match = core.order.match
    assert match is not None
    seated = [seat for seat in core.seated() if not seat.bot and not seat.is_given_up]
    teams: list[list[PlayerId]] = [[] for _ in sizes_of(match) or (0,)]
    for seat in seated:
        team = team_of(match, seat.player_id) if len(teams) > 1 else 0
        if team is not None:
            teams[team].append(seat.player_id)
    free = free_by_team(match, core.seated(), core.free_seats)
    return BackfillFacts(core.id, free, tuple(map(tuple, teams)), match.region, core.backfill_since)
