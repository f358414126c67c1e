"""A real server and its HTTP API: a session is paused, stepped and resumed, and its players notice no loss."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import httpx
import pytest

from rallypoint_client import Identity, Lobby, Notice, SeatState, SessionGone

from .test_kill import House, house, until
from .test_kill_paused import GRACE_S, back, post, started, two

__all__ = ["house"]

TICK_S = 0.05
"""Of that game."""


async def shown(api: httpx.AsyncClient, session: str) -> Any:
    """What ``GET /sessions/{id}`` says, whatever it is."""
    answer = await api.get(f"/sessions/{session}")
    assert answer.is_success, answer.text
    return answer.json()


async def tick_of(api: httpx.AsyncClient, session: str) -> int:
    return int((await shown(api, session))["session"]["tick"])


async def until_tick(api: httpx.AsyncClient, session: str, tick: int) -> None:
    async with asyncio.timeout(30):
        while await tick_of(api, session) < tick:
            await asyncio.sleep(0.01)


async def stands(api: httpx.AsyncClient, session: str, tick: int, for_s: float) -> None:
    """Whenever one looks, it is paused at that tick."""
    end = time.monotonic() + for_s
    while time.monotonic() < end:
        session_shown = (await shown(api, session))["session"]
        assert (session_shown["tick"], session_shown["paused"] is not None) == (tick, True)
        await asyncio.sleep(TICK_S)


async def seats_of(api: httpx.AsyncClient, session: str) -> dict[int, tuple[str, str]]:
    """Whose each seat is, and how it is."""
    return {seat["seat"]: (seat["name"], seat["state"]) for seat in (await shown(api, session))["seats"]}


async def until_seat(api: httpx.AsyncClient, session: str, index: int, seat: tuple[str, str] | None) -> None:
    async with asyncio.timeout(30):
        while (await seats_of(api, session)).get(index) != seat:
            await asyncio.sleep(0.01)


def heard_by(lobby: Lobby) -> list[tuple[str, str, str | None]]:
    heard: list[tuple[str, str, str | None]] = []

    def hear(notice: Notice) -> None:
        heard.append((notice.kind, notice.text, notice.session))

    lobby.on_notice = hear
    return heard


async def test_a_pause_outlasts_a_cut_connection_three_steps_and_a_killed_server(house: House) -> None:
    await started(house)
    lobbies, (ann, bob) = await two(house, Identity(), Identity())
    session = ann.session
    heard = [heard_by(lobby) for lobby in lobbies]
    indices = (ann.index, bob.index)
    both = {ann.index: ("Ann", "connected"), bob.index: ("Bob", "connected")}
    ann.hold(ann.inputs.Push(by=1))
    await until(lambda: ann.latest.me.way > 0)
    async with house.api() as api:
        stood = (await post(api, session, "pause", reason="a look"))["tick"]
        await stands(api, session, stood, GRACE_S)
        await until(lambda: ann.latest.tick == bob.latest.tick == stood)
        way = ann.latest.me.way

        bob.cut()
        await until(lambda: bob.stats.resumes == 1 and bob.state is SeatState.PLAYING)
        assert await seats_of(api, session) == both
        assert (bob.latest.tick, bob.latest.players[ann.index].way) == (stood, way)

        await post(api, session, "step", ticks=3)
        await until_tick(api, session, stood + 3)
        await stands(api, session, stood + 3, 10 * TICK_S)
        await until(lambda: ann.latest.tick == bob.latest.tick == stood + 3)
        assert ann.latest.me.way == bob.latest.players[ann.index].way == way + 3

    await house.end()
    await started(house)
    async with house.api() as api:
        await stands(api, session, stood + 3, 10 * TICK_S)
        await until(lambda: (ann.stats.resumes, bob.stats.resumes) == (1, 2))
        await until(lambda: ann.state is bob.state is SeatState.PLAYING)
        assert (await post(api, session, "resume"))["paused"] is None
        await until_tick(api, session, stood + 13)
        assert await seats_of(api, session) == both
    await until(lambda: min(ann.latest.tick, bob.latest.tick) > stood + 13)
    assert (ann.index, bob.index) == indices
    assert (ann.session, bob.session) == (session, session)
    bob.act(bob.inputs.Put(number=7), queue_s=20)
    await until(lambda: bob.latest.me.last == 7)
    assert bob.latest.game.lost == 0
    told = [("paused", "a look", session), ("resumed", "", session)]
    await until(lambda: all(len(each) >= len(told) for each in heard))
    assert heard == [told, told]
    for lobby in lobbies:
        await lobby.close()


async def test_who_is_away_longer_than_the_grace_of_a_paused_game_loses_the_seat_only_after_its_end(
    house: House,
) -> None:
    await started(house)
    lobbies, (ann, bob) = await two(house, Identity(), Identity())
    session, heard = ann.session, [heard_by(lobby) for lobby in lobbies]
    async with house.api() as api:
        stood = (await post(api, session, "pause"))["tick"]
        await until(lambda: ann.latest.tick == stood)
        await bob.close()
        await until_seat(api, session, bob.index, ("Bob", "away"))
        again = await back(house, bob)  # with nothing that it knew before
        await until(lambda: again.latest.tick == stood)
        assert again.latest.game.beats == ann.latest.game.beats > 0
        await again.close()
        await until_seat(api, session, bob.index, ("Bob", "away"))
        await stands(api, session, stood, GRACE_S * 2)
        assert (await seats_of(api, session))[bob.index] == ("Bob", "away")

        resumed = time.monotonic()
        await post(api, session, "resume")
        assert (await seats_of(api, session))[bob.index] == ("Bob", "away")
        await until_seat(api, session, bob.index, None)
        assert time.monotonic() - resumed > GRACE_S - TICK_S
        assert (await seats_of(api, session))[ann.index] == ("Ann", "connected")
    await until(lambda: ann.latest.game.lost == 1)
    await until(lambda: all(each and each[-1][0] == "resumed" for each in heard))
    kinds = [[kind for kind, _, _ in each] for each in heard]
    assert kinds == [["paused", "resumed"], ["paused", "paused", "resumed"]], "who takes the seat anew is told anew"
    with pytest.raises(SessionGone):
        await back(house, again)
    for lobby in lobbies:
        await lobby.close()


async def verified(file: Path) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rallypoint", "replay", str(file), "--verify"), stdout=PIPE, stderr=PIPE
    )
    said, complained = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode() + complained.decode()
    return said.decode()


async def test_a_replay_of_a_session_that_was_paused_stepped_and_resumed_verifies(house: House) -> None:
    await started(house)
    lobbies, (ann, bob) = await two(house, Identity(), Identity())
    session = ann.session
    ann.hold(ann.inputs.Push(by=2))
    await until(lambda: ann.latest.me.way > 0)
    async with house.api() as api:
        stood = (await post(api, session, "pause"))["tick"]
        for number in (1, 2, 3):
            bob.act(bob.inputs.Put(number=number), queue_s=20)
        bob.cut()
        await until(lambda: bob.stats.resumes == 1)
        await post(api, session, "step", ticks=5)
        await until_tick(api, session, stood + 5)
        await until(lambda: bob.latest.me.last == 3)
        await post(api, session, "resume")
        await until_tick(api, session, stood + 30)
    bob.act(bob.inputs.Finish(), queue_s=20)
    assert await ann.wait_closed() is not None
    last = ann.latest.tick
    file = house.folder / "data" / "replays" / f"{session}.rpr"
    await until(file.exists)
    assert await verified(file) == f"All {last} steps are the same again, under hash seeds 1 and 2.\n"
    for lobby in lobbies:
        await lobby.close()
