"""From the ticket that completes a match to the seats of all eight: real server, real sockets, four rules, 4 against 4.

Seven wait already; the clock starts when the eighth asks, and stops for each when its session lets it in. The server
has a core to itself. Once nobody else waits, and once a thousand others do who fit nobody.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.arena import Arena
from bench.node import Waiter, running
from rallypoint_client.connection import Connection, open_connection
from rallypoint_protocol.codec import decode_lobby_reply, decode_session_reply, encode
from rallypoint_protocol.messages import Ack, Enqueue, Hello, Leave, Push, Seated, TakeSeat

SEATS = 8
LATENCY_MS = {"eu": 25.0, "us": 110.0}


class Ranked(
    Arena,
    seats=(1, 8),
    name="ranked-arena",
    queues={
        "ranked": {
            "teams": "4v4",
            "rules": [
                {"distance": "rating", "limit": 3.0},
                {"distance": "level", "limit": 2.0},
                {"overlap": "maps"},
                {"latency": 60},
            ],
        }
    },
):
    """The reference work, for matches."""


class Player:
    """One client. It keeps its lobby connection."""

    seated_at = 0.0

    async def enter(self, url: str, number: int) -> None:
        """Into the lobby."""
        self.url = url
        self.asked = 0
        self.lobby: Connection = await open_connection(f"{url}/lobby")
        self.heard = Waiter(self.lobby)
        self.lobby.write_message(encode(Hello(1, f"p{number}")))
        await self.heard.messages.get()

    def ask(self, level: float = 1.0) -> None:
        """For a match."""
        self.asked += 1
        attributes: dict[str, Any] = {"level": level, "maps": ["ice", "dune"]}
        self.lobby.write_message(encode(Enqueue(self.asked, ["ranked"], attributes, LATENCY_MS)))

    async def until(self, kind: str) -> Push:
        """The next push of that kind; all are acknowledged."""
        while True:
            message = decode_lobby_reply(await self.heard.messages.get())
            if isinstance(message, Push):
                self.lobby.write_message(encode(Ack(0, 0, message.n)))
                if message.kind == kind:
                    return message

    async def sit(self) -> None:
        """Into the seat, and out of it again."""
        seat = (await self.until("matched")).data
        connection = await open_connection(self.url + seat["url"])
        heard = Waiter(connection)
        connection.write_message(encode(TakeSeat(1, seat["session"], seat["token"])))
        assert isinstance(decode_session_reply(await heard.messages.get()), Seated)
        self.seated_at = time.perf_counter()
        connection.write_message(encode(Leave()))
        while await heard.messages.get():
            pass


async def _measure(url: str, rounds: int, others: int) -> list[float]:
    """Milliseconds, of each seat."""
    crowd = [Player() for _ in range(others)]
    for number, player in enumerate(crowd):
        await player.enter(url, 1000 + number)
        player.ask(level=100.0 + 10 * number)
        await player.until("queued")
    players = [Player() for _ in range(SEATS)]
    for number, player in enumerate(players):
        await player.enter(url, number)
    took = []
    for _ in range(rounds):
        for player in players[1:]:
            player.ask()
            await player.until("queued")
        await asyncio.sleep(0.05)  # they have waited for a while
        sitting = [asyncio.create_task(player.sit()) for player in players]
        began = time.perf_counter()
        players[0].ask()
        await asyncio.gather(*sitting)
        took += [(player.seated_at - began) * 1000 for player in players]
    for player in [*players, *crowd]:
        player.lobby.transport.abort()
    return sorted(took)


def run(quick: bool) -> dict[str, float]:
    """200 matches with nobody else, and 200 with 1,000 others (quick: 5, and 5 with 20)."""
    import uvloop

    rounds, others = (5, 20) if quick else (200, 1000)
    figures: dict[str, float] = {}
    for count, name in ((0, ""), (others, f"_{others}_others")):
        with running("bench.matchmaker_live:Ranked") as ready:
            took = uvloop.run(_measure(ready["lobby"], rounds, count))
        figures[f"ticket_to_seat{name}_p50_ms"] = took[len(took) // 2]
        figures[f"ticket_to_seat{name}_p99_ms"] = took[int(len(took) * 0.99)]
    return figures
