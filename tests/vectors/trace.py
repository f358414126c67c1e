"""``trace.json``: Ann says hello, is matched with Bob, plays, loses her connection, resumes, and leaves.

Played on a real server with a plain WebSocket. What is said twenty times a second (passes without anything new, and
their acknowledgements) is not recorded. Tokens, ids and times are those of one run; a test plays another, and
compares what kinds of messages there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rallypoint.app import Server
from rallypoint.config import Settings
from tests.server.live import Guest
from tests.vectors.files import FOLDER
from tests.vectors.notation import dumps
from tests.vectors.skirmish import Skirmish
from tests.vectors.trace_line import Line

__all__ = ["FILE", "played", "record", "signature"]

FILE: Final = FOLDER / "trace.json"


def signature(steps: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What has to be the same in every run. Passes in a row count as one: what is in them is a matter of moments."""
    said = [(step["on"], step.get("from"), step["is"], step.get("code"), step.get("lost", False)) for step in steps]
    return [one for one, before in zip(said, [None, *said], strict=False) if one != before or one[2] != "pass"]


def record() -> None:
    """Plays it once, and keeps that."""
    FILE.write_text(dumps(asyncio.run(played())), encoding="utf-8")


async def played() -> list[dict[str, Any]]:
    """Plays it on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(port=0, ops_port=0, data_dir=Path(folder))
        async with Server([Skirmish], settings) as server, asyncio.timeout(60):
            return await _Trace(server.lobby_url).play()


def _applied(seat: int, seq: int) -> Callable[[list[Any]], bool]:
    """A pass that says of this input that it is decided."""
    return lambda message: struct.unpack_from(">H", message[2][4], 2 * seat)[0] >= seq


def _has_event(message: list[Any]) -> bool:
    return bool(message[1] and message[1][0])


def _enters(message: list[Any]) -> bool:
    return any(len(part) > 3 and part[3] for part in message[3])


class _Trace:
    """The script."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.steps: list[dict[str, Any]] = []

    async def play(self) -> list[dict[str, Any]]:
        lobby = await self._hello()
        offer = await self._match(lobby)
        seated, session = await self._play(offer)
        await self._come_back(offer, seated, session)
        await lobby.say([7], "Log out")
        await lobby.closed("LEFT: the lobby session is over")
        self._bob.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._bob
        return json.loads(json.dumps(self.steps))  # type: ignore[no-any-return]  # as it is read again

    async def _hello(self) -> Line:
        lobby = await Line.open(self.steps, "lobby", self._url, "/lobby", "Ann's client connects to the lobby")
        await lobby.say([1, 1, "Ann", "example/1"], "A new guest. Player and secret are left out: there are none yet")
        await lobby.hear(
            32,
            "Ann is in the lobby. `player` and `secret` are to be kept for the next hello, and the token for a resume",
        )
        await lobby.say([4], "The token has arrived")
        return lobby

    async def _match(self, lobby: Line) -> dict[str, Any]:
        await lobby.say([16, 1, "skirmish"], "Request 1: a seat in any session of skirmish")
        await lobby.hear(33, "Request 1 was executed: Ann is in the queue")
        await lobby.hear(34, "Push 1: skirmish needs two players, and Ann is the first")
        await lobby.say([5, 0, 0, 1], "Push 1 has arrived")
        self._guest = await Guest.enter(self._url, "Bob", "skirmish")
        matched = await lobby.hear(34, "Push 2: Bob came. Seat 0 is reserved for Ann, for 15 s")
        await lobby.say([5, 0, 0, 2], "Push 2 has arrived. The lobby's connection stays open")
        offer: dict[str, Any] = matched[3]
        return offer

    async def _play(self, offer: dict[str, Any]) -> tuple[list[Any], Line]:
        session = await Line.open(self.steps, "session", self._url, offer["url"], "A second connection, to the session")
        await session.say(
            [3, 1, offer["session"], offer["token"]],
            "Take the seat, with the token of the match. No schema is known here: its hash is left out",
        )
        seated = await session.hear(40, "Seat 0 is Ann's. The schema comes whole; nothing was ever applied or received")
        await session.say([4], "The new token has arrived: that of the match is of no use any more")
        await session.hear(
            41,
            "The first pass: Ann subscribes to channels 0 (everybody's) and 1 (her own), and gets both whole (age 0):"
            " the game, herself, her ship, and in channel 1 the ship's `ammo` (mask 16), which only she sees",
        )
        await session.say([5, session.epoch, session.tick, 0], "The pass was applied; there was no event yet")
        await self._guest.take()
        self._bob = asyncio.create_task(self._play_bob())
        await session.hear(
            41,
            "Bob and his ship enter, and the game's `status` (entity 0, mask 1) becomes 1: running",
            _enters,
        )
        await session.say([6, 1000.0], "A ping, with the client's own clock")
        await session.hear(42, "The same, with the session's clock")
        await session.say([64, 1, session.tick, 1, False], "Input 1, a hold: Steer(turn=1, thrust=false)")
        await session.hear(
            41,
            "Seat 0's `applied` is 1: input 1 counts from this tick on. The ship turns: entity 1, field 2 (mask 4), by"
            " +10 steps",
            _applied(0, 1),
        )
        await session.say([65, 2, session.tick], "Input 2, an action: Fire()")
        await session.hear(
            41,
            "Event 1, of kind 16: Hit(victim=1). Besides, Ann's `score` and her ammunition (channel 1) have changed."
            " `undurable` is 0, so input 2 is durable, and may be forgotten",
            _has_event,
        )
        await session.say([5, session.epoch, session.tick, 1], "Everything up to this tick and event 1 is applied")
        return seated, session

    async def _come_back(self, offer: dict[str, Any], seated: list[Any], session: Line) -> None:
        fire = [65, 3, session.tick]
        await session.say(fire, "Input 3, another shot: it never arrives", lost=True)
        await session.breaks("The network fails. Ann's seat is kept for 30 s, and her holds are let go")
        await self._bob_sees(5)
        again = await Line.open(self.steps, "session", self._url, offer["url"], "A new connection to the same URL")
        again.event = 1
        await again.say(
            [2, 1, offer["session"], seated[2], session.epoch, session.tick, 1, seated[10]],
            "Resume: the token of the last `seated`, the last pass and event that were applied, the schema's hash",
        )
        await again.hear(
            40, "`resumed`: state is kept, and what is newer follows. The server has inputs up to 2: input 3 got lost"
        )
        await again.say([4], "The new token has arrived")
        await again.say(fire, "Input 3 again, the same bytes")
        await again.say([64, 4, session.tick, 1, False], "Then the present hold, with a new number")
        first = await again.hear(
            41,
            "Everything since the last pass applied. `age` is above 1, so these are values and not differences."
            " `channels` comes with the first pass of each connection",
        )
        if not _has_event(first):
            await again.hear(41, "Event 2: the second shot", _has_event)
        await again.say([5, again.epoch, again.tick, 2], "Applied")
        await again.say([7], "Ann leaves for good")
        await again.closed("LEFT: the seat is free")

    async def _bob_sees(self, passes: int) -> None:
        seen = len(self._guest.ticks)
        while len(self._guest.ticks) < seen + passes:
            await asyncio.sleep(0.01)

    async def _play_bob(self) -> None:
        try:
            while True:
                await self._guest.next_pass()
        finally:
            await self._guest.go()
