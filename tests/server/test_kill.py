"""A real server is killed, and started again: its sessions go on, and its players notice a pause."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from rallypoint_client import Identity, Lobby, LobbySeat, connect, take_seat
from tests.server.storage.made import locked

SOON_S = 30.0
BOOK = "tests.server.durable_games:Book"
LETTERS = "tests.server.durable_games:Letters"
API_TOKEN = "a-token-of-some-length"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class House:
    """A folder, and the servers that work in it one after the other, on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.process: Process | None = None
        self.noted: dict[LobbySeat, list[int]] = {}

    async def start(self, *arguments: str, games: tuple[str, ...] = (BOOK, LETTERS), **environment: str) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rallypoint", "serve", *games, "--port", str(self.port), "--ops-port", "0"),
            *("--data", str(self.folder / "data"), "--announce", "json", "--log-level", "warning", *arguments),
            env={**os.environ, **environment},
            stdout=PIPE,
        )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), SOON_S)
        if line:
            self.ops = json.loads(line)["ops"]

    async def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), SOON_S)

    def api(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {API_TOKEN}"}
        return httpx.AsyncClient(base_url=f"{self.ops}/api/v1", headers=headers, timeout=SOON_S)

    async def status(self) -> dict[str, Any]:
        def read() -> Any:
            import urllib.request

            with urllib.request.urlopen(f"{self.ops}/status.json", timeout=10) as answer:
                return json.load(answer)

        return dict(await asyncio.to_thread(read))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    yield made
    if made.process is not None:
        await made.end()


async def two(house: House, game: str = "book") -> tuple[list[Lobby], list[LobbySeat]]:
    lobbies = [await connect(house.url, name=name) for name in ("Ann", "Bob")]
    seats = list(await asyncio.gather(*(lobby.quick_match(game) for lobby in lobbies)))
    for seat in seats:
        house.noted[seat] = []
        seat.on_event = partial(_note, house.noted[seat])
    await until(lambda: seats[0].latest.game.status == 1)
    return lobbies, seats


def _note(noted: list[int], event: Any) -> None:
    if event.kind == "Noted":
        noted.append(event.number)


async def until(true: Callable[[], bool], within_s: float = SOON_S) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.02)


async def put(seat: LobbySeat, *numbers: int) -> None:
    for number in numbers:
        seat.act(seat.inputs.Put(number=number), queue_s=20)
    await until(lambda: seat.latest.me.last == numbers[-1] and not seat.actions_kept)


async def test_a_game_goes_on_where_it_was_when_its_process_was_killed(house: House) -> None:
    await house.start()
    lobbies, (ann, bob) = await two(house)
    await put(ann, 1, 2, 3)
    await put(bob, 10)
    await until(lambda: ann.latest.game.rung > 0)
    session, rung = ann.session, ann.latest.game.rung
    await house.end()
    ann.act(ann.inputs.Put(number=4), queue_s=20)
    await house.start()
    await put(ann, 5)
    await put(bob, 11)
    assert (ann.session, ann.latest.me.last, bob.latest.me.last) == (session, 5, 11)
    assert house.noted == {ann: [1, 2, 3, 4, 5], bob: [10, 11]}
    assert ann.latest.game.count == 7
    await until(lambda: ann.latest.game.rung > rung + 1)
    ann.act(ann.inputs.Finish(), queue_s=20)
    result = await ann.wait_closed()
    assert result is not None
    assert sorted(result["data"]["notes"]) == [[1, 2, 3, 4, 5], [10, 11]]
    for lobby in lobbies:
        await lobby.close()


async def test_turns_go_on_too_and_their_clock_stood_still(house: House) -> None:
    await house.start()
    lobbies, (ann, bob) = await two(house, "letters")
    await put(ann, 1)
    await house.end()
    await house.start()
    await put(bob, 2)
    await put(ann, 3)
    assert house.noted == {ann: [1, 3], bob: [2]}
    for lobby in lobbies:
        await lobby.close()


async def test_a_queue_place_outlives_the_server(house: House) -> None:
    await house.start()
    ann = await connect(house.url, name="Ann")
    places: list[int] = []
    waiting = asyncio.ensure_future(ann.quick_match("letters", on_wait=lambda place, _: places.append(place)))
    await until(lambda: places == [1])
    await house.end()
    await house.start()
    async with connect(house.url, name="Bob") as bob:
        theirs = await bob.quick_match("letters")
        mine = await asyncio.wait_for(waiting, SOON_S)
        assert mine.session == theirs.session
        await mine.leave()
    await ann.close()


async def test_a_server_that_is_stopped_kindly_goes_on_as_well(house: House) -> None:
    await house.start()
    lobbies, (ann, _) = await two(house)
    await put(ann, 1)
    assert await house.end(signal.SIGTERM) == 0
    await house.start()
    await put(ann, 2)
    assert house.noted[ann] == [1, 2]
    for lobby in lobbies:
        await lobby.close()


async def test_who_does_not_come_back_is_dropped_and_who_does_plays_on(house: House) -> None:
    await house.start()
    _, (ann, bob) = await two(house)
    await house.end()
    await bob.close()
    await house.start(RALLYPOINT_RECOVERY_WAIT_S="0.5")
    await put(ann, 1)
    await until(lambda: any(player.state == 1 for player in ann.latest.players))


async def test_a_result_is_stored_once_whenever_the_process_dies(house: House) -> None:
    await house.start()
    _, (ann, _) = await two(house)
    await put(ann, 1)
    ann.act(ann.inputs.Finish(), queue_s=20)
    await ann.wait_closed()
    await house.end()
    for _ in range(2):
        await house.start()
        await house.end(signal.SIGTERM)
    with contextlib.closing(sqlite3.connect(house.folder / "data" / "rallypoint.db")) as database:
        assert database.execute("select session, outcome from results").fetchall() == [(ann.session, "ended")]


async def test_a_session_that_kills_the_server_is_quarantined_after_the_second_time(house: House) -> None:
    await house.start()
    _, (ann, bob) = await two(house)
    await put(bob, 1)
    ann.act(ann.inputs.Die())
    assert house.process is not None
    assert await asyncio.wait_for(house.process.wait(), SOON_S) == -signal.SIGKILL
    await house.start()  # the client sends again what was not durable
    assert await asyncio.wait_for(house.process.wait(), SOON_S) == -signal.SIGKILL
    await house.start()
    status = await house.status()
    assert list(status["quarantined"]) == [ann.session]
    assert any("quarantined" in problem for problem in status["problems"])
    assert list((house.folder / "data" / "quarantine").iterdir())
    async with connect(house.url, name="Cid") as cid, connect(house.url, name="Dan") as dan:
        seats = await asyncio.gather(cid.quick_match("book"), dan.quick_match("book"))
        assert seats[0].session == seats[1].session != ann.session


async def test_a_journal_of_a_game_that_is_not_there_is_refused_and_left_as_it_is(house: House) -> None:
    await house.start()
    await two(house)
    await house.end()
    journal = house.folder / "data" / "journal"
    before = {file.name: file.read_bytes() for file in journal.iterdir() if file.suffix == ".rpj"}
    await house.start(games=(LETTERS,))
    assert await asyncio.wait_for(house.process.wait(), SOON_S) == 2  # type: ignore[union-attr]
    assert {file.name: file.read_bytes() for file in journal.iterdir() if file.suffix == ".rpj"} == before


async def test_two_servers_do_not_share_a_folder(house: House) -> None:
    await house.start()
    other = House(house.folder)
    await other.start()
    assert other.process is not None
    assert await asyncio.wait_for(other.process.wait(), SOON_S) == 2


async def test_what_a_backend_asks_for_again_after_a_crash_is_answered_as_before_and_done_once(
    house: House,
) -> None:
    body = {"game": "book", "seats": [{"player": "user-1"}, {"player": "user-2"}], "keep_s": 60}
    answers = []
    for _ in range(3):
        await house.start(RALLYPOINT_API_TOKEN=API_TOKEN)
        async with house.api() as api:
            answers.append(await api.post("/sessions", json=body, headers={"Idempotency-Key": "round-1"}))
            other = await api.post("/sessions", json={"game": "letters"}, headers={"Idempotency-Key": "round-1"})
            assert other.json()["error"] == "key_used"
            assert len((await api.get("/sessions")).json()["sessions"]) == 1
        await house.end()
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert ["idempotent-replayed" in answer.headers for answer in answers] == [False, True, True]
    await house.start()
    seats = [
        await take_seat(house.url + seat["url"], seat["session"], base64.urlsafe_b64decode(seat["token"]))
        for seat in answers[0].json()["seats"]
    ]
    await until(lambda: all(seat.latest.game.status == 1 for seat in seats))
    for seat in seats:
        await seat.leave()


async def test_a_guest_is_known_by_the_secret_though_the_database_was_locked_when_the_server_died(
    house: House,
) -> None:
    await house.start()
    ann = Identity()
    async with locked(house.folder / "data" / "rallypoint.db"):
        lobby = await connect(house.url, name="Ann", identity=ann)
        player = lobby.player
        await house.end()
        await lobby.close()
    await house.start()
    for _ in range(2):  # the journal has told the database; then the database knows by itself
        async with connect(house.url, identity=ann) as lobby:
            assert (lobby.player, lobby.name) == (player, "Ann")
        await house.end(signal.SIGTERM)
        with contextlib.closing(sqlite3.connect(house.folder / "data" / "rallypoint.db")) as database:
            assert database.execute("select id, name from players").fetchall() == [(player, "Ann")]
        await house.start()
