"""One HTTP connection, with deadlines: for a request, and for taking what is sent. uvicorn has neither.

Without them, who opens connections and says nothing, or reads nothing, has them for good: all places are taken soon.
And where all are taken, uvicorn refuses every request, also of those who have a place: here it is those who come last.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["REQUEST_S", "WRITE_S", "HttpConnection"]

REQUEST_S: Final = 10.0
"""From the connection, or from the last answer on it, to a whole request. Then it is closed."""
WRITE_S: Final = 30.0
"""So long an answer of which no more may wait may stand still: below 48 KiB count as nothing. Then it is cut."""


class HttpConnection(H11Protocol):
    """Always h11, whatever else is installed: everybody's requests are read alike."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._places, self.limit_concurrency = self.limit_concurrency, None
        self._request_due: asyncio.TimerHandle | None = None
        self._write_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Takes the place of one that is only kept open, if all are taken; without one, requests are answered 503.

        More than twice as many as are served are not even listened to: they would hold open files.
        """
        super().connection_made(transport)
        self._request_due = self.loop.call_later(REQUEST_S, transport.close)
        if self._places is None or len(self.connections) <= self._places:
            return
        if len(self.connections) > 2 * self._places:
            transport.abort()
            return
        kept = next((other for other in self.connections if isinstance(other, HttpConnection) and other._is_kept), None)
        if kept is None:
            self.limit_concurrency = 0  # uvicorn's way to say that there is no room
        else:
            self.connections.discard(kept)
            kept.transport.close()

    @property
    def _is_kept(self) -> bool:
        """It was answered, and is kept open for a next request."""
        return self.timeout_keep_alive_task is not None and not self._answering

    def data_received(self, data: bytes) -> None:
        """Part of a request does not put its deadline off; a whole one ends it."""
        super().data_received(data)
        if self._answering and self._request_due is not None:
            self._request_due.cancel()
            self._request_due = None

    def on_response_complete(self) -> None:
        """The next request is due; it may have been taken up here already."""
        super().on_response_complete()
        if self._request_due is None and not self._answering and not self.transport.is_closing():
            self._request_due = self.loop.call_later(REQUEST_S, self.transport.close)

    def pause_writing(self) -> None:
        """The client does not take what it is sent."""
        super().pause_writing()
        if self._write_due is None:
            self._write_due = self.loop.call_later(WRITE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._no_write_due()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # uvicorn leaves it to itself after an error
        self._no_write_due()
        if self._request_due is not None:
            self._request_due.cancel()
            self._request_due = None

    @property
    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # none before the first request, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _no_write_due(self) -> None:
        if self._write_due is not None:
            self._write_due.cancel()
            self._write_due = None
