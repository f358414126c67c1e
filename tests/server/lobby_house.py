"""A node's lobby for tests: fake connections, a fake clock, fake sessions, a fake store; real frames."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from rallypoint.core.lobby import Lobby
from rallypoint.core.matchmaking.profile import Leaders, Profile
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint.core.tokens import token_hash
from rallypoint.ports import Guest
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.storage.no_store import NoStore
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import decode_lobby_reply, encode
from rallypoint_protocol.ending import Receiver
from rallypoint_protocol.ids import Token
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Hello,
    Push,
    QuickMatch,
    Resume,
    Welcome,
)
from tests.server.fake_rooms import FakeRooms

ORBIT = QuickMatchRules("orbit", 2, 2)


class FakeLoop:
    """Timers on a clock that is moved by hand."""

    class Timer:
        def __init__(self, callback):
            self.callback = callback

        def cancel(self):
            self.callback = None

    def __init__(self):
        self.now = 1000.0
        self._timers: list[tuple[float, int, FakeLoop.Timer]] = []
        self._made = count()
        self.fired = 0

    def time(self):
        return self.now

    def call_at(self, when, callback):
        timer = FakeLoop.Timer(callback)
        heapq.heappush(self._timers, (when, next(self._made), timer))
        return timer

    @property
    def armed(self):
        return sum(timer.callback is not None for _, _, timer in self._timers)

    def advance(self, seconds):
        until = self.now + seconds
        while self._timers and self._timers[0][0] <= until:
            when, _, timer = heapq.heappop(self._timers)
            self.now = max(self.now, when)
            if timer.callback is not None:
                self.fired += 1
                timer.callback()
        self.now = until


class Nobody:
    def received(self, payload, /):
        raise AssertionError("nobody is listening")

    def lost(self, code, reason, /):
        raise AssertionError("nobody is listening")


class FakeConnection:
    """A client's end, and what a connection is to the lobby: frames are the wire's."""

    def __init__(self):
        self.remote_ip = "192.0.2.7"
        self.receiver: Receiver = Nobody()
        self.replies = []
        self.frames = []
        self.outbox_bytes = 0
        self.closed: CloseCode | None = None
        self.reason = ""
        self.ended = asyncio.Event()

    def write(self, framed):
        header = 2 if framed[1] < 126 else 4 if framed[1] == 126 else 10
        self.frames.append(framed)
        self.write_message(framed[header:])

    def write_message(self, payload):
        assert self.closed is None
        self.replies.append(decode_lobby_reply(payload))

    def close_with(self, code, reason=""):
        if self.closed is None:
            self.closed, self.reason = CloseCode(code), reason
            self.ended.set()

    async def wait_closed(self):
        await self.ended.wait()

    # what its client does

    def say(self, message):
        self.receiver.received(encode(message))
        return self.take()

    def take(self):
        replies, self.replies = self.replies, []
        return replies

    def pushes(self):
        return [(push.kind, push.data) for push in self.take() if isinstance(push, Push)]

    def drop(self, code=None):
        self.receiver.lost(code, "")


class FakeSessions(FakeRooms):
    """Sessions of two seats; and what may go wrong with them."""

    def __init__(self):
        super().__init__(("orbit",), seats_max=2)
        self.broken = False

    @property
    def created(self):
        return len(self.sessions)

    def open_sessions(self, game):
        if self.broken:
            raise RuntimeError("sessions are broken")
        return super().open_sessions(game)


class FakeStore(NoStore):
    """Guests in memory; ``asked`` are the lookups that wait for :meth:`answer`, while it is ``slow``."""

    def __init__(self, keeps_guests=False):
        self.keeps_guests = keeps_guests
        self.guests = {}
        self.dodges = []
        self.muted = {}
        self.blocks = []
        self.made = []
        self.tickets_ended = []
        self.asked_leaders = []
        self.hangs = False
        self.slow = False
        self.error = None
        self.asked = []

    def new_guest(self, player, name, secret_hash, stored=None):
        self.guests[player] = (name, secret_hash)

    async def profile(self, player, queues):
        """Nobody is known from before."""
        await self._answers()
        return Profile()

    async def leaders(self, queue, limit, around=None):
        self.asked_leaders.append((queue, limit, around))
        await self._answers()
        return Leaders()

    async def _answers(self):
        if self.hangs:
            await asyncio.get_running_loop().create_future()
        if self.error is not None:
            raise self.error

    def mute(self, mute):
        self.muted[mute.player] = mute

    def unmute(self, player):
        self.muted.pop(player, None)

    async def mutes(self):
        return list(self.muted.values())

    def dodged(self, player, at):
        self.dodges.append(player)

    def match_made(self, record):
        self.made.append(record)

    def ticket_ended(self, record):
        self.tickets_ended.append(record)

    def block(self, player, other, blocked):
        self.blocks.append((player, other, blocked))

    async def find_guest(self, player, secret):
        if self.slow:
            waits = asyncio.get_running_loop().create_future()
            self.asked.append(waits)
            await waits
        if self.error is not None:
            raise self.error
        name, secret_hash = self.guests.get(player, ("", b""))
        return Guest(player, name, 0.0) if token_hash(secret) == secret_hash else None

    def answer(self):
        for waits in self.asked:
            if not waits.done():
                waits.set_result(None)


class House:
    """A node's lobby, and ways to visit it."""

    def __init__(self, rules=ORBIT, store=None, *, queues=(), commit=None, new_guest=None, after=None, **options):
        """``queues``: those with rules. ``after``: one that has died, whose sessions, store and clock go on."""
        self.numbers = numbers = after.numbers if after else count(1)
        self.loop = FakeLoop()
        if after:
            self.loop.now = after.loop.now
        self.store = after.store if after else store or FakeStore()
        self.sessions = after.sessions if after else FakeSessions()
        self.lobby = Lobby(
            lambda: Token(b"secret" + next(numbers).to_bytes(26, "big")),
            lambda: f"id{next(numbers)}",
            [rules],
            self.sessions,
            self.sessions,
            unix_ms=lambda: 1_000,
            keep=commit is not None,
            rules=queues,
            **options,
        )
        self.host = LobbyHost(self.lobby, self.sessions, self.loop, self.store, commit=commit, new_guest=new_guest)

    def visit(self):
        connection = FakeConnection()
        self.host.accept(connection)
        return connection

    def guest(self, name="Ada") -> tuple[FakeConnection, Welcome]:
        connection = self.visit()
        [welcome] = connection.say(Hello(PROTOCOL_VERSION, name))
        return connection, welcome

    def resume(self, welcome, event=0):
        connection = self.visit()
        return connection, connection.say(Resume(PROTOCOL_VERSION, welcome.lobby, welcome.token, 0, 0, event))

    def queued(self, name="Ada"):
        connection, welcome = self.guest(name)
        connection.say(QuickMatch(1, "orbit"))
        return connection, welcome
