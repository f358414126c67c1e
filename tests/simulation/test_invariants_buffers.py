"""The observer of buffers: quiet while all is well, and it speaks when something is not."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import Raw
from websockets.protocol import State as WebSocketState

from rallypoint.game_port import GamePort
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Welcome
from rallypoint_simulation.world import World
from tests.simulation.games.ledgers import Books
from tests.simulation.invariants.buffers import Buffers
from tests.simulation.small_world import AWire, Small, a_pass, broken, seated_as


class _Transport:
    def get_write_buffer_limits(self) -> tuple[int, int]:
        return 8192, 32768


class _Connection:
    """As much of the server's connection as is looked at."""

    remote_ip = "127.0.0.1"
    request = None
    outbox_bytes_max, write_deadline_s, close_deadline_s = 262144, 10.0, 5.0
    receiver: Any = None
    paused = True

    def __init__(self, outbox_bytes: int, state: Any) -> None:
        self.outbox_bytes = outbox_bytes
        self.protocol = SimpleNamespace(state=state)
        self.transport = _Transport()


@pytest.mark.parametrize(
    ("outbox_bytes", "state", "invariant"),
    [
        (400_000, "OPEN", Buffers.OUTBOX),
        (40_000, "OPEN", Buffers.READS),
        (0, "CLOSING", Buffers.CLOSES),
        (0, "OPEN", Buffers.OWNED),
    ],
)
def test_a_connection_that_should_be_gone_is_noticed(
    outbox_bytes: int, state: str, invariant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Small(Buffers)
    own, other = GamePort.connections.fget, _Connection(outbox_bytes, WebSocketState[state])  # type: ignore[attr-defined]  # of a property
    monkeypatch.setattr(GamePort, "connections", property(lambda self: [*own(self), other]))
    if invariant == Buffers.READS:
        monkeypatch.setattr("tests.simulation.invariants.buffers._is_owned", lambda port, connection: True)
    assert broken(one, 15.0)[0] == invariant


def test_too_many_passes_under_way_are_noticed() -> None:
    world = World(1, [Books])
    observer, wire = Buffers(world), AWire()
    observer.sent(wire, seated_as(0), True)  # type: ignore[arg-type]  # as much of one as is looked at
    for tick in range(21):
        assert not world.violations
        observer.sent(wire, a_pass(tick, []), True)  # type: ignore[arg-type]  # as above
    assert [each.invariant for each in world.violations] == [Buffers.WINDOW]


def _many_events(one: Small) -> None:
    seat = one.host.core.seats[0]
    assert seat is not None
    seat.events._count_max = 1000
    for _ in range(600):
        seat.events.append((1, 16, Raw(b"\x90")), 17)
    seat.event_sent = seat.events.last


def _many_answers(one: Small) -> None:
    session = one.world.port and one.world.port.lobby.of(PlayerId(one.world.players["ann"].identity.player))
    assert session
    one[0].sent(AWire(), Welcome(session.id, b"", "", "", [], False, 0, 1.0), True)
    session.answers._kept.update(dict.fromkeys(range(1000, 1100)))  # type: ignore[arg-type]  # nobody asks for them


def _many_lines(one: Small) -> None:
    one.act("ann", "chat", seconds=20.0)
    one.world.run_for(1.0)
    assert one.world.port is not None
    one.world.port.lobby.chats._rooms[""]._bytes = 20_000


def _large_feed(one: Small) -> None:
    one.host.core.spectators._bytes = 9 * 1024 * 1024


def _forgotten_feed(one: Small) -> None:
    one.host.core.spectators._shown.append(None)  # type: ignore[arg-type]  # any will do


def _many_kept(one: Small) -> None:
    one.world.players["ann"].seats[-1]._updates._events.extend([None] * 2000)  # type: ignore[list-item]  # any will do


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_many_events, Buffers.SEAT),
        (_many_answers, Buffers.LOBBY),
        (_many_lines, Buffers.CHAT),
        (_large_feed, Buffers.FEED),
        (_forgotten_feed, Buffers.FEED),
        (_many_kept, Buffers.CLIENT),
    ],
)
def test_a_buffer_beyond_its_cap_is_noticed(fault: Callable[[Small], None], invariant: str) -> None:
    one = Small(Buffers)
    fault(one)
    assert broken(one, 0.3)[0] == invariant
