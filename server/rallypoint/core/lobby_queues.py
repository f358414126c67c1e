"""Who of the lobby waits for what, and what they are told about it.

A ticket (:class:`.LobbyTicket`) is the place of a player, or of a party, in one or several queues, and a lobby session
is in one at most. Each game has its queue of quick matches (:mod:`.quick_match`); other queues have rules
(:mod:`.ruled_queues`). Found in one queue, a ticket is held in the others; seated, it is gone from all. While one of
its players is away it keeps its place and is skipped; with the end of one's lobby session, or a change of the party,
it is gone.

Pushes: ``queued`` when a player's place is known or has changed (a queue with rules has no places: once), ``matched``
with the seat, ``unqueued`` with a reason; ``ready_check`` and ``ready_check_off`` of a match that all have to accept.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

from .lobby_image import PlaysImage, TicketImage, Waits
from .lobby_session import LobbySession, LobbyState
from .lobby_ticket import Entrant, LobbyTicket
from .match_teams import team_of
from .matchmaking.rules import QueueRules
from .orders import Denial, MatchOrder
from .queue_explanations import of_a_queue_with_rules, of_a_quick_match
from .quick_match import Decision, OpenSession, Queue, QuickMatchRules, SeatOffer, Ticket
from .ruled_queues import Outcome, RuledQueues
from .ticket_images import KeptTicket, by_ticket, image_of, image_of_plays, member_of, ticket_of

__all__ = ["LobbyQueues", "SendPush"]

SendPush = Callable[[LobbySession, str, dict[str, Any]], int]
"""Numbers and keeps a push to a player, and gives its number."""


_PAUSED: Final = "this queue is paused by an operator"


class _PartyMember(Protocol):
    @property
    def session(self) -> LobbySession: ...

    @property
    def ready(self) -> bool: ...


class _Party(Protocol):
    @property
    def leader(self) -> PlayerId: ...

    @property
    def kicked(self) -> Container[PlayerId]: ...

    @property
    def members(self) -> Sequence[_PartyMember]: ...


class LobbyQueues:
    """All queues of a node, and the tickets in them (``LobbySession.ticket``)."""

    def __init__(
        self,
        games: Sequence[QuickMatchRules],
        tickets_max: int,
        push: SendPush,
        rules: Sequence[QueueRules] = (),
        new_id: Callable[[], str] = lambda: "",
    ) -> None:
        """``new_id`` makes the ids of matches."""
        self._queues = {one.game: Queue(one, tickets_max) for one in games}
        _check_names([*self._queues], [one.name for one in rules])
        self.ruled = RuledQueues(rules, tickets_max, new_id, push, self._drop, self._look)
        """Those with rules. Its matches are placed by whoever drives the lobby."""
        self._waiting: dict[LobbyId, LobbyTicket] = {}
        """By lobby session; all of a party have the same."""
        self._made = 0
        self._push = push
        self._changed: dict[str, None] = {}  # a set that keeps its order
        self._untold: dict[LobbySession, None] = {}
        """To be told that they wait, in queues that have no places."""
        self._now = 0.0
        self.closed = ""
        """Why no sessions are created; empty: they are."""
        self.paused: dict[str, float] = self.ruled.paused
        """Queues that an operator has paused, and since when: nobody is matched in them, and all places are kept."""

    @property
    def games(self) -> list[str]:
        """The games that can be played here, in the order of the settings."""
        return list(self._queues)

    def __contains__(self, game: str) -> bool:
        return game in self._queues

    def waiting(self, name: str) -> int:
        """How many tickets are in that queue. Raises ``KeyError`` for an unknown one."""
        return self.ruled.waiting(name) if name in self.ruled else len(self._queues[name])

    def game_of(self, name: str) -> str | None:
        """What that queue is for; ``None``: there is no such queue."""
        if name in self._queues:
            return name
        return self.ruled.rules(name).game if name in self.ruled else None

    def quick_rules(self, game: str) -> QuickMatchRules:
        """Of that game's own queue."""
        return self._queues[game].rules

    @property
    def tickets(self) -> list[LobbyTicket]:
        """All of them, each once, in the order of their arrival."""
        return [ticket for lobby_id, ticket in self._waiting.items() if lobby_id == ticket.id]

    def ticket(self, lobby_id: LobbyId) -> LobbyTicket | None:
        """The one that the lobby session is in."""
        return self._waiting.get(lobby_id)

    # --- tickets begin ----------------------------------------------------------------------------------------------

    def enter(self, entrants: tuple[Entrant, ...], names: tuple[str, ...], now: float) -> Denial | None:
        """A ticket at the end of these queues, which are known; or why not.

        The caller has seen to it that nobody of them is in a ticket, and that all may sit down.
        """
        if len(set(names)) < len(names):
            return Denial("bad_ticket", "a queue is named twice")
        ticket = LobbyTicket(entrants, names, self._made + 1, now)
        for name in names:
            denial = self._refusal(name, ticket)
            if denial is not None:
                return denial
        self._made += 1
        self._keep(ticket)
        for at, name in enumerate(names):
            if name in self._queues:
                silent = any(other in self._queues for other in names[:at])
                self._queues[name].add(ticket.id, now, size=ticket.size, number=ticket.number, silent=silent)
                self._changed[name] = None
        self._begin(ticket)
        return None

    def _refusal(self, name: str, ticket: LobbyTicket) -> Denial | None:
        own = self._queues.get(name)
        most = self.ruled.rules(name).largest_party if own is None else own.rules.seats_max
        if ticket.size > most:
            return Denial("party_too_large", f"parties of at most {most} can wait for {name}")
        if own is None:
            reason = self.ruled.refusal(name, ticket)
            if reason:
                return Denial("bad_ticket", reason)
        if self.ruled.full(name) if own is None else own.full:
            return Denial("queue_full", "too many players are waiting: try again later")
        return None

    def _keep(self, ticket: LobbyTicket) -> None:
        for entrant in ticket.entrants:
            entrant.session.ticket = ticket
            entrant.session.touch()
            self._waiting[entrant.session.id] = ticket

    def _begin(self, ticket: LobbyTicket) -> None:
        if any(name in self.ruled for name in ticket.queues):
            self.ruled.add(ticket)
        if not any(name in self._queues for name in ticket.queues):
            self._untold.update((entrant.session, None) for entrant in ticket.entrants)
        self._look(ticket)

    # --- tickets end ------------------------------------------------------------------------------------------------

    def cancel(self, session: LobbySession, now: float) -> bool:
        """A player gives the place up, for all of the ticket. False: there is none."""
        ticket = session.ticket
        if ticket is None:
            return False
        self.ruled.leave(ticket, [session.player], now, blamed=True)
        self._drop(ticket, "cancelled")
        return True

    def remove(self, session: LobbySession) -> None:
        """The player's lobby session has ended: the ticket is gone, and the others of it are told."""
        ticket = session.ticket
        if ticket is not None:
            self.ruled.leave(ticket, [session.player], self._now, blamed=True)
            self._drop(ticket, "party_changed", "expired")

    def party_changed(self, party: _Party) -> None:
        """A ticket of that party does not hold any more."""
        for member in party.members:
            ticket = member.session.ticket
            if ticket is not None:
                guilty = _who_changed(ticket, party)
                self.ruled.leave(ticket, guilty or ticket.players, self._now, blamed=bool(guilty))
                ended = any(one.session.state is LobbyState.ENDED for one in ticket.entrants)
                self._drop(ticket, "party_changed", "expired" if ended else "cancelled")

    def turned_away(self, ticket: LobbyTicket, reason: str) -> None:
        """The ticket goes without seats."""
        if not ticket.gone:
            self.ruled.leave(ticket, ticket.players, self._now, blamed=False)
            self._drop(ticket, reason)

    def seated(self, session: LobbySession, offer: SeatOffer, rematch: Mapping[str, Any] | None = None) -> None:
        """The player has a seat by other means than the ticket, which is gone; and is told where.

        ``rematch``: what else is told.
        """
        ticket = session.ticket
        if ticket is not None:
            self.ruled.leave(ticket, [session.player], self._now, blamed=False)
            alone = ticket.size == 1 and ticket.queues == (offer.game,)
            self._drop(ticket, "" if alone else "already_seated")
        self._push(session, "matched", offer.data | dict(rematch or {}))

    def seated_all(self, ticket: LobbyTicket, offers: Sequence[SeatOffer], order: MatchOrder | None) -> None:
        """The players of a ticket have these seats, in their order: it is gone, and they are told where."""
        self._drop(ticket, "", "matched", "" if order is None else order.id)
        for entrant, offer in zip(ticket.entrants, offers, strict=True):
            self._push(entrant.session, "matched", offer.data | match_data(order, entrant.player))

    def _drop(self, ticket: LobbyTicket, reason: str, outcome: Outcome = "cancelled", match: str = "") -> None:
        """Out of all queues; its players are told why, if there is a ``reason``."""
        ticket.gone = True
        for name in ticket.queues:
            if name in self._queues:
                self._queues[name].remove(ticket.id)
                self._changed[name] = None
        self.ruled.remove(ticket, outcome, match)
        for entrant in ticket.entrants:
            session = entrant.session
            session.ticket = None
            del self._waiting[session.id]
            self._untold.pop(session, None)
            session.touch()
            if reason and session.state is not LobbyState.ENDED:
                data = {"game": ticket.queues[0], "queues": list(ticket.queues), "reason": reason}
                self._push(session, "unqueued", data)

    # --- what happens to its players --------------------------------------------------------------------------------

    def drop(self, session: LobbySession) -> None:
        """The player is away: a ticket keeps its place and is skipped."""
        if session.ticket is not None:
            self._look(session.ticket)

    def come_back(self, session: LobbySession) -> None:
        """The player is back: a ticket counts again."""
        if session.ticket is not None:
            self._look(session.ticket)

    def begin_anew(self, session: LobbySession, now: float) -> None:
        """The player's client knows nothing of before: its ticket is told again, unless that push is replayed."""
        ticket = session.ticket
        if ticket is None:
            return
        self.ruled.tell_again(session, ticket, now)
        if session.pushes.acked >= session.place_push:
            teller = self._teller(ticket)
            if teller is None:
                self._untold[session] = None
            else:
                teller.tell_again(ticket.id)
            session.touch()

    def acknowledged(self, session: LobbySession, now: float) -> None:
        """The player has acknowledged pushes: perhaps what was told last, so that something newer may be told."""
        ticket = session.ticket
        if ticket is None:
            return
        self.ruled.acknowledged(session, ticket, now)
        teller = self._teller(ticket)
        if teller is not None and all(
            entrant.session.pushes.acked >= entrant.session.place_push for entrant in ticket.entrants
        ):
            teller.heard(ticket.id)

    def unseated(self, player: PlayerId, session: LobbySession | None) -> None:
        """The player's seat is gone, for whatever reason; with the player's lobby session, if there is one."""
        if session is not None and self.ruled.backfills.plays(player) is not None:
            session.touch()
        self.ruled.backfills.unseated(player)
        self.capacity_changed()

    def _teller(self, ticket: LobbyTicket) -> Queue | None:
        """The queue whose places its players are told."""
        return next((self._queues[name] for name in ticket.queues if name in self._queues), None)

    def _look(self, ticket: LobbyTicket) -> None:
        """All queues look at it, or none: as it is now."""
        free = ticket.found is None and ticket.here
        for name in ticket.queues:
            if free is (name not in ticket.held):
                continue
            if free:
                del ticket.held[name]
            else:
                ticket.held[name] = None
            if name in self._queues:
                self._look_in_quick(ticket, name, free=free)
            elif free:
                self.ruled.release(ticket, name)
            else:
                self.ruled.hold(ticket, name)

    def _look_in_quick(self, ticket: LobbyTicket, game: str, *, free: bool) -> None:
        if free:
            self._queues[game].come_back(ticket.id)
            self._changed[game] = None
        else:
            self._queues[game].drop(ticket.id)

    def explain(self, ticket: LobbyTicket, now: float) -> dict[str, Any]:
        """Why it waits, in each of its queues."""
        return {"queues": [self.explain_in(name, ticket, now) for name in ticket.queues]}

    def explain_in(self, name: str, ticket: LobbyTicket, now: float) -> dict[str, Any]:
        """Why it waits in one of its queues."""
        if name in self._queues:
            told = of_a_quick_match(self._queues[name], ticket, now)
        else:
            told = of_a_queue_with_rules(self.ruled, name, ticket, now)
        why = _PAUSED if name in self.paused else self.closed
        return {**told, "text": why} if why and ticket.found is None else told

    # --- operators --------------------------------------------------------------------------------------------------

    def close(self, why: str) -> None:
        """No sessions are created any more: nobody tries, and who asks is told ``why``. Empty: they are again.

        Quick matches still fill free seats of running sessions; queues with rules rest.
        """
        self.closed = why
        for queue in self._queues.values():
            queue.creates = not why
        self.ruled.closed = bool(why)
        if not why:
            self.capacity_changed()

    def pause(self, name: str, now: float) -> None:
        """Nobody is matched in that queue until it is resumed. A ready check that goes on is not stopped."""
        self.paused.setdefault(name, now)

    def resume(self, name: str) -> None:
        """As before."""
        if self.paused.pop(name, None) is not None and name in self._queues:
            self._changed[name] = None
        elif name in self.ruled:
            self.ruled.stir(name)

    # --- quick matches ----------------------------------------------------------------------------------------------

    def capacity_changed(self) -> None:
        """A session opened, or there is room for another: whoever waits is to be matched again."""
        self._changed.update((game, None) for game, queue in self._queues.items() if len(queue))
        self.ruled.room()

    def poll(self, now: float) -> None:
        """Has the queues matched again whose time has come, and ends ready checks whose time is up."""
        self._now = now
        for game, queue in self._queues.items():
            if queue.due is not None and queue.due <= now and game not in self.paused:
                self._changed[game] = None
        self.ruled.poll(now)

    def next_due(self) -> float | None:
        """When something happens by itself."""
        dues = [queue.due for game, queue in self._queues.items() if queue.due is not None and game not in self.paused]
        dues += [queue.places_due for queue in self._queues.values() if queue.places_due is not None]
        if self.ruled.due is not None:
            dues.append(self.ruled.due)
        return min(dues, default=None)

    def take_changed(self) -> list[str]:
        """The games to be matched again."""
        changed = list(self._changed)
        self._changed.clear()
        return changed

    def match(self, game: str, now: float, open_sessions: Iterable[OpenSession]) -> list[Decision]:
        """What to do for the queue of ``game``: end each with :meth:`seated_all` or :meth:`refused`."""
        return [] if game in self.paused else self._queues[game].match(now, open_sessions)

    def barred(self, ticket: LobbyTicket, from_: SessionId) -> None:
        """That session does not take one of its players: they go on waiting for another one."""
        ticket.barred |= {from_}
        for name in ticket.queues:
            if name in self._queues:
                self._queues[name].bar(ticket.id, from_)
                self._changed[name] = None
        self.ruled.bar(ticket)
        for entrant in ticket.entrants:
            entrant.session.touch()

    def refused(self, game: str, decision: Decision | None, now: float) -> None:
        """A decision (``None``: any) could not be carried out: those whom it concerned go on waiting."""
        self._queues[game].refused(decision, now)

    def tell_places(self, now: float) -> None:
        """Tells those whose place is new."""
        for queue in self._queues.values():
            for lobby_id, place in queue.places(now):
                ticket = self._waiting[lobby_id]
                for entrant in ticket.entrants:
                    self._tell_queued(entrant.session, ticket, place, len(queue))
        untold, self._untold = self._untold, {}
        for session in untold:
            if session.ticket is not None:
                self._tell_queued(session, session.ticket, 0, self.waiting(session.ticket.queues[0]))

    def _tell_queued(self, session: LobbySession, ticket: LobbyTicket, place: int, waiting: int) -> None:
        queues = list(ticket.queues)
        data = {"game": queues[0], "queues": queues, "place": place, "waiting": waiting}
        session.place_push = self._push(session, "queued", data)

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    def image(self, session: LobbySession) -> Waits:
        """What it is queued for."""
        ticket = session.ticket
        plays = image_of_plays(self.ruled.backfills.plays(session.player))
        if ticket is None:
            return Waits(session.place_push, None, plays)
        teller = self._teller(ticket)
        told = 0 if teller is None else teller.ticket(ticket.id).told
        quick = len(ticket.queues) == 1 and teller is not None
        return Waits(session.place_push, image_of(ticket, session, told=told, quick=quick), plays)

    def restore_plays(self, session: LobbySession, image: PlaysImage) -> None:
        """As what its player, who has a seat, was matched."""
        self.ruled.backfills.seated(image.queue, [member_of(session, image)])

    def restore(self, kept: Mapping[LobbyId, KeptTicket], shift_s: float) -> None:
        """All tickets, by lobby session, of players who are away. A ready check that ran is off, for nobody's fault.

        The place that was told last is ``unheard`` as long as its push is not acknowledged.
        """
        for parts, whole in by_ticket(kept):
            image = parts[0][1]
            names = tuple(name for name in image.queues or [image.game] if self.game_of(name) is not None)
            reason = self._why_gone(image, names, len(parts)) if whole else "party_changed"
            if reason:
                for session, _ in parts:
                    self._tell_gone(session, image, reason)
                continue
            ticket = ticket_of(parts, names, shift_s)
            self._made = max(self._made, image.number)
            self._keep(ticket)
            self._restore_quick(ticket, image.told)
            self._begin(ticket)
            for session, one in parts:
                self._untold.pop(session, None)  # it was told in the same round in which the ticket was made
                if one.check:
                    off = {"match": one.check, "reason": "failed", "requeued": True}
                    self._push(session, "ready_check_off", off)

    def _restore_quick(self, ticket: LobbyTicket, told: int) -> None:
        sessions = [entrant.session for entrant in ticket.entrants]
        unheard = bool(told) and any(session.pushes.acked < session.place_push for session in sessions)
        teller = self._teller(ticket)
        for name in ticket.queues:
            queue = self._queues.get(name)
            if queue is not None:
                ticket.held[name] = None
                heard = (told, unheard, False) if queue is teller else (0, False, True)
                queue.restore(_quick(ticket, *heard))

    def _why_gone(self, image: TicketImage, names: tuple[str, ...], size: int) -> str:
        """Why a ticket cannot go on, in these of its queues that there still are; empty if it can."""
        if not names:
            return "unknown_queue" if image.queues else "unknown_game"
        own = [self._queues[name] for name in names if name in self._queues]
        return "bad_ticket" if any(size > queue.rules.seats_max for queue in own) else ""

    def _tell_gone(self, session: LobbySession, image: TicketImage, reason: str) -> None:
        queues = list(image.queues) or [image.game]
        self._push(session, "unqueued", {"game": image.game, "queues": queues, "reason": reason})


def _check_names(games: Sequence[str], names: Sequence[str]) -> None:
    for at, name in enumerate(names):
        if name in games:
            raise ValueError(f"the queue {name!r} is named as a game: a game's own queue is that of quick matches")
        if name in names[:at]:
            raise ValueError(f"there are two queues named {name!r}: names of queues are unique on a server")


def match_data(order: MatchOrder | None, player: PlayerId) -> dict[str, Any]:
    """What a player is told of the match, besides the seat."""
    if order is None:
        return {}
    return {"queue": order.queue, "match": order.id, "team": team_of(order, player), "region": order.region}


def _who_changed(ticket: LobbyTicket, party: _Party) -> list[PlayerId]:
    """Of a ticket's players those by whom its party is not what it was: who left, who kicked, who is not ready any
    more. Nobody, if somebody has come in."""
    members = {member.session.player: member for member in party.members}
    gone = [player for player in ticket.players if player not in members]
    if gone:
        left = [player for player in gone if player not in party.kicked]
        return left or [player for player in ticket.players if player == party.leader]
    first, *others = ticket.players  # the first has queued all: of the others each was ready then
    unready = [player for player in others if not members[player].ready]
    return unready or ([first] if len(members) == ticket.size else [])


def _quick(ticket: LobbyTicket, told: int, unheard: bool, silent: bool) -> Ticket:
    """What stands for it in a queue of quick matches."""
    return Ticket(ticket.id, ticket.queued_at, False, told, unheard, ticket.number, ticket.barred, ticket.size, silent)
