"""What a server tells of its changes, over connections that break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from rallypoint.commands.api_client import NotAllowed
from rallypoint.commands.live_feed import EVENT_BYTES_MAX, EventLines, TooMuch, follow

STREAM = 'retry: 1000\n\nevent: change\ndata: {"a": "\u2028 é"}\n\nevent: still\ndata: {}\n\n'.encode()


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_events_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    lines, places = EventLines(), sorted({0, *cuts, len(STREAM)})
    events = [event for a, b in pairwise(places) for event in lines.feed(STREAM[a:b])]
    assert events == [("change", '{"a": "\u2028 é"}'), ("still", "{}")]


def test_an_event_without_an_end_is_given_up() -> None:
    lines = EventLines()
    lines.feed(b"data: " + b"x" * (EVENT_BYTES_MAX - 6))
    with pytest.raises(TooMuch):
        lines.feed(b"x")


def change(path: str, body: Any, status: int = 200) -> bytes:
    return f"event: change\ndata: {json.dumps({'path': path, 'status': status, 'body': body})}\n\n".encode()


class Server:
    """Answers each connection with the next of ``answers``: bytes of a stream, a response, or an exception."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.heard: list[Any] = []
        self.slept: list[float] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, httpx.Response):
            return given

        async def stream() -> AsyncIterator[bytes]:
            yield given

        return httpx.Response(200, content=stream())

    async def sleep(self, delay: float) -> None:
        self.slept.append(delay)
        if not self.answers:
            raise asyncio.CancelledError

    async def follow(self) -> None:
        with pytest.raises(asyncio.CancelledError):
            await follow(
                "http://node",
                "secret",
                ["/overview", "/node"],
                lambda path, body: self.heard.append((path, body)),
                lambda lost: self.heard.append("lost" if lost else "there"),
                transport=httpx.MockTransport(self.answer),
                sleep=self.sleep,
            )


async def test_changes_are_told_and_the_token_is_in_no_address() -> None:
    server = Server(change("/overview", {"n": 1}) + change("/node", None, 503) + change("/overview", {"n": 2}))
    await server.follow()
    assert server.heard == ["there", ("/overview", {"n": 1}), "there", ("/overview", {"n": 2}), "lost"]
    (asked,) = server.asked
    assert str(asked.url) == "http://node/api/v1/live?watch=%2Foverview&watch=%2Fnode"
    assert asked.headers["authorization"] == "Bearer secret"


async def test_a_lost_connection_is_made_again_less_and_less_often_until_it_is_back() -> None:
    gone = httpx.ConnectError("no")
    full = httpx.Response(503, json={"error": "node_full", "reason": "too many"})
    still = b"event: still\ndata: {}\n\n"
    server = Server(gone, gone, full, b"event: change\ndata: no json\n\n", gone, gone, still, gone)
    await server.follow()
    assert server.slept == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 0.5, 1.0]
    assert server.heard == ["lost"] * 6 + ["there"] + ["lost"] * 2


@pytest.mark.parametrize("status", [401, 403])
async def test_it_ends_when_the_token_is_good_no_more(status: int) -> None:
    server = Server(httpx.Response(status, json={"error": "unauthorised", "reason": "log in"}))
    with pytest.raises(NotAllowed, match="log in"):
        await follow(
            "http://node",
            "secret",
            ["/overview"],
            lambda path, body: None,
            lambda lost: None,
            transport=httpx.MockTransport(server.answer),
            sleep=server.sleep,
        )
