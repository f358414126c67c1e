"""Four in a line over real sockets: a room with options, the end, and another game the other way round."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from games.fourline.game import FourLine
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_client import Lobby, RequestRefused, Seat, connect

WON_BY_0 = "6133524"


@pytest.fixture
async def lobbies() -> AsyncIterator[tuple[Lobby, Lobby]]:
    """Ann and Ben, in the lobby of a server."""
    async with (
        Server([FourLine], Settings(port=0, ops_port=0)) as server,
        connect(server.lobby_url, name="Ann") as ann,
        connect(server.lobby_url, name="Ben") as ben,
    ):
        yield ann, ben


async def play(first: Seat, second: Seat, moves: str) -> dict[str, Any]:
    """Both drop their discs, each when it is their turn; gives the result that both are told."""

    async def one(seat: Seat) -> dict[str, Any] | None:
        async for update in seat:
            done = len(update.view.game.moves)
            if update.view.game.turn == seat.index and done < len(moves):
                seat.act(seat.inputs.Drop(column=int(moves[done])))
        return seat.result

    async with asyncio.timeout(30):
        results = await asyncio.gather(one(first), one(second))
    assert results[0] is not None
    assert results[0] == results[1]
    return results[0]


async def test_a_room_with_its_own_clocks_is_played_and_played_again_the_other_way_round(lobbies: tuple[Lobby, Lobby]):
    ann, ben = lobbies
    hers = await ann.create("fourline", options={"minutes": 1, "increment_s": 0}, private=True)
    his = await ben.join(code=hers.code)
    result = await play(hers, his, WON_BY_0)
    assert (result["winners"], result["data"]) == ([0], {"moves": WON_BY_0})
    assert all(0 < side.clock_ms <= 60_000 for side in hers.latest.players)
    hers, his = await asyncio.gather(ann.rematch(hers), ben.rematch(his))
    assert (hers.index, his.index) == (1, 0)
    result = await play(hers, his, WON_BY_0)
    assert result["winners"] == [his.index]
    assert all(0 < side.clock_ms <= 60_000 for side in hers.latest.players)  # with the same options


async def test_options_that_the_game_refuses_open_no_room(lobbies: tuple[Lobby, Lobby]):
    with pytest.raises(RequestRefused, match=r"minutes must be a number from 0\.1 to 180") as refused:
        await lobbies[0].create("fourline", options={"minutes": 1000})
    assert refused.value.code == "refused"
