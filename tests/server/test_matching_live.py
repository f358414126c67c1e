"""Queues with rules on a real server: real sockets, the client library, and a kill in the middle of a ready check."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rallypoint import Game, Player
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_client import LobbySeat, connect
from rallypoint_client.errors import RequestRefused
from rallypoint_client.ready_check import ReadyCheck
from rallypoint_protocol.ids import SessionId
from tests.server.live import SOON_S
from tests.server.test_kill import House


class Arena(
    Game[Player],
    seats=(1, 8),
    tick_hz=20,
    name="arena",
    queues={
        "ranked": {"teams": "1v1", "ready_s": 10},
        "pairs": {"teams": "2v2"},
        "picky": {"teams": "1v1", "rules": [{"avoid": "blocked"}]},
        "near": {"teams": "1v1", "rules": [{"distance": "level", "limit": 1.0}]},
    },
):
    """Nothing happens in it."""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    settings = Settings(port=0, ops_port=0, shutdown_s=2.0)
    async with Server([Arena], settings) as running, asyncio.timeout(4 * SOON_S):
        yield running


class Asked:
    """What a player was asked, and says."""

    def __init__(self, *says: bool | None) -> None:
        self.says = list(says)
        self.checks: list[ReadyCheck] = []
        self.asked = asyncio.Event()

    def __call__(self, check: ReadyCheck) -> None:
        self.checks.append(check)
        self.asked.set()
        match self.says.pop(0) if self.says else True:
            case True:
                check.accept()
            case False:
                check.decline()


async def test_who_accepted_keeps_the_place_and_is_matched_next_when_another_declines(server: Server) -> None:
    url = server.lobby_url
    async with connect(url, name="Ann") as ann, connect(url, name="Bob") as bob, connect(url, name="Cid") as cid:
        told: list[Any] = []
        first, no = Asked(True, True), Asked(None)
        anns = asyncio.create_task(ann.play("ranked", on_ready_check=first, on_wait=told.append))
        bobs = asyncio.create_task(bob.play("ranked", on_ready_check=no))
        await first.asked.wait()
        await no.asked.wait()
        cids = asyncio.create_task(cid.play("ranked"))
        while server.game_port.lobby.waiting("ranked") != 3:
            await asyncio.sleep(0.01)
        [number] = [ticket.number for ticket in _tickets(server) if ticket.players == (ann.player,)]
        while not first.checks[0].accepted:
            await asyncio.sleep(0.01)

        no.checks[0].decline()
        with pytest.raises(RequestRefused, match="declined"):
            await bobs
        seats: list[LobbySeat] = list(await asyncio.gather(anns, cids))
        assert seats[0].session == seats[1].session
        assert [check.over for check in first.checks] == ["declined", "matched"]
        assert first.checks[0].requeued
        assert number == 1
        host = server.game_port.node.hosts[SessionId(seats[0].session)]
        assert host.core.order.match is not None
        assert host.core.order.match.queue == "ranked"


def _tickets(server: Server) -> list[Any]:
    return list(server.game_port.lobby.queues._waiting.values())


async def test_four_players_are_seated_in_two_teams(server: Server) -> None:
    names = ("Ann", "Bob", "Cid", "Dan")
    lobbies = [await connect(server.lobby_url, name=name) for name in names]
    seats: list[LobbySeat] = list(await asyncio.gather(*(lobby.play("pairs") for lobby in lobbies)))
    assert len({seat.session for seat in seats}) == 1
    assert sorted(seat.team or 0 for seat in seats) == [0, 0, 1, 1]
    for lobby in lobbies:
        await lobby.close()


async def test_a_ticket_without_what_a_rule_asks_for_is_refused_and_says_which(server: Server) -> None:
    async with connect(server.lobby_url, name="Ann") as ann:
        with pytest.raises(RequestRefused, match="level"):
            await ann.play("near")


async def test_a_ticket_says_why_it_waits(server: Server) -> None:
    url = server.lobby_url
    async with connect(url, name="Ann") as ann, connect(url, name="Bob") as bob:
        anns = asyncio.create_task(ann.play("near", attributes={"level": 1}))
        bobs = asyncio.create_task(bob.play("near", attributes={"level": 9}))
        while True:
            while server.game_port.lobby.waiting("near") != 2:
                await asyncio.sleep(0.01)
            why = await ann.explain()
            if why.queues[0].rules:
                break
            await asyncio.sleep(0.5)  # more often is refused
        [queue] = why.queues
        assert (queue.queue, queue.waiting, queue.tightest) == ("near", 2, "level")
        for waiting in (anns, bobs):
            waiting.cancel()
        await asyncio.gather(anns, bobs, return_exceptions=True)


async def test_a_ready_check_that_is_cut_off_by_a_kill_is_off_and_both_are_matched_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    arena = ("tests.server.test_matching_live:Arena",)
    await house.start(games=arena)
    try:
        async with (
            asyncio.timeout(4 * SOON_S),
            connect(house.url, name="Ann") as ann,
            connect(house.url, name="Bob") as bob,
        ):
            yes, later = Asked(True, True), Asked(None, True)
            anns = asyncio.create_task(ann.play("ranked", on_ready_check=yes))
            bobs = asyncio.create_task(bob.play("ranked", on_ready_check=later))
            await yes.asked.wait()
            await later.asked.wait()
            while not yes.checks[0].mine:
                await asyncio.sleep(0.01)
            await house.end()
            await house.start(games=arena)
            seats: list[LobbySeat] = list(await asyncio.gather(anns, bobs))
            assert seats[0].session == seats[1].session
            assert [check.over for check in yes.checks] == ["failed", "matched"]
            assert yes.checks[0].requeued
    finally:
        await house.end()


async def test_a_blocked_player_is_avoided_and_the_leaderboard_is_read_from_a_real_store(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.start(games=("tests.server.test_matching_live:Arena",))
    try:
        async with (
            asyncio.timeout(4 * SOON_S),
            connect(house.url, name="Ann") as ann,
            connect(house.url, name="Bob") as bob,
            connect(house.url, name="Cid") as cid,
        ):
            await ann.block(bob.player)
            anns = asyncio.create_task(ann.play("picky"))
            waits = asyncio.Event()
            bobs = asyncio.create_task(bob.play("picky", on_wait=lambda _: waits.set()))
            await waits.wait()
            while not (why := await bob.explain()).queues[0].rules or why.queues[0].waiting < 2:
                await asyncio.sleep(0.5)
            assert (why.queues[0].tightest, why.queues[0].nearby) == ("blocked", 0)
            seats: list[LobbySeat] = list(await asyncio.gather(anns, cid.play("picky")))
            assert seats[0].session == seats[1].session
            bobs.cancel()
            board = await ann.leaderboard("picky", limit=5)
            assert list(board.rows) == []
    finally:
        await house.end()
