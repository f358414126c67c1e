"""Questions to a lobby that wait for their answer, however many connections that takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rallypoint_protocol.messages import Answer, LobbyRequest

from .errors import LobbyClosed, RequestRefused
from .lobby_core import LobbyCore

__all__ = ["Requests"]

Make = Callable[[int], LobbyRequest]
"""Puts the id into a request."""


class Requests:
    """``flush`` sends what the core wants to send."""

    def __init__(self, core: LobbyCore, flush: Callable[[], None]) -> None:
        self._core = core
        self._flush = flush
        self._answers: dict[int, tuple[asyncio.Future[Any], Callable[[], None] | None]] = {}

    def tell(self, make: Make) -> int:
        """Asks for something whose answer is nobody's business. Raises as :meth:`ask`."""
        if not self._core.is_open:
            raise self._core.error or LobbyClosed(None, "closed by this client")
        id_ = self._core.request(make)
        self._flush()
        return id_

    def ask(self, make: Make, agreed: Callable[[], None] | None = None) -> asyncio.Future[Any]:
        """Asks; the future has the answer's value, or :class:`RequestRefused`, or why the lobby session is over.

        ``agreed`` is called at once when the server says yes, before anything that it says next is looked at.

        Raises:
            InvalidInput: the server would not take such a request.
            TooManyOutstanding: too many wait for their answer already.
            SessionGone: the lobby session is gone.
            LobbyClosed: it is closed.
        """
        id_ = self.tell(make)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[id_] = answer, agreed
        answer.add_done_callback(lambda _: self._answers.pop(id_, None))
        return answer

    def answered(self, answer: Answer) -> None:
        """The server's word."""
        waiting, agreed = self._answers.get(answer.id, (None, None))
        if waiting is None or waiting.done():
            return
        if answer.error:
            waiting.set_exception(RequestRefused(answer.error, answer.reason))
        else:
            waiting.set_result(answer.value)
            if agreed is not None:
                agreed()

    def fail(self, error: Exception) -> None:
        """Nothing that was asked for will be answered."""
        for waiting, _ in list(self._answers.values()):
            if not waiting.done():
                waiting.set_exception(error)
