"""Nobody is sent a card before they may know it: the same as ``test_cards_hidden.py``, with what arrives on sockets.

A real server, real clients, and between each of these and the server a relay that keeps every byte that the server
sends, of the lobby and of the session, handshakes and frame headers included. Cards are marked: each is a random number
of nine bytes that is used once. One player's connection is cut in the middle, and comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any, ClassVar, Self

import msgpack
import pytest

from games.cards import game as cards
from games.cards.bot import CardsBot
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint_client import connect, play
from rallypoint_protocol.messages import Pass
from tests.games.marked_cards import SPECTATOR, USES, MarkedCards, Sent

PASS = Pass.__struct_config__.tag
LOBBY = b"GET /lobby "
BINARY = 0x82
CUT_OFF = 2**31
"""The tick of a frame of which only a part came before the connection was cut: later than all others."""


class QuickBot(CardsBot):
    """Does not think."""

    think_s = (0.0, 0.0)


class ServedCards(MarkedCards, seats=4, name="cards"):
    uses = USES
    games: ClassVar[list[ServedCards]] = []

    def created(self, options: dict[str, Any]) -> None:
        super().created({"target": 150})  # long enough for a connection to be cut in the middle
        self.games.append(self)


class Relay:
    """Between one client and the server. Keeps what the server sends, a connection at a time."""

    def __init__(self, server: Server, cut_after: int | None) -> None:
        self._server = server
        self._cut_after = cut_after
        self.streams: list[tuple[bytes, bytearray]] = []
        """For each connection the first bytes of its client, and all that it was sent."""

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        await self._listener.wait_closed()

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        host, _, port = self._server.lobby_url.removeprefix("ws://").partition(":")
        server, to_server = await asyncio.open_connection(host, int(port))
        head = await client.readuntil(b"\r\n\r\n")
        to_server.write(head)
        kept = bytearray()
        self.streams.append((head, kept))
        up = asyncio.create_task(self._copy(client, to_server))
        with contextlib.suppress(ConnectionError):
            while data := await server.read(65536):
                kept += data
                if self._cut_after is not None and not head.startswith(LOBBY) and len(kept) > self._cut_after:
                    self._cut_after = None
                    to_client.transport.abort()
                    break
                to_client.write(data)
        up.cancel()
        to_server.close()
        to_client.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
            writer.close()


def messages(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Tick and bytes of each frame in a stream. What is no pass has tick 0: nobody may know a card then."""
    head, _, rest = stream.partition(b"\r\n\r\n")
    yield 0, head
    while len(rest) >= 2:
        size, start = rest[1], 2
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(rest[2:start], "big")
        end = start + size
        yield tick_of(rest[0], rest[start:end]) if end <= len(rest) else CUT_OFF, rest[:end]
        rest = rest[end:]


def tick_of(first_byte: int, message: bytes) -> int:
    """The tick of a pass, and 0 for all else."""
    if first_byte != BINARY:
        return 0
    kind, *items = msgpack.unpackb(message, strict_map_key=False)
    return int(items[1][1]) if kind == PASS else 0


async def watch(server: Server, url: str) -> None:
    """Watches the one session that there is, to its end."""
    while not ServedCards.games or ServedCards.games[0].round == 0:
        await asyncio.sleep(0.01)
    async with connect(url, name="Watcher") as lobby:
        seat = await lobby.spectate(next(iter(server.node.hosts)))
        await seat.wait_closed()


async def test_no_byte_that_arrives_gives_a_card_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cards, "START_S", 0.01)
    monkeypatch.setattr(cards, "PAUSE_S", 0.01)
    ServedCards.games.clear()
    async with contextlib.AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server([ServedCards], Settings(port=0, ops_port=0)))
        relays = [await stack.enter_async_context(Relay(server, 4000 if n == 0 else None)) for n in range(5)]
        *for_players, for_watcher = relays
        players = [
            play(relay.url, QuickBot, game="cards", name=f"Player {number}", seed=number)
            for number, relay in enumerate(for_players)
        ]
        async with asyncio.timeout(60):
            results = await asyncio.gather(*players, watch(server, for_watcher.url))
    assert results[0] is not None
    [game] = ServedCards.games
    seats = {player.name: player.seat for player in game.players}
    assert [sum(not head.startswith(LOBBY) for head, _ in relay.streams) for relay in relays] == [2, 1, 1, 1, 1]
    for number, relay in enumerate(relays):
        seat = seats.get(f"Player {number}", SPECTATOR)
        sent = Sent(seat, 0, [message for _, stream in relay.streams for message in messages(bytes(stream))])
        assert sum(len(data) for _, data in sent.messages) == sum(len(stream) - 4 for _, stream in relay.streams)
        known, seen = game.known_from(seat, 0), sent.found(game.marks)
        assert [card for card, tick in seen.items() if card not in known or tick < known[card]] == []
        if seat != SPECTATOR:  # the search does find what may be known
            assert set(known) - set(game.first_cards) <= set(seen)
