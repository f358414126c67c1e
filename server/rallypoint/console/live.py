"""What consoles watch: answers of ``GET`` paths, asked again once a second, and sent to whoever looks when they change.

However many look at a path, it is asked once. A client that does not take what it is sent gets the newest of each path
when it does, and nothing in between. What is sent is what the path itself would answer: there is no second API.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import unquote

import msgspec
import structlog
from starlette.types import ASGIApp, Message

from .principals import PRINCIPAL, Principal, Role

__all__ = ["BEAT_S", "WATCHED_MAX", "WATCHERS_MAX", "Live"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.console")

BEAT_S: Final = 1.0
WATCHED_MAX: Final = 8
"""Paths of one console."""
WATCHERS_MAX: Final = 64
QUIET_S: Final = 10.0
"""After so long without news it says so, so that proxies and clients see that the stream lives."""
_VIEWER: Final = Principal("live", Role.VIEWER, "console")


class _Watcher:
    """One console. ``news`` has the newest answer of each path that it has not been sent."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.news: dict[str, bytes] = {}
        self.wake = asyncio.Event()


class Live:
    """All consoles of one server. ``app`` is the API behind its door: what is watched needs the role of a viewer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._watchers: dict[_Watcher, None] = {}
        self._last: dict[str, bytes] = {}
        self._beating: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        """Nobody else can watch."""
        return len(self._watchers) >= WATCHERS_MAX

    async def stream(self, paths: Sequence[str], still: Callable[[], Awaitable[bool]]) -> AsyncGenerator[bytes, None]:
        """Server-sent events: ``event: change``, ``data: {"path": ..., "status": 200, "body": ...}``, each path at once
        and then when its answer is another one. Ends when ``still`` says that its reader may look no longer."""
        watcher = _Watcher(list(dict.fromkeys(paths))[:WATCHED_MAX])
        self._watchers[watcher] = None
        watcher.news = {path: self._last[path] for path in watcher.paths if path in self._last}
        if watcher.news:
            watcher.wake.set()
        if self._beating is None:
            self._beating = asyncio.get_running_loop().create_task(self._beat(), name="what consoles watch")
        try:
            yield b"retry: 1000\n\n"
            await self._ask([path for path in watcher.paths if path not in self._last])
            while await still():
                try:
                    async with asyncio.timeout(QUIET_S):
                        await watcher.wake.wait()
                except TimeoutError:
                    yield b"event: still\ndata: {}\n\n"
                    continue
                if not await still():  # it may have waited for long
                    break
                watcher.wake.clear()
                news, watcher.news = watcher.news, {}
                for data in news.values():
                    yield b"event: change\ndata: " + data + b"\n\n"
        finally:
            del self._watchers[watcher]

    def stop(self) -> None:
        """Nobody is told anything any more."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None

    async def _beat(self) -> None:
        while self._watchers:
            watched = dict.fromkeys(path for watcher in self._watchers for path in watcher.paths)
            self._last = {path: data for path, data in self._last.items() if path in watched}
            for path in watched:  # spread over the second: one after the other they would hold up games for longer
                await asyncio.sleep(BEAT_S / len(watched))
                if any(path in watcher.paths for watcher in self._watchers):
                    await self._ask([path])
        self._beating = None

    async def _ask(self, paths: Sequence[str] | dict[str, None]) -> None:
        for path in list(paths):
            data = await self._answer(path)
            if self._last.get(path) == data:
                continue
            self._last[path] = data
            for watcher in self._watchers:
                if path in watcher.paths:
                    watcher.news[path] = data
                    watcher.wake.set()
            await asyncio.sleep(0)  # each in a turn of the event loop of its own: games are stepped in between

    async def _answer(self, path: str) -> bytes:
        status, body = await _get(self._app, path)
        head = msgspec.json.encode({"path": path, "status": status})
        return head[:-1] + b',"body":' + (body or b"null") + b"}"


async def _get(app: ASGIApp, path: str) -> tuple[int, bytes]:
    """The answer to a ``GET`` of that path, as a viewer gets it."""
    raw, _, query = path.partition("?")
    status, body = 500, bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [],
        "client": None,
        "server": None,
        PRINCIPAL: _VIEWER,
    }
    try:
        await app(scope, receive, send)
    except Exception:
        log.exception("a watched path failed", path=raw)
        return 500, b'{"error":"failed","reason":"the server failed: its log says why"}'
    return status, bytes(body)
