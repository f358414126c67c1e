"""What a seat and a lobby session have in common: one task that keeps each connected until it is over.

The core decides, :class:`~rallypoint_client.reconnect.Reconnect` connects; here is the life of both, from the first way
in to the end, and how those who wait for either are told.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Protocol

from .clock import SessionClock
from .errors import Closed, RallypointError
from .reconnect import Core, Reconnect

__all__ = ["Endpoint"]

_log = logging.getLogger("rallypoint_client")


class _Kept(Core, Protocol):
    """A core that can be closed for good."""

    error: Exception | None
    clock: SessionClock

    def close(self, error: Exception | None = None, /) -> None:
        """It is over here, whatever the server thinks. Twice is once."""


class Endpoint(ABC):
    """It belongs to the event loop that it was made in, and is to be used from there only."""

    _closed_by_us: type[Closed]
    """The error of those who wait for something that this client has closed."""

    def __init__(
        self,
        core: _Kept,
        url: str,
        what: str,
        *,
        open_s: float,
        locate: Callable[[], Awaitable[str]] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        """``on_lost`` is called after each loss of a connection, when the core knows, before the next one is made."""
        self._loop = asyncio.get_running_loop()
        self._what = what
        self._kept = core
        self._reconnect = Reconnect(core, url, self._deliver, open_s=open_s, locate=locate, on_lost=on_lost)
        self._first_time_in: asyncio.Future[None] = self._loop.create_future()
        self._task = self._loop.create_task(self._run(), name=what)

    @property
    def error(self) -> Exception | None:
        """Why it is over; ``None`` while it is not, and if it is over as it should be (left, ended)."""
        return self._kept.error

    @property
    def round_trip_ms(self) -> float | None:
        """Of the last ping; ``None`` before the first."""
        return self._kept.clock.round_trip_ms

    def cut(self) -> None:
        """Breaks the connection as a failing network would; it then resumes. For tests and load tests."""
        self._reconnect.cut()

    # --- for those who are one --------------------------------------------------------------------------------------

    @abstractmethod
    def _deliver(self, payload: bytes) -> None:
        """A message of the server. May raise Drop."""

    @abstractmethod
    def _over(self) -> None:
        """It is over: called once, when the core is closed."""

    def _let_in(self) -> None:
        """The server has let us in, for the first time or again."""
        self._reconnect.arm()
        if not self._first_time_in.done():
            self._first_time_in.set_result(None)

    def _closed_error(self) -> Exception:
        return self.error or self._closed_by_us(None, "closed by this client")

    async def _entered(self) -> None:
        """Waits until it is in for the first time, or over."""
        await asyncio.shield(self._first_time_in)

    async def _end(self) -> None:
        """Closes it, and waits until nothing of it is left. Twice is once."""
        self._kept.close()
        if asyncio.current_task() is not self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._reconnect.close()

    async def _run(self) -> None:
        try:
            await self._reconnect.run()
        except RallypointError as error:
            self._kept.close(error)
        except Exception as error:
            _log.exception("%s failed", self._what)
            self._kept.close(error)
        finally:
            self._kept.close(self._closed_by_us(None, "closed by this client"))
            self._over()
            if not self._first_time_in.done():
                self._first_time_in.set_result(None)
