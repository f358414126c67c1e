"""Each invariant of the lobby is broken once, on a stage; and a world in which much goes wrong breaks none."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    CancelQueue,
    Chat,
    ChatLine,
    Condition,
    Hello,
    Listen,
    Listing,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Rematch,
    Resume,
    Say,
    SessionRow,
    Watch,
    Welcome,
)
from rallypoint_simulation.network import Weather
from rallypoint_simulation.observer import Observer, Violation
from rallypoint_simulation.run import run
from rallypoint_simulation.scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan, Trigger
from tests.simulation.invariants import chats, lists, places, pushes, queues, rematches, requests, tickets
from tests.simulation.invariants.chats import Chats
from tests.simulation.invariants.lists import Lists, fits
from tests.simulation.invariants.places import Places
from tests.simulation.invariants.pushes import Pushes
from tests.simulation.invariants.queues import Queues
from tests.simulation.invariants.rematches import Rematches
from tests.simulation.invariants.requests import Requests
from tests.simulation.invariants.tickets import Tickets

ALL = (Tickets, Queues, Places, Requests, Pushes, Lists, Chats, Rematches)


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
    core.spectators = SimpleNamespace(all={}, __len__=lambda: 0)
    core.spectators = _Spectators()
    core.order = SimpleNamespace(quick=True, private=False, leader=None, patience_s=None)
    core.free_seats = free
    core.game = SimpleNamespace(meta={})
    core.seated = lambda: iter([seat for seat in seats if seat is not None])
    options = SimpleNamespace(name=game, exclusive=True)
    return SimpleNamespace(
        core=core, running=True, definition=SimpleNamespace(options=options), created_unix_s=1.0, code=""
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
        self.plan = SimpleNamespace(journal_s=0.0)
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
            settings=SimpleNamespace(sessions_max=10),
            may_sit=lambda player, game: True,
            find=self.host,
        )
        self.port = SimpleNamespace(node=self.node, lobby=self)
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
            player=player, state=LobbyState.CONNECTED, queue=None, pushed=0, pushes=kept, grace=grace
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
    lobby = SimpleNamespace(_core=SimpleNamespace(**known | core), _quick=None)
    device = SimpleNamespace(alive=True, frozen_until=0.0)
    return SimpleNamespace(process=SimpleNamespace(lobbies=[lobby], host=device))


# --- tickets ----------------------------------------------------------------------------------------------------------


def two_tickets(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    queued(stage, "ann", wire, 2)


def cancel_of_nothing(stage: Stage) -> None:
    stage.done(stage.enter("ann"), CancelQueue(1))


def match_of_nobody(stage: Stage) -> None:
    matched(stage, "ann", stage.enter("ann"))


def match_twice(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    matched(stage, "ann", wire)
    matched(stage, "ann", wire, "S2")


def match_after_cancel(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.done(wire, CancelQueue(2))
    stage.push("ann", wire, "unqueued", game="books", reason="cancelled")
    matched(stage, "ann", wire)


def ticket_that_is_lost(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.sessions["Lann"].queue = None
    stage.look()


def place_without_a_ticket(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "queued", game="books", place=1, waiting=1)


def places_in_a_heap(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.push("ann", wire, "queued", game="books", place=2, waiting=2)
    stage.push("ann", wire, "queued", game="books", place=1, waiting=1)


def seat_that_is_not_there(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.sessions["Lann"].queue = None
    stage.push("ann", wire, "matched", **seat("nowhere"))


def seat_with_a_wrong_token(stage: Stage) -> None:
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    matched(stage, "ann", wire, token=b"wrong")


def client_that_waits_for_nothing(stage: Stage) -> None:
    wire = stage.enter("ann")
    ann = stage.players["ann"] = client(welcome=stage.welcome("ann"))
    ann.process.lobbies[0]._quick = SimpleNamespace(offer=SimpleNamespace(done=lambda: False))
    assert stage.observer.stays["Lann"].wire is wire  # type: ignore[attr-defined]  # of these observers
    stage.look(6.0)


# --- queues -----------------------------------------------------------------------------------------------------------


def open_seat(stage: Stage) -> None:
    stage.node.hosts["S"] = host("S", "bob")
    queued(stage, "ann", stage.enter("ann"))
    stage.look(3.0)


def enough_for_a_session(stage: Stage) -> None:
    for player in ("ann", "bob"):
        queued(stage, player, stage.enter(player))
    stage.look(3.0)


def bots_that_do_not_come(stage: Stage) -> None:
    stage.node.games["books"].options.bot = object()
    stage.node.games["books"].options.bots_after_s = 1.0
    queued(stage, "ann", stage.enter("ann"))
    stage.look(4.0)


def second_before_first(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    wire = stage.enter("bob")
    queued(stage, "bob", wire)
    matched(stage, "bob", wire)


def match_of_one_away(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    stage.sessions["Lann"].state = LobbyState.AWAY
    stage.look()
    stage.sessions["Lann"].queue = None
    stage.node.hosts["S"] = host("S", "ann")
    stage.look()


def wrong_place(stage: Stage) -> None:
    queued(stage, "ann", stage.enter("ann"))
    wire = stage.enter("bob")
    queued(stage, "bob", wire)
    stage.push("bob", wire, "queued", game="books", place=1, waiting=2)


def ticket_of_the_dead(stage: Stage) -> None:
    stage.waiting = lambda game: 1  # type: ignore[method-assign]  # the server's account
    stage.look()


# --- places -----------------------------------------------------------------------------------------------------------


def sit(stage: Stage, name: str, *players: str, booked: bool = True) -> None:
    stage.node.hosts[name] = host(name, *players)
    for player in players if booked else ():
        stage.node.book.seats.setdefault(player, []).append((name, "books"))
    stage.look()


def two_sessions(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    sit(stage, "S2", "ann")


def two_seats(stage: Stage) -> None:
    sit(stage, "S1", "ann", "ann")


def seat_that_is_not_in_the_book(stage: Stage) -> None:
    sit(stage, "S1", "ann", booked=False)


def entry_without_a_seat(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    del stage.node.hosts["S1"]
    stage.look(2.0)


def book_that_cannot_count(stage: Stage) -> None:
    sit(stage, "S1", "ann")
    stage.node.book.seats["nobody"] = []
    stage.look()


# --- requests ---------------------------------------------------------------------------------------------------------


def answer_to_nothing(stage: Stage) -> None:
    stage.send(stage.enter("ann"), Answer(1))


def answers_out_of_order(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.say(wire, CancelQueue(1), CancelQueue(2))
    stage.send(wire, Answer(2, None, "not_queued"), Answer(1, None, "not_queued"))


def another_answer(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.done(wire, QuickMatch(1, "books"))
    stage.done(stage.resume("ann", b"t1"), QuickMatch(1, "books"), "already_queued")


def answer_that_is_forgotten(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.done(wire, QuickMatch(1, "books"))
    stage.done(wire, QuickMatch(1, "books"), "too_old")


def no_answer(stage: Stage) -> None:
    stage.say(stage.enter("ann"), QuickMatch(1, "books"))
    stage.look(2.0)


def unknown_error(stage: Stage) -> None:
    stage.done(stage.enter("ann"), QuickMatch(1, "books"), "kicked")


def value_that_is_none(stage: Stage) -> None:
    stage.done(stage.enter("ann"), QuickMatch(1, "books"), value={"place": 1})


def client_without_an_answer(stage: Stage) -> None:
    stage.players["ann"] = client(_requests={1: b""})
    stage.look(21.0)


# --- pushes -----------------------------------------------------------------------------------------------------------


def tell(stage: Stage, wire: Wire, times: int = 1) -> None:
    for place in range(1, times + 1):
        stage.push("ann", wire, "queued", game="books", place=place, waiting=9)


def gap(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.sessions["Lann"].pushed = 1
    tell(stage, wire)


def twice(stage: Stage) -> None:
    wire = stage.enter("ann")
    tell(stage, wire)
    stage.sessions["Lann"].pushed = 0
    tell(stage, wire)


def forgotten_on_resume(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.resume("ann", b"t1", event=1)
    stage.look()


def acknowledged_by_nobody(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.sessions["Lann"].pushes.acked = 2
    stage.resume("ann", b"t1", event=0)


def fewer_than_before(stage: Stage) -> None:
    tell(stage, stage.enter("ann"), 2)
    stage.sessions["Lann"].pushed = 1
    stage.resume("ann", b"t1", event=2)


def changed_on_resume(stage: Stage) -> None:
    tell(stage, stage.enter("ann"))
    wire = stage.resume("ann", b"t1")
    stage.send(wire, Push(1, "queued", {"game": "books", "place": 7, "waiting": 9}))


def unknown_push(stage: Stage) -> None:
    stage.push("ann", stage.enter("ann"), "news", text="hello")


def resumed_without_asking(stage: Stage) -> None:
    stage.enter("ann")
    stage.send(stage.wire(Hello(1, "bob")), stage.welcome("ann", resumed=True))


def resumed_as_somebody_else(stage: Stage) -> None:
    stage.enter("ann")
    stage.enter("bob")
    stage.send(stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0)), stage.welcome("bob", resumed=True))


def two_lobby_sessions(stage: Stage) -> None:
    stage.enter("ann")
    stage.sessions["Lann2"] = stage.sessions["Lann"]
    again = stage.welcome("ann")
    again.lobby = "Lann2"
    stage.send(stage.wire(Hello(1, "ann")), again)


def used_up_token(stage: Stage) -> None:
    stage.enter("ann")
    stage.say(stage.resume("ann", b"t1", b"t2"), Proved())
    stage.resume("ann", b"t1", b"t3")


def good_token_refused(stage: Stage) -> None:
    stage.enter("ann")
    stage.close(stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0)), CloseCode.UNKNOWN)


def takeover_unsaid(stage: Stage) -> None:
    stage.enter("ann")
    stage.resume("ann", b"t1")
    stage.look()


def takeover_with_another_word(stage: Stage) -> None:
    stage.close(stage.enter("ann"), CloseCode.UNKNOWN)
    wire = stage.wire(Resume(1, "Lann", b"t1", 0, 0, 0))
    stage.loop.turns -= 1  # send() counts another turn: here it is one with the close
    stage.send(wire, stage.welcome("ann", b"t2", resumed=True))


def word_after_takeover(stage: Stage) -> None:
    wire = stage.enter("ann")
    stage.close(wire, CloseCode.TAKEN_OVER)
    stage.send(wire, Pong(1.0, 0.0, 0))


def word_before_welcome(stage: Stage) -> None:
    stage.send(stage.wire(Hello(1, "ann")), Pong(1.0, 0.0, 0))


# --- lists ------------------------------------------------------------------------------------------------------------


def row(name: str, free: int = 1) -> SessionRow:
    return SessionRow(name, "books", "running", 1, 1 + free, free, 0, "", {}, 1000)


def watching(stage: Stage, limit: int = 10) -> Wire:
    """Ann watches all sessions, of which there is one; nothing was sent yet."""
    stage.node.hosts["S"] = host("S", "bob")
    wire = stage.enter("ann")
    stage.done(wire, Watch(1, "", [], limit))
    return wire


COUNTS = {"lobby": 1, "playing": 0, "sessions": 1}


def list_(n: int, *rows: SessionRow, whole: bool = True, total: int = 1, **more: Any) -> Listing:
    return Listing(n, whole, list(rows), more.pop("gone", []), total, more.pop("counts", COUNTS))


def wrong_number(stage: Stage) -> None:
    stage.send(watching(stage), list_(2, row("S")))


def part_first(stage: Stage) -> None:
    stage.send(watching(stage), list_(1, row("S"), whole=False))


def listing_before_the_ack(stage: Stage) -> None:
    wire = watching(stage)
    stage.send(wire, list_(1, row("S")))
    stage.look(1.0)
    stage.send(wire, list_(2, row("S", 2), whole=False))


def listings_too_fast(stage: Stage) -> None:
    wire = watching(stage)
    stage.send(wire, list_(1, row("S")))
    stage.say(wire, Ack(0, 1, 0))
    stage.look(0.25)
    stage.send(wire, list_(2, row("S", 2), whole=False))


def listing_for_nobody(stage: Stage) -> None:
    stage.send(stage.enter("ann"), list_(1))


def session_twice(stage: Stage) -> None:
    stage.send(watching(stage), list_(1, row("S"), row("S")))


def more_than_asked_for(stage: Stage) -> None:
    stage.send(watching(stage, limit=1), list_(1, row("S"), row("S2"), total=2))


def settled(stage: Stage, listing: Listing) -> None:
    wire = watching(stage)
    stage.send(wire, listing)
    stage.say(wire, Ack(0, 1, 0))
    stage.look(2.0)


def untrue_row(stage: Stage) -> None:
    settled(stage, list_(1, row("S", 2)))


def row_left_out(stage: Stage) -> None:
    settled(stage, list_(1))


def untrue_total(stage: Stage) -> None:
    settled(stage, list_(1, row("S"), total=2))


def untrue_counts(stage: Stage) -> None:
    settled(stage, list_(1, row("S"), counts=COUNTS | {"lobby": 2}))


# --- chats ------------------------------------------------------------------------------------------------------------


def line(n: int, text: str = "hello", player: str = "ann") -> ChatLine:
    return ChatLine(n, player, player, text, 1)


def listening(stage: Stage, said: int = 0) -> Wire:
    wire = stage.enter("ann")
    stage.done(wire, Listen(1, ""))
    for number in range(said):
        stage.done(wire, Say(2 + number, "", "hello"))
    return wire


def line_twice(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]), Chat("", [line(1)]))


def lines_turned_round(stage: Stage) -> None:
    stage.send(listening(stage, 2), Chat("", [line(2), line(1)]))


def line_left_out(stage: Stage) -> None:
    stage.send(listening(stage, 2), Chat("", [line(2)]))


def line_that_changes(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]))
    stage.send(stage.resume("ann", b"t1"), Chat("", [line(1, "goodbye")]))


def line_of_somebody_else(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1, player="bob")]))


def line_of_nobody(stage: Stage) -> None:
    stage.send(listening(stage), Chat("", [line(1)]))


def line_for_nobody(stage: Stage) -> None:
    stage.send(stage.enter("ann"), Chat("", [line(1)]))


def line_for_one_outside(stage: Stage) -> None:
    stage.node.hosts["S"] = host("S", "ann", free=0)
    wire = stage.enter("ann")
    stage.done(wire, Listen(1, "S"))
    stage.done(wire, Say(2, "S", "hello"))
    stage.node.hosts["S"] = host("S", "bob")
    stage.look(13.0)
    stage.send(wire, Chat("S", [line(1)]))


def line_that_does_not_come(stage: Stage) -> None:
    listening(stage, 1)
    stage.look(3.0)


def line_that_does_not_come_again(stage: Stage) -> None:
    stage.send(listening(stage, 1), Chat("", [line(1)]))
    stage.resume("ann", b"t1")
    stage.look(3.0)


# --- rematches --------------------------------------------------------------------------------------------------------


def wish(stage: Stage, player: str, wire: Wire, *wanted: str, ask: bool = True) -> None:
    if ask:
        stage.done(wire, Rematch(1, "S", True))
    stage.push(player, wire, "rematch", session="S", game="books", wanted=list(wanted), group=["ann", "bob"])


def unasked_wish(stage: Stage) -> None:
    wish(stage, "ann", stage.enter("ann"), "ann", "bob")


def wanted_by_half(stage: Stage) -> None:
    wire = stage.enter("ann")
    wish(stage, "ann", wire, "ann")
    matched(stage, "ann", wire, "S2", rematch="S")


def both(stage: Stage) -> tuple[Wire, Wire]:
    ann, bob = stage.enter("ann"), stage.enter("bob")
    stage.done(ann, Rematch(1, "S", True))
    stage.done(bob, Rematch(1, "S", True))
    wish(stage, "ann", ann, "ann", "bob", ask=False)
    wish(stage, "bob", bob, "ann", "bob", ask=False)
    return ann, bob


def rematch_in_two_sessions(stage: Stage) -> None:
    ann, bob = both(stage)
    matched(stage, "ann", ann, "S2", rematch="S")
    matched(stage, "bob", bob, "S3", rematch="S")


def rematch_after_a_no(stage: Stage) -> None:
    ann, bob = stage.enter("ann"), stage.enter("bob")
    wish(stage, "ann", ann, "ann")
    stage.done(bob, Rematch(1, "S", False))
    stage.done(bob, Rematch(2, "S", True))
    matched(stage, "bob", bob, "S2", rematch="S")


def another_group(stage: Stage) -> None:
    wire = stage.enter("ann")
    wish(stage, "ann", wire, "ann")
    stage.push("ann", wire, "rematch", session="S", game="books", wanted=["ann"], group=["ann", "cat"])


def untold_of_a_no(stage: Stage) -> None:
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.done(stage.enter("bob"), Rematch(1, "S", False))
    stage.look(2.0)


def untold_of_a_seat(stage: Stage) -> None:
    ann, _ = both(stage)
    matched(stage, "ann", ann, "S2", rematch="S")
    stage.look(2.0)


def group_that_has_left(stage: Stage) -> None:
    ann = stage.enter("ann")
    stage.enter("bob")
    wish(stage, "ann", ann, "ann")
    del stage.sessions["Lbob"]
    stage.look(2.0)


def group_that_sits_elsewhere(stage: Stage) -> None:
    stage.enter("bob")
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.node.may_sit = lambda player, game: player != "bob"
    stage.look(2.0)


def wish_without_an_end(stage: Stage) -> None:
    stage.enter("bob")
    wish(stage, "ann", stage.enter("ann"), "ann")
    stage.look(62.0)


def seats_as_before(stage: Stage) -> None:
    ann, bob = both(stage)
    stage.node.hosts["S2"] = host("S2", "ann", "bob")
    matched(stage, "ann", ann, "S2", rematch="S")
    matched(stage, "bob", bob, "S2", 1, rematch="S")


@pytest.mark.parametrize(
    ("observer", "invariant", "play"),
    [
        (Tickets, tickets.ONE_TICKET, two_tickets),
        (Tickets, tickets.CANCEL_TOOK_ONE, cancel_of_nothing),
        (Tickets, tickets.ASKED_FOR, match_of_nobody),
        (Tickets, tickets.ASKED_FOR, match_twice),
        (Tickets, tickets.NOT_CANCELLED, match_after_cancel),
        (Tickets, tickets.ENDS_IN_A_WORD, ticket_that_is_lost),
        (Tickets, tickets.WAITED, place_without_a_ticket),
        (Tickets, tickets.PLACE_HEARD, places_in_a_heap),
        (Tickets, tickets.SEAT_IS_THERE, seat_that_is_not_there),
        (Tickets, tickets.SEAT_IS_THERE, seat_with_a_wrong_token),
        (Tickets, tickets.CLIENT_KNOWS, client_that_waits_for_nothing),
        (Queues, queues.OPEN_SEAT, open_seat),
        (Queues, queues.NEW_SESSION, enough_for_a_session),
        (Queues, queues.BOTS, bots_that_do_not_come),
        (Queues, queues.FIRST_COME, second_before_first),
        (Queues, queues.AWAY, match_of_one_away),
        (Queues, queues.PLACE, wrong_place),
        (Queues, queues.ONLY_THE_LIVING, ticket_of_the_dead),
        (Places, places.ONE_SESSION, two_sessions),
        (Places, places.ONE_SEAT, two_seats),
        (Places, places.IN_THE_BOOK, seat_that_is_not_in_the_book),
        (Places, places.IN_A_SESSION, entry_without_a_seat),
        (Places, places.PLAYING, book_that_cannot_count),
        (Requests, requests.NEVER_ASKED, answer_to_nothing),
        (Requests, requests.IN_ORDER, answers_out_of_order),
        (Requests, requests.SAME_AGAIN, another_answer),
        (Requests, requests.TOO_OLD, answer_that_is_forgotten),
        (Requests, requests.IN_TIME, no_answer),
        (Requests, requests.DOCUMENTED, unknown_error),
        (Requests, requests.DOCUMENTED, value_that_is_none),
        (Requests, requests.CLIENT_HEARS, client_without_an_answer),
        (Pushes, pushes.NUMBERED, gap),
        (Pushes, pushes.NUMBERED, twice),
        (Pushes, pushes.COMPLETE, forgotten_on_resume),
        (Pushes, pushes.COMPLETE, acknowledged_by_nobody),
        (Pushes, pushes.COMPLETE, fewer_than_before),
        (Pushes, pushes.SAME_AGAIN, changed_on_resume),
        (Pushes, pushes.KNOWN_KIND, unknown_push),
        (Pushes, pushes.RIGHT_PLACE, resumed_without_asking),
        (Pushes, pushes.RIGHT_PLACE, resumed_as_somebody_else),
        (Pushes, pushes.ONE_STAY, two_lobby_sessions),
        (Pushes, pushes.TOKEN_ONCE, used_up_token),
        (Pushes, pushes.TOKEN_WORKS, good_token_refused),
        (Pushes, pushes.TAKEN_OVER, takeover_unsaid),
        (Pushes, pushes.TAKEN_OVER, takeover_with_another_word),
        (Pushes, pushes.LAST_WORD, word_after_takeover),
        (Pushes, pushes.LAST_WORD, word_before_welcome),
        (Lists, lists.NUMBERED, wrong_number),
        (Lists, lists.WHOLE_FIRST, part_first),
        (Lists, lists.ONE_AT_A_TIME, listing_before_the_ack),
        (Lists, lists.HALF_A_SECOND, listings_too_fast),
        (Lists, lists.WATCHED, listing_for_nobody),
        (Lists, lists.WELL_FORMED, session_twice),
        (Lists, lists.WELL_FORMED, more_than_asked_for),
        (Lists, lists.TRUE_ROWS, untrue_row),
        (Lists, lists.TRUE_ROWS, row_left_out),
        (Lists, lists.TRUE_TOTAL, untrue_total),
        (Lists, lists.TRUE_COUNTS, untrue_counts),
        (Chats, chats.IN_ORDER, line_twice),
        (Chats, chats.IN_ORDER, lines_turned_round),
        (Chats, chats.NO_GAP, line_left_out),
        (Chats, chats.SAME, line_that_changes),
        (Chats, chats.WAS_SAID, line_of_somebody_else),
        (Chats, chats.WAS_SAID, line_of_nobody),
        (Chats, chats.LISTENS, line_for_nobody),
        (Chats, chats.BELONGS, line_for_one_outside),
        (Chats, chats.DELIVERED, line_that_does_not_come),
        (Chats, chats.DELIVERED, line_that_does_not_come_again),
        (Rematches, rematches.WANTED, unasked_wish),
        (Rematches, rematches.ALL_WANT_IT, wanted_by_half),
        (Rematches, rematches.ONCE, rematch_in_two_sessions),
        (Rematches, rematches.OFF_IS_OFF, rematch_after_a_no),
        (Rematches, rematches.SAME_GROUP, another_group),
        (Rematches, rematches.TOLD, untold_of_a_no),
        (Rematches, rematches.TOLD, untold_of_a_seat),
        (Rematches, rematches.LEFT, group_that_has_left),
        (Rematches, rematches.LEFT, group_that_sits_elsewhere),
        (Rematches, rematches.IN_TIME, wish_without_an_end),
        (Rematches, rematches.TURNED, seats_as_before),
    ],
)
def test_what_must_not_be_is_seen(
    observer: Callable[[Any], Observer], invariant: str, play: Callable[[Stage], None]
) -> None:
    stage = Stage(observer)
    play(stage)
    assert stage.names
    assert stage.names[0] == invariant
    assert str(stage.found[0])


def in_good_order(stage: Stage) -> None:
    """A ticket, a place, a match; a resume in between; a chat, a list."""
    wire = stage.enter("ann")
    queued(stage, "ann", wire)
    stage.push("ann", wire, "queued", game="books", place=1, waiting=1)
    stage.look(1.0)
    stage.close(wire, CloseCode.TAKEN_OVER)
    wire = stage.resume("ann", b"t1")
    stage.send(wire, Push(1, "queued", {"game": "books", "place": 1, "waiting": 1}))
    stage.say(wire, Proved(), Ack(0, 0, 1), QuickMatch(1, "books"))
    stage.send(wire, Answer(1))
    stage.done(wire, Listen(2, ""))
    stage.done(wire, Say(3, "", "hello"))
    stage.send(wire, Chat("", [line(1)]))
    stage.done(wire, Watch(4, "", [], 10))
    stage.send(wire, list_(1, total=0, counts={"lobby": 1, "playing": 0, "sessions": 0}))
    stage.say(wire, Ack(0, 1, 1))
    stage.look(3.0)
    matched(stage, "ann", wire)
    stage.node.book.seats["ann"] = [("S", "books")]
    stage.look(0.5)


@pytest.mark.parametrize("observer", ALL)
def test_what_may_be_is_not_complained_of(observer: Callable[[Any], Observer]) -> None:
    stage = Stage(observer)
    in_good_order(stage)
    stage.observer.server_gone(True)
    stage.port = None  # type: ignore[assignment]  # as after a crash
    stage.look(1.0)
    assert stage.found == []


def test_takeovers_in_good_order_are_not_complained_of() -> None:
    stage = Stage(Pushes)
    stage.close(stage.enter("ann"), CloseCode.TAKEN_OVER)
    stage.resume("ann", b"t1")
    stage.look(1.0)
    assert stage.found == []


def test_an_answer_that_a_frozen_server_owes_is_not_missed() -> None:
    stage = Stage(Requests)
    stage.say(stage.enter("ann"), QuickMatch(1, "books"))
    stage.server_host.frozen_until = stage.loop.now + 3.0
    stage.look(3.5)
    assert stage.found == []


@pytest.mark.parametrize(
    ("field", "op", "value", "holds"),
    [
        ("free", ">", 0, True),
        ("free", "=", 1.0, True),
        ("free", "=", True, False),
        ("free", "!=", "1", True),
        ("state", "has", "RUN", True),
        ("state", ">=", "running", True),
        ("meta.map", "=", None, True),
        ("meta.map", ">", 1, False),
        ("id", "!=", "x", False),
    ],
)
def test_conditions_hold_as_the_protocol_says(field: str, op: Any, value: Any, holds: bool) -> None:
    assert fits(row("S"), Watch(1, "books", [Condition(field, op, value)], 10)) is holds


def test_nothing_is_broken_while_connections_are() -> None:
    game = "tests.simulation.games.ledgers:Books"
    talk = [Act(at, "chat", {"lines": 2, "seconds": 6.0}) for at in (1.0, 9.0)]
    look = [Act(2.0, "watch_list", {"seconds": 12.0})]
    play = [
        Act(0.5, "quick_match", {"game": "books"}),
        Act(8.0, "leave_seat"),
        Act(8.2, "quick_match", {"game": "books"}),
    ]
    own = [Act(0.5, "create", {"game": "books", "options": {"ends_s": 5.0}}), Act(9.0, "rematch")]
    cuts = [Act(at, "cut") for at in (1.5, 3.0, 5.5, 9.5, 11.0)]
    weather = Weather(latency_s=0.03, jitter_s=0.05, stall_every_s=5.0)
    players = (
        PlayerPlan("ann", weather, (*talk, *look, *own, *cuts)),
        PlayerPlan("bob", weather, (*talk, *play, *cuts, Act(12.0, "second_tab"))),
        PlayerPlan("cat", weather, (*look, *play, *cuts, Act(6.0, "sleep", {"seconds": 3.0}))),
    )
    faults = (
        Fault("vanish", at=4.0, target="bob", args={"which": "newest"}),
        Fault("cut", target="cat", on=Trigger("Push:matched")),
        Fault("cut", target="ann", on=Trigger("Welcome", nth=2)),
        Fault("freeze", at=7.0, args={"seconds": 0.7}),
        Fault("crash_server", at=14.0),
    )
    server = ServerPlan(lobby_grace_s=6.0)
    scenario = Scenario(7, (game,), 20.0, players=players, faults=faults, server=server)
    outcome = run(scenario, ALL, keep_timeline=False)
    assert outcome.violation is None, outcome.violation
    assert outcome.figures["faults"] == len(faults)
