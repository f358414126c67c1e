"""What operators tell players: what a lobby makes of it, and what comes of it with the real server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from games.fourline.game import FourLine
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.runtime.player_desk import PlayerDesk
from rallypoint.runtime.session_desk import SessionDesk
from rallypoint_client import Identity, Kicked, Lobby, LobbyState, Notice, RequestRefused, connect
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import Push
from tests.client.lobbies import comes_back, met
from tests.client.loops import on_both_loops
from tests.client.scripted_server import ACK, QUICK, scripted_server
from tests.client.wire import welcome

SOON_S = 30.0


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON_S):
        while not true():
            await asyncio.sleep(0.01)


def said(n: int, **changes: Any) -> bytes:
    """The push ``notice``."""
    data = {"kind": "message", "text": "hi", "session": None, "until_ms": None, **changes}
    return encode(Push(n, "notice", data))


def heard_by(lobby: Lobby) -> list[Notice]:
    heard: list[Notice] = []
    lobby.on_notice = heard.append
    return heard


@on_both_loops
async def test_a_notice_is_told_once_after_a_lost_connection_too_and_as_any_push():
    async with met() as (server, guest, lobby):
        heard: list[Notice] = []
        kinds: list[str] = []
        lobby.on_notice, lobby.on_push = heard.append, lambda kind, _: kinds.append(kind)
        paused = said(1, kind="paused", text="lunch", session="s")
        await guest.send(paused)
        await until(lambda: heard)
        guest = await comes_back(server, guest)
        await guest.send(paused, said(2, kind="muted", text="", until_ms=1_800_000_000_000))
        await until(lambda: len(heard) > 1)
        assert heard == [Notice("paused", "lunch", "s"), Notice("muted", "", None, 1_800_000_000_000)]
        assert kinds == ["notice", "notice"]
        while (await guest.receive(ACK))[-1] != 2:
            pass


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 1},
        {"kind": None},
        {"text": None},
        {"text": b"hi"},
        {"session": 5},
        {"until_ms": "noon"},
        {"until_ms": 1.5},
        {"until_ms": True},
    ],
)
async def test_a_notice_that_cannot_be_read_is_told_to_nobody_and_one_of_an_unknown_kind_is(change):
    async with met() as (_, guest, lobby):
        heard: list[Notice] = []
        lobby.on_notice = heard.append
        await guest.send(said(1, **change), encode(Push(2, "notice", {"kind": "brand_new", "text": "", "more": 1})))
        await until(lambda: heard)
        assert heard == [Notice("brand_new", "")]
        assert lobby.state is LobbyState.CONNECTED


async def test_what_came_before_anybody_listens_is_told_to_who_does_the_newest_sixteen():
    async with met() as (_, guest, lobby):
        kinds: list[str] = []
        lobby.on_push = lambda kind, _: kinds.append(kind)
        await guest.send(*[said(n, text=str(n)) for n in range(1, 19)])
        await until(lambda: len(kinds) == 18)
        heard: list[str] = []
        lobby.on_notice = lambda notice: heard.append(notice.text)
        assert heard == [str(n) for n in range(3, 19)]
        lobby.on_notice = lambda notice: heard.append("again " + notice.text)
        assert len(heard) == 16


async def test_what_comes_in_one_piece_with_the_welcome_is_heard():
    async with scripted_server() as server:
        connecting = asyncio.ensure_future(connect(server.url, name="Ann", timing=QUICK))
        guest = await server.guest()
        await guest.send(welcome(b"l1"), said(1, text="while away"))
        lobby = await connecting
        heard = heard_by(lobby)
        await until(lambda: heard)
        assert heard == [Notice("message", "while away")]
        await lobby.close()


async def test_a_callback_that_fails_does_no_harm_and_a_notice_stays_as_it_is():
    async with met() as (_, guest, lobby):
        heard: list[Notice] = []

        def fails(notice: Notice) -> None:
            heard.append(notice)
            raise ValueError("of the test")

        lobby.on_notice = fails
        await guest.send(said(1), said(2))
        await until(lambda: len(heard) == 2)
        with pytest.raises(FrozenInstanceError):
            heard[0].text = "other"  # type: ignore[misc]  # what is tried


# --- with the real server ---------------------------------------------------------------------------------------------


class House:
    """A server, as its operators have it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        players, sessions = server.desks.players, server.desks.sessions
        assert players is not None
        assert sessions is not None
        self.players: PlayerDesk = players
        self.sessions: SessionDesk = sessions

    async def until_away(self, player: PlayerId) -> int:
        """Messages until one of them waits for the player's return; gives how many that were."""
        said = 1
        while self.players.message(player, "op", "while away") is not False:
            said += 1
            await asyncio.sleep(0.01)
        return said


@contextlib.asynccontextmanager
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = Settings(port=0, ops_port=0, data_dir=tmp_path / "data")
    async with asyncio.timeout(SOON_S), Server([FourLine], settings, bots=False) as server:
        yield House(server)


async def test_a_player_is_told_what_operators_say_and_do_to_the_session(tmp_path):
    async with house(tmp_path) as at, connect(at.server.lobby_url, name="Ann") as ann:
        heard = heard_by(ann)
        assert at.players.message(PlayerId(ann.player), "op", "<b>hello</b>") is True
        seat = await ann.create("fourline")
        session = SessionId(seat.session)
        at.sessions.pause(session, "op", "lunch")
        at.sessions.resume(session, "op")
        at.sessions.message(session, "op", "go on")
        await until(lambda: len(heard) == 4)
        assert heard == [
            Notice("message", "<b>hello</b>"),
            Notice("paused", "lunch", session),
            Notice("resumed", "", session),
            Notice("message", "go on", session),
        ]


async def test_who_is_away_is_told_with_the_next_connection_once(tmp_path):
    async with house(tmp_path) as at, connect(at.server.lobby_url, name="Ann") as ann:
        heard = heard_by(ann)
        player = PlayerId(ann.player)
        ann.cut()
        many = await at.until_away(player)
        assert len(heard) < many
        await until(lambda: ann.resumes == 1 and len(heard) == many)
        ann.cut()
        await until(lambda: ann.resumes == 2)
        at.players.message(player, "op", "last")
        await until(lambda: heard[-1].text == "last")
        assert [notice.text for notice in heard] == [*["while away"] * many, "last"]


async def test_who_is_kicked_loses_lobby_and_seats_and_may_come_in_anew(tmp_path):
    async with house(tmp_path) as at:
        identity = Identity.file(tmp_path / "ann.json")
        ann = await connect(at.server.lobby_url, name="Ann", identity=identity, fresh=True)
        seat = await ann.create("fourline")
        assert at.players.kick(PlayerId(ann.player), "op", "spam") == 2
        with pytest.raises(Kicked):
            await seat.wait_closed()
        await until(lambda: ann.state is LobbyState.CLOSED)
        assert isinstance(ann.error, Kicked)
        with pytest.raises(Kicked):
            await ann.create("fourline")
        async with connect(at.server.lobby_url, name="Ann", identity=identity) as again:
            assert (again.player, again.my_seats) == (ann.player, [])
            assert (await again.create("fourline")).index == 0
        await ann.close()


async def test_who_is_muted_hears_it_and_says_nothing_until_it_is_lifted(tmp_path):
    async with house(tmp_path) as at, connect(at.server.lobby_url, name="Ann") as ann:
        heard, player = heard_by(ann), PlayerId(ann.player)
        room = await ann.chat()
        mute = at.players.mute(player, "Ann", "op", 5, "spam")
        with pytest.raises(RequestRefused, match=r"muted: an operator has muted you, for 5 minutes more"):
            await room.say("hello")
        assert at.players.unmute(player, "op")
        await room.say("hello again")
        assert (await anext(room)).text == "hello again"
        assert heard == [Notice("muted", "spam", None, round(mute.until_at * 1000)), Notice("unmuted", "")]
