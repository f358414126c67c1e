"""Clients that are no clients: they speak below the library, and not as the protocol wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from random import Random

from websockets.exceptions import WebSocketException

from rallypoint_client.connection import Connection, open_connection
from rallypoint_protocol.codec import BadMessage, decode_lobby_reply, decode_session_reply, encode
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Hello, Ping, Proved, Resume, Seated, TakeSeat

__all__ = ["MANNERS", "Stranger", "visit"]

MANNERS = ("garbage", "flood", "silent", "text", "huge", "half", "wrong_first", "pings")
"""Of :meth:`Stranger.misbehave`."""


class Stranger:
    """Implements :class:`rallypoint_protocol.ending.Receiver`; keeps what it is told."""

    def __init__(self, connection: Connection, *, lobby: bool) -> None:
        self.connection = connection
        self.heard: list[object] = []
        """Messages, decoded where that is possible."""
        self.closed: tuple[int | None, str] | None = None
        self._decode = decode_lobby_reply if lobby else decode_session_reply
        connection.receiver = self

    def received(self, payload: bytes) -> None:
        """See there."""
        try:
            self.heard.append(self._decode(payload))
        except BadMessage:
            self.heard.append(payload)

    def lost(self, code: int | None, reason: str) -> None:
        """See there."""
        self.closed = code, reason

    async def show(self, path: str, name: str, token: bytes, *, resume: bool, prove: bool, stay_s: float) -> None:
        """Shows a token for ``name``, a session's id or a lobby session's, and stays for a while."""
        if resume:
            tick = 0 if path == "/lobby" else -1
            self.connection.write_message(encode(Resume(PROTOCOL_VERSION, name, token, 0, tick, 0)))
        else:
            self.connection.write_message(encode(TakeSeat(PROTOCOL_VERSION, name, token)))
        until = asyncio.get_running_loop().time() + stay_s
        while asyncio.get_running_loop().time() < until and self.closed is None:
            if prove and any(isinstance(message, Seated) for message in self.heard):
                prove = False
                self.connection.write_message(encode(Proved()))
            await asyncio.sleep(0.1)
        if self.closed is None:
            self.connection.close_with(1000)

    async def misbehave(self, manner: str, dice: Random) -> None:
        """One of :data:`MANNERS`, for some seconds at most."""
        connection = self.connection
        if manner in ("flood", "pings") or (manner == "garbage" and dice.random() < 0.5):
            connection.write_message(encode(Hello(PROTOCOL_VERSION, "Stranger")))
        for _ in range(_TIMES.get(manner, 1)):
            for data in _rude(manner, dice):
                if manner in ("text", "half"):
                    connection.transport.write(data)
                else:
                    connection.write_message(data)
            await asyncio.sleep(_PAUSE_S.get(manner, 0.01))
            if self.closed is not None:
                return
        await asyncio.sleep(dice.uniform(0.0, 7.0))
        if self.closed is None:
            connection.transport.abort()


_TIMES = {"flood": 40, "pings": 30, "garbage": 3}
_PAUSE_S = {"silent": 6.0, "half": 6.0}


def _rude(manner: str, dice: Random) -> Iterable[bytes]:
    match manner:
        case "garbage":
            yield dice.randbytes(dice.randrange(1, 60))
            yield encode([dice.randrange(100), *[dice.choice([None, -1, "x", b"y", [], {}, 1.5])] * dice.randrange(6)])
        case "flood":
            for _ in range(40):
                yield encode(Ping(1.0))
        case "pings":
            yield encode(Ping(dice.random()))
        case "text":
            yield bytes((0x81, 0x82, 0, 0, 0, 0)) + b"hi"
        case "huge":
            yield bytes(5000)
        case "half":
            yield bytes((0x82, 0xC0, 0, 0, 0, 0)) + b"\x95"
        case "wrong_first":
            yield encode(Proved())


async def visit(url: str, path: str) -> Stranger | None:
    """Connects to that path; ``None`` if there is no way in."""
    try:
        connection = await open_connection(url + path, open_timeout_s=5.0)
    except (OSError, TimeoutError, WebSocketException):
        return None
    return Stranger(connection, lobby=path == "/lobby")
