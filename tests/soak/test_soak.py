"""Real sockets, cut at random moments: each event arrives once and in order, each action is applied once and in order.

12 seconds in the ordinary tests; ``make soak`` runs ten minutes (``SOAK_SECONDS``).
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass, field

import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_client import connect
from rallypoint_client.errors import NotConnected, TooManyOutstanding
from rallypoint_client.seat import Seat
from rallypoint_client.updates import Update
from tests.soak.ledger import Clerk, Ledger

SECONDS = float(os.environ.get("SOAK_SECONDS", "12"))
PLAYERS = 8


@dataclass
class Books:
    """What one client knows it did and heard."""

    player: str = ""
    sent: list[int] = field(default_factory=list)
    heard: list[int] = field(default_factory=list)
    updates: int = 0
    resumes: int = 0


async def _cutter(lobby: object, seat: Seat, dice: random.Random, until: float) -> None:
    """Cuts the session's or the lobby's connection now and then, sometimes again in the middle of the resume."""
    loop = asyncio.get_running_loop()
    while loop.time() < until:
        await asyncio.sleep(dice.expovariate(1.0))
        (lobby if dice.random() < 0.2 else seat).cut()  # type: ignore[attr-defined]  # both have it
        if dice.random() < 0.3:
            await asyncio.sleep(dice.random() * 0.03)
            seat.cut()


async def _write(seat: Seat, update: Update, books: Books, dice: random.Random) -> None:
    for event in update.events:
        books.heard.append(event.n)
    books.updates += 1
    try:
        if dice.random() < 0.5:
            number = len(books.sent) + 1
            seat.act(seat.inputs.Put(number=number), queue_s=60.0 if dice.random() < 0.5 else None)
            books.sent.append(number)
    except (NotConnected, TooManyOutstanding):
        pass  # refused: it was not sent, and it must not be applied
    seat.hold(seat.inputs.Lean(side=dice.randrange(-1, 2)))


async def _play(url: str, number: int, books: Books, until: float) -> None:
    dice = random.Random(number)
    loop = asyncio.get_running_loop()
    async with connect(url, name=f"Clerk {number}") as lobby:
        seat = await lobby.quick_match("ledger")
        books.player = seat.player
        cutter = asyncio.create_task(_cutter(lobby, seat, dice, until), name=f"cutter {number}")
        try:
            async for update in seat:
                if loop.time() < until:
                    await _write(seat, update, books, dice)
                    continue
                books.heard += [event.n for event in update.events]
                if not seat.actions_kept and cutter.done():
                    break
        finally:
            cutter.cancel()
        await asyncio.gather(cutter, return_exceptions=False)
        resumed = books.resumes = seat.stats.resumes
        assert seat.stats.desyncs == 0
        assert resumed > 0, "nothing was cut: this test has tested nothing"
        assert seat.latest.me.one("Page").count == len(books.sent)
        assert seat.latest.me.one("Page").total == sum(books.sent)
        await seat.close()


@pytest.mark.timeout(SECONDS + 60)
async def test_each_event_arrives_once_and_each_action_is_applied_once_over_cut_connections() -> None:
    async with Server([Ledger], Settings(port=0, ops_port=0)) as server:
        until = asyncio.get_running_loop().time() + SECONDS
        books = [Books() for _ in range(PLAYERS)]
        await asyncio.gather(*(_play(server.lobby_url, n, book, until) for n, book in enumerate(books)))
        kept = {
            player.player_id: player
            for host in server.node.hosts.values()
            for player in host.core.game.game.players  # type: ignore[attr-defined]  # a GameDriver
            if isinstance(player, Clerk)
        }
        for book in books:
            clerk = kept[book.player]
            assert clerk.applied == book.sent == list(range(1, len(book.sent) + 1))
            assert book.heard == list(range(1, len(book.heard) + 1))
            assert len(book.heard) <= clerk.told
            assert len(book.sent) > SECONDS
        total = {name: sum(getattr(book, name) for book in books) for name in ("resumes", "updates")}
        total |= {"actions": sum(len(book.sent) for book in books), "events": sum(len(book.heard) for book in books)}
        print(f"soak of {SECONDS:g} s, {PLAYERS} players: {total}")
