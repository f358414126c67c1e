"""Who is not heard is asked, and then given up: at once, not only when the connection has closed."""

from __future__ import annotations

from rallypoint.runtime.silence import Silence
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ending import Receiver


class Owner:
    def __init__(self) -> None:
        self.ends: list[int | None] = []

    def received(self, payload: bytes) -> None:
        raise AssertionError

    def lost(self, code: int | None, reason: str) -> None:
        self.ends.append(code)


class Connection:
    def __init__(self) -> None:
        self.heard = True
        self.owner = Owner()
        self.receiver: Receiver = self.owner
        self.probes = 0
        self.closed: list[int] = []

    def probe(self) -> None:
        self.probes += 1

    def close_with(self, code: int, reason: str = "") -> None:
        self.closed.append(code)


def test_a_connection_is_asked_after_2_seconds_and_dropped_after_6():
    silence, connection = Silence(), Connection()
    seen = []
    for _ in range(9):
        dropped = silence.sweep([connection])
        seen.append((connection.probes, len(connection.closed), dropped))
    assert seen == [(0, 0, 0), (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0), (4, 1, 1), (4, 1, 0), (4, 1, 0)]
    assert connection.closed == [CloseCode.SILENT]


def test_whoever_is_heard_begins_anew():
    silence, connection = Silence(), Connection()
    for _ in range(50):
        for _ in range(6):
            silence.sweep([connection])
        connection.heard = True
    assert not connection.closed
    assert not connection.owner.ends


def test_the_owner_of_a_silent_connection_knows_at_once_and_once():
    silence, connection = Silence(), Connection()
    for _ in range(7):
        silence.sweep([connection])
    assert connection.owner.ends == [CloseCode.SILENT]
    connection.receiver.lost(1006, "the closing handshake got no answer")
    connection.receiver.received(b"late")
    assert connection.owner.ends == [CloseCode.SILENT]


def test_connections_that_are_gone_are_forgotten():
    silence, connection = Silence(), Connection()
    for _ in range(5):
        silence.sweep([connection])
    silence.sweep([])
    for _ in range(4):
        silence.sweep([connection])
    assert not connection.closed
