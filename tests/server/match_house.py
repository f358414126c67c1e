"""A node's lobby with queues that have rules: players at their connections, who hear everything at once."""

from __future__ import annotations

from typing import Any

from rallypoint.core.matchmaking.rules import QueueRules, TeamSize
from rallypoint.core.quick_match import QuickMatchRules
from rallypoint_protocol.ids import LobbyId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Accept, Ack, Answer, CancelQueue, Enqueue, Hello, Push, Resume, Welcome
from tests.server.lobby_house import FakeConnection, House

ONE = TeamSize(1, 1)
TWO = TeamSize(2, 2)
DUEL = QueueRules(name="duel", game="orbit", teams=(ONE, ONE))
"""Two players, no rules: whoever comes first."""
RANKED = QueueRules(name="ranked", game="orbit", teams=(ONE, ONE), ready_s=10.0)
"""The same, with a ready check."""
PAIRS = QueueRules(name="pairs", game="orbit", teams=(TWO, TWO))
ORBIT = QuickMatchRules("orbit", 2, 4)


class Guest:
    """One player: says things and acknowledges what it hears."""

    def __init__(self, hall: Hall, name: str) -> None:
        self.hall = hall
        self.name = name
        self.connection: FakeConnection = hall.visit()
        [welcome] = self.connection.say(Hello(PROTOCOL_VERSION, name))
        assert isinstance(welcome, Welcome)
        self.welcome: Welcome = welcome
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[int, Answer] = {}
        self._asked = 0
        self._last = 0
        self.acks = True
        self.gone = False
        """Its connection is lost."""

    @property
    def player(self) -> str:
        return self.welcome.player

    @property
    def session(self):
        return self.hall.lobby.find(LobbyId(self.welcome.lobby))

    def ask(self, kind, *fields) -> Answer:
        self._asked += 1
        self._note(self.connection.say(kind(self._asked, *fields)))
        return self.answers[self._asked]

    def enqueue(self, *queues: str, attributes=None, latency_ms=None) -> Answer:
        return self.ask(Enqueue, list(queues), attributes or {}, latency_ms or {})

    def cancel(self) -> Answer:
        return self.ask(CancelQueue)

    def accept(self, accepted: bool = True) -> Answer:
        return self.ask(Accept, self.check["match"], accepted)

    def listen(self) -> list[str]:
        """The kinds of what was pushed since the last time, in order."""
        before = len(self.heard)
        self._note(self.connection.take())
        return [kind for kind, _ in self.heard[before:]]

    def last(self, kind: str) -> dict[str, Any]:
        """The newest push of that kind."""
        self.listen()
        return next(data for known, data in reversed(self.heard) if known == kind)

    def count(self, kind: str) -> int:
        self.listen()
        return sum(known == kind for known, _ in self.heard)

    @property
    def check(self) -> dict[str, Any]:
        return self.last("ready_check")

    @property
    def queue(self) -> str | None:
        queue: str | None = self.session.queue
        return queue

    def drop(self) -> None:
        self.connection.drop()

    def resume(self) -> None:
        self.connection = self.hall.visit()
        welcome, *missed = self.connection.say(
            Resume(PROTOCOL_VERSION, self.welcome.lobby, self.welcome.token, 0, 0, self._last)
        )
        assert isinstance(welcome, Welcome), welcome
        self.welcome = welcome
        self._note(missed)

    def _note(self, replies) -> None:
        for reply in replies:
            if isinstance(reply, Push):
                self.heard.append((reply.kind, reply.data))
                self._last = reply.n
            elif isinstance(reply, Answer):
                self.answers[reply.id] = reply
        if self.acks and self._last and self.connection.closed is None:
            for reply in self.connection.say(Ack(0, 0, self._last)):
                assert isinstance(reply, Push)
                self.heard.append((reply.kind, reply.data))
                self._last = reply.n


class Hall(House):
    """The lobby. Its sessions have four seats."""

    def __init__(self, *queues: QueueRules, rules=ORBIT, **options) -> None:
        super().__init__(rules, queues=queues or (DUEL, RANKED, PAIRS), **options)
        self.sessions.seats_max = 4

    def come(self, *names: str) -> list[Guest]:
        return [Guest(self, name) for name in names]

    def go_on(self, seconds: float = 0.0) -> None:
        """Lets the loop do everything that is due now, or within these seconds."""
        self.loop.advance(seconds)
