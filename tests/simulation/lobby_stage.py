"""A stage on which the lobby does what a test says, for the observers that look on."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint_protocol.messages import (
    Answer,
    Hello,
    Push,
    QuickMatch,
    Resume,
    Welcome,
)
from rallypoint_simulation.observer import Observer, Violation
from tests.simulation.games.skirmish import Skirmish


class Wire:
    """A connection to the lobby, as far as these observers look."""

    path = "/lobby"
    closed_by = ""

    def __init__(self, number: int) -> None:
        self.number = number
        self.link = SimpleNamespace(server=SimpleNamespace(is_over=False, is_closing=lambda: False, buffered=0))

    def __repr__(self) -> str:
        return f"wire {self.number}"


class Seating:
    """Who sits in a session, and who may not."""

    def __init__(self, seats: list[Any]) -> None:
        self.seats = seats
        self.banned: set[str] = set()
        self.leader = None
        self.tokens: list[bytes] = []

    @property
    def free(self) -> int:
        return self.seats.count(None)

    def of(self, player: str) -> Any:
        return next((seat for seat in self.seats if seat is not None and seat.player_id == player), None)

    def knows(self, token: bytes, now: float) -> bool:
        return token in self.tokens


def host(name: str, *players: str, free: int = 1, game: str = "books") -> Any:
    """A session that runs, with these players."""
    seats: list[Any] = []
    for index, player in enumerate(players):
        seat = SimpleNamespace(player_id=player, index=index, number=index, name=player, state=SeatState.CONNECTED)
        seat.bot, seat.is_given_up, seat.is_over = False, False, lambda now: False
        seats.append(seat)
    seats += [None] * free
    core = SimpleNamespace(id=name, seats=seats, seating=Seating(seats), state=SessionState.RUNNING)
    core.spectators = _Spectators()
    core.order = SimpleNamespace(quick=True, private=False, leader=None, patience_s=None)
    core.free_seats = free
    core.game = SimpleNamespace(meta={})
    core.seated = lambda: iter([seat for seat in seats if seat is not None])
    options = SimpleNamespace(name=game, exclusive=True)
    return SimpleNamespace(
        core=core,
        running=True,
        held_back=False,
        definition=SimpleNamespace(options=options),
        created_unix_s=1.0,
        code="",
    )


class _Spectators:
    def __init__(self) -> None:
        self.all: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self.all)


class Book:
    """The seat book, as a test fills it."""

    def __init__(self) -> None:
        self.seats: dict[str, list[tuple[str, str]]] = {}

    def seats_of(self, player: str) -> list[tuple[str, str]]:
        return self.seats.get(player, [])

    @property
    def players(self) -> int:
        return len(self.seats)


class Stage:
    """A world in which nothing happens but what a test says. It begins with a server that has one game."""

    def __init__(self, observer: Callable[[Any], Observer]) -> None:
        self.loop = SimpleNamespace(now=1000.0, turns=0)
        self.server_host = SimpleNamespace(frozen_until=0.0, behind_s=0.0)
        self.plan = SimpleNamespace(durability="off", store_s=0.01)
        self.storage = SimpleNamespace(commits_s=0.0)
        self.kept = False
        self.unwritten_s = 0.0
        self.last_port = None
        self.players: dict[str, Any] = {}
        self.network = SimpleNamespace(route=lambda name: SimpleNamespace(dark_until=0.0))
        self.sessions: dict[str, Any] = {}
        options = SimpleNamespace(name="books", seats_min=2, seats_max=4, bot=None, bots_after_s=None)
        self.node = SimpleNamespace(
            hosts={},
            games={"books": SimpleNamespace(options=options)},
            book=Book(),
            bots=object(),
            draining=False,
            journal=SimpleNamespace(failure=""),
            settings=SimpleNamespace(sessions_max=10),
            may_sit=lambda player, game: True,
            find=self.host,
        )
        self.port = SimpleNamespace(node=self.node, lobby=self)
        self.games = [Skirmish.definition()]
        self.store = SimpleNamespace(ended_records=[], matches=[], rating_changes=[], stored={}, down=False)
        self.parties = SimpleNamespace(images={})
        self.found: list[Violation] = []
        self.wires = 0
        self.observer = observer(self)
        self.observer.server_started()

    # --- what observers ask of a world, and of its lobby ------------------------------------------------------------

    @property
    def elapsed_s(self) -> float:
        return float(self.loop.now - 1000.0)

    def violated(self, violation: Violation) -> None:
        self.found.append(violation)

    def host(self, name: str) -> Any:
        return self.node.hosts.get(name)

    def find(self, lobby: str) -> Any:
        return self.sessions.get(lobby)

    def of(self, player: str) -> Any:
        return self.sessions.get(f"L{player}")

    def __len__(self) -> int:
        return len(self.sessions)

    def waiting(self, game: str) -> int:
        return sum(session.queue == game for session in self.sessions.values())

    # --- what happens -----------------------------------------------------------------------------------------------

    def wire(self, first: Any) -> Wire:
        """A connection that has said that."""
        self.wires += 1
        wire = Wire(self.wires)
        self.observer.received(wire, first, False)  # type: ignore[arg-type]  # as much of a wire as is looked at
        return wire

    def enter(self, player: str) -> Wire:
        """A new guest."""
        grace = SimpleNamespace(over=lambda now: False)
        kept = SimpleNamespace(acked=0, lost=0)
        self.sessions[f"L{player}"] = SimpleNamespace(
            player=player,
            state=LobbyState.CONNECTED,
            queue=None,
            pushed=0,
            pushes=kept,
            grace=grace,
            party=None,
            ticket=None,
        )
        wire = self.wire(Hello(1, player))
        self.send(wire, self.welcome(player))
        return wire

    def resume(self, player: str, token: bytes, new: bytes = b"t2", event: int = 0) -> Wire:
        """Back on another connection, which is let in."""
        wire = self.wire(Resume(1, f"L{player}", token, 0, 0, event))
        self.send(wire, self.welcome(player, new, resumed=True))
        return wire

    def welcome(self, player: str, token: bytes = b"t1", *, resumed: bool = False) -> Welcome:
        """As it would be now."""
        event = self.sessions[f"L{player}"].pushed
        return Welcome(f"L{player}", token, player, player, ["books"], resumed, event, 30.0)

    def say(self, wire: Wire, *messages: Any) -> None:
        """A client's messages reach the server."""
        for message in messages:
            self.observer.received(wire, message, False)  # type: ignore[arg-type]  # as above

    def send(self, wire: Wire, *messages: Any) -> None:
        """The server writes."""
        self.loop.turns += 1
        for message in messages:
            self.observer.sent(wire, message, True)  # type: ignore[arg-type]  # as above

    def done(self, wire: Wire, request: Any, error: str = "", value: Any = None) -> None:
        """A request, and its answer."""
        self.say(wire, request)
        self.send(wire, Answer(request.id, value, error, error))

    def push(self, player: str, wire: Wire, kind: str, **data: Any) -> None:
        """The next one for that player."""
        session = self.sessions[f"L{player}"]
        session.pushed += 1
        self.send(wire, Push(session.pushed, kind, data))

    def close(self, wire: Wire, code: int) -> None:
        """The server closes it."""
        self.loop.turns += 1
        self.observer.closing(wire, code, "", True)  # type: ignore[arg-type]  # as above

    def look(self, seconds: float = 0.0) -> None:
        """Time passes, and it is looked at."""
        until = self.loop.now + seconds
        self.observer.look()
        while self.loop.now < until:
            self.loop.now = min(until, self.loop.now + 0.25)
            self.observer.look()

    @property
    def names(self) -> list[str]:
        """The invariants that are broken."""
        return [violation.invariant for violation in self.found]


def queued(stage: Stage, player: str, wire: Wire, request: int = 1) -> None:
    """Waits, as server and wire say."""
    stage.sessions[f"L{player}"].queue = "books"
    stage.done(wire, QuickMatch(request, "books"))


def seat(session: str, index: int = 0, token: bytes = b"s", **more: Any) -> dict[str, Any]:
    """What a match says."""
    return {"game": "books", "session": session, "seat": index, "url": "/", "token": token, "schema": b""} | more


def matched(stage: Stage, player: str, wire: Wire, session: str = "S", index: int = 0, **more: Any) -> None:
    """Told of a seat that is there."""
    if session not in stage.node.hosts:
        stage.node.hosts[session] = host(session, *["?"] * index, player)
    stage.node.hosts[session].core.seating.tokens.append(b"s")
    stage.sessions[f"L{player}"].queue = None
    stage.push(player, wire, "matched", **seat(session, index, **more))


def client(**core: Any) -> Any:
    """A player whose program has one lobby."""
    known = {"state": SimpleNamespace(value="connected"), "_requests": {}, "_last_push": 0}
    lobby = SimpleNamespace(_core=SimpleNamespace(**known | core), _queueing=None)
    device = SimpleNamespace(alive=True, frozen_until=0.0)
    return SimpleNamespace(process=SimpleNamespace(lobbies=[lobby], host=device))


def first_broken(observer: Callable[[Any], Observer], play: Callable[[Stage], None]) -> str:
    """The invariant that is found to be broken first."""
    stage = Stage(observer)
    play(stage)
    assert stage.names
    assert str(stage.found[0])
    return stage.names[0]
