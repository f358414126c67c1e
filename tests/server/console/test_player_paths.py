"""Operators look at players, tell, mute and kick them, over the HTTP API of a whole server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from rallypoint.app import Server
from rallypoint.console.api_errors import STATUS
from rallypoint.console.principals import Role
from rallypoint.core.lobby import NOTICES_BEHIND_MAX
from rallypoint.core.orders import Denial
from rallypoint.runtime import player_desk
from rallypoint.runtime.player_desk import MUTE_MINUTES_MAX, TEXT_CHARS_MAX, PlayerDesk
from rallypoint.runtime.player_info import PlayerFilter, PlayerLook, PlayerTablePage
from rallypoint.runtime.player_stories import HAPPENINGS_MAX, PlayerStories
from rallypoint.runtime.player_table import SORTS
from rallypoint_client import Kicked, Lobby, Notice, RequestRefused, connect
from rallypoint_protocol.ids import PlayerId, SessionId
from tests.server.console.desk_house import TOKEN, ask, duel_server
from tests.server.live import SOON_S

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with duel_server(data_dir=tmp_path) as running, asyncio.timeout(4 * SOON_S):
        yield running


@contextlib.asynccontextmanager
async def here(server: Server, *names: str) -> AsyncIterator[list[Lobby]]:
    """These players are in the lobby."""
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connect(server.lobby_url, name=name)) for name in names]


async def until(true: Callable[[], object]) -> None:
    while not true():
        await asyncio.sleep(0.005)


async def table(server: Server, query: str = "") -> PlayerTablePage:
    return TypeAdapter(PlayerTablePage).validate_python(await ask(server, "GET", f"/tables/players?{query}"))


async def names(server: Server, query: str) -> list[str]:
    return [row.name for row in (await table(server, query)).rows]


async def look(server: Server, player: str) -> PlayerLook:
    return TypeAdapter(PlayerLook).validate_python(await ask(server, "GET", f"/players/{player}"))


def desk_of(server: Server) -> PlayerDesk:
    desk = server.desks.players
    assert desk is not None
    desk._table._seen = None  # what was shown a moment ago is not shown again
    return desk


# --- looking ----------------------------------------------------------------------------------------------------------


async def test_everybody_is_in_the_table_wherever_they_are(server: Server) -> None:
    async with here(server, "Ann", "Bob", "Cid", "Dan") as (ann, bob, cid, _):
        seats = await asyncio.gather(ann.play("duel"), bob.play("duel"))
        waits = asyncio.ensure_future(cid.play("ranked"))
        await until(lambda: server.lobby.waiting("ranked"))
        await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60, seats=[{"player": "eve", "name": "Eve"}])
        desk_of(server)
        page = await table(server, "sort=name&desc=false")
        assert (page.total, page.matched, [row.name for row in page.rows]) == (
            5,
            5,
            ["Ann", "Bob", "Cid", "Dan", "Eve"],
        )
        one, _, three, four, five = page.rows
        assert (one.place, one.session, one.game, one.bot, one.away) == (
            "seated",
            seats[0].session,
            "duel",
            False,
            False,
        )
        assert {row.seat for row in page.rows[:2]} == {0, 1}
        assert (three.place, three.queue, three.session, three.seat_state) == ("queue", "ranked", None, None)
        assert (four.place, four.queue, four.behind_ms, four.quality) == ("lobby", None, None, None)
        assert (five.player, five.place, five.seat_state, five.behind_ms) == ("eve", "seated", "reserved", None)
        assert four.since_at is not None
        assert four.since_at > 1e9
        waits.cancel()


async def test_the_table_is_searched_sorted_and_shown_by_windows(server: Server) -> None:
    async with here(server, "Ann", "Bob", "BORIS") as (ann, *_):
        waits = asyncio.ensure_future(ann.play("ranked"))
        await until(lambda: server.lobby.waiting("ranked"))
        page = await table(server, "q=bo&sort=name&desc=false")
        assert (page.total, page.matched, [row.name for row in page.rows]) == (3, 2, ["Bob", "BORIS"])
        assert await names(server, f"q={page.rows[0].player[:12].upper()}") == ["Bob"]
        assert await names(server, "place=queue") == ["Ann"]
        assert await names(server, "sort=name&desc=true&offset=1&limit=1") == ["Bob"]
        assert await names(server, "sort=since&desc=false") == ["Ann", "Bob", "BORIS"]
        assert (await names(server, "sort=place&desc=false"))[0] == "Ann"
        assert await names(server, "offset=3") == []
        for sort in SORTS:
            assert len(await names(server, f"sort={sort}")) == 3
        waits.cancel()
    for wrong in ("sort=colour", "place=moon", "limit=0", "limit=201", "offset=-1", f"q={'x' * 65}"):
        await ask(server, "GET", f"/tables/players?{wrong}", 422)


async def test_a_player_is_seen_whole(server: Server) -> None:
    async with here(server, "Ann", "Bob") as (ann, bob):
        party = await ann.create_party()
        await bob.join_party(party.code)
        seen = await look(server, str(ann.player))
        assert (seen.name, seen.bot, seen.seats, seen.tickets, seen.mute) == ("Ann", False, [], [], None)
        assert seen.lobby is not None
        assert (seen.lobby.address, seen.lobby.away_until) == ("127.0.0.1", None)
        assert [(one.name, one.leader) for one in seen.party] == [("Ann", True), ("Bob", False)]
        assert [one.text for one in seen.recent] == ["came"]
        assert bob.party is not None
        await bob.party.leave()
        await party.leave()
        seats = await asyncio.gather(ann.play("duel"), bob.play("duel"))
        seen = await look(server, str(ann.player))
        (seat,) = seen.seats
        assert (seat.session, seat.game, seat.seat in (0, 1)) == (seats[0].session, "duel", True)
        assert seat.state in ("reserved", "connected")
        assert (seen.tickets, seen.recent[-1].text) == ([], "got a seat")


async def test_who_is_away_is_seen_as_that_with_the_time_they_have(server: Server) -> None:
    async with here(server, "Ann") as (ann,):
        player = PlayerId(str(ann.player))
        session = server.lobby.of(player)
        assert session is not None
        server.lobby_host.lost(server.lobby_host._receivers[session.id], None)
        seen = desk_of(server).look(player)  # at once: the client comes back
        assert not isinstance(seen, Denial)
        assert seen.lobby is not None
        assert seen.lobby.address is None
        assert seen.lobby.away_until is not None
        assert 0 < seen.lobby.away_until - time.time() < 120
        assert seen.recent[-1].text == "connection lost"


async def test_a_player_who_waits_has_their_tickets_shown(server: Server) -> None:
    async with here(server, "Ann") as (ann,):
        waits = asyncio.ensure_future(ann.play("ranked"))
        await until(lambda: server.lobby.waiting("ranked"))
        (ticket,) = (await look(server, str(ann.player))).tickets
        row = (await ask(server, "GET", "/queues/ranked/tickets"))["rows"][0]
        assert (ticket.queue, ticket.ticket, ticket.state) == ("ranked", row["ticket"], "waiting")
        assert abs(ticket.since_at - row["queued_at"]) < 0.2
        waits.cancel()


@pytest.mark.parametrize("method", ["GET /x", "POST /x/kick", "POST /x/message"])
async def test_a_player_of_whom_nothing_is_known_is_unknown(server: Server, method: str) -> None:
    verb, _, path = method.partition(" ")
    body = {"text": "hi"} if path.endswith("message") else {}
    assert (await ask(server, verb, f"/players{path}", 404, **body))["error"] == "unknown"


@pytest.mark.parametrize("player", ["a%00b", "%E2%80%AEx", "a%20b", "x" * 65, "%3Cb%3E"])
async def test_an_id_that_nobody_can_have_is_refused(server: Server, player: str) -> None:
    await ask(server, "GET", f"/players/{player}", 422)
    await ask(server, "POST", f"/players/{player}/mute", 422, minutes=1)
    await ask(server, "POST", f"/players/{player}/unmute", 422)
    assert len(server.lobby.chats.mutes) == 0


# --- telling ----------------------------------------------------------------------------------------------------------


async def test_a_message_reaches_the_player_also_in_a_game_and_stays_in_the_history(server: Server) -> None:
    async with here(server, "Ann", "Bob") as (ann, bob):
        await asyncio.gather(ann.play("duel"), bob.play("duel"))
        heard: list[Notice] = []
        ann.on_notice = heard.append
        told = await ask(server, "POST", f"/players/{ann.player}/message", text=f"  hi\u202e {HOSTILE}\x00 ")
        assert told == {"now": True}
        await until(lambda: heard)
        assert (heard[0].kind, heard[0].text) == ("message", f"hi {HOSTILE}")
        seen = await look(server, str(ann.player))
        assert seen.recent[-1].text == f"message by backend: hi {HOSTILE}"


async def test_who_is_away_is_told_later_until_too_much_waits(server: Server) -> None:
    async with here(server, "Ann") as (ann,):
        player = PlayerId(str(ann.player))
        session = server.lobby.of(player)
        assert session is not None
        server.lobby_host.lost(server.lobby_host._receivers[session.id], None)
        desk = desk_of(server)
        for _ in range(NOTICES_BEHIND_MAX):
            assert desk.message(player, "op", "later") is False
        before = len(server.lobby_host.stories.of(player))
        denied = desk.message(player, "op", "too much")
        assert isinstance(denied, Denial)
        assert (denied.error, STATUS[denied.error]) == ("full", 409)
        assert server.lobby_host.stories.of(player)[-1][1] == "message by op: later", "it was not told"
        assert len(server.lobby_host.stories.of(player)) == before


@pytest.mark.parametrize("text", ["", "\u202e\x00 ", "x" * (TEXT_CHARS_MAX + 1), 5, None])
async def test_what_cannot_be_said_is_refused(server: Server, text: Any) -> None:
    async with here(server, "Ann") as (ann,):
        heard: list[Notice] = []
        ann.on_notice = heard.append
        await ask(server, "POST", f"/players/{ann.player}/message", 422, text=text)
        await ask(server, "POST", f"/players/{ann.player}/message", 200, text="the next")
        await until(lambda: heard)
        assert [one.text for one in heard] == ["the next"]


# --- muting -----------------------------------------------------------------------------------------------------------


async def test_a_muted_player_hears_and_says_nothing_until_the_mute_is_lifted(server: Server) -> None:
    async with here(server, "Ann", "Bob") as (ann, _):
        player = str(ann.player)
        heard: list[Notice] = []
        ann.on_notice = heard.append
        room = await ann.chat()
        muted = await ask(server, "POST", f"/players/{player}/mute", minutes=5, reason=HOSTILE)
        assert (muted["by"], muted["reason"]) == ("backend", HOSTILE)
        with pytest.raises(RequestRefused, match="an operator has muted you, for 5 minutes more") as refused:
            await room.say("hi")
        assert refused.value.code == "muted"
        await until(lambda: heard)
        assert (heard[0].kind, heard[0].text, heard[0].until_ms) == ("muted", HOSTILE, round(muted["until_at"] * 1000))
        seen = await look(server, player)
        assert seen.mute is not None
        assert seen.mute.until_at == muted["until_at"]
        desk_of(server)
        assert [row.muted_until for row in (await table(server, "sort=name&desc=false")).rows] == [
            muted["until_at"],
            None,
        ]
        assert await ask(server, "POST", f"/players/{player}/unmute") == {"lifted": True}
        await room.say("at last")
        assert await ask(server, "POST", f"/players/{player}/unmute") == {"lifted": False}
        await until(lambda: len(heard) == 2)
        assert heard[1].kind == "unmuted"
        texts = [one.text for one in (await look(server, player)).recent]
        assert texts[-3:] == [
            f"muted by backend: {HOSTILE}",
            "said something while muted",
            "unmuted by backend",
        ]


async def test_somebody_who_is_not_here_can_be_muted_and_is_called_what_the_operator_says(server: Server) -> None:
    await ask(server, "POST", "/players/stranger/mute", minutes=60, name="\u202e Eve\x00", reason="before")
    seen = await look(server, "stranger")
    assert (seen.name, seen.lobby, seen.seats) == ("Eve", None, [])
    assert seen.mute is not None
    assert seen.mute.reason == "before"
    assert (await table(server)).total == 0


async def test_a_player_who_only_has_a_seat_is_called_what_they_are_called_there(server: Server) -> None:
    await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60, seats=[{"player": "eve", "name": "Eve"}])
    await ask(server, "POST", "/players/eve/mute", minutes=60, name="somebody")
    mute = server.lobby.chats.mutes.of(PlayerId("eve"), 0.0)
    assert mute is not None
    assert mute.name == "Eve"


async def test_mutes_outlive_the_server(tmp_path: Path) -> None:
    async with duel_server(data_dir=tmp_path) as first, asyncio.timeout(4 * SOON_S):
        await ask(first, "POST", "/players/ann/mute", minutes=60, reason="spam")
        await ask(first, "POST", "/players/bob/mute", minutes=60)
        await ask(first, "POST", "/players/bob/unmute")
    async with duel_server(data_dir=tmp_path) as second, asyncio.timeout(4 * SOON_S):
        seen = await look(second, "ann")
        assert seen.mute is not None
        assert (seen.mute.by, seen.mute.reason, seen.recent) == ("backend", "spam", [])
        assert (await ask(second, "GET", "/players/bob", 404))["error"] == "unknown"


async def test_one_who_is_kept_and_not_known_here_is_lifted_there(server: Server) -> None:
    await ask(server, "POST", "/players/ann/mute", minutes=60)
    server.lobby.chats.mutes.lift(PlayerId("ann"), 0.0)  # as if it were one of too many
    assert await ask(server, "POST", "/players/ann/unmute") == {"lifted": False}
    await until(lambda: server.store.status().pending == 0)
    assert await server.store.mutes() == []


@pytest.mark.parametrize("minutes", [0, -1, MUTE_MINUTES_MAX + 1, 1.5, "60", None])
async def test_a_mute_for_no_time_or_for_ever_is_refused(server: Server, minutes: Any) -> None:
    await ask(server, "POST", "/players/ann/mute", 422, minutes=minutes)
    assert len(server.lobby.chats.mutes) == 0


# --- kicking ----------------------------------------------------------------------------------------------------------


async def test_a_kicked_player_is_out_of_lobby_queue_party_and_every_seat(server: Server) -> None:
    async with here(server, "Ann", "Bob", "Cid") as (ann, bob, cid):
        party = await cid.create_party()
        seats = await asyncio.gather(ann.play("duel"), bob.play("duel"))
        player = str(ann.player)
        more = await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60, seats=[{"player": "other"}])
        assert more["session"]["players"] == 1
        told = await ask(server, "POST", f"/players/{player}/kick", reason=f"spam {HOSTILE}")
        assert told == {"places": 2}
        assert server.lobby.of(PlayerId(player)) is None
        seen = await look(server, player)
        assert (seen.lobby, seen.seats, seen.party) == (None, [], [])
        assert seen.recent[-2].text == f"kicked by backend: spam {HOSTILE}"
        assert (await ask(server, "POST", f"/players/{player}/kick", 404))["error"] == "unknown"
        back = await ask(server, "POST", f"/sessions/{seats[0].session}/seats", 409, seats=[{"player": player}])
        assert back["error"] in ("kicked", "locked", "full")
        told = await ask(server, "POST", f"/players/{cid.player}/kick")
        assert told == {"places": 1}
        assert server.lobby.parties.with_code(party.code) is None
        desk_of(server)
        assert not {"Ann", "Cid"} & set(await names(server, ""))
        assert "Bob" in await names(server, "")


async def test_who_waits_is_kicked_out_of_the_queue_and_not_matched_any_more(server: Server) -> None:
    async with here(server, "Ann", "Bob") as (ann, bob):
        waits = asyncio.ensure_future(ann.play("ranked"))
        await until(lambda: server.lobby.waiting("ranked"))
        await ask(server, "POST", f"/players/{ann.player}/kick")
        assert server.lobby.waiting("ranked") == 0
        with pytest.raises(Exception, match=r"removed you|kicked|Kicked"):
            await waits
        later = asyncio.ensure_future(bob.play("ranked"))
        await until(lambda: server.lobby.waiting("ranked"))
        assert not server.node.hosts
        later.cancel()


@pytest.mark.parametrize("many", [False, True])
async def test_a_kicked_player_watches_nothing_any_more(server: Server, many: bool) -> None:
    async with here(server, "Ann", "Bob", "Cid", "Dan") as (ann, bob, cid, dan):
        seat, _ = await asyncio.gather(ann.play("duel"), bob.play("duel"))
        watching = await cid.spectate(seat.session)
        await dan.spectate(seat.session)
        spectators = server.node.hosts[SessionId(seat.session)].core.spectators
        assert set(spectators.all) == {cid.player, dan.player}
        if many:
            which: dict[str, Any] = {"filter": {"q": str(cid.player)}, "expect": 1}
            done = await ask(server, "POST", "/players/bulk", **which, do="kick")
            assert done == {"matched": 1, "done": 1}
        else:
            assert await ask(server, "POST", f"/players/{cid.player}/kick") == {"places": 2}
        assert set(spectators.all) == {dan.player}
        await until(lambda: watching.error is not None)
        assert isinstance(watching.error, Kicked)


async def test_a_player_with_several_seats_loses_them_all(server: Server) -> None:
    for _ in range(3):
        await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60)
    book = server.node.book
    for host in list(server.node.hosts.values()):
        host.core.reserve(PlayerId("eve"), "Eve", server.node.now())
        book.add(PlayerId("eve"), host.core.id, "duel", exclusive=False, bot=False)
    assert len((await look(server, "eve")).seats) == 3
    desk_of(server)
    assert (await table(server)).total == 1
    assert await ask(server, "POST", "/players/eve/kick") == {"places": 3}
    assert book.seats_of(PlayerId("eve")) == []
    assert (await look(server, "eve")).seats == []


async def test_a_key_kicks_once_however_often_it_is_sent(server: Server) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "once"}
    async with here(server, "Ann") as (ann,), httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1") as client:
        path = f"/players/{ann.player}/kick"
        first, again = [await client.post(path, json={}, headers=headers) for _ in range(2)]
        assert (first.status_code, first.json()) == (200, {"places": 1})
        assert (again.json(), again.headers["idempotent-replayed"]) == ({"places": 1}, "true")


# --- many at once -----------------------------------------------------------------------------------------------------


async def test_many_are_counted_first_and_nothing_is_done_if_others_match_by_then(server: Server) -> None:
    async with here(server, "Ann", "Andy", "Bob") as (ann, *_):
        bulk: dict[str, Any] = {"filter": {"q": "an"}, "do": "mute", "minutes": 5}
        assert await ask(server, "POST", "/players/bulk", **bulk) == {"matched": 2, "done": 0}
        assert len(server.lobby.chats.mutes) == 0
        refused = await ask(server, "POST", "/players/bulk", 409, **bulk, expect=3)
        assert (refused["error"], len(server.lobby.chats.mutes)) == ("changed", 0)
        assert await ask(server, "POST", "/players/bulk", **bulk, expect=2) == {"matched": 2, "done": 2}
        assert len(server.lobby.chats.mutes) == 2
        assert server.lobby.chats.mutes.of(PlayerId(str(ann.player)), 0.0) is not None
        undo: dict[str, Any] = {"filter": {}, "do": "unmute"}
        assert await ask(server, "POST", "/players/bulk", **undo, expect=3) == {"matched": 3, "done": 2}


async def test_many_are_told_and_kicked(server: Server) -> None:
    async with here(server, "Ann", "Bob", "Cid") as lobbies:
        heard: list[str] = []
        for one in lobbies:
            one.on_notice = lambda notice: heard.append(notice.text)
        everybody: dict[str, Any] = {"filter": {}, "expect": 3}
        told = await ask(server, "POST", "/players/bulk", **everybody, do="message", text="in ten minutes")
        assert told == {"matched": 3, "done": 3}
        await until(lambda: heard == ["in ten minutes"] * 3)
        for text in ("", "\u202e"):
            await ask(server, "POST", "/players/bulk", 422, **everybody, do="message", text=text)
        assert await ask(server, "POST", "/players/bulk", **everybody, do="kick") == {"matched": 3, "done": 3}
        assert len(server.lobby) == 0
        assert await ask(server, "POST", "/players/bulk", filter={}, do="kick") == {"matched": 0, "done": 0}


async def test_the_filter_means_those_who_are_there_now_and_not_those_of_a_second_ago(server: Server) -> None:
    async with here(server, "Ann"):
        assert (await table(server)).total == 1
        async with here(server, "Bob"):
            told = await ask(server, "POST", "/players/bulk", filter={"place": "lobby"}, do="kick")
            assert told["matched"] == 2


async def test_bots_of_the_server_are_listed_and_never_meant(server: Server) -> None:
    session = (await ask(server, "POST", "/sessions", 201, game="duel", wait_s=60))["session"]["id"]
    host = server.node.hosts[session]
    server.node.seat(session, PlayerId("bot-1"), "Bot 1", server.node.now(), bot=True)
    assert [seat.player_id for seat in host.core.seated()] == ["bot-1"]
    (row,) = (await table(server)).rows
    assert (row.player, row.bot, row.place) == ("bot-1", True, "seated")
    assert (await look(server, "bot-1")).bot
    assert await ask(server, "POST", "/players/bulk", filter={}, do="kick") == {"matched": 0, "done": 0}


@pytest.mark.parametrize(
    "body",
    [
        {"do": "kick"},
        {"filter": {}, "do": "ban"},
        {"filter": {"colour": "red"}, "do": "kick"},
        {"filter": {"place": "moon"}, "do": "kick"},
        {"filter": {}, "do": "kick", "expect": -1},
        {"filter": {}, "do": "mute", "minutes": 0},
        {"filter": {}, "do": "kick", "text": "x" * (TEXT_CHARS_MAX + 1)},
    ],
)
async def test_a_bulk_action_that_is_not_one_is_refused(server: Server, body: dict[str, Any]) -> None:
    async with here(server, "Ann"):
        await ask(server, "POST", "/players/bulk", 422, **body)
        assert len(server.lobby) == 1


async def test_a_bulk_action_lets_others_have_their_turn(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_desk, "_BULK_TURN_S", 0.0)
    async with here(server, *(f"p{number}" for number in range(5))):
        desk, seen = desk_of(server), set[int]()
        task = asyncio.ensure_future(desk.bulk(PlayerFilter(), "kick", "op", "", 1, 5))
        while not task.done():
            seen.add(len(server.lobby))
            await asyncio.sleep(0)
        assert {4, 3, 2, 1} <= seen
        done = await task
        assert not isinstance(done, Denial)
        assert done.done == 5


async def test_a_bulk_action_with_a_key_holds_no_session_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k"}
    async with here(server, "Ann"), httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1") as client:
        held: list[bool] = []
        together = server.node.scribe.together

        def noted() -> Any:
            held.append(True)
            return together()

        monkeypatch.setattr(server.node.scribe, "together", noted)
        told = await client.post("/players/bulk", json={"filter": {}, "do": "kick", "expect": 1}, headers=headers)
        assert (told.json(), held) == ({"matched": 1, "done": 1}, [])


# --- who may, and what is written down --------------------------------------------------------------------------------


async def test_viewers_look_and_only_admins_act_and_all_they_do_is_written_down(server: Server) -> None:
    operators = server.operators
    (_, admin), (_, viewer) = [await operators.new_token(role.value, role) for role in (Role.ADMIN, Role.VIEWER)]
    async with here(server, "Ann") as (ann,), httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1") as client:
        player = str(ann.player)
        acts: list[tuple[str, dict[str, Any]]] = [
            ("message", {"text": HOSTILE}),
            ("mute", {"minutes": 5, "reason": "spam"}),
            ("unmute", {}),
            ("kick", {"reason": "spam"}),
        ]
        head = {"Authorization": f"Bearer {viewer}"}
        assert (await client.get(f"/players/{player}", headers=head)).status_code == 200
        assert (await client.get("/tables/players", headers=head)).status_code == 200
        for act, body in acts:
            told = await client.post(f"/players/{player}/{act}", json=body, headers=head)
            assert (told.status_code, told.json()["error"]) == (403, "forbidden")
        bulk = {"filter": {"q": "Ann"}, "do": "kick", "expect": 1}
        assert (await client.post("/players/bulk", json=bulk, headers=head)).status_code == 403
        assert (await client.get(f"/players/{player}")).status_code == 401
        assert len(server.lobby) == 1
        head = {"Authorization": f"Bearer {admin}"}
        for act, body in acts:
            assert (await client.post(f"/players/{player}/{act}", json=body, headers=head)).status_code == 200
        assert (await client.post("/players/bulk", json=bulk, headers=head)).status_code == 409
        await client.post("/players/a%00b/mute", json={"minutes": 1}, headers=head)
        rows = (await client.get("/audit", headers=head)).json()["rows"]
        mine = [row for row in rows if row["operator"] == "admin"][::-1]
        assert [(row["action"], row["object"], row["outcome"]) for row in mine] == [
            ("message_player", player, "ok"),
            ("mute_player", player, "ok"),
            ("unmute_player", player, "ok"),
            ("kick_from_server", player, "ok"),
            ("bulk_players", "", "409"),
            ("mute_player", "ab", "422"),
        ]
        assert json.loads(mine[0]["detail"]) if isinstance(mine[0]["detail"], str) else mine[0]["detail"]
        assert [row["outcome"] for row in rows if row["operator"] == "viewer"] == ["403"] * 5


async def test_hostile_names_are_plain_text_in_json_that_no_browser_takes_for_a_page(server: Server) -> None:
    async with (
        here(server, HOSTILE) as (ann,),
        httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1", headers={"Authorization": f"Bearer {TOKEN}"}) as client,
    ):
        shown = (await table(server)).rows[0].name
        assert shown == (await look(server, str(ann.player))).name
        assert shown in HOSTILE
        for path in ("/tables/players", f"/players/{ann.player}"):
            told = await client.get(path)
            assert told.headers["content-type"].startswith("application/json")


# --- histories --------------------------------------------------------------------------------------------------------


def test_a_history_keeps_its_first_and_its_newest_and_is_bounded() -> None:
    stories = PlayerStories(iter(range(10**6)).__next__)
    for number in range(100):
        stories.add(PlayerId("ann"), f"n{number}")
    story = stories.of(PlayerId("ann"))
    assert len(story) == HAPPENINGS_MAX
    assert (story[0], story[1], story[-1]) == ((0, "n0"), (71, "n71"), (99, "n99"))
    assert stories.first_ms(PlayerId("ann")) == 0


def test_of_too_many_players_the_one_heard_of_first_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rallypoint.runtime.player_stories.STORIES_MAX", 3)
    stories = PlayerStories(lambda: 5)
    for name in ("ann", "bob", "ann", "cid", "dan"):
        stories.add(PlayerId(name), "came")
    assert [len(stories.of(PlayerId(name))) for name in ("ann", "bob", "cid", "dan")] == [0, 1, 1, 1]
    assert stories.first_ms(PlayerId("ann")) is None


def test_what_thousands_are_told_at_once_is_kept_once() -> None:
    stories = PlayerStories(lambda: 5)
    for number in range(10):
        stories.add(PlayerId(str(number)), f"the same {number % 1}")
    assert len({id(stories.of(PlayerId(str(number)))[0][1]) for number in range(10)}) == 1
