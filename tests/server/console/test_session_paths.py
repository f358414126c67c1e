"""Operators look at sessions, pause, step, tell and end them, over the HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from rallypoint.app import Server
from rallypoint.core.orders import Denial
from rallypoint.core.session import SessionState
from rallypoint.runtime import session_desk
from rallypoint.runtime.session_desk import BulkDone, SessionDesk
from rallypoint.runtime.session_look import SessionLook
from rallypoint.runtime.session_row import SessionTablePage
from rallypoint.runtime.session_table import SORTS
from rallypoint.runtime.session_timeline import TimelineOut
from rallypoint_client import Lobby, LobbySeat, connect
from rallypoint_protocol.ids import SessionId
from tests.server.console.desk_house import ask, duel_server
from tests.server.console.operator_house import OperatorHouse
from tests.server.live import SOON_S


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with duel_server(data_dir=tmp_path, replays="on") as running, asyncio.timeout(4 * SOON_S):
        yield running


async def players(server: Server, *names: str) -> list[tuple[Lobby, LobbySeat]]:
    """Who play with each other: their session has started."""
    lobbies = [await connect(server.lobby_url, name=name).__aenter__() for name in names]
    seats = await asyncio.gather(*(lobby.play("duel") for lobby in lobbies))
    await until(lambda: server.node.hosts[SessionId(seats[0].session)].core.state is SessionState.RUNNING)
    return list(zip(lobbies, seats, strict=True))


async def watched(server: Server, session: str, name: str) -> tuple[Lobby, LobbySeat, list[str]]:
    """Somebody who watches, and the kinds of the notices that they hear."""
    lobby = await connect(server.lobby_url, name=name).__aenter__()
    heard: list[str] = []
    lobby.on_notice = lambda notice: heard.append(notice.kind)
    return lobby, await lobby.spectate(session), heard


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)


async def gone(found: list[tuple[Lobby, LobbySeat]]) -> None:
    for lobby, _ in found:
        await lobby.close()


async def tick_of(server: Server, session: str) -> int:
    tick: int = (await ask(server, "GET", f"/sessions/{session}?state=false"))["session"]["tick"]
    return tick


async def look(server: Server, session: str) -> SessionLook:
    return TypeAdapter(SessionLook).validate_python(await ask(server, "GET", f"/sessions/{session}/look"))


async def kinds(server: Server, session: str) -> list[str]:
    told = TypeAdapter(TimelineOut).validate_python(await ask(server, "GET", f"/sessions/{session}/timeline"))
    return [item.kind for item in told.items if item.kind != "slow step"]


async def test_a_session_is_paused_stepped_and_resumed(server: Server) -> None:
    found = await players(server, "Ann", "Bob")
    session = found[0][1].session
    told = await ask(server, "POST", f"/sessions/{session}/pause", reason="to look")
    assert (told["paused"]["by"], told["paused"]["reason"], told["free"]) == ("backend", "to look", 0)
    tick = told["tick"]
    assert (await ask(server, "POST", f"/sessions/{session}/step", 202, ticks=5))["tick"] == tick
    while await tick_of(server, session) < tick + 5:
        await asyncio.sleep(0.005)
    seen = await look(server, session)
    assert (seen.session.state, seen.session.tick) == ("paused", tick + 5)
    assert seen.paused is not None
    while (await ask(server, "GET", "/overview"))["sessions"]["paused"] != 1:
        await asyncio.sleep(0.05)  # all are counted once a second
    assert (await ask(server, "POST", f"/sessions/{session}/resume"))["paused"] is None
    while await tick_of(server, session) <= tick + 5:
        await asyncio.sleep(0.005)
    assert (await ask(server, "POST", f"/sessions/{session}/step", 409))["error"] == "not_paused"
    what = await kinds(server, session)
    assert what[:6] == ["created", "reserved", "reserved", "joined", "joined", "started"]
    assert what[6:] == ["paused", "stepped", "resumed"]
    await gone(found)


async def test_a_look_shows_seats_links_and_what_reaches_the_session(server: Server) -> None:
    found = await players(server, "Ann", "Bob")
    session = found[0][1].session
    assert (await look(server, session)).steps == [], "nothing was noted before somebody looked"
    while not (seen := await look(server, session)).steps:
        await asyncio.sleep(0.02)
    assert [(one.seat, one.name, one.state) for one in seen.seats] == [(0, "Ann", "connected"), (1, "Bob", "connected")]
    link = seen.seats[0].link
    assert link is not None
    assert (link.address, link.quality) == ("127.0.0.1", "good")
    assert seen.state["game"] == {"status": "RUNNING"}
    assert (seen.outcome, seen.tick_hz, seen.locked) == (None, 20, False)
    await gone(found)


async def test_players_are_told_a_message_and_it_is_in_the_timeline(server: Server, monkeypatch: Any) -> None:
    told: list[tuple[Any, ...]] = []
    desk = server.desks.sessions
    assert desk is not None

    def tell(*what: Any) -> bool:
        told.append(what)
        return True

    monkeypatch.setattr(desk, "_tell", tell)
    found = await players(server, "Ann", "Bob")
    session = found[0][1].session
    await ask(server, "POST", f"/sessions/{session}/message", text="back <b>soon</b>")
    assert [what[1:] for what in told] == [("message", "back <b>soon</b>", session)] * 2
    assert (await kinds(server, session))[-1] == "message"
    for wrong in ("", "\x07", "x" * 301):
        await ask(server, "POST", f"/sessions/{session}/message", 422, text=wrong)
    assert len(told) == 2
    await gone(found)


async def test_unknown_and_ended_sessions_are_told_apart(server: Server) -> None:
    found = await players(server, "Ann", "Bob")
    session = found[0][1].session
    for path in ("pause", "resume", "step"):
        assert (await ask(server, "POST", f"/sessions/nope/{path}", 404))["error"] == "unknown"
    assert (await ask(server, "POST", "/sessions/nope/message", 404, text="x"))["error"] == "unknown"
    await ask(server, "GET", "/sessions/nope/look", 404)
    await ask(server, "GET", "/sessions/nope/timeline", 404)
    await ask(server, "POST", f"/sessions/{session}/pause")
    await ask(server, "POST", f"/sessions/{session}/end", 202, reason="enough")
    while (seen := await look(server, session)).outcome is None:
        await asyncio.sleep(0.005)
    assert (seen.outcome, seen.reason, seen.paused) == ("ended", "enough", None)
    for path in ("pause", "resume", "step"):
        assert (await ask(server, "POST", f"/sessions/{session}/{path}", 409))["error"] == "ended"
    assert (await kinds(server, session))[-1] == "ended"
    await gone(found)


@pytest.mark.parametrize("ticks", [0, 101, "1", 1.5, True])
async def test_how_far_to_step_is_bounded(server: Server, ticks: Any) -> None:
    session = (await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60))["session"]["id"]
    await ask(server, "POST", f"/sessions/{session}/pause")
    await ask(server, "POST", f"/sessions/{session}/step", 422, ticks=ticks)


# --- the table --------------------------------------------------------------------------------------------------------


async def table(server: Server, **query: Any) -> SessionTablePage:
    desk = server.desks.sessions
    assert desk is not None
    desk._table._seen = None  # as of now
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return TypeAdapter(SessionTablePage).validate_python(await ask(server, "GET", f"/tables/sessions?{text}"))


async def create(server: Server, *names: str, **more: Any) -> str:
    seats = [{"player": f"id-{name.lower()[:3]}", "name": name} for name in names]
    made = await ask(server, "POST", "/sessions", 201, game="duel", wait_s=600, seats=seats, keep_s=600, **more)
    session: str = made["session"]["id"]
    return session


async def test_the_table_is_searched_sorted_and_shown_in_pages(server: Server) -> None:
    first = await create(server, "Ann")
    second = await create(server, "Bob", "Straße")
    third = await create(server, private=True)
    everything = await table(server)
    assert [row.id for row in everything.rows] == [third, second, first]
    assert (everything.total, everything.matched) == (3, 3)
    assert [row.id for row in (await table(server, desc="false", offset=1, limit=1)).rows] == [second]
    assert [row.players for row in (await table(server, sort="players")).rows] == [2, 1, 0]
    by_away = await table(server, sort="away")
    assert [row.id for row in by_away.rows] == [first, second, third], "equal ones in the order of their creation"
    for text in ("STRASSE", "id-bob", second[:6]):
        found = await table(server, q=text)
        assert ([row.id for row in found.rows], found.total, found.matched) == ([second], 3, 1), text
    code = server.node.hosts[SessionId(third)].code
    assert [row.id for row in (await table(server, q=code)).rows] == [third]
    assert (await table(server, q="nobody")).rows == []
    await ask(server, "POST", f"/sessions/{first}/pause")
    assert [row.id for row in (await table(server, state="paused")).rows] == [first]
    assert [row.id for row in (await table(server, state="waiting", desc="false")).rows] == [second, third]
    assert (await table(server, game="chess")).matched == 0
    for sort in SORTS:
        assert (await table(server, sort=sort)).matched == 3


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "sort=name", "state=ended", "offset=-1", "q=" + "x" * 65])
async def test_what_the_table_cannot_show_is_invalid(server: Server, query: str) -> None:
    await ask(server, "GET", f"/tables/sessions?{query}", 422)


# --- many at once -----------------------------------------------------------------------------------------------------


async def bulk(server: Server, do: str, expect: int | None = None, status: int = 200, **more: Any) -> Any:
    return await ask(server, "POST", "/sessions/bulk", status, do=do, expect=expect, **more)


async def test_a_bulk_action_counts_first_and_then_does_what_was_counted(server: Server) -> None:
    for name in ("Ann", "Ben", "Cid"):
        await create(server, name)
    wanted = {"q": "n"}
    counted = TypeAdapter(BulkDone).validate_python(await bulk(server, "pause", filter=wanted))
    assert (counted.matched, counted.done) == (2, 0)
    assert all(host.core.paused is None for host in server.node.hosts.values())
    other = await create(server, "Dan")
    refused = await bulk(server, "pause", 2, 409, filter=wanted)
    assert refused["error"] == "changed"
    assert all(host.core.paused is None for host in server.node.hosts.values())
    assert await bulk(server, "pause", 3, filter=wanted) == {"matched": 3, "done": 3}
    paused = [host.core.id for host in server.node.hosts.values() if host.core.paused is not None]
    assert (len(paused), other in paused) == (3, True)
    assert await bulk(server, "pause", 3, filter=wanted) == {"matched": 3, "done": 0}, "they are already"
    assert await bulk(server, "message", 4, filter={}, text="hello") == {"matched": 4, "done": 4}
    assert await bulk(server, "resume", 3, filter={"state": "paused"}) == {"matched": 3, "done": 3}
    assert await bulk(server, "end", 4, filter={}, text="over") == {"matched": 4, "done": 4}
    while server.node.hosts:
        await asyncio.sleep(0.005)


async def test_a_bulk_action_is_read_strictly(server: Server) -> None:
    await create(server, "Ann")
    await bulk(server, "explode", None, 422, filter={})
    await bulk(server, "pause", -1, 422, filter={})
    await bulk(server, "pause", None, 422, filter={"name": "ann"})
    await bulk(server, "message", 1, 422, filter={}, text=" ")
    await ask(server, "POST", "/sessions/bulk", 422, do="pause")


# --- roles, and what is noted while somebody looks --------------------------------------------------------------------


async def test_a_viewer_looks_and_only_an_admin_acts() -> None:
    house = await OperatorHouse().people()
    loop = asyncio.get_running_loop()
    house.desks.sessions = SessionDesk(house.node, lambda: house.wall, loop)
    session = house.session()
    posts: dict[str, dict[str, Any]] = {
        f"/sessions/{session}/pause": {},
        f"/sessions/{session}/step": {},
        f"/sessions/{session}/message": {"text": "x"},
        f"/sessions/{session}/resume": {},
        "/sessions/bulk": {"filter": {}, "do": "pause"},
    }
    viewer, admin = await house.logged_in("vic"), await house.logged_in("ada")
    for path in ("/tables/sessions", f"/sessions/{session}/look", f"/sessions/{session}/timeline"):
        assert (await viewer.get(path)).status_code == 200, path
        assert (await house.client().get(path)).status_code == 401, path
    for path, body in posts.items():
        assert (await viewer.post(path, json=body)).status_code == 403, path
        assert house.node.hosts[session].core.paused is None
    for path, body in posts.items():
        assert (await admin.post(path, json=body)).status_code in (200, 202), path
    story = (await viewer.get(f"/sessions/{session}/timeline")).json()["items"]
    assert [item["by"] for item in story if item["kind"] in ("paused", "message", "resumed")] == ["ada"] * 3
    acts = [(one["action"], one["operator"]) for one in (await admin.get("/audit")).json()["rows"]]
    assert ("pause_session", "ada") in acts


async def test_nothing_is_noted_of_a_session_some_seconds_after_the_last_look(monkeypatch: Any) -> None:
    house = OperatorHouse()
    timers: list[Any] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(session_desk, "LENSES_MAX", 2)
    desk = SessionDesk(house.node, lambda: house.wall, _Timers(timers, loop))  # type: ignore[arg-type]
    first, second, third = (house.session() for _ in range(3))
    host = house.node.hosts[first]
    assert host.lens is None
    for session in (first, second, third):
        assert not isinstance(desk.look(session), Denial)
    lens = host.lens
    assert lens is not None
    assert house.node.hosts[third].lens is None, "of so many at once"
    assert len(timers) == 1
    house.now += 6
    desk.look(first)
    assert host.lens is lens
    house.now += 6
    timers.pop()()
    assert (host.lens, house.node.hosts[second].lens) == (lens, None)
    house.now += 6
    timers.pop()()
    assert (host.lens, timers) == (None, [])


class _Timers:
    def __init__(self, timers: list[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._timers = timers

    def call_later(self, delay_s: float, call: Any) -> None:
        self._timers.append(call)


async def test_who_watches_is_told_of_a_pause_also_who_comes_during_it(server: Server) -> None:
    found = await players(server, "Ann", "Bob")
    session = found[0][1].session
    cid, _, cid_heard = await watched(server, session, "Cid")
    await ask(server, "POST", f"/sessions/{session}/pause", reason="to look")
    dan, _, dan_heard = await watched(server, session, "Dan")
    await until(lambda: cid_heard == dan_heard == ["paused"])
    await ask(server, "POST", f"/sessions/{session}/resume")
    await until(lambda: cid_heard == dan_heard == ["paused", "resumed"])
    await gone(found)
    await cid.close()
    await dan.close()
