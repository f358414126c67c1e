"""Replays over the web port: which there are, who may see them, and what they cost the games."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import msgpack
import msgspec
import pytest

from rallypoint import field
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.storage.replay_file import ReplayFolder, read_replay
from rallypoint.web import replay_process, replay_shelf
from rallypoint.web.app import web_app
from rallypoint.web.files import Files
from rallypoint.web.replay_shelf import ReplayShelf, Unwatchable
from rallypoint.web.replay_stream import passes
from rallypoint.web.site import GamePage, Site
from rallypoint_client import connect
from tests.server.replay_games import Tale
from tests.server.replay_house import CREATED, Recorded
from tests.server.web.stream_house import frames, header

SOON_S = 30.0


class Shy(Tale, spectators=0, name="shy"):
    uses = Tale.uses


class Newer(Tale, name="tale"):
    """The same game, a version later."""

    uses = Tale.uses
    weather: str = field("")


class Shelf:
    """A folder of replays, and the web port's application over it."""

    def __init__(self, folder: Path, *games: Any) -> None:
        self.folder = folder / "replays"
        self.cache = folder / "streams"
        self.running: set[str] = set()
        pages = [GamePage(game.definition()) for game in games]
        self.shelf = ReplayShelf(self.folder, self.cache, pages, self.running.__contains__)
        site = Site(pages, dict, lambda: "", "", self.shelf)
        transport = httpx.ASGITransport(web_app(site, Files(folder / "none")))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://play.test", timeout=SOON_S)

    def recorded(self, session: str, game: Any = Tale, **own: Any) -> Recorded[Any]:
        recorded = Recorded(game, session=session, **own)
        recorded.match.join("Ann")
        recorded.match.join("Bob")
        recorded.match.step(12)
        return recorded

    def ended(self, session: str, game: Any = Tale, **own: Any) -> Path:
        recorded = self.recorded(session, game, **own)
        recorded.match.leave(0)
        recorded.match.leave(1)
        recorded.match.step(2)
        assert recorded.match.ended
        return recorded.write(self.folder)

    async def list(self, game: str = "tale") -> Any:
        self.shelf._looked_at = -10.0  # it is kept for some seconds
        answer = await self.client.get(f"/replays/{game}.json")
        return answer.json() if answer.status_code == 200 else (answer.status_code, answer.text)


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    shelf = Shelf(tmp_path, Tale, Shy)
    yield shelf
    await shelf.client.aclose()
    await shelf.shelf.close()


async def test_a_session_that_has_ended_is_listed_and_can_be_watched(shelf: Shelf):
    path = shelf.ended("s1")
    assert await shelf.list() == [
        {
            "session": "s1",
            "game": "tale",
            "created_ms": round(CREATED * 1000),
            "duration_ms": 650,
            "players": ["Ann", "Bob"],
            "result": None,
        }
    ]
    answer = await shelf.client.get("/replays/s1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    assert header(answer.content) == {
        "version": 1,
        "session": "s1",
        "game": "tale",
        "schema": Tale.definition().schema_bytes,
        "tick_hz": 20,
        "first_tick": 1,
        "last_tick": 13,
        "duration_ms": 650,
        "created_ms": round(CREATED * 1000),
        "players": [{"seat": 0, "name": "Ann"}, {"seat": 1, "name": "Bob"}],
        "complete": True,
        "reason": "everybody has left",
        "result": None,
    }
    found = read_replay(path)
    assert list(frames(answer.content))[1:] == list(passes(found.header, found.records))


async def test_it_is_sent_compressed_to_those_who_take_that_and_once(shelf: Shelf):
    shelf.ended("s1")
    plain = await shelf.client.get("/replays/s1", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = await shelf.client.get("/replays/s1", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    for takes, form in (("gzip;q=0", None), ("br, gzip; Q=0.0, *", None), ("gzip;q=0.5", "gzip"), ("GZIP", "gzip")):
        answer = await shelf.client.get("/replays/s1", headers={"Accept-Encoding": takes})
        assert (answer.headers.get("content-encoding"), answer.content) == (form, plain.content)
    assert packed.headers["vary"] == "accept-encoding"
    assert packed.content == plain.content
    again = await shelf.client.get("/replays/s1", headers={"If-None-Match": packed.headers["etag"]})
    assert again.status_code == 304


async def test_a_private_rooms_replay_is_not_listed_but_given_to_who_knows_its_id(shelf: Shelf):
    path = shelf.ended("open")
    found = read_replay(path)
    records = []
    for record in found.records:
        data = record.data
        if record.kind == 1:
            host, session = msgpack.unpackb(data, strict_map_key=False)
            session[4]["private"] = True
            data = msgpack.packb([host, session])
        records.append((int(record.kind), data))
    folder = ReplayFolder(shelf.folder)
    folder.append("room", records, folder.begin(msgspec.structs.replace(found.header, session="room")))
    folder.finish("room")
    assert [row["session"] for row in await shelf.list()] == ["open"]
    assert (await shelf.client.get("/replays/room")).status_code == 200


async def test_a_session_that_still_runs_is_neither_listed_nor_shown(shelf: Shelf):
    path = shelf.recorded("s1").write(shelf.folder)
    assert path.name == "s1.rpr.part"
    assert await shelf.list() == []
    assert (await shelf.client.get("/replays/s1")).status_code == 404
    shelf.ended("s2")
    shelf.running.add("s2")  # were it ever so
    assert (await shelf.client.get("/replays/s2")).status_code == 404


async def test_what_was_before_a_migration_is_not_shown_while_its_session_goes_on(shelf: Shelf):
    path = shelf.recorded("s1").write(shelf.folder)
    path.rename(shelf.folder / "s1-before.rpr")
    assert (await shelf.client.get("/replays/s1-before")).status_code == 404


async def test_one_without_an_end_can_be_watched_and_says_that_it_has_none(shelf: Shelf):
    path = shelf.recorded("s1").write(shelf.folder)
    path.rename(shelf.folder / "s1.rpr")  # as a server does with what is left of sessions that are no more
    assert await shelf.list() == []
    answer = await shelf.client.get("/replays/s1")
    assert header(answer.content)["complete"] is False


async def test_a_game_without_spectators_has_no_replays_in_pages(shelf: Shelf):
    shelf.ended("s1", Shy)
    status, text = await shelf.list("shy")
    assert (status, text) == (404, "Sessions of shy cannot be watched: the game has no spectators.\n")
    assert (await shelf.client.get("/replays/s1")).status_code == 404


async def test_a_session_of_another_version_of_the_game_is_refused_with_a_sentence(tmp_path: Path):
    Shelf(tmp_path, Tale).ended("s1")
    shelf = Shelf(tmp_path, Newer)
    async with shelf.client:
        assert await shelf.list() == []
        answer = await shelf.client.get("/replays/s1")
        sentence = "This session was played with another version of tale: its page cannot show it any more.\n"
        assert (answer.status_code, answer.text) == (409, sentence)


@pytest.mark.parametrize("name", ["nothing", "..%2freplays%2fs1", "s1.rpr", "%00", "x" * 200, "nothing.json"])
async def test_what_there_is_not_is_said_in_words(shelf: Shelf, name: str):
    shelf.ended("s1")
    answer = await shelf.client.get(f"/replays/{name}")
    assert answer.status_code == 404
    assert answer.text.strip()


async def test_a_damaged_replay_is_shown_up_to_there_and_rubbish_is_refused(shelf: Shelf):
    path = shelf.ended("s1")
    path.write_bytes(path.read_bytes()[:-200])
    (shelf.folder / "s2.rpr").write_bytes(b"rubbish" * 99)
    assert await shelf.list() == []
    answer = await shelf.client.get("/replays/s1")
    assert (answer.status_code, header(answer.content)["complete"]) == (200, False)
    assert (await shelf.client.get("/replays/s2")).status_code == 404


async def test_the_newest_are_listed_first_and_not_more_than_the_bound(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(replay_shelf, "LISTED_MAX", 2)
    for number in (2, 3, 1):
        path = shelf.ended(f"s{number}")
        os.utime(path, (1000 * number, 1000 * number))
    assert [row["session"] for row in await shelf.list()] == ["s3", "s2"]
    (shelf.folder / "s3.rpr").unlink()
    assert [row["session"] for row in await shelf.list()] == ["s2", "s1"]


def reader_that_says(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """In place of the one that reads replays; it is given their names, and has a real one's words as ``read``."""
    begin = subprocess.Popen
    real = "import subprocess, sys; read = [subprocess.run([sys.executable, '-m', 'rallypoint.web.replay_worker',"
    real += " 'summaries', path], stdout=subprocess.PIPE).stdout for path in sys.argv[1:]]; out = sys.stdout.buffer\n"

    def other(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return begin([sys.executable, "-c", real + program, *command[5:]], **options)

    monkeypatch.setattr("rallypoint.web.replay_process.subprocess.Popen", other)


@pytest.mark.parametrize(
    "end", ["raise SystemExit(1)", "import time; time.sleep(99)"], ids=["it dies of it", "it takes too long"]
)
async def test_a_replay_that_breaks_its_reader_is_not_listed_and_all_others_are(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, end: str
):
    for number in range(1, 5):
        os.utime(shelf.ended(f"s{number}"), (1000 * (9 - number), 1000 * (9 - number)))
    monkeypatch.setattr(replay_process, "WORK_S_MAX", 5.0)
    breaks = f"""
for line in read:
    if b'"s2"' in line:
        {end}
    out.write(line)
    out.flush()
"""
    reader_that_says(monkeypatch, breaks)
    monkeypatch.setattr(replay_shelf, "LIST_WAIT_S", SOON_S)
    assert [row["session"] for row in await shelf.list()] == ["s1"]
    assert [row["session"] for row in await shelf.list()] == ["s1", "s3", "s4"]


async def test_modules_of_a_project_do_not_get_in_the_way_of_what_reads_replays(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "gzip.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    shelf.ended("s1")
    assert len(await shelf.list()) == 1
    assert (await shelf.client.get("/replays/s1")).status_code == 200


async def test_who_waits_for_a_replay_when_the_server_stops_is_told_so_at_once(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    shelf.ended("s1")
    reader_that_says(monkeypatch, "import time; time.sleep(99)")
    asked = [asyncio.create_task(shelf.client.get(f"/replays/{name}")) for name in ("s1", "s1", "tale.json")]
    await until(lambda: bool(shelf.shelf._making) and shelf.shelf._looking is not None)
    await shelf.shelf.close()
    first, second, third = await asyncio.wait_for(asyncio.gather(*asked), SOON_S)
    assert (first.status_code, second.status_code, third.json()) == (503, 503, [])
    assert "stopping" in first.text
    assert (await shelf.client.get("/replays/s1")).status_code == 503


async def test_a_list_that_is_still_being_read_is_what_was_read_until_now(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    for number in range(1, 4):
        os.utime(shelf.ended(f"s{number}"), (1000 * (9 - number), 1000 * (9 - number)))
    monkeypatch.setattr(replay_shelf, "READ_AT_ONCE", 1)
    monkeypatch.setattr(replay_shelf, "LIST_WAIT_S", 0.05)
    work, first, go_on = replay_process.work, asyncio.Event(), asyncio.Event()

    async def halting(arguments: Any, **more: Any) -> bytes:
        if first.is_set():
            await go_on.wait()
        first.set()
        return await work(arguments, **more)

    monkeypatch.setattr(replay_process, "work", halting)
    while not (rows := await shelf.list()):
        await asyncio.sleep(0.01)
    assert [row["session"] for row in rows] == ["s1"]
    go_on.set()
    assert shelf.shelf._looking is not None
    await asyncio.wait([shelf.shelf._looking])
    assert [row["session"] for row in await shelf.list()] == ["s1", "s2", "s3"]


async def test_a_stream_is_made_once_for_all_who_ask(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.ended("s1")
    works: list[Any] = []
    work = replay_process.work

    async def counted(arguments: Any, **more: Any) -> bytes:
        works.append(arguments)
        return await work(arguments, **more)

    monkeypatch.setattr(replay_process, "work", counted)
    answers = await asyncio.gather(*(shelf.client.get("/replays/s1") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await shelf.client.get("/replays/s1")).status_code == 200
    assert len(works) == 1


async def test_what_was_not_used_for_longest_goes_and_streams_of_deleted_replays_too(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    for name in ("s1", "s2", "s3"):
        shelf.ended(name)
    await shelf.shelf.stream("s1")
    await shelf.shelf.stream("s2")
    (shelf.folder / "s1.rpr").unlink()
    await shelf.shelf.stream("s3")
    assert sorted(path.name for path in shelf.cache.iterdir()) == ["s2.1.gz", "s3.1.gz"]
    monkeypatch.setattr(replay_shelf, "CACHE_BYTES_MAX", 0)
    shelf.ended("s4")
    await shelf.shelf.stream("s4")
    assert [path.name for path in shelf.cache.iterdir()] == ["s4.1.gz"]


async def test_too_many_at_once_are_refused_and_a_disk_that_fails_is_told(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    shelf.ended("s1")
    monkeypatch.setattr(replay_shelf, "WAITING_MAX", 0)
    with pytest.raises(Unwatchable) as told:
        await shelf.shelf.stream("s1")
    assert told.value.status == 503
    monkeypatch.undo()
    shelf.cache.write_text("a file where a folder should be")
    with pytest.raises(Unwatchable) as told:
        await shelf.shelf.stream("s1")
    assert told.value.status == 503


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_live_servers_session_can_be_watched_once_it_has_ended(tmp_path: Path):
    settings = Settings(port=0, ops_port=0, web_port=0, data_dir=tmp_path, replays="on")
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server([Tale], settings, bots=False))
        lobby = await stack.enter_async_context(connect(server.lobby_url, name="Ann"))
        assert server.web is not None
        web = await stack.enter_async_context(httpx.AsyncClient(base_url=server.web.url, timeout=SOON_S))
        assert (await web.get("/config.json")).json()["games"][0]["replays"] is True
        seat = await lobby.quick_match("tale")
        async for update in seat:
            if update.tick == 5:
                assert (await web.get(f"/replays/{seat.session}")).status_code == 404
                seat.act(seat.inputs.Say(text="win", mood=0))
        await until((tmp_path / "replays" / f"{seat.session}.rpr").exists)
        (row,) = (await web.get("/replays/tale.json")).json()
        assert (row["session"], row["players"]) == (seat.session, ["Ann"])
        answer = await web.get(f"/replays/{seat.session}")
        told = header(answer.content)
        assert (told["complete"], told["result"]) == (True, row["result"])
        assert row["result"] is not None
        packed = tmp_path / "replay-streams" / f"{seat.session}.1.gz"
        assert gzip.decompress(packed.read_bytes()) == answer.content
