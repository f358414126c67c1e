"""The lobby's side of queues with rules: tickets are searched for, found, asked whether they are ready, and placed.

The story of a ticket here: it *waits* for what is known of its players (:meth:`RuledQueues.profiled`); then each of its
queues looks for a match for it. Found in one, it is held in all the others. If the queue has a ready check, everybody
is asked; then whoever drives the lobby reserves the seats (:attr:`RuledQueues.to_place`), all or nothing, and says
:meth:`~RuledQueues.placed` or :meth:`~RuledQueues.unplaced`. A ticket that is not seated is back in its old place.

The search goes on in turns (:meth:`RuledQueues.search`) of a bounded amount of work, shared by all queues that have
some to do, so that nothing else has to wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, Literal

from rallypoint_protocol.ids import PlayerId

from .backfill_wishes import BackfillWanted, BackfillWishes
from .check_news import CheckNews
from .lobby_session import LobbySession
from .lobby_ticket import FoundMatch, LobbyTicket
from .matchmaking.profile import Profile
from .matchmaking.queue import MatchQueue
from .matchmaking.records import TicketPlayer, TicketRecord
from .matchmaking.rules import QueueRules
from .matchmaking.ticket import Match, Member, Rating, Ticket
from .ready_checks import CheckState, ReadyChecks

__all__ = ["UNITS", "Dodge", "Outcome", "RuledQueues"]

UNITS: Final = 600
"""Pair evaluations of one turn, all queues together: 0.6 ms with four rules and 10,000 tickets, 2.5 ms at the worst."""
REST_S: Final = 1.0
PLACED_A_TURN: Final = 2
"""Matches whose seats are reserved in one turn: a session for eight takes about a millisecond."""
Outcome = Literal["matched", "cancelled", "declined", "expired"]
"""What became of a ticket: see :class:`.TicketRecord`."""
SendPush = Callable[[LobbySession, str, dict[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Dodge:
    """A player has declined or missed a ready check, or left in it."""

    player: PlayerId
    queue: str


class RuledQueues:
    """The queues with rules of one node. ``drop`` takes a ticket out of all queues and tells why."""

    def __init__(
        self,
        rules: Sequence[QueueRules],
        tickets_max: int,
        new_id: Callable[[], str],
        push: SendPush,
        drop: Callable[[LobbyTicket, str, Outcome], None],
        look: Callable[[LobbyTicket], None],
    ) -> None:
        """``look`` has all queues of a ticket look at it, or not, as its state is now."""
        self.queues = {one.name: MatchQueue(one, tickets_max) for one in rules}
        self._new_id = new_id
        self._news = CheckNews(push)
        self._drop = drop
        self._look = look
        self._tickets_max = tickets_max
        self._waiting = {one.name: 0 for one in rules}
        self._tickets: dict[str, LobbyTicket] = {}
        """Those that are searched for, by id."""
        self._strangers: dict[LobbyTicket, None] = {}
        """Tickets whose players are to be looked up."""
        self._stirred: dict[str, None] = {}
        """Queues that have work, as far as they have not said otherwise since."""
        self._searched_at = float("-inf")
        self._rests_until = float("-inf")
        self._resting: dict[str, float] = {}
        """Queues that rest by themselves, and until when."""
        self.paused: dict[str, float] = {}
        """Queues that find no matches, and since when."""
        self.closed = False
        """No sessions are created: no queue finds any match."""
        self._found: dict[str, FoundMatch] = {}
        """To be placed, by match."""
        self._checks = ReadyChecks()
        self._checked: dict[str, FoundMatch] = {}
        """Those whose players are being asked, by match."""
        self._dodges: list[Dodge] = []
        self._ended: list[TicketRecord] = []
        self.backfills = BackfillWishes(rules, self.waiting)
        """What running sessions want of these queues."""

    def __contains__(self, name: str) -> bool:
        return name in self.queues

    def rules(self, name: str) -> QueueRules:
        """Of that queue."""
        return self.queues[name].rules

    def waiting(self, name: str) -> int:
        """How many tickets are in that queue."""
        return self._waiting[name]

    def checks(self, name: str) -> int:
        """How many of its matches all are being asked for."""
        return sum(found.rules.name == name for found in self._checked.values())

    def full(self, name: str) -> bool:
        """True if no other ticket fits in."""
        return self._waiting[name] >= self._tickets_max

    # --- tickets ----------------------------------------------------------------------------------------------------

    def refusal(self, name: str, ticket: LobbyTicket) -> str:
        """Why that queue can never match such a ticket; empty if it can."""
        return self.queues[name].refusal(_members(ticket, name, {}))

    def add(self, ticket: LobbyTicket) -> None:
        """A ticket, in those of its queues that have rules. It is searched for once its players are looked up."""
        self._strangers[ticket] = None
        ticket.record_id = self._new_id()
        self._tickets[ticket.id] = ticket
        for name in self._names(ticket):
            self._waiting[name] += 1
            ticket.held[name] = None

    def take_strangers(self) -> list[LobbyTicket]:
        """Those whose players are to be looked up, with :meth:`profiled` at the end of it, soon."""
        strangers, self._strangers = list(self._strangers), {}
        return strangers

    def profiled(self, ticket: LobbyTicket, profiles: Mapping[PlayerId, Profile]) -> None:
        """What is known of its players; of those who are left out nothing is. From now on it is searched for."""
        if ticket.gone or ticket.searched:
            return
        for name in self._names(ticket):
            queue = self.queues[name]
            members = _members(ticket, name, profiles)
            if queue.refusal(members) or queue.full:  # other settings since a restart
                self._drop(ticket, "queue_full" if queue.full else "bad_ticket", "cancelled")
                return
            ticket.searched[name] = Ticket(ticket.id, members, ticket.queued_at, ticket.number, ticket.barred)
        for name, one in ticket.searched.items():
            self.queues[name].add(one)
            ticket.held.pop(name, None)
            self._stirred[name] = None
        self._look(ticket)

    def bar(self, ticket: LobbyTicket) -> None:
        """Another session does not take one of its players."""
        for one in ticket.searched.values():
            one.barred = ticket.barred

    def hold(self, ticket: LobbyTicket, name: str) -> None:
        """That queue looks at it no more."""
        if name in ticket.searched:
            self.queues[name].hold(ticket.id)
            self._stirred[name] = None

    def release(self, ticket: LobbyTicket, name: str) -> None:
        """That queue looks at it again."""
        if name in ticket.searched:
            self.queues[name].release(ticket.id)
            self._stirred[name] = None

    def remove(self, ticket: LobbyTicket, outcome: Outcome, match: str = "") -> None:
        """It is gone from all of them; ``match``: the one that it got its seats by."""
        self._strangers.pop(ticket, None)
        if self._tickets.pop(ticket.id, None) is None:
            return
        self._ended.append(
            TicketRecord(ticket.record_id, ticket.queues, _players(ticket), ticket.queued_at, 0.0, outcome, match)
        )
        for name in self._names(ticket):
            self._waiting[name] -= 1
            if name in ticket.searched and ticket.id in self.queues[name]:
                self.queues[name].remove(ticket.id)
            self._stirred[name] = None
        ticket.searched.clear()

    def leave(self, ticket: LobbyTicket, players: Sequence[PlayerId], now: float, *, blamed: bool) -> None:
        """These of its players are the reason why it is about to go: a match that it is in is off."""
        found = ticket.found
        if found is None:
            return
        if found.check is not None:
            found.check.leave(players, blamed=blamed)
        self._off(found, now, gone=ticket)

    # --- the search -------------------------------------------------------------------------------------------------

    @property
    def due(self) -> float | None:
        """When to come again: long ago, if there is work left now."""
        dues = []
        for name, queue in self.queues.items():
            if self.closed or name in self.paused:
                continue
            until = max(self._rests_until, self._resting.get(name, float("-inf")))
            if len(queue) and (queue.busy or name in self._stirred):
                dues.append(max(self._searched_at, until))
            if queue.due is not None:
                dues.append(max(queue.due, until))
        if self._found:
            dues.append(self._searched_at)
        if self._checks.due is not None:
            dues.append(self._checks.due)
        if self.backfills.due is not None:
            dues.append(self.backfills.due)
        return min(dues, default=None)

    def search(self, now: float, units: int = UNITS) -> None:
        """One turn: about so many pair evaluations, shared by the queues that have work to do."""
        self._searched_at = now
        if self._found or self._rests_until - REST_S <= now < self._rests_until:
            return  # these first
        names = [name for name in self.queues if self._has_work(name, now)]
        for name in names:
            queue = self.queues[name]
            self._stirred.pop(name, None)
            for match in queue.work(now, max(100, units // len(names))):
                self._find(queue, match, now)

    def rest(self, now: float, name: str = "") -> None:
        """There is no room for any session, or something is wrong: nothing is searched for a moment. ``name``: it is
        that queue alone that gets no sessions."""
        if name:
            self._resting[name] = now + REST_S
        else:
            self._rests_until = now + REST_S

    def room(self) -> None:
        """There may be room again."""
        self._rests_until = float("-inf")
        self.backfills.changed()

    def stir(self, name: str) -> None:
        """That queue is to be searched."""
        self._stirred[name] = None

    def _has_work(self, name: str, now: float) -> bool:
        if self.closed or name in self.paused:
            return False
        queue, until = self.queues[name], self._resting.get(name)
        if until is not None:
            if until - REST_S <= now < until:
                return False
            del self._resting[name]
        return queue.busy or name in self._stirred or (queue.due is not None and queue.due <= now)

    def _find(self, queue: MatchQueue, match: Match, now: float) -> None:
        tickets = tuple(self._tickets[one.id] for one in match.tickets)
        rules = queue.rules
        found = FoundMatch(self._new_id(), rules, match, tickets)
        for ticket in tickets:
            assert ticket.found is None
            ticket.found = found
            self._look(ticket)
        if rules.ready_s is None:
            self._found[found.id] = found
            return
        found.check = self._checks.begin(found.id, rules.name, found.players, now, rules.ready_s)
        self._checked[found.id] = found
        self._touch(found)
        self._news.tell_all(found, now)

    # --- ready checks -----------------------------------------------------------------------------------------------

    def answer(
        self, session: LobbySession, ticket: LobbyTicket | None, match: str, now: float, *, accepts: bool
    ) -> bool:
        """The player accepts a match, or does not. False: there is no such match that the player is asked for."""
        found = None if ticket is None else ticket.found
        if found is None or found.id != match or found.check is None:
            return False
        if found.check.answer(session.player, accepts=accepts):
            if found.check.state is CheckState.OFF:
                self._off(found, now)
            else:
                self._news.tell_all(found, now)
                if found.check.state is CheckState.AGREED:
                    self._found[found.id] = found
        return True

    def poll(self, now: float) -> None:
        """Ends ready checks whose time is up."""
        for check in self._checks.expired(now):
            self._off(self._checked[check.match], now)

    def tell_again(self, session: LobbySession, ticket: LobbyTicket, now: float) -> None:
        """The player's client knows nothing of before: a ready check that runs is told."""
        if ticket.found is not None:
            self._news.tell(ticket.found, session, now)

    def acknowledged(self, session: LobbySession, ticket: LobbyTicket, now: float) -> None:
        """The player has acknowledged pushes: perhaps the last of a ready check."""
        if ticket.found is not None:
            self._news.acknowledged(ticket.found, session, now)

    def _off(self, found: FoundMatch, now: float, gone: LobbyTicket | None = None) -> None:
        """A match that is not to be: its tickets are back, or out. ``gone`` is about to go for a reason of its own."""
        check = found.check
        self._close(found)
        out = {
            ticket.id for ticket in found.tickets if ticket is gone or (check is not None and ticket.id in check.out)
        }
        if check is not None:
            self._dodges += [Dodge(player, found.rules.name) for player in check.dodged]
            self._news.tell_off(found, check.reason or "failed", out)
        if not out:
            self.queues[found.rules.name].refused(found.match, now)  # the same would be found again at once
        self._stirred[found.rules.name] = None
        for ticket in found.tickets:
            if ticket.id not in out:
                self._look(ticket)
            elif ticket is not gone:
                reason = "declined" if check is not None and check.reason == "declined" else "not_ready"
                self._drop(ticket, reason, "declined")

    def _close(self, found: FoundMatch) -> None:
        """It is found no more."""
        self._found.pop(found.id, None)
        self._checked.pop(found.id, None)
        if found.check is not None:
            self._checks.end(found.check)
        for ticket in found.tickets:
            ticket.found = None
        self._touch(found)

    def _touch(self, found: FoundMatch) -> None:
        for session in found.sessions:
            session.touch()

    # --- seats ------------------------------------------------------------------------------------------------------

    @property
    def to_place(self) -> list[FoundMatch]:
        """What is to be placed in this turn: say of each what became of it."""
        return list(islice(self._found.values(), PLACED_A_TURN))

    def placed(self, found: FoundMatch, now: float) -> None:
        """All of its players have their seats: its tickets are to be removed now."""
        if found.check is not None:
            found.check.seated()
        self._close(found)
        self.queues[found.rules.name].settled(found.match, now)
        self._stirred[found.rules.name] = None
        for ticket in found.tickets:
            self.backfills.seated(found.rules.name, ticket.searched[found.rules.name].members)

    def unplaced(self, found: FoundMatch, now: float, *, rests: bool = False) -> None:
        """None of them has. ``rests``: the running session takes one of them not; it is to be left in peace a while."""
        if found.id not in self._found:
            return  # it is off already
        if rests and found.match.backfill is not None:
            self.backfills.rest(found.match.backfill, now)
        if found.check is not None:
            found.check.fail()
        self._off(found, now)

    def take_dodges(self) -> list[Dodge]:
        """Since the last call."""
        dodges, self._dodges = self._dodges, []
        return dodges

    def take_ended(self) -> list[TicketRecord]:
        """Tickets that are over since the last call. Their times are those of the node's clock, and no end is said."""
        ended, self._ended = self._ended, []
        return ended

    def look_at_backfills(self, name: str, wanted: Iterable[BackfillWanted], now: float) -> None:
        """What running sessions of that queue want, all of it."""
        queue = self.queues[name]
        known = self.backfills.look(name, wanted, now, queue.refusal)
        if known is not None:
            queue.backfills(known)
            self._stirred[name] = None

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _names(self, ticket: LobbyTicket) -> list[str]:
        return [name for name in ticket.queues if name in self.queues]


def _players(ticket: LobbyTicket) -> tuple[TicketPlayer, ...]:
    """As the rules saw them."""
    players = []
    for at, entrant in enumerate(ticket.entrants):
        ratings = {name: one.members[at].rating for name, one in ticket.searched.items()}
        players.append(TicketPlayer(entrant.player, ratings, entrant.attributes, entrant.latency_ms))
    return tuple(players)


def _members(ticket: LobbyTicket, name: str, profiles: Mapping[PlayerId, Profile]) -> tuple[Member, ...]:
    members = []
    for entrant in ticket.entrants:
        member = Member(entrant.player, entrant.attributes, latency_ms=entrant.latency_ms)
        profile = profiles.get(entrant.player)
        if profile is not None:
            member = replace(
                member,
                rating=profile.ratings.get(name, Rating()),
                blocked=profile.blocked,
                recent=profile.recent,
                dodges=profile.dodges,
            )
        members.append(member)
    return tuple(members)
