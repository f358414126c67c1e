"""What changes on a server, as its ``GET /live`` tells it; lost connections are made again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final, NoReturn, Protocol

import httpx

from .api_client import API, NotAllowed, headers, refusal, trusts_environment, verification

__all__ = ["EventLines", "Told", "follow"]

SILENT_S: Final = 25.0
"""The server says something every ten seconds."""
BACKOFF_S: Final = (0.5, 1.0, 2.0, 4.0)
EVENT_BYTES_MAX: Final = 16 << 20

Told = Callable[[str, Any], None]
"""Takes a path and its answer."""


class TooMuch(Exception):
    """An event without an end."""


class EventLines:
    """Server-sent events, of bytes as they come."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """Kind and data of each event that is whole now. Raises :class:`TooMuch`."""
        self._buffer += data
        if len(self._buffer) > EVENT_BYTES_MAX:
            raise TooMuch
        *whole, rest = bytes(self._buffer).split(b"\n\n")
        self._buffer = bytearray(rest)
        return [event for event in map(_event, whole) if event is not None]


def _event(block: bytes) -> tuple[str, str] | None:
    kind, data = "message", []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"event":
            kind = text
        elif name == b"data":
            data.append(text)
    return (kind, "\n".join(data)) if data else None


class _Sleep(Protocol):
    async def __call__(self, delay: float, /) -> Any: ...


async def follow(
    url: str,
    token: str,
    paths: Sequence[str],
    told: Told,
    lost: Callable[[bool], None],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: _Sleep = asyncio.sleep,
) -> NoReturn:
    """Tells successful answers as they change; ``lost`` gets whether the connection is lost, when that is so or was so.

    Raises :class:`NotAllowed` if the token is good no more.
    """
    timeout = httpx.Timeout(5.0, read=SILENT_S)
    async with httpx.AsyncClient(
        base_url=url + API,
        headers=headers(token),
        timeout=timeout,
        transport=transport,
        trust_env=trusts_environment(url),
        verify=verification(url),
    ) as client:
        failures = 0
        while True:
            try:
                async for path, body in _changes(client, url, paths):
                    failures = 0
                    lost(False)
                    if path:
                        told(path, body)
            except (httpx.HTTPError, TooMuch, ValueError, KeyError):
                pass  # whatever it was: it is tried again
            lost(True)
            await sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            failures += 1


async def _changes(client: httpx.AsyncClient, url: str, paths: Sequence[str]) -> AsyncIterator[tuple[str, Any]]:
    """Paths with their answers; an empty path: the server lives."""
    async with client.stream("GET", "/live", params=[("watch", path) for path in paths]) as answer:
        if answer.status_code != 200:
            await answer.aread()
            error = refusal(url, answer.status_code, answer.content)
            if isinstance(error, NotAllowed):
                raise error
            return
        lines = EventLines()
        async for data in answer.aiter_raw():
            for kind, text in lines.feed(data):
                if kind != "change":
                    yield "", None
                    continue
                change = json.loads(text)
                if change["status"] == 200:
                    yield change["path"], change["body"]
