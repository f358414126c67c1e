"""Whatever a connection does, each action is applied exactly once and in order, and each event arrives once and in
order, or is counted as lost.

A model client as ``docs/protocol.md`` describes it, on connections that break at any point: some of what was sent
either way has arrived, and the rest never does. The server may not notice before the client is back (a takeover);
answers with new tokens get lost, and with them the proof that they arrived.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rallypoint.core.outgoing import Outgoing
from rallypoint.core.session import Taken
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import Ack, BuiltinEvent, EventItem, Pass, Proved, Resume, Seated, TakeSeat
from rallypoint_protocol.replica import Replica
from tests.server.core.script import SCHEMA, TICK_S, Table

EVENTS_KEPT, WINDOW, KIND = 6, 4, 16


class Connection:
    """What is on its way, in both directions."""

    def __init__(self) -> None:
        self.up: deque[Any] = deque()
        self.down: deque[bytes] = deque()
        self.taken = False
        """The server has answered the first frame."""


class Client:
    """What a client remembers over its connections."""

    def __init__(self, token: bytes) -> None:
        self.token = token
        self.seated = False
        self.playing = False
        """It has the answer on the present connection."""
        self.replica = Replica(SCHEMA)
        self.event = 0
        self.events: list[EventItem] = []
        self.lost: list[tuple[int, int]] = []
        """``(first, last)`` of events that the server said are gone."""
        self.last = 0
        self.kept: list[int] = []
        """Actions that are not known to be decided."""

    def first_frame(self) -> Any:
        self.playing = False
        if not self.seated:
            return TakeSeat(1, "s", self.token)
        return Resume(1, "s", self.token, self.replica.epoch, self.replica.tick, self.event)

    def act(self) -> list[Any]:
        self.last += 1
        self.kept.append(self.last)
        return [Input(seq=self.last, tick=self.replica.tick)] if self.playing else []

    def receive(self, data: bytes) -> list[Any]:
        message = decode_session_reply(data)
        if isinstance(message, Seated):
            return self._seated(message)
        assert isinstance(message, Pass)
        assert self.playing
        self.replica.apply(message)
        for item in (message.seat.events or []) if message.seat is not None else []:
            assert item.n == self.event + 1, "no event is skipped without a word"
            self.event = item.n
            self.events.append(item)
        assert message.head.applied is not None
        applied = int.from_bytes(message.head.applied[:2], "big")
        self.kept = [seq for seq in self.kept if seq > applied]
        return [Ack(1, self.replica.tick, self.event)]

    def _seated(self, message: Seated) -> list[Any]:
        if self.replica.tick >= 0:
            assert message.outcome == ("resync" if message.lost else "resumed")
        self.token, self.seated, self.playing = message.token, True, True
        if message.outcome != "resumed":
            self.replica = Replica(SCHEMA)
        if message.lost:
            self.lost.append((self.event + 1, self.event + message.lost))
            self.event += message.lost
        self.kept = [seq for seq in self.kept if seq > message.applied]
        assert self.last >= message.received >= message.applied
        return [Proved(), *(Input(seq=seq, tick=self.replica.tick) for seq in self.kept)]


class Actions(RuleBasedStateMachine):
    """One client, one seat."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table(
            grace_s=1e9, grace_budget_s=1e9, reserved_s=1e9, ack_window_ticks=WINDOW, inputs_pending_max=10_000
        )
        guest = self.table.reserve("Ann")
        self.seat = guest.seat
        self.seat.events = Outgoing(count_max=EVENTS_KEPT)
        self.client = Client(guest.token)
        self.connection: Connection | None = None
        """As the client sees it."""
        self.attached: Connection | None = None
        """As the server sees it."""
        self.emitted = 0
        self.refuse = False
        self.refused: list[int] = []
        self.table.game.hooks["input"] = self.on_input

    def on_input(self, seat: int, seq: int) -> str | None:
        if not (self.refuse and seq % 2):
            return None
        self.refused.append(seq)
        return "odd"

    # --- the client -------------------------------------------------------------------------------------------------

    @rule(count=st.integers(1, 3))
    def act(self, count: int) -> None:
        for _ in range(count):
            self.say(self.client.act())

    def say(self, messages: list[Any]) -> None:
        if self.connection is not None:
            self.connection.up.extend(messages)

    @rule()
    def connect(self) -> None:
        """The older connection, if the server still has one, is taken over."""
        self.connection = Connection()
        self.say([self.client.first_frame()])

    @precondition(lambda self: self.connection is not None)
    @rule(count=st.integers(1, 8))
    def client_receives(self, count: int) -> None:
        assert self.connection is not None
        for _ in range(min(count, len(self.connection.down))):
            self.say(self.client.receive(self.connection.down.popleft()))

    # --- the network ------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.connection is not None)
    @rule(noticed=st.booleans(), arrives=st.integers(0, 6))
    def break_connection(self, noticed: bool, arrives: int) -> None:
        """Some of what the client sent still arrives; what the server sent does not."""
        connection, self.connection = self.connection, None
        assert connection is not None
        self.serve(connection, arrives)
        connection.down.clear()
        self.client.playing = False
        if noticed and self.attached is connection:
            self.drop()

    @precondition(lambda self: self.attached is not None and self.attached is not self.connection)
    @rule()
    def server_notices(self) -> None:
        self.drop()

    # --- the server -------------------------------------------------------------------------------------------------

    def drop(self) -> None:
        self.attached = None
        self.table.session.dropped(self.seat, self.table.now)

    @precondition(lambda self: self.connection is not None)
    @rule(count=st.integers(1, 8))
    def server_receives(self, count: int) -> None:
        assert self.connection is not None
        self.serve(self.connection, count)

    def serve(self, connection: Connection, count: int) -> None:
        session = self.table.session
        for _ in range(min(count, len(connection.up))):
            message = connection.up.popleft()
            if not connection.taken:
                taken = session.take(message, self.table.now)
                assert isinstance(taken, Taken), "a client that lost an answer still has a token that is valid"
                assert taken.takes_over is (self.attached is not None)
                connection.taken, self.attached = True, connection
                connection.down.append(encode(taken.message))
            elif self.attached is not connection:
                continue  # closed: nobody hears it
            elif isinstance(message, Proved):
                self.seat.tokens.proved(self.seat.tokens.newest)
            elif isinstance(message, Ack):
                assert session.ack(self.seat, message.epoch, message.tick, message.event) is None
            else:
                assert session.input(self.seat, message) is None

    @precondition(lambda self: self.seat.in_game or self.attached is not None)
    @rule(count=st.sampled_from([1, 1, 1, 3, 10]), events=st.integers(0, 3), refuse=st.booleans())
    def steps(self, count: int, events: int, refuse: bool) -> None:
        self.refuse = refuse
        for _ in range(count):
            if self.seat.in_game:
                self.table.game.events += [(0, KIND, [self.emitted + number + 1]) for number in range(events)]
                self.emitted += events
            self.table.now += TICK_S
            self.table.session.step(self.table.now)
            self.table.session.committed(self.table.tick)
            for _, message in self.table.session.passes():
                assert self.attached is not None
                if self.attached is self.connection:
                    self.connection.down.append(message)

    @rule()
    def sweep(self) -> None:
        if self.table.session.sweep(self.table.now) and self.attached is not None:
            if self.attached is self.connection:
                self.connection = None
                self.client.playing = False
            self.drop()

    # --- what must hold ---------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """In the end the network is kind: then nothing may be missing."""
        for _ in range(4):
            if self.connection is None:
                self.connect()
            for _ in range(3):
                self.server_receives(10_000)
                self.steps(1, 0, False)
                self.client_receives(10_000)
            self.sweep()
        applied = [call[2] for call in self.table.game.told("input")]
        assert applied == list(range(1, self.client.last + 1))
        assert not self.client.kept
        assert [call[0] for call in self.table.game.told("join", "leave")] == ["join"]
        self.check_events()

    def check_events(self) -> None:
        got = self.client.events
        gone = [n for first, last in self.client.lost for n in range(first, last + 1)]
        assert sorted([item.n for item in got] + gone) == list(range(1, self.seat.events.last + 1))
        assert [item.n for item in got] == sorted(item.n for item in got)
        for kind, all_of in ((KIND, list(range(1, self.emitted + 1))), (BuiltinEvent.REFUSED, self.refused)):
            told = [item.fields[0] for item in got if item.kind == kind]
            assert told == all_of if not gone else set(told) <= set(all_of) and told == sorted(told)


TestActions = Actions.TestCase
TestActions.settings = settings(max_examples=2 * settings().max_examples)
