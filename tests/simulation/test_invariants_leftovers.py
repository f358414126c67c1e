"""The observers of what is left, and of whether the server still serves: each speaks when something is not well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from rallypoint.core.session import SessionCore
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_simulation.observer import Violation
from tests.simulation.invariants.leftovers import Leftovers
from tests.simulation.invariants.serves import Serves
from tests.simulation.small_world import Small, broken


async def _forever() -> None:
    await asyncio.get_running_loop().create_future()


def _task(one: Small) -> None:
    one.world.loop.start_on(one.world.server_host, _forever(), "forgotten")


def _timer(one: Small) -> None:
    loop = one.world.loop
    loop.on(one.world.server_host, loop.now + 100.0, _forever)


def _waiting(one: Small) -> None:
    one.world.node._waiting[SessionId("s1")] = None  # type: ignore[assignment]  # any will do


def _in_the_book(one: Small) -> None:
    one.world.node.book.add(PlayerId("p"), SessionId("s1"), "books", exclusive=True, bot=False)


def _in_the_lobby(one: Small) -> None:
    assert one.world.port is not None
    one.world.port.lobby._register.connected = 1


def _stranger(one: Small) -> None:
    assert one.world.port is not None
    one.world.port.gate.waiting[None] = None  # type: ignore[index]  # any will do


def _on_a_device(one: Small) -> None:
    one.world.loop.start_on(one.world.device("ann"), _forever(), "forgotten")


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_task, Leftovers.TASKS),
        (_timer, Leftovers.TIMERS),
        (_waiting, Leftovers.SESSIONS),
        (_in_the_book, Leftovers.SEATS),
        (_in_the_lobby, Leftovers.LOBBY),
        (_stranger, Leftovers.CONNECTIONS),
        (_on_a_device, Leftovers.DEVICES),
    ],
)
def test_what_is_left_is_noticed(fault: Callable[[Small], None], invariant: str) -> None:
    one = Small(Leftovers)
    one.everybody_leaves()
    one.world.rest()  # nothing so far
    fault(one)
    with pytest.raises(Violation, match=invariant):
        one.world.rest()


def test_tasks_that_pile_up_are_noticed() -> None:
    one = Small(Leftovers)
    for _ in range(100):
        _task(one)
    assert broken(one)[0] == Leftovers.GROWTH


def test_a_session_that_is_never_forgotten_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Small(Leftovers)
    monkeypatch.setattr(SessionCore, "linger", lambda self, now: True)
    one.host.end("enough")
    assert broken(one, 20.0)[0] == Leftovers.LINGERS


def test_a_server_that_takes_no_newcomers_is_noticed() -> None:
    one = Small(Serves)
    one.everybody_leaves()
    one.world.rest()  # it serves them
    one.world.node.draining = True
    with pytest.raises(Violation, match=Serves.SERVES):
        one.world.rest()
