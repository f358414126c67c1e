"""``rallypoint replay --fork``: a sandbox that plays on from a moment of a replay."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from games.fourline import FourLine
from games.orbit import Orbit
from rallypoint import Game
from rallypoint.core.replay import image_at
from rallypoint.core.replay_format import BadReplay
from rallypoint.core.seat import SeatState
from rallypoint.core.session_image import SessionImage
from rallypoint.replay_fork import ForkedSeat, Sandbox
from rallypoint.runtime.bots import bot_class
from rallypoint.storage.replay_file import read_replay
from rallypoint_client import Seat, take_seat
from tests.server.replay_games import Mood, Push, Say, Tale
from tests.server.replay_house import Recorded

SOON_S = 15.0


def played(game: type[Game[Any]], seconds: float, folder: Path) -> Path:
    """The replay of a match between two bots."""
    recorded = Recorded(game)
    match = recorded.match
    own = match.definition.options
    assert own.bot is not None
    for seat in range(2):
        match.join(f"player{seat}")
        match.bot(seat, bot_class(own.bot), seed=seat)
    match.run(seconds)
    return recorded.write(folder)


def tale(folder: Path) -> Path:
    """Ann and Bob; Bob is away from tick 30 on."""
    recorded = Recorded(Tale)
    match = recorded.match
    match.join("Ann")
    match.join("Bob")
    for _ in range(30):
        match.hold(0, Push(speed=5.0))
        match.step()
    match.act(0, Say(text="later", mood=Mood.CALM))
    match.drop(1)
    match.step(5)
    return recorded.write(folder)


def image_of(path: Path, tick: int) -> SessionImage:
    return image_at(read_replay(path).records, tick)


async def take(forked: ForkedSeat) -> Seat:
    return await take_seat(forked.url, forked.session, bytes.fromhex(forked.token))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_fork_goes_on_from_that_very_state(tmp_path: Path) -> None:
    image = image_of(tale(tmp_path), 32)
    async with Sandbox(image, Tale) as sandbox:
        assert [(seat.seat, seat.name, seat.bot) for seat in sandbox.seats] == [(0, "Ann", False), (1, "Bob", False)]
        assert sandbox.core.id != "s1"
        assert (sandbox.core.tick, sandbox.core.epoch) == (32, 2)
        ann = await take(sandbox.seats[0])
        async with asyncio.timeout(SOON_S):
            async for update in ann:
                ann.hold(ann.inputs.Push(speed=1.0))
                if update.view.game.told == "remembered by 0":  # the timer of the replay has fired
                    break
        stone = ann.latest.me.one("Stone")
        assert stone.x > 30 * 5.0 / 20
        assert sandbox.core.tick > 32
        assert sandbox.core.seats[1].state is SeatState.AWAY  # type: ignore[union-attr]  # Bob
        await ann.close()


async def test_it_waits_for_the_first_who_comes(tmp_path: Path) -> None:
    async with Sandbox(image_of(tale(tmp_path), 32), Tale) as sandbox:
        await asyncio.sleep(0.6)
        assert sandbox.core.tick == 32
        bob = await take(sandbox.seats[1])
        await until(lambda: sandbox.core.tick > 40)
        await bob.close()


async def test_the_same_token_lets_in_again_and_again(tmp_path: Path) -> None:
    async with Sandbox(image_of(tale(tmp_path), 32), Tale) as sandbox:
        for _ in range(3):
            ann = await take(sandbox.seats[0])
            async with asyncio.timeout(SOON_S):
                assert (await anext(ann)).view.me.name == "Ann"
            await ann.close()


@pytest.mark.parametrize(
    ("game", "tick"), [pytest.param(Orbit, 100, id="orbit"), pytest.param(FourLine, 8, id="fourline")]
)
async def test_bots_play_seats_that_nobody_takes_and_make_room(
    game: type[Game[Any]], tick: int, tmp_path: Path
) -> None:
    path = played(game, 8.0, tmp_path)
    async with Sandbox(image_of(path, tick), game, bots_after_s=0.3) as sandbox:
        core = sandbox.core
        await until(lambda: core.connected == 2 and core.tick > tick and not core.missing())
        mine = await take(sandbox.seats[1])
        before = core.tick
        await until(lambda: core.tick > before and mine.latest.me is not None)
        assert mine.index == 1
        assert core.connected == 2
        await mine.close()
        await until(lambda: core.seats[1].state is SeatState.CONNECTED)  # type: ignore[union-attr]  # another bot


async def test_of_a_session_that_has_ended_there_is_no_fork(tmp_path: Path) -> None:
    recorded = Recorded(Tale)
    recorded.match.join("Ann")
    recorded.match.step(5)
    recorded.match.act(0, Say(text="win", mood=Mood.CALM))
    recorded.match.step()
    path = recorded.write(tmp_path)
    Sandbox(image_of(path, 5), Tale)
    with pytest.raises(BadReplay, match="has ended by tick 6"):
        Sandbox(image_of(path, 6), Tale)


async def test_the_command_prints_the_seats_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    path = tale(tmp_path)
    before = sorted(os.listdir(tmp_path))
    arguments = ["-m", "rallypoint", "replay", str(path), "--fork", "32", "--port", "0", "--json"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=Path.cwd()
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SOON_S * 2):
            told = [json.loads(await process.stdout.readline()) for _ in range(2)]
        assert [(seat["seat"], seat["name"]) for seat in told] == [(0, "Ann"), (1, "Bob")]
        ann = await take_seat(told[0]["url"], told[0]["session"], bytes.fromhex(told[0]["token"]))
        await until(lambda: (ann.latest.game.ticks or 0) > 32)
        await ann.close()
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(SOON_S):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert sorted(os.listdir(tmp_path)) == before
