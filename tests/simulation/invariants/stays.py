"""Stays in the lobby, as the wire tells of them: whose connection is whose, what was asked, and what was answered.

A *stay* is a lobby session from its first welcome to its end. A hello of a guest who is known begins it anew: the same
stay, in its next *life*, in which request ids may begin at 1 again.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.lobby_session import LobbySession
from rallypoint.core.seat import Seat
from rallypoint_protocol.ids import LobbyId, SessionId
from rallypoint_protocol.messages import Ack, Answer, Hello, Leave, Ping, Proved, Push, Resume, Welcome
from rallypoint_simulation.observer import Observer

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["LobbyObserver", "Stay"]

_REQUESTS_KEPT: Final = 160
"""Twice and a half as many as a server remembers."""
_SEATS_KEPT: Final = 32
_NO_REQUESTS: Final = (Hello, Resume, Proved, Ack, Ping, Leave, bytes)


class Stay:
    """One lobby session."""

    def __init__(self, welcome: Welcome, now: float) -> None:
        self.lobby = welcome.lobby
        self.player = welcome.player
        self.name = welcome.name
        self.began = now
        self.wire: Wire | None = None
        """The connection that counts at the server; ``None`` while there is none that it would write to."""
        self.life = 0
        self.pushed = 0
        """The highest number of a push that was on the wire."""
        self.requests: dict[int, Any] = {}
        """Of this life, those that have reached the server: by id."""
        self.answers: dict[int, Answer] = {}
        """The first answer to each."""
        self.sat_in: set[str] = set()
        """Sessions in which the player had a seat when last let in."""
        self.seats: dict[tuple[str, int], None] = {}
        """The newest seats that it was offered: session, and number of the seat there."""
        self.doubtful: dict[int, None] = {}
        """Requests that have reached a connection which ended before it had answered: perhaps they were executed."""

    def __repr__(self) -> str:
        return f"player {self.player}"

    def begin(self, wire: Wire, *, anew: bool) -> None:
        """Another connection; ``anew``: of a client that knows nothing of before."""
        self.doubt()
        self.wire = wire
        if anew:
            self.life += 1
            self.requests.clear()
            self.answers.clear()
            if self.doubtful:
                self.doubtful = {-1: None}  # what was done may last into this life

    def unanswered(self, kind: type) -> bool:
        """True if a request of that kind has reached the server, and no answer was on the wire: perhaps none will be,
        because the connection breaks in the middle of a read."""
        return any(isinstance(asked, kind) and id_ not in self.answers for id_, asked in self.requests.items())

    def doubt(self) -> None:
        """A connection has ended."""
        self.doubtful.update((id_, None) for id_ in self.requests if id_ not in self.answers)

    def ask(self, request: Any) -> None:
        """The server has it."""
        self.requests.setdefault(request.id, request)
        if len(self.requests) > _REQUESTS_KEPT:
            oldest = min(self.requests)
            del self.requests[oldest]
            self.answers.pop(oldest, None)
            if self.doubtful.pop(oldest, oldest) is None:
                self.doubtful[-1] = None


class LobbyObserver(Observer):
    """Of the lobby's connections only. Override the hooks below; those of :class:`Observer` are used up here."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.stays: dict[str, Stay] = {}
        """By id of the lobby session: all that have not ended, as of the last look."""
        self.of_wire: dict[Wire, Stay] = {}
        """By connection that was welcomed, until the server knows its end."""
        self.first: dict[Wire, Any] = {}
        """What each connection said first."""
        self._early: dict[Wire, deque[Any]] = {}
        """What came after that and before the welcome."""
        self._steady_since = 0.0
        self._looked_at = 0.0

    # --- hooks ------------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Welcome, before: Wire | None) -> None:
        """The server has written a welcome. ``before``: the connection that counted until now."""

    def asked(self, stay: Stay, wire: Wire, request: Any) -> None:
        """A request has reached the server, on the connection that counts."""

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """The server has written an answer; ``news``: the first one. ``request`` ``None``: it was never asked."""

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """The server has written a push; ``news``: it was never on a wire before."""

    def told(self, stay: Stay, wire: Wire, message: Any) -> None:
        """The server has written anything else."""

    def said(self, stay: Stay, wire: Wire, message: Any) -> None:
        """Anything else of a client's has reached the server, on the connection that counts."""

    def over(self, stay: Stay) -> None:
        """The lobby session has ended, as a look shows; or the server is gone."""

    def inspect(self, now: float) -> None:
        """A look, while a server runs: ``now`` in seconds of the world."""

    # --- what there is ----------------------------------------------------------------------------------------------

    @property
    def server_now(self) -> float:
        """The server's own clock."""
        return self.world.loop.now - self.world.server_host.behind_s

    def steady(self, since: float) -> float:
        """For how many seconds, since that moment of the world, the server has run without standing still."""
        return self.world.loop.now - max(since, self._steady_since)

    def writable(self, wire: Wire) -> bool:
        """False once what the server writes there goes nowhere."""
        transport = wire.link.server
        return transport is not None and not transport.is_over and not transport.is_closing() and not wire.closed_by

    def session(self, stay: Stay) -> LobbySession | None:
        """The server's own lobby session; ``None`` if it has ended."""
        port = self.world.port
        return None if port is None else port.lobby.find(LobbyId(stay.lobby))

    def seat(self, stay: Stay, data: dict[str, Any]) -> Seat | None:
        """The seat that this match or answer speaks of, while it is the player's."""
        port = self.world.port
        host = None if port is None else port.node.find(SessionId(str(data.get("session"))))
        index = data.get("seat")
        if host is None or not isinstance(index, int) or not 0 <= index < len(host.core.seats):
            return None
        seat = host.core.seats[index]
        return seat if seat is not None and seat.player_id == stay.player else None

    def by_backend(self, stay: Stay, data: dict[str, Any]) -> bool:
        """True if nobody need have asked for the seat of this match: a backend reserved it, or asked for it again.

        Those are called by their ids, whatever the players call themselves; and who had a seat when they came in is
        told of that one.
        """
        seat = self.seat(stay, data)
        if seat is None or seat.name != stay.name or data["session"] in stay.sat_in:
            return True
        return (data["session"], seat.number) in stay.seats

    def stay_of(self, player: str) -> Stay | None:
        """The player's, if the lobby session has not ended."""
        for stay in self.stays.values():
            if stay.player == player and self.session(stay) is not None:
                return stay
        return None

    def in_party(self, stay: Stay) -> bool:
        """True while the player is in a party, which has its tickets together."""
        session = self.session(stay)
        return session is not None and session.party is not None

    @property
    def knows_all(self) -> bool:
        """False while the server has a lobby session whose welcome was never written."""
        port = self.world.port
        return port is not None and len(port.lobby) == sum(
            self.session(stay) is not None for stay in self.stays.values()
        )

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        """Sorts what the server writes."""
        if not from_server or wire.path != "/lobby":
            return
        stay = self.of_wire.get(wire)
        if type(message) is Welcome:
            self._welcome(wire, message)
        elif stay is None:
            self.told_to_nobody(wire, message)
        elif type(message) is Answer:
            request, news = stay.requests.get(message.id), message.id not in stay.answers
            if request is not None and message.error != "too_old":
                stay.answers.setdefault(message.id, message)
            self.answered(stay, wire, request, message, news=news)
            self._note_seat(stay, message.value)
        elif type(message) is Push:
            news = message.n > stay.pushed
            stay.pushed = max(stay.pushed, message.n)
            self.pushed(stay, wire, message, news=news)
            self._note_seat(stay, message.data)
        else:
            self.told(stay, wire, message)

    def _note_seat(self, stay: Stay, data: Any) -> None:
        seat = self.seat(stay, data) if isinstance(data, dict) else None
        if seat is not None:
            stay.seats[data["session"], seat.number] = None
            if len(stay.seats) > _SEATS_KEPT:
                del stay.seats[next(iter(stay.seats))]

    def told_to_nobody(self, wire: Wire, message: Any) -> None:
        """The server has written something to a connection that was not welcomed."""

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        """Sorts what reaches the server."""
        if from_server or wire.path != "/lobby":
            return
        stay = self.of_wire.get(wire)
        if stay is not None:
            if stay.wire is wire:
                self._reached(stay, wire, message)
        elif wire not in self.first:
            self.first[wire] = message
            self.came(wire, message)
        else:
            self._early.setdefault(wire, deque(maxlen=64)).append(message)

    def came(self, wire: Wire, message: Any) -> None:
        """A connection's first message has reached the server."""

    def _reached(self, stay: Stay, wire: Wire, message: Any) -> None:
        if isinstance(message, _NO_REQUESTS):
            self.said(stay, wire, message)
        else:
            stay.ask(message)
            self.asked(stay, wire, message)

    def _welcome(self, wire: Wire, welcome: Welcome) -> None:
        stay = self.stays.get(welcome.lobby)
        before = None if stay is None else stay.wire
        if stay is None:
            stay = self.stays[welcome.lobby] = Stay(welcome, self.world.loop.now)
        stay.begin(wire, anew=not welcome.resumed)
        stay.name = welcome.name
        stay.sat_in = {session for session, _ in welcome.seats}
        self.of_wire[wire] = stay
        self.welcomed(stay, wire, self.first.get(wire), welcome, before)
        for message in self._early.pop(wire, ()):
            self._reached(stay, wire, message)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        """After its close frame the server writes no more."""
        if from_server and wire.path == "/lobby":
            self._detach(wire)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        """The server knows that a connection is over."""
        if at_server and wire.path == "/lobby":
            self._detach(wire)
            self.of_wire.pop(wire, None)
            self.first.pop(wire, None)
            self._early.pop(wire, None)

    def _detach(self, wire: Wire) -> None:
        stay = self.of_wire.get(wire)
        if stay is not None and stay.wire is wire:
            stay.wire = None
            stay.doubt()

    # --- the server, and time ---------------------------------------------------------------------------------------

    def server_gone(self, crashed: bool) -> None:
        """With it, all lobby sessions, if they are not kept; and all connections."""
        self._forget(self.world.kept)

    def server_started(self) -> None:
        """Nobody is in the lobby; or those who were there, without connections."""
        self._forget(self.world.kept)
        self._steady_since = self.world.loop.now

    def _forget(self, kept: bool) -> None:
        for stay in list(self.stays.values()):
            if kept:
                stay.doubt()
                stay.wire = None
            else:
                self.over(stay)
        if not kept:
            self.stays.clear()
        self.of_wire.clear()
        self.first.clear()
        self._early.clear()

    def look(self) -> None:
        """Forgets who has gone, and looks at the rest."""
        now = self.world.loop.now
        frozen_until = self.world.server_host.frozen_until
        if frozen_until > self._looked_at:
            self._steady_since = max(self._steady_since, min(now, frozen_until))
        self._looked_at = now
        if self.world.port is None:
            return
        for stay in list(self.stays.values()):
            if self.session(stay) is None:
                self.over(stay)
                del self.stays[stay.lobby]
        self.inspect(now)
