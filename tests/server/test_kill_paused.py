"""A real server whose operator pauses a session: its players come and go, the server is killed, and nobody loses."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import httpx

from rallypoint_client import Identity, Lobby, LobbySeat, Seat, connect, take_seat

from .test_kill import API_TOKEN, SOON_S, House, house, until

__all__ = ["house"]

PATH = "tests.server.pause_games:Path"
GRACE_S = 1.0
"""Of that game."""


async def started(house: House) -> None:
    own = {"API_TOKEN": API_TOKEN, "RECOVERY_WAIT_S": "2", "REPLAYS": "on"}
    await house.start(games=(PATH,), **{f"RALLYPOINT_{name}": value for name, value in own.items()})


async def post(api: httpx.AsyncClient, session: str, do: str, **body: Any) -> Any:
    """The answer; while the session is recovering, it is asked for again."""
    async with asyncio.timeout(SOON_S):
        while True:
            answer = await api.post(f"/sessions/{session}/{do}", json=body)
            if answer.status_code != 409 or answer.json()["error"] != "recovering":
                assert answer.is_success, answer.text
                return answer.json()
            await asyncio.sleep(0.05)


async def look(api: httpx.AsyncClient, session: str) -> Any:
    return (await api.get(f"/sessions/{session}/look")).json()


async def states(api: httpx.AsyncClient, session: str) -> dict[str, str]:
    """Of each player's seat."""
    return {seat["name"]: seat["state"] for seat in (await look(api, session))["seats"]}


async def stands_at(api: httpx.AsyncClient, session: str) -> int:
    """The tick of a session that makes no steps, seen to stand for longer than a window of grace."""
    first = (await look(api, session))["session"]["tick"]
    await asyncio.sleep(GRACE_S * 1.5)
    shown = await look(api, session)
    assert shown["session"]["tick"] == first
    assert shown["paused"] is not None
    return int(first)


async def until_tick(api: httpx.AsyncClient, session: str, tick: int) -> None:
    async with asyncio.timeout(SOON_S):
        while (await look(api, session))["session"]["tick"] < tick:
            await asyncio.sleep(0.02)


async def verified(folder: Path, session: str) -> str:
    """What ``rallypoint replay --verify`` says of its replay."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rallypoint", "replay", session, "--data-dir", str(folder), "--verify"),
        *("--game", PATH),
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), SOON_S)
    assert process.returncode == 0, said.decode() + complained.decode()
    return said.decode()


async def two(house: House, *who: Identity) -> tuple[list[Lobby], list[LobbySeat]]:
    lobbies = [await connect(house.url, name=name, identity=own) for name, own in zip(("Ann", "Bob"), who, strict=True)]
    seats = list(await asyncio.gather(*(lobby.quick_match("path") for lobby in lobbies)))
    await until(lambda: all(seat.latest.game.status == 1 for seat in seats))
    return lobbies, seats


async def back(house: House, seat: Seat) -> Seat:
    """Whoever had closed that seat takes it again."""
    return await take_seat(house.url + f"/session/{seat.session}", seat.session, seat.token)


async def test_a_paused_session_outlives_its_players_absence_and_its_servers_death(house: House) -> None:
    await started(house)
    lobbies, (ann, bob) = await two(house, Identity(), Identity())
    session = ann.session
    ann.hold(ann.inputs.Push(by=1))
    ann.act(ann.inputs.Put(number=1), queue_s=20)
    await until(lambda: ann.latest.me.last == 1 and ann.latest.game.rung > 0)
    async with house.api() as api:
        answer = await post(api, session, "pause", reason="a look")
        assert answer["paused"]["reason"] == "a look"
        stood = await stands_at(api, session)
        ann.act(ann.inputs.Put(number=2), queue_s=20)

        await bob.close()  # comes back at once
        again = await back(house, bob)
        await until(lambda: again.latest.tick == stood)
        await again.close()  # and stays away for longer than the game keeps a seat
        assert await stands_at(api, session) == stood
        assert await states(api, session) == {"Ann": "connected", "Bob": "away"}

        await post(api, session, "step", ticks=3)
        await until_tick(api, session, stood + 3)
        await until(lambda: ann.latest.tick == stood + 3 and ann.latest.me.last == 2)
        assert await stands_at(api, session) == stood + 3

    await house.end()
    ann.act(ann.inputs.Put(number=3), queue_s=20)
    await started(house)
    async with house.api() as api:
        await until(lambda: ann.latest.tick == stood + 3)
        assert await stands_at(api, session) == stood + 3
        paused = (await look(api, session))["paused"]
        assert (paused["reason"], paused["by"]) == (answer["paused"]["reason"], answer["paused"]["by"])

        answer = await post(api, session, "resume")
        assert answer["paused"] is None
        again = await back(house, again)
        rung = ann.latest.game.rung
        await until(lambda: ann.latest.game.rung > rung + 1 and ann.latest.me.last == 3)
        assert await states(api, session) == {"Ann": "connected", "Bob": "connected"}
    again.act(again.inputs.Finish(), queue_s=20)
    result = await ann.wait_closed()
    assert result is not None
    assert result["data"] == {"lost": 0}
    for lobby in lobbies:
        await lobby.close()
    assert await house.end(signal.SIGTERM) == 0
    print(await verified(house.folder / "data", session))
