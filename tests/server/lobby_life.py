"""Random lives of a lobby: a few clients who come, ask, drop and come back, and a server that may die meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from hypothesis import strategies as st

from rallypoint.core.lobby_image import TABLE_KEY, LobbyImage, TableImage
from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.ports import EntryKind
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Accept,
    Ack,
    Answer,
    CancelQueue,
    Chat,
    Condition,
    Create,
    Enqueue,
    Hello,
    Join,
    Leave,
    Listen,
    Listing,
    Lock,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
    Proved,
    Push,
    QuickMatch,
    Rematch,
    Resume,
    Say,
    Unlisten,
    Unwatch,
    Watch,
    Welcome,
)
from tests.server.lobby_house import FakeStore, House

CLIENTS = 4


class KeptEntries:
    """A journal in memory: what recovery would find. It takes nothing that a journal could not make sense of."""

    def __init__(self):
        self.entries: dict[str, list[bytes]] = {}
        self.batches = 0

    def commit(self, entries, then):
        self.take(entries)
        self.batches += 1
        then()

    def take(self, entries):
        for key, kind, data in entries:
            match kind:
                case EntryKind.WHOLE:
                    self.entries[key] = [data]
                case EntryKind.PART:
                    self.entries[key].append(data)
                case EntryKind.GONE:
                    del self.entries[key]

    @property
    def images(self):
        return {
            key: TableImage.read(kept) if key == TABLE_KEY else LobbyImage.read(key, kept)
            for key, kept in self.entries.items()
        }


class HeldEntries(KeptEntries):
    """A journal on a slow disk: what is committed is said when a test says so."""

    def __init__(self):
        super().__init__()
        self.open: deque[Any] = deque()

    def commit(self, entries, then):
        self.take(entries)
        self.batches += 1
        self.open.append(then)

    def sync(self, most=10**9):
        while self.open and most > 0:
            most -= 1
            self.open.popleft()()


class LosingEntries(KeptEntries):
    """A journal on a disk that loses what it was not asked to keep."""

    def __init__(self):
        super().__init__()
        self.open: deque[Any] = deque()
        self.gone = {}

    def commit(self, entries, then):
        self.open.append((entries, then))

    def sync(self, most=10**9):
        while self.open and most > 0:
            most -= 1
            entries, then = self.open.popleft()
            self.take(entries)
            self.gone.update((entry.key, True) for entry in entries if entry.kind is EntryKind.GONE)
            then()


def live_images(lobby):
    """What a restart would have to find, of objects that live; empty tables aside."""
    keeper = lobby._keeper
    images = {f"lobby/{session.id}": keeper.image(session) for session in lobby._register}
    table = keeper.table.image()
    return images | ({} if is_empty(table) else {TABLE_KEY: table})


def is_empty(table):
    return not (table.rooms or table.offers or table.parties)


def without_empty_table(images):
    table = images.get(TABLE_KEY)
    if table is not None and is_empty(table):
        return {key: image for key, image in images.items() if key != TABLE_KEY}
    return images


class Client:
    def __init__(self):
        self.connection = None
        self.lobby = self.player = ""
        self.token = self.former = self.secret = b""
        self.event = self.listing = 0
        self.asked = 0
        self.last = None
        self.heard = []
        self.answers = {}
        self.lines = {}

    def hear(self):
        if self.connection is None:
            return
        for reply in self.connection.take():
            self.heard.append(reply)
            match reply:
                case Welcome():
                    if reply.lobby != self.lobby or not reply.resumed:
                        self.event = 0
                    self.lobby, self.player = reply.lobby, reply.player
                    self.former, self.token = self.token, reply.token
                    self.secret = reply.secret or self.secret
                case Push():
                    self.event = max(self.event, reply.n)
                case Listing():
                    self.listing = reply.n
                case Answer():
                    self.answers[self.lobby, reply.id] = reply
                case Chat(room=""):
                    self.lines.update((line.n, line) for line in reply.lines)
                case _:
                    pass
        if self.connection.closed is not None:
            self.heard.append(self.connection.closed)
            self.connection = None


class Life:
    """A house, its clients, and its journal. ``journal`` is ``None``: nothing is kept."""

    def __init__(self, journal, **options):
        self.options = {"rules": QuickMatchRules("orbit", 2, 2, 8.0), "grace_s": 20.0} | options
        self.journal = journal
        self.house = House(store=FakeStore(keeps_guests=True), commit=journal and journal.commit, **self.options)
        self.clients = [Client() for _ in range(CLIENTS)]
        for client in self.clients:
            self.visit(client, Hello(PROTOCOL_VERSION, "Ada"))
        self.hear()

    async def step(self, verb, who, number):
        client = self.clients[who]
        VERBS[verb](self, client, number)
        for _ in range(4):  # guests are looked up
            await asyncio.sleep(0)
        for session in self.house.sessions.sessions:  # as a node does
            self.house.host.session_changed(session)
        self.hear()

    def hear(self):
        for client in self.clients:
            client.hear()

    def drop_all(self):
        """All connections are lost, in the order in which the lobby sessions came."""
        lobby, now = self.house.lobby, self.house.loop.now
        for session in lobby._register:
            if session.state is LobbyState.CONNECTED:
                lobby.dropped(session, now)
        for client in self.clients:
            client.connection = None
        self.house.host._receivers.clear()

    def die(self, away_s=0.0):
        """The server dies, and another one goes on; sessions do, too."""
        before, journal = self.house, self.journal
        self.house = House(commit=journal.commit, after=before, **self.options)
        self.house.loop.now += away_s
        for client in self.clients:
            client.connection = None
        self.house.host.restore(dict(journal.entries), away_s, self.house.loop.now)

    # --- what happens ---------------------------------------------------------------------------------------------

    def ask(self, client, make):
        if client.connection is not None:
            client.asked += 1
            client.last = make(client.asked)
            client.connection.receiver.received(encode(client.last))

    def send(self, client, message):
        if client.connection is not None:
            client.connection.receiver.received(encode(message))

    def come(self, client, number, hello):
        """Seldom without need: everything begins anew with it."""
        if client.connection is None or not number:
            self.visit(client, hello)

    def visit(self, client, message):
        client.connection = self.house.visit()
        client.connection.receiver.received(encode(message))

    def session(self, client, number):
        """Mostly the last one that its player had a seat in, if any."""
        sessions = self.house.sessions.sessions
        own = [one for one in sessions if client.player in sessions[one].players]
        if own and number > 2:
            return own[-1]
        return list(sessions)[number % len(sessions)] if sessions else SessionId("s0")

    def end(self, client, number):
        room = self.house.sessions.sessions.get(self.session(client, number))
        if room is not None and not room.ended:
            room.ended = True
            for player in list(room.players):
                self.house.host.player_unseated(player)
            self.house.host.session_changed(room.id)

    def leave_seat(self, client):
        for room in self.house.sessions.sessions.values():
            if not room.ended and client.player in room.players:
                del room.players[client.player]
                self.house.host.player_unseated(client.player)
                self.house.host.session_changed(room.id)

    def drop(self, client):
        if client.connection is not None:
            client.connection.drop()
            client.connection = None

    def resume(self, client, number):
        if client.lobby:
            token = client.former if number % 4 == 1 and client.former else client.token
            self.visit(client, Resume(PROTOCOL_VERSION, client.lobby, token, 0, 0, client.event))

    def accept(self, client, *, accepted):
        checks = [one.data["match"] for one in client.heard if isinstance(one, Push) and one.kind == "ready_check"]
        self.ask(client, lambda id_: Accept(id_, checks[-1] if checks else "none", accepted))

    def code(self, number):
        codes = [party.code for party in self.house.lobby.parties.images.values()]
        return codes[number % len(codes)] if codes and number else "NO"

    def other(self, number):
        return self.clients[number % CLIENTS].player

    def offer(self, client, number):
        room = self.house.sessions.sessions.get(self.session(client, number))
        session = self.house.lobby.of(client.player)
        if room is not None and session is not None and not room.ended and len(room.players) < room.seats_max:
            room.players.setdefault(session.player, session.name)
            self.house.host.offer(session.player, self.house.sessions._offer(room, session.player))


QUEUES = (["ranked"], ["duel"], ["orbit", "ranked"], ["ranked", "duel"], ["duel", "orbit"])
"""With rules, if the house has such queues."""

FILTERS: tuple[list[Condition], ...] = (
    [],
    [Condition("free", ">", 0)],
    [Condition("meta.level", "=", 3), Condition("game", "has", "orb")],
)

VERBS = {
    "hello": lambda life, client, n: life.come(client, n, Hello(PROTOCOL_VERSION, f"name{n}")),
    "hello again": lambda life, client, n: life.come(
        client, n, Hello(PROTOCOL_VERSION, "", "", client.player, client.secret)
    ),
    "resume": lambda life, client, n: life.resume(client, n),
    "drop": lambda life, client, n: life.drop(client),
    "log out": lambda life, client, n: n < 3 and life.send(client, Leave()),
    "prove": lambda life, client, n: life.send(client, Proved()),
    "acknowledge": lambda life, client, n: life.send(client, Ack(0, client.listing, client.event)),
    "once more": lambda life, client, n: client.last and life.send(client, client.last),
    "queue": lambda life, client, n: life.ask(client, lambda id_: QuickMatch(id_, "orbit")),
    "cancel": lambda life, client, n: life.ask(client, CancelQueue),
    "enqueue": lambda life, client, n: life.ask(
        client, lambda id_: Enqueue(id_, QUEUES[n % len(QUEUES)], {"maps": ["ice"] * (n % 3)}, {"eu": 20.0})
    ),
    "accept": lambda life, client, n: life.accept(client, accepted=n > 1),
    "create": lambda life, client, n: life.ask(client, lambda id_: Create(id_, "orbit", {}, {"level": n}, n % 3 == 0)),
    "join": lambda life, client, n: life.ask(client, lambda id_: Join(id_, life.session(client, n))),
    "lock": lambda life, client, n: life.ask(client, lambda id_: Lock(id_, life.session(client, n), n % 2 == 0)),
    "watch": lambda life, client, n: life.ask(client, lambda id_: Watch(id_, "", list(FILTERS[n % 3]), 1 + n % 5)),
    "unwatch": lambda life, client, n: life.ask(client, Unwatch),
    "listen": lambda life, client, n: life.ask(
        client, lambda id_: Listen(id_, "" if n % 2 else life.session(client, n))
    ),
    "unlisten": lambda life, client, n: life.ask(
        client, lambda id_: Unlisten(id_, "" if n % 2 else life.session(client, n))
    ),
    "say": lambda life, client, n: life.ask(
        client, lambda id_: Say(id_, "" if n % 2 else life.session(client, n), f"say {n}")
    ),
    "rematch": lambda life, client, n: life.ask(client, lambda id_: Rematch(id_, life.session(client, n), n % 5 != 0)),
    "party": lambda life, client, n: life.ask(client, PartyCreate),
    "join party": lambda life, client, n: life.ask(client, lambda id_: PartyJoin(id_, life.code(n))),
    "leave party": lambda life, client, n: life.ask(client, PartyLeave),
    "ready": lambda life, client, n: life.ask(
        client, lambda id_: PartyReady(id_, n % 3 != 0, {"level": n, "maps": ["ice"] * n}, {"eu": 0.5 * n})
    ),
    "kick from party": lambda life, client, n: life.ask(client, lambda id_: PartyKick(id_, life.other(n))),
    "lead party": lambda life, client, n: life.ask(client, lambda id_: PartyLead(id_, life.other(n))),
    "end": lambda life, client, n: life.end(client, n),
    "leave seat": lambda life, client, n: life.leave_seat(client),
    "offer": lambda life, client, n: life.offer(client, n),
    "wait": lambda life, client, n: life.house.loop.advance(n * 0.5),
}
COMMON = (
    "resume",
    "queue",
    "queue",
    "acknowledge",
    "drop",
    "wait",
    "rematch",
    "rematch",
    "end",
    "listen",
    "say",
    "party",
    "join party",
    "ready",
)
STEPS = st.tuples(st.sampled_from((*VERBS, *COMMON)), st.integers(0, CLIENTS - 1), st.integers(0, 9))
LIVES = st.lists(STEPS, min_size=5, max_size=40)
