"""Takes the place of a connection that there is no room for."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final, cast

__all__ = ["CROWDED", "FULL", "Refusal"]

_DEADLINE_S: Final = 1.0


def _answer(status: HTTPStatus, sentence: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nRetry-After: 5\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(sentence)}\r\n\r\n"
    )
    return head.encode() + sentence


FULL: Final = _answer(HTTPStatus.SERVICE_UNAVAILABLE, b"This server is full. Try again shortly.\n")
CROWDED: Final = _answer(HTTPStatus.TOO_MANY_REQUESTS, b"Too many connections from your address.\n")


class Refusal(asyncio.Protocol):
    """Hears the request out, for a second at most, and says why not. Costs an open file, and nothing else."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(_DEADLINE_S, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        # Closed with the request unread, the kernel would send a reset, and the client might not see the answer.
        self._transport.write(self._answer)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
