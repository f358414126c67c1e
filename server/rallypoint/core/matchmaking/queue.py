"""A queue with rules: tickets wait in it, and matches come out. It knows no clock and does no waiting.

The owner adds tickets and calls :meth:`MatchQueue.work` while the queue is ``busy``, and when it is ``due``: it looks
at a bounded number of pairs and returns the matches that it found. A match is a *proposal*: its tickets are held until
the owner says that it was :meth:`~MatchQueue.settled` (they are gone), or :meth:`~MatchQueue.refused` (they are back
in their old places, and rest for a moment). :meth:`~MatchQueue.hold` is something else: the owner's own reason why a
ticket is not to be looked at; a ticket is looked at again when neither holds it.

How it searches: :mod:`.searching` (who is tried when), :mod:`.near` (among whom), :mod:`.forming` (which of them go
together), :mod:`.balance` (in which teams). What the rules compare: :mod:`.pairing`. The same calls give the same
matches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final

from rallypoint.core.matchmaking.backfilling import SESSIONS_MAX, Backfilling, Running
from rallypoint.core.matchmaking.estimate import RecentMatches
from rallypoint.core.matchmaking.filling import Filling
from rallypoint.core.matchmaking.making import make_match
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.presence import RETRY_S, Presence
from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.matchmaking.searching import Searching
from rallypoint.core.matchmaking.stages import Stages
from rallypoint.core.matchmaking.ticket import Backfill, Match, Member, Ticket

if TYPE_CHECKING:
    from rallypoint.core.matchmaking.explain import Explanation

__all__ = ["RETRY_S", "MatchQueue"]

MAKE_UNITS: Final = 100
"""What making a proposal counts for."""
SESSION_UNITS: Final = 4
"""What each running session that is tried counts for."""
TRY_UNITS: Final = 10
"""What each try counts for besides what it looks at."""


class MatchQueue:
    """One queue. Bounded: at ``tickets_max`` it is :attr:`full`, and newcomers are to be turned away."""

    def __init__(self, rules: QueueRules, tickets_max: int) -> None:
        self.rules = rules
        self.measures = Measures(rules)
        self.recent = RecentMatches()
        self._tickets_max = tickets_max
        self._entries: dict[str, Entry] = {}
        self._added = 0
        self._stages = Stages(self.measures)
        self._searching = Searching(self.measures, self._stages)
        self._presence = Presence(self._stages, self._searching)
        self._backfilling = Backfilling(self.measures)
        self._filling = Filling(self._backfilling, self._stages, self._searching)
        self._sessions_first = "backfill" in rules.priority
        self._rank = _ranking(rules)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, ticket_id: str) -> bool:
        return ticket_id in self._entries

    @property
    def entries(self) -> Collection[Entry]:
        """All that wait here, to be read."""
        return self._entries.values()

    @property
    def full(self) -> bool:
        """True if no ticket can be added."""
        return len(self._entries) >= self._tickets_max

    @property
    def busy(self) -> bool:
        """There is work left now."""
        due = self._presence.due
        return self._searching.busy or self._filling.busy or (due is not None and due <= self._presence.now)

    @property
    def due(self) -> float | None:
        """When there is work by mere passing of time: an expansion, a smaller match, bots, the end of a rest."""
        dues = [due for due in (self._presence.due, self._filling.due) if due is not None]
        return min(dues, default=None)

    def refusal(self, members: Sequence[Member]) -> str:
        """Why such a ticket can never be matched here, as a sentence; "" if it may be."""
        return self.measures.refusal(members)

    # --- tickets ----------------------------------------------------------------------------------------------------

    def add(self, ticket: Ticket) -> None:
        """A ticket that was not refused; the caller has seen to it that it is new, and that there is room."""
        assert ticket.id not in self._entries
        assert not self.full
        self._added += 1
        entry = Entry(ticket, self.measures.values(ticket.members), (*self._rank(ticket), float(self._added)))
        self._entries[ticket.id] = entry
        self._presence.enter(entry)

    def remove(self, ticket_id: str) -> None:
        """It is cancelled or gone. A match that it was proposed for is not to be: the others are as after a refusal,
        but free at once."""
        entry = self._entries.pop(ticket_id)
        match = entry.match
        if match is not None:
            self._undo(match)
        self._presence.gone(entry)
        self.measures.forget(entry.values)

    def hold(self, ticket_id: str) -> None:
        """It keeps its place and is not looked at (its player is away, or it was found in another queue)."""
        entry = self._entries[ticket_id]
        entry.parked = True
        self._presence.leave(entry)

    def release(self, ticket_id: str) -> None:
        """It is looked at again, unless a match is proposed for it."""
        entry = self._entries[ticket_id]
        entry.parked = False
        self._presence.free(entry)

    def settled(self, match: Match, now: float) -> None:
        """All have their seats: the tickets are gone."""
        self.recent.note(match, now)
        if match.backfill is not None:
            self._backfilling.came(match)
        for ticket in match.tickets:
            entry = self._entries.get(ticket.id)
            if entry is not None:
                entry.match = None
                self.remove(ticket.id)

    def refused(self, match: Match, now: float) -> None:
        """It could not be carried out: its tickets are in their old places again. They rest for ``RETRY_S`` before they
        are looked at, so that a full node is not asked for ever; of a backfill it is the session that rests."""
        self._see_clock(now)  # a rest is as long as this clock says: it may go back before there is any work
        if match.backfill is not None:
            self._filling.rest(match.backfill, now)
        self._undo(match, None if match.backfill is not None else now + RETRY_S)

    def backfills(self, wanted: Sequence[Backfill]) -> None:
        """What running sessions want now: all of it, in place of what they wanted before."""
        if self.rules.backfill:
            self._filling.want(wanted)

    def explain(self, ticket_id: str, now: float) -> Explanation:
        """Why it waits."""
        from rallypoint.core.matchmaking.explain import explain

        entries = self._entries
        return explain(self.rules, self.measures.all, entries[ticket_id], entries.values(), now, self.recent)

    # --- the search -------------------------------------------------------------------------------------------------

    def work(self, now: float, units: int) -> list[Match]:
        """Goes on with the search for about so many looks at pairs. Tickets of matches returned are held."""
        presence, filling = self._presence, self._filling
        self._see_clock(now)
        filling.end_rests(now)
        units = presence.wake(units)
        found: list[Match] = []
        while units > 0:
            if filling.busy and (self._sessions_first or not self._searching.busy):
                seating, looked = filling.next(self._entries.values(), now)
                if seating is not None:
                    self._seat(*seating, now, found)
                units -= looked + (0 if seating is None else MAKE_UNITS)
            elif (task := self._searching.next()) is not None:
                units -= self._try(*task, now, found)
            else:
                break
        return found

    def _see_clock(self, now: float) -> None:
        back, self._presence.now = now < self._presence.now, now
        if back:
            self._presence.clock_went_back(self._entries.values())
            self._filling.clock_went_back(now)

    def _try(self, entry: Entry, other: Entry | None, now: float, found: list[Match]) -> int:
        """One task of the search. Returns the units spent."""
        sessions = SESSION_UNITS * min(len(self._backfilling), SESSIONS_MAX)
        if other is not None:
            formed, spent = self._searching.with_both(entry, other)
            cut = False
        elif self._sessions_first and self._into_session(entry, now, found):
            return sessions + MAKE_UNITS
        else:
            formed, spent, cut = self._searching.around(entry)
        if formed is not None:
            match = make_match(self.measures, formed.entries, formed.division, now)
            self._propose(match, formed.entries, found)
            return spent + sessions + MAKE_UNITS
        if other is not None:
            return spent
        if not self._sessions_first and self._into_session(entry, now, found):
            return spent + sessions + MAKE_UNITS
        if cut:
            self._presence.cut_off(entry)
        return spent + self._searching.others(entry) + sessions + TRY_UNITS

    def _into_session(self, entry: Entry, now: float, found: list[Match]) -> bool:
        place = self._backfilling.find(entry, self._stages.all[entry.stage], now)
        if place is not None:
            self._seat(entry, *place, now, found)
        return place is not None

    def _seat(self, entry: Entry, running: Running, team: int, now: float, found: list[Match]) -> None:
        division = tuple((0,) if number == team else () for number in range(len(running.free)))
        wanted = running.wanted
        there = [list(side) for side in running.sides]
        match = make_match(
            self.measures, (entry,), division, now, there=there, session=wanted.session, region=wanted.region
        )
        self._backfilling.propose(running, entry, team, match)
        self._propose(match, (entry,), found)

    def _propose(self, match: Match, entries: Sequence[Entry], found: list[Match]) -> None:
        for entry in entries:
            self._presence.leave(entry)
            entry.match = match
        found.append(match)

    def _undo(self, match: Match, rest_until: float | None = None) -> None:
        if match.backfill is not None:
            session = self._backfilling.undo(match)
            if session is not None:
                self._filling.ask(session)
        for ticket in match.tickets:
            entry = self._entries.get(ticket.id)
            if entry is not None and entry.match is match:
                entry.match = None
                entry.rests_until = rest_until
                self._presence.free(entry)


def _ranking(rules: QueueRules) -> Callable[[Ticket], tuple[float, ...]]:
    """Who is tried first: as the priorities say, and the oldest first in any case."""
    parties_first = False
    for priority in rules.priority:
        if priority == "oldest":
            break
        parties_first = parties_first or priority == "parties"
    if parties_first:
        return lambda ticket: (float(-len(ticket.members)), ticket.queued_at, float(ticket.number))
    return lambda ticket: (ticket.queued_at, float(ticket.number))
