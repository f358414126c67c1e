"""Running sessions that want more players: which ticket fits into which team of which session.

The rules are kept against each of those who are there, at the wait of the ticket that comes in. Tickets come one by
one, each a match of its own, so that nobody waits for anybody else. What was proposed counts as being there until it is
undone, or until the session says anew what it wants.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from rallypoint.core.matchmaking.common import LatencyMeasure
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.pairing import ALL, Entry
from rallypoint.core.matchmaking.stages import Stage
from rallypoint.core.matchmaking.ticket import Backfill, Match, Member, Ticket
from rallypoint_protocol.ids import SessionId

__all__ = ["SESSIONS_MAX", "Backfilling", "Running"]

SESSIONS_MAX: Final = 64
"""So many sessions, those that asked first, are looked at for a ticket. The others find it when they ask."""
_OURS: Final = -1
"""Marks entries of players in a session, which were prepared here."""


class Running:
    """A session as it will be once all that was proposed has come true."""

    __slots__ = ("free", "rest_until", "sides", "wanted")

    def __init__(self, wanted: Backfill, sides: list[list[Entry]]) -> None:
        self.wanted = wanted
        self.free = list(wanted.free)
        self.sides = sides
        """Who is there, by team."""
        self.rest_until: float | None = None

    @property
    def there(self) -> list[Entry]:
        """All of them."""
        return [entry for side in self.sides for entry in side]


class Backfilling:
    """All running sessions of one queue that want players."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._sessions: dict[SessionId, Running] = {}
        self._proposed: dict[Match, Entry] = {}
        """Those that may still be undone, with their ticket."""

    def __len__(self) -> int:
        return len(self._sessions)

    def want(self, wanted: Sequence[Backfill]) -> list[SessionId]:
        """What they want now, all of it. Returns those for which tickets are to be looked for."""
        before, self._sessions = self._sessions, {}
        asking = []
        for one in sorted(wanted, key=lambda one: (one.asked_at, one.session)):
            known = before.pop(one.session, None)
            if known is not None and known.wanted == one:
                self._sessions[one.session] = known
                continue
            teams = [*one.teams, *((),) * (len(one.free) - len(one.teams))]
            running = Running(one, [[self._there(member, one) for member in team] for team in teams])
            self._sessions[one.session] = running
            if known is not None:
                running.rest_until = known.rest_until
                self._forget(known)
            for match, entry in self._proposed.items():
                if match.backfill == one.session:
                    self._sit(running, entry, _team_of(match))
            asking.append(one.session)
        for gone in before.values():
            self._forget(gone)
        return asking

    def get(self, session: SessionId) -> Running | None:
        """One that wants players."""
        return self._sessions.get(session)

    def find(self, entry: Entry, stage: Stage, now: float) -> tuple[Running, int] | None:
        """The first session that this ticket may come into now, and which team of it."""
        for running in islice(self._sessions.values(), SESSIONS_MAX):
            if running.rest_until is None or now >= running.rest_until:
                team = self.team_for(running, entry, stage)
                if team is not None:
                    return running, team
        return None

    def team_for(self, running: Running, entry: Entry, stage: Stage) -> int | None:
        """The team in which it narrows the gap most; ``None``: it does not fit in."""
        if running.wanted.session in entry.ticket.barred:
            return None
        teams = [team for team, free in enumerate(running.free) if free >= entry.size]
        if not teams or not self._goes_with(running, entry, stage):
            return None
        if len(running.free) == 1:
            return 0
        gap, _, team = min((self._gap(running, entry, team), -running.free[team], team) for team in teams)
        for measure, limit in stage.balances:
            if measure is self._measures.divider and gap > max(limit, self._gap(running, None, 0)):
                return None
        return team

    def propose(self, running: Running, entry: Entry, team: int, match: Match) -> None:
        """It is to come in."""
        self._proposed[match] = entry
        self._sit(running, entry, team)

    def undo(self, match: Match) -> SessionId | None:
        """It does not come in. Returns the session, if it still wants players."""
        entry = self._proposed.pop(match, None)
        assert match.backfill is not None
        running = self._sessions.get(match.backfill)
        if entry is None or running is None:
            return None
        side = running.sides[_team_of(match)]
        if entry in side:
            side.remove(entry)
            running.free[_team_of(match)] += entry.size
        return match.backfill

    def came(self, match: Match) -> None:
        """It has its seats. The ticket goes; its players are there until the session says who is."""
        entry = self._proposed.pop(match, None)
        assert match.backfill is not None
        running = self._sessions.get(match.backfill)
        if entry is None or running is None:
            return
        side = running.sides[_team_of(match)]
        if entry in side:
            side.remove(entry)
            side += [self._there(member, running.wanted) for member in entry.ticket.members]

    def _sit(self, running: Running, entry: Entry, team: int) -> None:
        if any(entry.players[0] in other.players for other in running.there) or team >= len(running.free):
            return  # the session knows of it already
        running.sides[team].append(entry)
        running.free[team] = max(0, running.free[team] - entry.size)

    def _goes_with(self, running: Running, entry: Entry, stage: Stage) -> bool:
        there = running.there
        for measure, step in stage.pairs:
            known = [other for other in there if other.values[measure.index] is not None]
            if known and len(measure.narrow(known, entry, ALL, step)) < len(known):
                return False
        for measure, step in stage.groups:
            joint = ALL
            if isinstance(measure, LatencyMeasure) and running.wanted.region:
                joint = measure.bits.bit_of(running.wanted.region)
            else:
                for other in there:
                    if other.values[measure.index] is not None:
                        joint = measure.joint(joint, other.values[measure.index], step)
            joint = measure.joint(joint, entry.values[measure.index], step)
            if not measure.narrow([entry], entry, joint, step):
                return False
        return True

    def _gap(self, running: Running, entry: Entry | None, team: int) -> float:
        """Between the means of the teams, with the ticket in one of them."""
        index = self._measures.divider.index
        means = []
        for number, side in enumerate(running.sides):
            whole = [*side, entry] if entry is not None and number == team else side
            known = [one for one in whole if one.values[index] is not None]
            if known:
                means.append(sum(one.values[index] for one in known) / sum(one.size for one in known))
        return max(means) - min(means) if means else 0.0

    def _there(self, member: Member, wanted: Backfill) -> Entry:
        """A player of the session; what nothing is known of is left out."""
        values = self._measures.values((member,), lenient=True)
        entry = Entry(Ticket(member.player, (member,), wanted.asked_at, 0), values, (wanted.asked_at, 0.0))
        entry.arrived = _OURS
        return entry

    def _forget(self, running: Running) -> None:
        for entry in running.there:
            if entry.arrived == _OURS:
                self._measures.forget(entry.values)


def _team_of(match: Match) -> int:
    return next(number for number, team in enumerate(match.teams) if team)
