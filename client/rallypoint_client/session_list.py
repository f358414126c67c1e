"""The live list of sessions.

    async with lobby.sessions("orbit", where=["free > 0", "meta.map = desert"]) as listing:
        show(listing.rows)
        async for change in listing:
            show(listing.rows)

It is kept true over lost connections. A lobby has one such list at a time: another ends the former.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

from rallypoint_protocol.messages import Condition, Listing, SessionRow, Unwatch, Watch

from .errors import RallypointError, RequestRefused
from .listing import Change, Rows
from .news import News
from .requests import Requests

__all__ = ["SessionList"]


class SessionList:
    """Made by :meth:`Lobby.sessions <rallypoint_client.lobby.Lobby.sessions>`; to be used with ``async with``."""

    def __init__(
        self,
        requests: Requests,
        begin: Callable[[SessionList], None],
        game: str,
        where: list[Condition],
        limit: int,
    ) -> None:
        self._requests = requests
        self._begin = begin
        self._question = game, where, limit
        self._rows = Rows()
        self._news = News("one list of sessions")
        self._open = False
        self._agreed = False
        """The server has said yes on this connection: what comes now is of this list, and of no former one."""
        self._in_doubt = False
        """The connection was lost before it had answered: nobody knows which list it begins the next one with."""
        self._error: Exception | None = None

    @property
    def rows(self) -> list[SessionRow]:
        """The sessions that fit, at most ``limit``, in the server's order. Not to be changed."""
        return self._rows.rows

    @property
    def total(self) -> int:
        """How many sessions fit, listed or not."""
        return self._rows.total

    @property
    def counts(self) -> dict[str, int]:
        """Who is here: ``lobby`` (players connected to it), ``playing`` (players with a seat), ``sessions``."""
        return self._rows.counts

    async def __aenter__(self) -> Self:
        """Waits for the list.

        Raises:
            RequestRefused: the server gives no such list.
            Closed: the lobby session is over.
        """
        self._rows = Rows()
        self._error = None
        answer = self._ask()
        self._open = True
        self._begin(self)
        try:
            await answer
            while self._open and not self._rows.known:
                await self._news.wait()
            if self._error is not None:
                raise self._error
        except BaseException:
            self.close()
            raise
        self._rows.take_change()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        """What has changed since the last one; changes that come faster than they are taken become one.

        Ends when the list or the lobby is closed, or another list has begun.

        Raises:
            SessionGone: the lobby session is gone.
            RuntimeError: another task is waiting for the next change.
        """
        while self._open:
            change = self._rows.take_change()
            if change is not None:
                return change
            await self._news.wait()
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    def close(self) -> None:
        """Ends it. Twice is once."""
        if self._open:
            with contextlib.suppress(RallypointError):  # there is no lobby session any more, and no list either
                self._requests.tell(Unwatch)
        self.over(None)

    # --- for the lobby ----------------------------------------------------------------------------------------------

    def take(self, listing: Listing) -> None:
        """News of the server."""
        if self._open and self._agreed:
            self._rows.apply(listing)
            self._news.tell()

    def welcomed(self, *, again: bool) -> None:
        """A new connection: the whole list follows; of another lobby session (``again``), if it is asked."""
        if not self._open:
            return
        self._rows.forget()
        if again:
            self._ask_again()
        else:
            self._in_doubt = not self._agreed

    def over(self, error: Exception | None) -> None:
        """It ends: with that error, or because it was closed, or another one has begun."""
        if self._open:
            self._open = False
            self._error = error
            self._news.tell()

    # --- steps ------------------------------------------------------------------------------------------------------

    def _ask(self) -> asyncio.Future[Any]:
        self._agreed = self._in_doubt = False
        return self._requests.ask(lambda id_: Watch(id_, *self._question), self._answered)

    def _answered(self) -> None:
        if not self._open:
            return
        if self._in_doubt:
            self._ask_again()
        else:
            self._agreed = True

    def _ask_again(self) -> None:
        try:
            self._ask().add_done_callback(self._asked_again)
        except RallypointError as error:
            self.over(error)

    def _asked_again(self, answer: asyncio.Future[Any]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if isinstance(error, RequestRefused):  # any other: there is another lobby session, or none; this is told
            self.over(error)
