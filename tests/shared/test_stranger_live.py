"""A client that was written from ``docs/protocol.md`` alone plays on a real server, and watches."""

from __future__ import annotations

import asyncio
from typing import Any, Self

import msgpack

from rallypoint.app import Server
from rallypoint.config import Settings
from tests.server.live import Raw
from tests.shared.stranger import Stranger
from tests.vectors.nim import Nim


class Visitor:
    """A lobby connection, and one to a session. Everything is plain MessagePack."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._request = 0
        self.stranger: Stranger
        self.events: list[list[Any]] = []
        self.checked = 0

    @classmethod
    async def enter(cls, server: Server, name: str) -> Self:
        visitor = cls(server.lobby_url)
        visitor.lobby = await Raw.dial(f"{server.lobby_url}/lobby")
        await visitor.lobby.send([1, 1, name])
        assert (await visitor.read(visitor.lobby))[0] == 32
        await visitor.lobby.send([4])
        return visitor

    lobby: Raw
    session: Raw
    offer: dict[str, Any]
    token: bytes
    schema: list[Any]
    hash: bytes

    async def read(self, raw: Raw) -> list[Any]:
        message: list[Any] = msgpack.unpackb(await raw.receive(), strict_map_key=False)
        return message

    async def ask(self, kind: int, *elements: Any) -> Any:
        self._request += 1
        await self.lobby.send([kind, self._request, *elements])
        while (answer := await self.read(self.lobby))[:2] != [33, self._request]:
            pass
        assert answer[3] == "", answer
        return answer[2]

    async def take(self, offer: dict[str, Any]) -> None:
        self.offer, self.token = offer, offer["token"]
        await self._first([3, 1, offer["session"], self.token])

    async def resume(self) -> None:
        known = self.stranger
        await self._first([2, 1, self.offer["session"], self.token, known.epoch, known.tick, known.event, self.hash])

    async def _first(self, message: list[Any]) -> None:
        self.session = await Raw.dial(self._url + self.offer["url"])
        await self.session.send(message)
        seated = await self.read(self.session)
        self.token, self.hash = seated[2], seated[10]
        if seated[11] is not None:
            self.schema = msgpack.unpackb(seated[11])
            self.stranger = Stranger(self.schema, seated[3])
        self.stranger.seated(seated)
        await self.session.send([4])
        self.outcome = seated[6]

    outcome: str

    async def next_pass(self) -> None:
        """Applied, with its CRC looked at, and acknowledged."""
        message = await self.read(self.session)
        known = self.stranger
        self.events += known.passed(message)
        self.checked += sum(len(part) > 5 for part in message[3])
        await self.session.send([5, known.epoch, known.tick, known.event])

    async def until(self, heap: int) -> None:
        while self.stranger.tick < 0 or self.heap != heap:
            await self.next_pass()

    @property
    def heap(self) -> int:
        return int(self.stranger.entities()["0"]["fields"]["heap"])


async def test_a_stranger_plays_turn_by_turn_survives_a_drop_and_is_watched_by_another():
    async with Server([Nim], Settings(port=0, ops_port=0)) as server, asyncio.timeout(30):
        ann, bob, cat = [await Visitor.enter(server, name) for name in ("Ann", "Bob", "Cat")]
        offer = await ann.ask(19, "nim", {}, {"title": "beginners"}, True)
        await ann.take(offer)
        await bob.take(await bob.ask(20, "", offer["code"].lower()))
        await cat.take(await cat.ask(21, "", offer["code"]))
        assert [visitor.stranger.seat for visitor in (ann, bob, cat)] == [0, 1, -1]
        await ann.until(12)
        while ann.stranger.entities()["0"]["fields"]["status"] != 1:
            await ann.next_pass()

        await ann.session.send([64, 1, ann.stranger.tick, 3])
        for visitor in (ann, bob, cat):
            await visitor.until(9)
        assert ann.stranger.applied == 1

        await bob.session.break_off()
        await bob.resume()
        assert bob.outcome == "resumed"
        await bob.session.send([64, 1, bob.stranger.tick, 4], [64, 2, bob.stranger.tick, 1])
        for visitor in (ann, bob, cat):
            await visitor.until(8)
        assert [event[2:] for event in bob.events] == [[0, [1, "take one, two or three"]]]
        assert bob.stranger.applied == 2

        assert ann.stranger.entities() == bob.stranger.entities() == cat.stranger.entities()
        assert min(ann.checked, bob.checked, cat.checked) > 0
        await cat.session.send([64, 1, -1, 1])
        assert (await cat.session.closed())[0] == 4011


async def test_a_stranger_is_told_the_result_and_closed():
    async with Server([Nim], Settings(port=0, ops_port=0)) as server, asyncio.timeout(30):
        ann, bob = [await Visitor.enter(server, name) for name in ("Ann", "Bob")]
        offer = await ann.ask(19, "nim", {}, {}, False)
        await ann.take(offer)
        await bob.take(await bob.ask(20, offer["session"]))
        await bob.until(12)
        while bob.stranger.entities()["0"]["fields"]["status"] != 1:
            await bob.next_pass()
        players = [ann, bob]
        for turn in range(4):
            await players[turn % 2].session.send([64, turn + 1, -1, 3])
            for player in players:
                await player.until(9 - 3 * turn)
        ended = [event for event in ann.events if event[2] == 1]
        assert [event[3][0]["winners"] for event in ended] == [[1]]
        assert (await ann.session.closed())[0] == 4001
