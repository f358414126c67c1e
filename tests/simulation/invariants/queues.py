"""Nobody waits in a queue that could seat them, and nobody is seated before who came first.

Quick matches are settled with every change, so at a look nothing that is possible should be left to do. It may for a
moment: a queue rests for a second after something could not be done.

While a party waits for a game, or somebody in several queues at once, nothing is looked at there: see ``fits``.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbySession, LobbyState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Answer, Enqueue, Push, QuickMatch

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Queues"]

OPEN_SEAT: Final = "nobody waits in a queue while a seat for them is open"
NEW_SESSION: Final = "nobody waits in a queue while enough wait for a session of their own"
BOTS: Final = "nobody waits in a queue for longer than until bots join in"
FIRST_COME: Final = "first come, first seated"
PLACE: Final = "a place in a queue is the order of arrival"
AWAY: Final = "who is away keeps the place in the queue and is not matched"
ONLY_THE_LIVING: Final = "a queue holds only who is in the lobby"

_PATIENCE_S: Final = 2.0
"""A second's rest, and then some."""


class _Waiting:
    """One who waits."""

    def __init__(self, number: int, game: str, since: float) -> None:
        self.number = number
        """Counted by arrival."""
        self.game = game
        self.since = since
        """On the server's clock."""
        self.sat_in: dict[str, None] = {}
        """Sessions that it had a seat in meanwhile: those do not take it again."""


class Queues(LobbyObserver):
    """Knows who has asked when, and asks the server who waits still."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._numbers = count(1)
        self._gone_at = 0.0
        self._waiting: dict[str, _Waiting] = {}
        """By lobby session, in order of arrival."""
        self._away: dict[str, str] = {}
        """Lobby sessions that were away at the last look, and the game that they waited for."""
        self._replayed: dict[str, int] = {}
        """The last push that there was when a lobby session got its present connection."""
        self._possible: dict[tuple[str, str], float] = {}
        """What is possible and was not done (invariant, whom it concerns), and since when in the world's time."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """The end of a queue is one longer."""
        if news and not answer.error and isinstance(request, QuickMatch | Enqueue):
            game = request.game if isinstance(request, QuickMatch) else request.queues[0]
            self._waiting.pop(stay.lobby, None)
            self._waiting[stay.lobby] = _Waiting(next(self._numbers), game, self.server_now)

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """Whoever is told something is looked at in this very moment."""
        if not news or push.n <= self._replayed.get(stay.lobby, 0):
            return
        if push.kind == "queued":
            self._look_at_place(stay, push)
        elif push.kind == "matched":
            self._look_at_order(stay, push)
            self._waiting.pop(stay.lobby, None)

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """What is replayed says nothing of now."""
        self._replayed[stay.lobby] = welcome.event
        self._away.pop(stay.lobby, None)

    def server_gone(self, crashed: bool) -> None:
        """Nobody waits for longer while there is no server."""
        super().server_gone(crashed)
        self._gone_at = self.server_now
        self._possible.clear()

    def server_started(self) -> None:
        """As long as before, at least."""
        super().server_started()
        for waiting in self._waiting.values():
            waiting.since += self.server_now - self._gone_at

    def over(self, stay: Stay) -> None:
        """It waits for nothing."""
        for table in (self._waiting, self._replayed, self._away):
            table.pop(stay.lobby, None)

    def _look_at_place(self, stay: Stay, push: Push) -> None:
        game, place = str(push.data.get("game")), push.data.get("place")
        queue = self._queue(game)
        port = self.world.port
        if port is None or not self.knows_all or game not in port.node.games or not self._is_plain(game):
            return
        if len(queue) != port.lobby.waiting(game):
            return  # a look says so
        players = [other.lobby for other, _, _ in queue]
        if stay.lobby in players and players.index(stay.lobby) + 1 != place:
            true = players.index(stay.lobby) + 1
            self.violate(
                PLACE, f"{stay} is told place {place} for {game}, and is number {true} of {len(queue)} by arrival"
            )

    def _look_at_order(self, stay: Stay, push: Push) -> None:
        """Older ones who wait still: each must have had a reason not to get this seat."""
        mine = self._waiting.get(stay.lobby)
        port = self.world.port
        session = str(push.data.get("session"))
        if mine is None or port is None or push.data.get("rematch") or push.data.get("game") != mine.game:
            return
        if push.data.get("queue") or self.in_party(stay) or not self._is_plain(mine.game):
            return
        host = port.node.hosts.get(SessionId(session))
        if host is None or self.by_backend(stay, push.data):
            return
        for other, older, lobby in self._queue(mine.game):
            if (
                older.number < mine.number
                and self._may_have(other, older, lobby, host)
                and host.core.seating.of(lobby.player) is None
            ):
                text = f"{stay} (number {mine.number}) is seated in {session}, and {other} ({older.number}) waits"
                self.violate(FIRST_COME, text)
                return

    # --- the server -------------------------------------------------------------------------------------------------

    def _is_plain(self, game: str) -> bool:
        """True while only single players wait for that game, and for nothing else."""
        sessions = [self.session(stay) for stay in self.stays.values()]
        tickets = [session.ticket for session in sessions if session is not None and session.ticket is not None]
        return all(game not in one.queues or (one.size == 1 and len(one.queues) == 1) for one in tickets)

    def _queue(self, game: str) -> list[tuple[Stay, _Waiting, LobbySession]]:
        """Who waits for that game by the server's own account, in order of arrival."""
        queue = []
        for lobby_id, waiting in self._waiting.items():
            stay = self.stays.get(lobby_id)
            session = None if stay is None else self.session(stay)
            if stay is not None and session is not None and session.queue == game and waiting.game == game:
                queue.append((stay, waiting, session))
        return queue

    def _may_have(self, stay: Stay, waiting: _Waiting, lobby: LobbySession, host: SessionHost) -> bool:
        """True if nothing keeps the player from a free seat there."""
        port = self.world.port
        assert port is not None
        return (
            lobby.state is LobbyState.CONNECTED
            and port.node.may_sit(lobby.player, waiting.game)
            and lobby.player not in host.core.seating.banned
            and host.core.id not in waiting.sat_in
        )

    def inspect(self, now: float) -> None:
        """Everything that could be done right now, and since when."""
        port = self.world.port
        if port is None:
            return
        self._look_at_away()
        possible: dict[tuple[str, str], str] = {}
        for game in port.node.games:
            waiting = port.lobby.waiting(game)
            if waiting and self._is_plain(game):
                queue = self._queue(game)
                if self.knows_all and waiting > len(queue) and not self._in_doubt:
                    text = f"{waiting} tickets for {game}, {len(queue)} of players in the lobby who wait for it"
                    self.violate(ONLY_THE_LIVING, text)
                possible |= self._possible_in(game, queue)
        for what, text in possible.items():
            since = self._possible.setdefault(what, now)
            if self.steady(since) > _PATIENCE_S:
                self.violate(what[0], f"{text}, since {now - since:.2f} s")
        for what in list(self._possible):
            if what not in possible:
                del self._possible[what]

    @property
    def _in_doubt(self) -> bool:
        """Somebody may have asked, or may have been let in, without being told so yet."""
        stays = self.stays.values()
        return any(stay.doubtful or stay.unanswered(QuickMatch) or stay.unanswered(Enqueue) for stay in stays)

    def _look_at_away(self) -> None:
        port = self.world.port
        assert port is not None
        before, self._away = self._away, {}
        for stay in self.stays.values():
            session = self.session(stay)
            if session is None or session.state is not LobbyState.AWAY:
                continue
            if session.ticket is not None and session.ticket.found is not None:
                continue  # it may have said yes to that match
            if session.queue is not None:
                self._away[stay.lobby] = session.queue
                continue
            if stay.lobby not in before:
                continue
            for host in port.node.hosts.values():
                seat = host.core.seating.of(session.player)
                if seat is not None and seat.name == stay.name and (host.core.id, seat.number) not in stay.seats:
                    text = f"{stay} is away, waited for {before[stay.lobby]}, and is seated in {host.core.id}"
                    self.violate(AWAY, text)  # a backend would have called it by its id

    def _possible_in(self, game: str, queue: list[tuple[Stay, _Waiting, LobbySession]]) -> dict[tuple[str, str], str]:
        port = self.world.port
        assert port is not None
        node = port.node
        possible: dict[tuple[str, str], str] = {}
        hosts = [host for host in node.hosts.values() if host.definition.options.name == game]
        left = []
        for stay, waiting, lobby in queue:
            for host in hosts:
                if host.core.seating.of(lobby.player) is not None:
                    waiting.sat_in[host.core.id] = None
            if lobby.state is not LobbyState.CONNECTED or not node.may_sit(lobby.player, game):
                continue
            left.append((stay, waiting))
            open_ = [host for host in hosts if _is_open(host) and self._may_have(stay, waiting, lobby, host)]
            if open_:
                free = open_[0].core.free_seats
                text = f"{stay} waits for {game}, and session {open_[0].core.id} has {free} free seats"
                possible[OPEN_SEAT, stay.lobby] = text
        rules = node.games[game].options
        if not left or node.draining or node.journal.failure or len(node.hosts) >= node.settings.sessions_max:
            return possible
        oldest, first = left[0]
        if len(left) >= rules.seats_min:
            text = f"{len(left)} wait for {game}, {oldest} first, and a session begins with {rules.seats_min}"
            possible[NEW_SESSION, game] = text
        elif rules.bot is not None and node.bots is not None and rules.bots_after_s is not None:
            waited_s = self.server_now - first.since
            if waited_s > rules.bots_after_s:
                text = (
                    f"{oldest} waits for {game} since {waited_s:.2f} s, and bots join in after {rules.bots_after_s:g} s"
                )
                possible[BOTS, oldest.lobby] = text
        return possible


def _is_open(host: SessionHost) -> bool:
    """True if quick matches may fill it."""
    order = host.core.order
    return host.running and not host.held_back and order.quick and not order.private and host.core.free_seats > 0
