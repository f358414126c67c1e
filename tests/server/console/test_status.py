"""What ``/status.json`` shows: every session and seat counted once, and what is wrong in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rallypoint.console.status import Status, problems
from rallypoint.core.matchmaking.queue import MatchQueue
from rallypoint.core.matchmaking.rules import QueueRules, TeamSize
from rallypoint.core.matchmaking.ticket import Member, Ticket
from rallypoint.core.session import Taken
from rallypoint.ports import StoreStatus
from rallypoint.storage.journal_off import JournalOff
from rallypoint_protocol.messages import TakeSeat
from tests.server.backend_house import ANN, BOB, CID, NOW, BackendHouse


class Lobby:
    """As much of a lobby as the status asks for."""

    def __init__(self, ruled: dict[str, MatchQueue]) -> None:
        self.queues = SimpleNamespace(ruled=SimpleNamespace(queues=ruled))

    def __len__(self) -> int:
        return 3

    def waiting(self, game: str) -> int:
        return len(game)


class House(BackendHouse):
    """A node, and a status that reads it. ``store`` is what the store says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.ruled: dict[str, MatchQueue] = {}
        self.store = StoreStatus("sqlite", pending=2, written=7, webhooks_pending=1)
        server = SimpleNamespace(
            node=self.node,
            lobby=Lobby(self.ruled),
            connections=5,
            ready=True,
            started_at=0.0,
            journal=JournalOff(),
        )
        store = SimpleNamespace(status=lambda: self.store)
        self.status = Status(cast(Any, server), cast(Any, store))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    yield made
    made.node.ticker.stop()


async def test_every_session_and_seat_is_counted_once(house: House) -> None:
    created = house.create(ANN, BOB)
    house.create(CID, game="chess")
    core = house.node.hosts[created.session.id].core
    taken = core.take(TakeSeat(1, created.session.id, created.seats[0].offer.token), NOW)
    assert isinstance(taken, Taken)
    core.take(TakeSeat(1, created.session.id, created.seats[1].offer.token), NOW)
    house.settle(created.session.id)
    core.dropped(taken.seat, NOW)
    figures = house.status.figures()
    assert figures["seats"] == {"reserved": 1, "connected": 1, "away": 1}
    assert figures["players"] == 2
    assert figures["games"] == {
        "duel": {"waiting": 0, "running": 1, "players": 2},
        "chess": {"waiting": 1, "running": 0, "players": 0},
    }
    assert (figures["sessions"]["waiting"], figures["sessions"]["running"]) == (1, 1)
    assert figures["queues"] == {"duel": 4, "chess": 5}


async def test_queues_with_rules_show_waits_pace_and_quality(house: House) -> None:
    queue = MatchQueue(QueueRules(name="ranked", game="duel", teams=(TeamSize(1, 1),) * 2), 10)
    house.ruled["ranked"] = queue
    assert house.status.figures()["matchmaking"]["ranked"]["wait_p50_s"] is None
    for number, wait_s in enumerate((30.0, 20.0, 4.0)):
        queue.add(Ticket(f"t{number}", (Member(ANN),), NOW - wait_s, number))
    for match in queue.work(NOW, 1000):
        queue.settled(match, NOW)
    assert house.status.figures()["matchmaking"] == {
        "ranked": {
            "waiting": 1,
            "players": 1,
            "oldest_wait_s": 4.0,
            "minutes": 15,
            "matches": 1,
            "matches_per_minute": 0.07,
            "wait_p50_s": 20.0,
            "wait_p90_s": 30.0,
            "quality": 1.0,
        }
    }


async def test_spectators_are_counted(house: House) -> None:
    session = house.session(ANN)
    house.node.hosts[session].core.spectators.reserve(BOB, "Bob", NOW)
    assert house.status.figures()["spectators"] == 1


async def test_the_store_and_the_webhooks_say_how_they_are(house: House) -> None:
    figures = house.status.figures()
    assert figures["store"] == {"kind": "sqlite", "pending": 2, "written": 7, "lost": 0, "refused": 0, "error": ""}
    assert figures["webhooks"] == {"pending": 1, "failed": 0, "error": ""}
    assert figures["problems"] == []
    house.store = replace(house.store, error="disk full")
    assert house.status.figures()["problems"] == ["database: disk full (2 writes wait; games go on)"]


async def test_where_nothing_is_kept_there_is_no_database(house: House) -> None:
    status = Status(cast(Any, house.status._server))
    assert status.figures()["store"]["kind"] == "none"
    assert status.figures()["problems"] == []


def test_what_is_wrong_is_said_in_words() -> None:
    bad = StoreStatus(
        "sqlite", 1, 0, 3, 4, "database is locked", webhooks_pending=5, webhooks_failed=6, webhooks_error="timeout"
    )
    assert problems(bad) == [
        "database: database is locked (1 write waits; games go on)",
        "database: 3 writes were given up, because too many waited",
        "database: 4 writes were refused, and are lost: the log says which",
        "webhooks: timeout (5 wait)",
        "webhooks: 6 were given up after their last attempt",
    ]
    assert problems(StoreStatus("sqlite", 9, 9, webhooks_pending=9)) == []
