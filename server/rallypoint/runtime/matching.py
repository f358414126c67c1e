"""Carries out what the lobby decides: sessions are created, seats reserved, and the players told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, assert_never

import structlog

from rallypoint.core.backfill_wishes import BackfillWanted
from rallypoint.core.lobby import Lobby, Seats
from rallypoint.core.lobby_queues import match_data
from rallypoint.core.lobby_ticket import FoundMatch, LobbyTicket
from rallypoint.core.match_teams import match_again
from rallypoint.core.matchmaking.records import MatchRecord
from rallypoint.core.orders import Denial, MatchOrder, Order
from rallypoint.core.quick_match import CreateFor, Decision, OpenSession, SeatIn, SeatOffer
from rallypoint.core.rematch import Agreed
from rallypoint.runtime.match_records import record_of_match
from rallypoint.runtime.queue_figures import QueueFigures
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

__all__ = ["Matching", "Sessions"]

_OF_THE_PLAYER: Final = frozenset({"kicked", "already_seated"})
"""Denials that concern one player, and nobody else who waits."""
_OF_THE_NODE: Final = ("node_full", "cordoned")

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class Sessions(Seats, Protocol):
    """The sessions' side, as the lobby sees it. None of these waits for anything.

    Each seat that :meth:`reserve` gave ends with one call of :meth:`.LobbyHost.player_unseated`.
    """

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        """The running sessions of ``game`` that take more players, oldest first."""

    def create(self, game: str, now: float, order: Order, /) -> SessionId | Denial:
        """A new session without players; denied if this node takes no more (full, draining), or the game refuses."""

    def reserve(
        self,
        session_id: SessionId,
        player: PlayerId,
        name: str,
        lobby_id: LobbyId,
        now: float,
        team: int | None = None,
        /,
    ) -> SeatOffer | Denial:
        """A seat for the player, kept for a while; denied if the session no longer takes players, or not this one.

        ``team``: of one who is not in the session's match yet.
        """

    def give_back(self, session_id: SessionId, player: PlayerId, /) -> None:
        """A seat was reserved, and its player is not told of it: it is free again."""

    def discard(self, session_id: SessionId, /) -> None:
        """The session was created, and its players got no seats: it ends."""

    def add_bots(self, session_id: SessionId, count: int, team: int | None = None, /) -> None:
        """Bots in free seats of the session. ``team``: of its match; ``None``: wherever players are missing."""

    def backfills(self, queue: str, /) -> Sequence[BackfillWanted]:
        """The running sessions of that queue that want more players."""


class Matching:
    """Between the lobby and the sessions of this node."""

    def __init__(self, lobby: Lobby, sessions: Sessions) -> None:
        self._lobby = lobby
        self._sessions = sessions
        self.made: list[MatchRecord] = []
        """Matches that got their seats: to be stored, by whoever takes them out of here."""
        self.figures: defaultdict[str, QueueFigures] = defaultdict(QueueFigures)
        """By queue, a quick one by its game."""

    def search(self, now: float) -> None:
        """One turn of the search of queues with rules. What it finds is placed by :meth:`settle`."""
        ruled = self._lobby.queues.ruled
        for queue in ruled.backfills.due_now(now):
            ruled.look_at_backfills(queue, self._sessions.backfills(queue), now)
        ruled.search(now)

    def settle(self, now: float) -> None:
        """Does all that was decided. It ends: each round seats somebody, puts a queue to rest, or makes a rematch."""
        queues, rematches = self._lobby.queues, self._lobby.rematches
        for match in queues.ruled.to_place:  # once: others have their own turn
            self.place(match, now)
        while True:
            games, agreed = queues.take_changed(), rematches.take_agreed()
            if not games and not agreed:
                return
            for rematch in agreed:
                self.rematch(rematch, now)
            for game in games:
                self.run(game, now)

    def run(self, game: str, now: float) -> None:
        """Seats whoever can be seated in ``game``. Raises nothing: a failure is logged, and the queue rests."""
        queues = self._lobby.queues
        try:
            for decision in queues.match(game, now, self._sessions.open_sessions(game)):
                if not self._execute(game, decision, now):
                    log.info("match not placed", game=game, decision=type(decision).__name__)
                    queues.refused(game, decision, now)
                    if isinstance(decision, CreateFor):
                        break  # only others like it follow
        except Exception:
            log.exception("matching failed", game=game)
            queues.refused(game, None, now)

    def rematch(self, agreed: Agreed, now: float) -> None:
        """Makes the session that was agreed on. Raises nothing: those who get no seat are told that there is none."""
        waiting = [member.player for member in agreed.members if not member.bot]
        why = "refused"
        try:
            if self._again(agreed, waiting, now) == "cordoned":
                why = "cordoned"
            self._lobby.queues.capacity_changed()  # the new session may have seats for others, too
        except Exception:
            log.exception("rematch failed", session=agreed.session, game=agreed.group.game)
        if waiting:
            log.info("rematch not placed", session=agreed.session, game=agreed.group.game, players=len(waiting))
            self._lobby.rematches.failed(agreed, waiting, why)

    # --- quick matches ----------------------------------------------------------------------------------------------

    def _execute(self, game: str, decision: Decision, now: float) -> bool:
        """True if everybody concerned has a seat, or the queue has changed and is matched again anyhow."""
        match decision:
            case SeatIn():
                return not self._may_wait(game, decision.lobby_id) or self._seat(
                    game, decision.lobby_id, decision.session_id, now
                )
            case CreateFor():
                staying = [self._may_wait(game, lobby_id) for lobby_id in decision.lobby_ids]
                if not all(staying):
                    return True
                session_id = self._sessions.create(game, now, Order())
                if isinstance(session_id, Denial):
                    return False
                seated = [self._seat(game, lobby_id, session_id, now) for lobby_id in decision.lobby_ids]
                if not any(seated):
                    self._sessions.discard(session_id)
                    return False
                self.figures[game].matches += 1
                self.figures[game].recent.made(now)
                if decision.bots:
                    self._sessions.add_bots(session_id, decision.bots)
                return all(seated)
            case _:
                assert_never(decision)

    def _may_wait(self, game: str, lobby_id: LobbyId) -> bool:
        """False if a player has got a seat elsewhere while waiting, from a backend, and so the ticket waits no more."""
        ticket = self._lobby.queues.ticket(lobby_id)
        if ticket is None or all(self._sessions.may_sit(player, game) for player in ticket.players):
            return True
        self._lobby.queues.turned_away(ticket, "already_seated")
        return False

    def _seat(self, game: str, lobby_id: LobbyId, session_id: SessionId, now: float) -> bool:
        ticket = self._lobby.queues.ticket(lobby_id)
        if ticket is None:
            return True  # gone meanwhile: nobody is left to be seated
        offers = self._reserve(session_id, ticket, now)
        if not isinstance(offers, Denial):
            self.figures[game].waits.record(now - ticket.queued_at)
            self.figures[game].recent.seated(now, now - ticket.queued_at)
            self._lobby.seat_all(ticket, offers)
        elif offers.error in _OF_THE_PLAYER:
            self._lobby.queues.barred(ticket, session_id)
        else:
            return False
        return True

    def _reserve(
        self, session_id: SessionId, ticket: LobbyTicket, now: float, team: int | None = None
    ) -> list[SeatOffer] | Denial:
        """Seats for all of a ticket, or for none."""
        offers: list[SeatOffer] = []
        for entrant in ticket.entrants:
            session = entrant.session
            offer = self._sessions.reserve(session_id, session.player, session.name, session.id, now, team)
            if isinstance(offer, Denial):
                for player in ticket.players[: len(offers)]:
                    self._sessions.give_back(session_id, player)
                return offer
            offers.append(offer)
        return offers

    # --- queues with rules ------------------------------------------------------------------------------------------

    def place(self, found: FoundMatch, now: float) -> None:
        """Seats a match that was found, all or nothing. Raises nothing: a failure is logged, and the match rests."""
        try:
            self._place(found, now)
        except Exception:
            log.exception("match failed", queue=found.rules.name, match=found.id)
            self._lobby.queues.ruled.unplaced(found, now)
            self._lobby.queues.ruled.rest(now, found.rules.name)

    def _place(self, found: FoundMatch, now: float) -> None:
        queues, rules = self._lobby.queues, found.rules
        elsewhere = [
            ticket
            for ticket in found.tickets
            if not all(self._sessions.may_sit(player, rules.game) for player in ticket.players)
        ]
        if elsewhere:
            for ticket in elsewhere:
                queues.turned_away(ticket, "already_seated")  # and the match is off
            return
        order = order_of(found)
        session_id = found.match.backfill or self._sessions.create(
            rules.game, now, Order(rules.options, quick=False, match=order)
        )
        if isinstance(session_id, Denial):
            log.info("match not placed", queue=rules.name, match=found.id, why=session_id.error)
            queues.ruled.unplaced(found, now)
            queues.ruled.rest(now, "" if session_id.error in _OF_THE_NODE else rules.name)
            return
        offers = self._reserve_all(found, session_id, now)
        if isinstance(offers, Denial):
            log.info("match not placed", queue=rules.name, match=found.id, session=session_id, why=offers.error)
            self._not_taken(found, offers, now)
            return
        for team, bots in enumerate(found.match.bots):
            if bots:
                self._sessions.add_bots(session_id, bots, team)
        self.made.append(record_of_match(found, session_id, now, self._lobby.unix_ms() / 1000))
        self._count(found, now)
        queues.ruled.placed(found, now)
        for ticket, theirs in zip(found.tickets, offers, strict=True):
            self._lobby.seat_all(ticket, theirs, order)
        log.info(
            "match made", queue=rules.name, match=found.id, session=session_id, quality=round(found.match.quality, 3)
        )

    def _count(self, found: FoundMatch, now: float) -> None:
        figures = self.figures[found.rules.name]
        figures.matches += 1
        figures.quality.record(found.match.quality)
        for ticket in found.tickets:
            figures.waits.record(now - ticket.queued_at)

    def _not_taken(self, found: FoundMatch, denial: Denial, now: float) -> None:
        """The session of a match does not take its players."""
        queues, running = self._lobby.queues, found.match.backfill
        if running is None:
            queues.ruled.unplaced(found, now)
            queues.ruled.rest(now, found.rules.name)
        elif denial.error in _OF_THE_PLAYER:
            for ticket in found.tickets:
                queues.barred(ticket, running)
            queues.ruled.unplaced(found, now)
        else:
            queues.ruled.unplaced(found, now, rests=True)

    def _reserve_all(self, found: FoundMatch, session_id: SessionId, now: float) -> list[list[SeatOffer]] | Denial:
        """Seats for all of a match, team by team, or for none: then a new session ends."""
        offers: list[list[SeatOffer]] | Denial | None = None
        try:
            offers = self._reserve_teams(found, session_id, now)
        finally:
            if found.match.backfill is None and not isinstance(offers, list):
                self._sessions.discard(session_id)
        return offers

    def _reserve_teams(self, found: FoundMatch, session_id: SessionId, now: float) -> list[list[SeatOffer]] | Denial:
        reserved: list[list[SeatOffer]] = []
        for index, team in enumerate(found.by_team):
            for ticket in team:
                # Who is matched for a new session is in its order already.
                offers = self._reserve(session_id, ticket, now, None if found.match.backfill is None else index)
                if isinstance(offers, Denial):
                    for other in found.tickets[: len(reserved)]:
                        for player in other.players:
                            self._sessions.give_back(session_id, player)
                    return offers
                reserved.append(offers)
        return reserved

    # --- rematches --------------------------------------------------------------------------------------------------

    def _again(self, agreed: Agreed, waiting: list[PlayerId], now: float) -> str:
        """Takes those who get a seat out of ``waiting``. Gives the error of a session that cannot be; else nothing."""
        order = agreed.group.order
        if order.leader is not None and order.leader not in waiting:
            order = replace(order, leader=waiting[0])
        if order.match is not None:
            order = replace(order, match=match_again(order.match, self._lobby.new_id(), waiting))  # bots are new ones
        session_id = self._sessions.create(agreed.group.game, now, order)
        if isinstance(session_id, Denial):
            return session_id.error
        for member in agreed.members:
            session = self._lobby.of(member.player)
            if member.bot:
                self._sessions.add_bots(session_id, 1)  # one by one: a bot keeps its place in the order, too
            elif session is not None:
                offer = self._sessions.reserve(session_id, session.player, session.name, session.id, now)
                if not isinstance(offer, Denial):
                    told: dict[str, Any] = {"rematch": agreed.session, **match_data(order.match, member.player)}
                    self._lobby.seat(session, offer, told)
                    waiting.remove(member.player)
        return ""


def order_of(found: FoundMatch) -> MatchOrder:
    """What the session of a match is to know of it. Of a backfill: only what those who come are told."""
    match, rules = found.match, found.rules
    teams = tuple(tuple(player for ticket in team for player in ticket.players) for team in found.by_team)
    sizes = tuple(team.most for team in rules.teams)
    return MatchOrder(found.id, rules.name, teams, sizes, rules.rated, match.region, match.quality)
