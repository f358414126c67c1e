"""The lobby of a whole server over real sockets: rooms, lists, chats, rematches, and guests who come back tomorrow."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import decode_lobby_reply
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    Chat,
    Condition,
    Create,
    Describe,
    Hello,
    Join,
    Kick,
    Listen,
    Listing,
    Lock,
    Push,
    QuickMatch,
    Rematch,
    Say,
    SessionRow,
    Watch,
    Welcome,
)
from tests.server.live import SOON_S, Guest, Raw, Toy


def settings(**changes: Any) -> Settings:
    return Settings(port=0, ops_port=0, shutdown_s=2.0, **changes)


@pytest.fixture(autouse=True)
async def sockets(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Closes every client's socket in the end."""
    dial, dialled = Raw.dial, []

    async def keep(url: str, **options: Any) -> Raw:
        raw = await dial(url, **options)
        dialled.append(raw)
        return raw

    monkeypatch.setattr(Raw, "dial", keep)
    yield
    for raw in dialled:
        await raw.break_off()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server([Toy], settings()) as running:
        yield running


class Visitor:
    """A client of the lobby, that keeps what comes."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.welcome: Welcome
        self.rows: dict[str, SessionRow] = {}
        self.counts: dict[str, int] = {}
        self.lines: list[str] = []
        self.pushes: list[Push] = []
        self._id = 0

    @classmethod
    async def enter(cls, server: Server, name: str, player: str = "", secret: bytes = b"") -> Self:
        visitor = cls(await Raw.dial(f"{server.lobby_url}/lobby"))
        await visitor.raw.send(Hello(1, name, "", player, secret))
        visitor.welcome = await visitor.reply(Welcome)
        return visitor

    async def reply(self, kind: type[Any]) -> Any:
        """The next of that kind; what comes before it is applied."""
        async with asyncio.timeout(SOON_S):
            while True:
                message = decode_lobby_reply(await self.raw.receive())
                match message:
                    case Listing():
                        self.counts = message.counts or self.counts
                        kept = {} if message.whole else self.rows
                        for gone in message.gone:
                            kept.pop(gone)
                        self.rows = kept | {row.id: row for row in message.rows}
                        await self.raw.send(Ack(0, message.n, 0))
                    case Chat():
                        self.lines += [line.text for line in message.lines]
                    case Push():
                        self.pushes.append(message)
                if isinstance(message, kind):
                    return message

    async def ask(self, kind: type[Any], *args: Any) -> Any:
        """The value of the answer; a string is an error."""
        self._id += 1
        await self.raw.send(kind(self._id, *args))
        answer: Answer = await self.reply(Answer)
        assert answer.id == self._id
        return answer.error or answer.value

    async def pushed(self, kind: str) -> dict[str, Any]:
        while not (found := [push.data for push in self.pushes if push.kind == kind]):
            await self.reply(Push)
        return found[-1]

    async def sees(self, condition: Any) -> None:
        while not condition():
            await self.reply(Listing)

    async def sit(self, server: Server, offer: dict[str, Any]) -> Guest:
        seat = Guest(server.lobby_url, self.welcome.name)
        seat.offer, seat.token = offer, offer["token"]
        await seat.take()
        await seat.next_pass()
        return seat


async def test_a_session_is_seen_from_its_creation_to_its_end(server: Server):
    ann, bob = await Visitor.enter(server, "Ann"), await Visitor.enter(server, "Bob")
    assert await bob.ask(Watch, "toy", [Condition("meta.title", "has", "RING")], 10) is None
    offer = await ann.ask(Create, "toy", {}, {"title": "The ring"}, False)
    seat = await ann.sit(server, offer)
    await bob.sees(lambda: offer["session"] in bob.rows and bob.rows[offer["session"]].state == "running")
    row = bob.rows[offer["session"]]
    assert (row.leader, row.players, row.free, row.meta) == ("Ann", 1, 1, {"title": "The ring"})
    assert bob.counts == {"lobby": 2, "playing": 1, "sessions": 1}
    assert await ann.ask(Describe, offer["session"], {"title": "Another"}) is None
    await bob.sees(lambda: not bob.rows)
    assert await ann.ask(Describe, offer["session"], {"title": "Ring again"}) is None
    await bob.sees(lambda: bob.rows)
    await seat.act("Do", what="win")
    await bob.sees(lambda: not bob.rows and bob.counts["playing"] == 0)
    await seat.closed()


async def test_a_private_session_is_joined_with_its_code_and_its_leader_says_who_stays(server: Server):
    ann, bob, eve = [await Visitor.enter(server, name) for name in ("Ann", "Bob", "Eve")]
    offer = await ann.ask(Create, "toy", {}, {}, True)
    session = offer["session"]
    seat = await ann.sit(server, offer)
    assert await eve.ask(Join, session) == "unknown"
    assert await eve.ask(Join, "", "WRONG1") == "unknown"
    joined = await bob.ask(Join, "", offer["code"])
    theirs = await bob.sit(server, joined)
    assert await bob.ask(Lock, session, True) == "not_allowed"
    for visitor in (ann, bob):
        assert await visitor.ask(Listen, session) is None
    assert await eve.ask(Listen, session) == "unknown"
    assert await bob.ask(Say, session, "hello") is None
    while "hello" not in ann.lines:
        await ann.reply(Chat)
    assert await ann.ask(Kick, session, bob.welcome.player) is None
    assert (await theirs.closed())[0] == CloseCode.KICKED
    while (answer := await bob.ask(Join, "", offer["code"])) == "already_seated":
        pass  # the seat is free from the next step on
    assert answer == "kicked"
    assert await bob.ask(Say, session, "unfair") == "not_listening"
    assert await eve.ask(Join, "", offer["code"]) != "unknown"
    await seat.go()


async def test_a_rematch_brings_the_same_group_together_with_another_in_front(server: Server):
    ann, bob = await Visitor.enter(server, "Ann"), await Visitor.enter(server, "Bob")
    first = await ann.ask(Create, "toy", {}, {}, False)
    seat = await ann.sit(server, first)
    other = await bob.sit(server, await bob.ask(Join, first["session"]))
    assert await ann.ask(Rematch, first["session"], True) == "not_over"
    await seat.act("Do", what="win")
    await seat.closed()
    await other.closed()
    assert await ann.ask(Rematch, first["session"], True) is None
    offered = await bob.pushed("rematch")
    assert (offered["wanted"], offered["group"]) == (
        [ann.welcome.player],
        [ann.welcome.player, bob.welcome.player],
    )
    assert await bob.ask(Rematch, first["session"], True) is None
    hers, his = await ann.pushed("matched"), await bob.pushed("matched")
    assert hers["session"] == his["session"] != first["session"]
    assert (his["seat"], hers["seat"]) == (0, 1)
    await bob.sit(server, his)


async def test_a_guest_is_the_same_player_after_a_restart_and_finds_the_seat_after_a_reload(tmp_path: Path):
    async with Server([Toy], settings(data_dir=tmp_path)) as server:
        ann = await Visitor.enter(server, "Ann")
        first = ann.welcome
        assert len(first.secret) == 32
        offer = await ann.ask(Create, "toy", {}, {}, True)
        await ann.sit(server, offer)
        reloaded = await Visitor.enter(server, "", first.player, first.secret)
        again = reloaded.welcome
        assert (again.lobby, again.player, again.name, again.secret) == (first.lobby, first.player, "Ann", b"")
        assert again.seats == [[offer["session"], "toy"]]
        seat = await reloaded.sit(server, await reloaded.ask(Join, offer["session"]))
        assert seat.seated.player == first.player
        stranger = await Visitor.enter(server, "Eve", first.player, b"wrong")
        assert stranger.welcome.player != first.player
    async with Server([Toy], settings(data_dir=tmp_path)) as server:
        tomorrow = (await Visitor.enter(server, "", first.player, first.secret)).welcome
        assert (tomorrow.player, tomorrow.name, tomorrow.secret) == (first.player, "Ann", b"")
        assert tomorrow.lobby == first.lobby  # the journal has it
        assert tomorrow.seats == [[offer["session"], "toy"]]
    await asyncio.to_thread(shutil.rmtree, tmp_path / "journal")
    async with Server([Toy], settings(data_dir=tmp_path)) as server:
        tomorrow = (await Visitor.enter(server, "", first.player, first.secret)).welcome
        assert (tomorrow.player, tomorrow.name, tomorrow.secret) == (first.player, "Ann", b"")
        assert (tomorrow.lobby != first.lobby, tomorrow.seats) == (True, [])


async def test_who_waits_in_a_queue_is_not_seated_twice(server: Server):
    ann = await Visitor.enter(server, "Ann")
    session = (await (await Visitor.enter(server, "Bob")).ask(Create, "toy", {}, {}, True))["session"]
    assert await ann.ask(QuickMatch, "toy") is None
    await ann.pushed("matched")
    assert await ann.ask(Create, "toy", {}, {}, False) == "already_seated"
    assert await ann.ask(Join, session) == "unknown"
