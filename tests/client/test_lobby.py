"""A lobby over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rallypoint_client.address import lobby_url
from rallypoint_client.connect import connect
from rallypoint_client.errors import ConnectFailed, LobbyClosed, RequestRefused, SessionGone, UpdateRequired
from rallypoint_client.heartbeat import Timing
from rallypoint_client.identity import Identity
from rallypoint_client.lobby import Lobby
from rallypoint_client.lobby_core import LobbyState
from rallypoint_client.seat_core import SeatState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.messages import Answer, Push
from tests.client.lobbies import met, push
from tests.client.loops import on_both_loops
from tests.client.scripted_server import (
    CANCEL,
    HELLO,
    LEAVE,
    LOCATE,
    MATCH,
    PROVED,
    QUICK,
    RESUME,
    matched,
    scripted_server,
)
from tests.client.wire import welcome


@on_both_loops
async def test_it_comes_in_as_a_guest():
    async with met() as (_, guest, lobby):
        assert guest.first == [HELLO, 1, "Ann", "python", "", b""]
        assert (lobby.player, lobby.name, lobby.games) == ("player-l", "Ann", ["duel"])
        assert lobby.state is LobbyState.CONNECTED


@on_both_loops
async def test_a_quick_match_waits_for_its_turn_and_takes_the_seat():
    async with met() as (server, guest, lobby):
        places: list[tuple[int, int]] = []
        matching = asyncio.create_task(lobby.quick_match("duel", on_wait=lambda *at: places.append(at)))
        assert await guest.receive() == [MATCH, 1, "duel"]
        await guest.send(encode(Answer(1, {"place": 3, "waiting": 4})))
        await guest.send(push(1, "queued", place=2, waiting=3), push(2, "queued", place=1, waiting=2))
        await guest.send(encode(Push(3, "matched", matched("/session/s"))))
        seat_guest = await (await server.guest()).seat()
        assert seat_guest.path == "/session/s"
        seat = await matching
        assert places[-2:] == [(2, 3), (1, 2)]
        assert seat.state is SeatState.PLAYING
        assert lobby.seats == [seat]
        await seat.close()
        assert lobby.seats == []


@on_both_loops
async def test_an_absolute_address_is_taken_as_it_is():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), encode(Push(1, "matched", matched(f"{server.url}/n/7/session/s"))))
        assert (await (await server.guest()).seat()).path == "/n/7/session/s"
        await (await matching).close()


@pytest.mark.parametrize("code", ["unknown_game", "already_queued", "already_seated"])
async def test_a_refused_request_says_why(code):
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("chess"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1, None, code, "no")))
        with pytest.raises(RequestRefused) as caught:
            await matching
        assert (caught.value.code, caught.value.reason) == (code, "no")


@on_both_loops
async def test_only_one_quick_match_at_a_time():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        with pytest.raises(RequestRefused, match="already_queued"):
            await lobby.quick_match("duel")
        matching.cancel()
        await asyncio.wait([matching])


@on_both_loops
async def test_cancelling_ends_the_quick_match_that_waits():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)))
        cancelling = asyncio.create_task(lobby.cancel())
        assert await guest.receive() == [CANCEL, 2]
        await guest.send(encode(Answer(2)), push(1, "unqueued", reason="cancelled"))
        await cancelling
        with pytest.raises(RequestRefused) as caught:
            await matching
        assert caught.value.code == "cancelled"


@on_both_loops
async def test_a_queue_place_that_the_server_takes_away_is_told():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), push(1, "unqueued", reason="closing_time"))
        with pytest.raises(RequestRefused, match="closing_time"):
            await matching


@on_both_loops
async def test_a_cancelled_task_gives_the_queue_place_up():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)))
        matching.cancel()
        assert await guest.receive() == [CANCEL, 2]
        with pytest.raises(asyncio.CancelledError):
            await matching


@on_both_loops
async def test_a_request_survives_a_lost_connection_and_is_answered_once():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        guest.cut()
        guest = await server.guest()
        assert guest.first == [RESUME, 1, "l", b"l1", 0, 0, 0, b""]
        await guest.send(welcome(b"l2", resumed=True))
        assert [await guest.receive() for _ in range(2)] == [[PROVED], [MATCH, 1, "duel"]]
        await guest.send(encode(Answer(1)), encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
        await (await server.guest()).seat()
        seat = await matching
        assert lobby.resumes == 1
        await seat.close()


@on_both_loops
async def test_a_match_that_came_while_away_is_told_with_the_resume():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), push(1, "queued", place=1, waiting=1))
        await guest.receive(5)
        guest.cut()
        guest = await server.guest()
        assert guest.first[6] == 1
        await guest.send(welcome(b"l2", resumed=True, event=2), encode(Push(2, "matched", matched("/session/s"))))
        await (await server.guest()).seat()
        await (await matching).close()


@on_both_loops
async def test_a_lobby_session_that_is_gone_fails_what_was_asked():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await matching
        assert lobby.state is LobbyState.GONE
        with pytest.raises(SessionGone):
            await lobby.cancel()


@on_both_loops
async def test_a_fresh_lobby_goes_on_as_a_new_guest():
    async with met(fresh=True) as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await matching
        guest = await server.guest()
        assert guest.first[0] == HELLO
        await guest.send(welcome(b"n1", lobby="new"))
        assert await guest.receive() == [PROVED]
        assert lobby.player == "player-new"
        again = asyncio.create_task(lobby.cancel())
        assert (await guest.receive())[0] == CANCEL
        await guest.send(encode(Answer(2, None, "not_queued")))
        with pytest.raises(RequestRefused):
            await again


@on_both_loops
async def test_a_seat_is_not_touched_by_a_lobby_that_is_gone():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
        await (await server.guest()).seat()
        seat = await matching
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await lobby.cancel()
        assert seat.state is SeatState.PLAYING
        await seat.close()


@on_both_loops
async def test_a_seat_whose_session_moved_asks_the_lobby():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
        seat_guest = await (await server.guest()).seat()
        seat = await matching
        await seat_guest.close(CloseCode.MOVED)
        assert await guest.receive() == [LOCATE, 2, "s", b"t1"]
        await guest.send(encode(Answer(2, {"url": "/n/3/session/s"})))
        assert (await server.guest()).path == "/n/3/session/s"
        await seat.close()


@on_both_loops
async def test_locate_says_where_or_that_it_is_unknown():
    async with met() as (server, guest, lobby):
        locating = asyncio.create_task(lobby.locate("s", b"t"))
        await guest.receive(LOCATE)
        await guest.send(encode(Answer(1, {"url": "/session/s"})))
        assert await locating == f"{server.url}/session/s"
        locating = asyncio.create_task(lobby.locate("s", b"t"))
        await guest.receive(LOCATE)
        await guest.send(encode(Answer(2, None, "unknown", "unknown session")))
        with pytest.raises(RequestRefused):
            await locating


@on_both_loops
async def test_a_match_that_cannot_be_read_fails_the_request():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), push(1, "matched", session=5))
        with pytest.raises(RequestRefused, match="malformed"):
            await matching


@on_both_loops
async def test_a_seat_that_cannot_be_taken_is_told_and_forgotten():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
        await (await server.guest()).close(CloseCode.UNKNOWN)
        with pytest.raises(SessionGone):
            await matching
        assert lobby.seats == []


@on_both_loops
async def test_a_callback_that_fails_does_no_harm():
    async with met() as (_, guest, lobby):
        seen: list[str] = []

        def on_push(kind: str, data: dict[str, Any]) -> None:
            seen.append(kind)
            raise ZeroDivisionError

        def on_wait(place: int, waiting: int) -> None:
            raise ZeroDivisionError

        lobby.on_push = on_push
        matching = asyncio.create_task(lobby.quick_match("duel", on_wait=on_wait))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), push(1, "queued", place=1, waiting=1), push(2, "unqueued", reason="x"))
        with pytest.raises(RequestRefused):
            await matching
        assert seen == ["queued", "unqueued"]
        assert lobby.state is LobbyState.CONNECTED


@on_both_loops
async def test_closing_leaves_the_seats_and_logs_out():
    async with met() as (server, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await guest.send(encode(Answer(1)), encode(Push(1, "matched", matched("/session/s"))))
        seat_guest = await (await server.guest()).seat()
        seat = await matching
        closing = asyncio.create_task(lobby.close())
        assert await seat_guest.receive() == [LEAVE]
        await seat_guest.close(CloseCode.LEFT)
        assert await guest.receive() == [LEAVE]
        await closing
        assert (seat.state, lobby.state, lobby.error) == (SeatState.CLOSED, LobbyState.CLOSED, None)
        with pytest.raises(LobbyClosed):
            await lobby.cancel()


@on_both_loops
async def test_what_waits_when_the_lobby_is_closed_fails():
    async with met() as (_, guest, lobby):
        matching = asyncio.create_task(lobby.quick_match("duel"))
        await guest.receive(MATCH)
        await lobby.close()
        with pytest.raises(LobbyClosed):
            await matching


@on_both_loops
async def test_a_broken_lobby_is_cut_and_comes_back():
    async with met() as (server, _, lobby):
        lobby.cut()
        guest = await server.guest()
        assert guest.first[0] == RESUME
        assert lobby.state is LobbyState.RESUMING


@on_both_loops
async def test_who_is_known_says_so_and_keeps_what_the_server_gives():
    kept = Identity("p", b"secret")
    async with met(identity=kept) as (server, guest, lobby):
        assert guest.first == [HELLO, 1, "Ann", "python", "p", b"secret"]
        assert lobby.identity is kept
        assert (kept.player, kept.secret) == ("p", b"secret")  # nothing new was given
        guest.cut()
        await (await server.guest()).send(welcome(b"l2", resumed=True, secret=b"newer"))
        while kept.secret == b"secret":
            await asyncio.sleep(0)
        assert (kept.player, kept.secret) == ("player-l", b"newer")


@on_both_loops
async def test_a_fresh_lobby_says_who_it_is_again():
    async with met(fresh=True) as (server, guest, _):
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        guest = await server.guest()
        assert guest.first == [HELLO, 1, "Ann", "python", "", b""]
        await guest.send(welcome(b"n1", secret=b"secret"))
        await guest.receive()
        guest.cut()
        await (await server.guest()).close(CloseCode.UNKNOWN)
        assert (await server.guest()).first == [HELLO, 1, "Ann", "python", "player-l", b"secret"]


async def test_an_identity_that_cannot_be_kept_is_logged_without_its_secret(caplog):
    class Locked(Identity):
        def keep(self, player: str, secret: bytes) -> None:
            raise PermissionError("the keyring is locked")

    async with scripted_server() as server:
        connecting = asyncio.ensure_future(_connect(server.url, Locked()))
        guest = await server.guest()
        await guest.send(welcome(secret=b"topsecret"))
        lobby = await connecting
        assert lobby.state is LobbyState.CONNECTED
        await lobby.close()
    assert "the keyring is locked" in caplog.text
    assert "topsecret" not in caplog.text
    assert b"topsecret".hex() not in caplog.text


async def test_nobody_there_is_a_failure_to_connect():
    async with scripted_server() as server:
        url = server.url
    with pytest.raises(ConnectFailed):
        await connect(url, timing=Timing(connect_s=0.2))
    with pytest.raises(ConnectFailed):
        async with connect(url, timing=Timing(connect_s=0.2)):
            pytest.fail("nobody is there")


async def _connect(url: str, identity: Identity | None = None) -> Lobby:
    return await connect(url, timing=QUICK, identity=identity)


async def test_a_client_that_is_too_old_is_told():
    async with scripted_server() as server:
        connecting = asyncio.ensure_future(_connect(server.url))
        await (await server.guest()).close(CloseCode.UPDATE)
        with pytest.raises(UpdateRequired):
            await connecting


@pytest.mark.parametrize(
    ("url", "lobby"),
    [
        ("ws://host:8000", "ws://host:8000/lobby"),
        ("ws://host:8000/", "ws://host:8000/lobby"),
        ("wss://host/lobby", "wss://host/lobby"),
        ("http://host:8000", "ws://host:8000/lobby"),
        ("https://host/games/?x=1#y", "wss://host/games/lobby"),
    ],
)
def test_a_servers_address_leads_to_its_lobby(url, lobby):
    assert lobby_url(url) == lobby


@pytest.mark.parametrize("url", ["", "host:8000", "ftp://host", "ws://"])
async def test_what_is_no_address_is_said_at_once(url):
    with pytest.raises(ValueError, match="ws://localhost:8000"):
        await connect(url)
