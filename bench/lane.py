"""The fast lane against the plain library: what a frame in or out costs above the event loop, without sockets."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from websockets.asyncio.connection import Connection as LibraryConnection
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.client import ClientProtocol
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from rallypoint.transport.connection import Connection, ConnectionLimits
from rallypoint_client.connection import Connection as BotConnection
from rallypoint_protocol.framing import frame, masked_frame

C = TypeVar("C", bound=LibraryConnection)

INPUT_BYTES = 40
PASS_BYTES = 150
SEATS = 8
ENDLESS = ConnectionLimits(messages_per_s=1e9, bytes_per_s=1e12)


class _Nowhere:
    """A transport that drops what is written, as cheaply as it goes."""

    def write(self, data: bytes) -> None: ...
    def set_write_buffer_limits(self, *_: Any) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def get_extra_info(self, _: str) -> None: ...


class _Sink:
    """A receiver that does nothing."""

    def received(self, payload: bytes) -> None: ...
    def lost(self, code: int | None, reason: str) -> None: ...


def run(quick: bool) -> dict[str, float]:
    """Microseconds a frame, best of several rounds; the ratios are how many times the plain library costs."""
    return asyncio.run(_measure(rounds=3 if quick else 15, frames=500 if quick else 4000))


async def _measure(rounds: int, frames: int) -> dict[str, float]:
    payload = os.urandom(INPUT_BYTES)
    inputs = [masked_frame(payload, os.urandom(4)) for _ in range(frames)]
    pairs = [first + second for first, second in zip(inputs[::2], inputs[1::2], strict=True)]
    passes = [frame(os.urandom(PASS_BYTES)) for _ in range(frames)]  # too long for a one-byte length, as most are
    pass_payload = os.urandom(PASS_BYTES)

    nobody: Any = None
    lane = _open(Connection(_server(), nobody, limits=ENDLESS))
    plain = _open(ServerConnection(_server(), nobody))
    bot = _open(BotConnection(ClientProtocol(parse_uri("ws://localhost/"), state=OPEN)))
    lanes = [_open(Connection(_server(), nobody, limits=ENDLESS)) for _ in range(SEATS)]
    plains = [_open(ServerConnection(_server(), nobody)) for _ in range(SEATS)]
    lane.receiver = bot.receiver = _Sink()

    def lane_in() -> None:
        for data in inputs:
            lane.data_received(data)

    def lane_in_pairs() -> None:
        for data in pairs:
            lane.data_received(data)

    def plain_in() -> None:
        for data in inputs:
            plain.data_received(data)
            receiving = plain.recv()
            try:
                receiving.send(None)  # it is there already: without the wakeup that a real task would cost as well
            except StopIteration:
                pass

    def lane_out() -> None:
        for _ in range(frames // SEATS):
            framed = frame(pass_payload)
            for connection in lanes:
                connection.write(framed)

    def plain_out() -> None:
        for _ in range(frames // SEATS):
            broadcast(plains, pass_payload)

    def bot_in() -> None:
        for data in passes:
            bot.data_received(data)

    def bot_out() -> None:
        for _ in range(frames):
            bot.write_message(payload)

    work = [lane_in, lane_in_pairs, plain_in, lane_out, plain_out, bot_in, bot_out]
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):  # in turns, so that a slow moment of the machine does not hit one of them alone
        for job in work:
            best[job] = min(best[job], _seconds(job))
    us = {job: seconds / frames * 1e6 for job, seconds in best.items()}
    return {
        "lane_in_us": us[lane_in],
        "lane_in_two_a_chunk_us": us[lane_in_pairs],
        "lane_in_plain_us": us[plain_in],
        "lane_in_ratio": us[plain_in] / us[lane_in],
        "lane_out_us": us[lane_out],
        "lane_out_plain_us": us[plain_out],
        "lane_out_ratio": us[plain_out] / us[lane_out],
        "lane_bot_in_us": us[bot_in],
        "lane_bot_out_us": us[bot_out],
    }


def _server() -> ServerProtocol:
    return ServerProtocol(state=OPEN, max_size=4096)


def _open(connection: C) -> C:
    connection.request = connection.response = cast("Any", object())  # the handshake is over
    LibraryConnection.connection_made(connection, cast("asyncio.Transport", _Nowhere()))
    return connection


def _seconds(job: Callable[[], None]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began
