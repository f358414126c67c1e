"""Whoever watches paths of the HTTP API is sent their answers, and then what has changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from rallypoint.console import live as live_file
from rallypoint.console.live import WATCHED_MAX, Live
from rallypoint.console.principals import PRINCIPAL, Role


class Paths:
    """An API whose answers are set by hand."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope[PRINCIPAL].role is Role.VIEWER
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        self.asked.append(path)
        if path == "/broken":
            raise RuntimeError("a mistake")
        status, body = (200, self.answers[path]) if path in self.answers else (404, {"error": "unknown", "reason": "x"})
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr(live_file, "BEAT_S", 0.005)
    return Paths()


async def always() -> bool:
    return True


async def change(stream: AsyncIterator[bytes]) -> dict[str, Any]:
    """The next one."""
    async with asyncio.timeout(10):
        async for event in stream:
            if event.startswith(b"event: change\ndata: "):
                found: dict[str, Any] = json.loads(event.removeprefix(b"event: change\ndata: "))
                return found
    raise AssertionError("the stream has ended")


async def test_every_watched_path_is_sent_at_once_and_whenever_it_changes(paths):
    paths.answers = {"/a": 1, "/b?x=1": {"rows": []}}
    async with aclosing(Live(paths).stream(["/a", "/b?x=1"], always)) as stream:
        assert [await change(stream), await change(stream)] == [
            {"path": "/a", "status": 200, "body": 1},
            {"path": "/b?x=1", "status": 200, "body": {"rows": []}},
        ]
        paths.answers["/a"] = 2
        assert await change(stream) == {"path": "/a", "status": 200, "body": 2}


async def test_a_refusal_and_a_fault_are_answers_like_others(paths):
    async with aclosing(Live(paths).stream(["/gone", "/broken"], always)) as stream:
        assert [(one["path"], one["status"]) for one in (await change(stream), await change(stream))] == [
            ("/gone", 404),
            ("/broken", 500),
        ]


async def test_however_many_watch_a_path_it_is_asked_once(paths):
    paths.answers = {"/a": 1}
    live = Live(paths)
    async with aclosing(live.stream(["/a"], always)) as one, aclosing(live.stream(["/a"], always)) as other:
        assert await change(one) == await change(other)
        before = len(paths.asked)
        paths.answers["/a"] = 2
        assert await change(one) == await change(other)
        beats = len(paths.asked) - before
        paths.answers["/a"] = 3
        await change(one)
        assert beats <= 2, "one that was under way, and one that saw it"


async def test_who_is_slow_is_sent_the_newest_and_nothing_in_between(paths):
    paths.answers = {"/a": 0}
    live = Live(paths)
    async with aclosing(live.stream(["/a"], always)) as slow, aclosing(live.stream(["/a"], always)) as quick:
        await change(slow)
        await change(quick)
        for value in range(1, 6):
            paths.answers["/a"] = value
            assert (await change(quick))["body"] == value
        assert (await change(slow))["body"] == 5


async def test_who_may_look_no_longer_is_sent_nothing_more(paths):
    paths.answers = {"/a": 1}
    may = [True]

    async def still() -> bool:
        return may[0]

    stream = Live(paths).stream(["/a"], still)
    await change(stream)
    may[0] = False
    paths.answers["/a"] = 2
    assert [event async for event in stream] == []


async def test_when_nobody_watches_nothing_is_asked(paths):
    paths.answers = {"/a": 1}
    live = Live(paths)
    async with aclosing(live.stream(["/a"], always)) as stream:
        await change(stream)
    beating = live._beating
    assert beating is not None
    await asyncio.wait([beating], timeout=10)
    asked = len(paths.asked)
    await asyncio.sleep(0.02)
    assert len(paths.asked) == asked
    async with aclosing(live.stream(["/a"], always)) as stream:
        assert (await change(stream))["body"] == 1


async def test_only_so_many_paths_are_watched_by_one(paths):
    live = Live(paths)
    async with aclosing(live.stream([f"/{n}" for n in range(20)], always)) as stream:
        await change(stream)
        await asyncio.sleep(0.05)
    assert len(set(paths.asked)) == WATCHED_MAX
