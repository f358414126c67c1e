"""Keeps a seat or a lobby session connected: opens, hands over what comes, waits, opens again. Decides nothing.

What to say first, when to come back and when to stop is the core's business. One task runs :meth:`Reconnect.run`; one
timer follows the core's heartbeat; at most one connection counts at any time, and what a former one still says or does
is not heard any more.
"""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, Protocol

from rallypoint_protocol.close import CloseCode

from .errors import ConnectFailed, RallypointError
from .heartbeat import Heartbeat
from .retry import Drop, Next, Retrying, Stop

if TYPE_CHECKING:
    from .connection import Connection

__all__ = ["Core", "Reconnect"]

_GOING_AWAY: Final = 1001
_CLOSE_WAIT_S: Final = 1.0
"""How long closing waits for the other side's word."""


class Core(Protocol):
    """What :class:`Reconnect` asks and tells; times are the event loop's."""

    outbox: list[bytes]
    heart: Heartbeat
    retry: Retrying

    def first_frame(self, now: float, /) -> bytes:
        """A connection is open: what to send first."""

    def lost(self, code: int | None, reason: str, now: float, /) -> Next:
        """The connection is gone, or could not be made: what next."""

    def timer(self, now: float, /) -> None:
        """The time that ``heart.due`` named has come. May raise Drop."""


class _Former:
    """Receives for a connection that does not count any more, until it is gone."""

    def __init__(self, connection: Connection, closing: dict[Connection, None]) -> None:
        self._connection = connection
        self._closing = closing

    def received(self, payload: bytes) -> None:
        """Nobody is interested."""

    def lost(self, code: int | None, reason: str) -> None:
        """Now it is gone."""
        self._closing.pop(self._connection, None)


class Reconnect:
    """``deliver`` gets each message, and may raise :class:`Drop`; ``locate`` says where the session lives now.

    ``on_lost`` is called after each loss, when the core knows of it.
    """

    def __init__(
        self,
        core: Core,
        url: str,
        deliver: Callable[[bytes], None],
        *,
        open_s: float,
        locate: Callable[[], Awaitable[str]] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        self.url = url
        self._core = core
        self._deliver = deliver
        self._open_s = open_s
        self._locate = locate
        self._on_lost = on_lost
        self.bytes_out = 0
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._gone: asyncio.Future[tuple[int | None, str]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing: dict[Connection, None] = {}

    async def run(self) -> None:
        """Until the core says stop. Raises :class:`ConnectFailed` for a URL that can not be connected to."""
        try:
            while True:
                code, reason = await self._connect_once()
                step = self._core.lost(code, reason, self._loop.time())
                if self._on_lost is not None:
                    self._on_lost()
                if isinstance(step, Stop):
                    return
                await asyncio.sleep(step.delay_s)
                if step.locate and self._locate is not None:
                    await self._find(self._locate)
        finally:
            self._detach(_GOING_AWAY, "closed by the client", polite=True)

    async def _connect_once(self) -> tuple[int | None, str]:
        """Opens a connection and waits for its end: the close code, if any, and why."""
        from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

        from .connection import open_connection  # the library takes a tenth of a second to import

        try:
            connection = await open_connection(self.url, open_timeout_s=self._open_s)
        except InvalidURI as error:
            raise ConnectFailed(self.url, "not a ws:// or wss:// address") from error
        except (OSError, InvalidHandshake, ConnectionClosed) as error:  # the last: broken before the handshake began
            if _nobody_listens(error):
                self._core.retry.refused()
            return None, str(error) or type(error).__name__
        self._connection = connection
        self._gone = self._loop.create_future()
        now = self._loop.time()
        connection.write_message(self._core.first_frame(now))
        connection.receiver = self
        self.arm()
        return await self._gone

    async def _find(self, locate: Callable[[], Awaitable[str]]) -> None:
        try:
            self.url = await locate()
        except RallypointError:
            return  # the lobby does not know either: try where it was
        self._core.retry.located()

    # --- the connection's receiver ----------------------------------------------------------------------------------

    def received(self, payload: bytes) -> None:
        """A message came in."""
        try:
            self._deliver(payload)
        except Drop as drop:
            self._drop(drop)
        else:
            if self._core.outbox:
                self.flush()

    def lost(self, code: int | None, reason: str) -> None:
        """The connection ended."""
        self._connection = None
        self._disarm()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result((code, reason))

    # --- for whoever owns this --------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Sends what the core wants to send."""
        connection, outbox = self._connection, self._core.outbox
        if connection is not None:
            for frame in outbox:
                connection.write_message(frame)
                self.bytes_out += len(frame)
        outbox.clear()

    def arm(self) -> None:
        """Looks again at when the heartbeat is due: call it when the server has let us in."""
        self._disarm()
        due = self._core.heart.due
        if due is not None:
            self._timer = self._loop.call_at(due, self._on_timer)

    def cut(self) -> None:
        """Breaks the connection as a failing network would: without a word."""
        self._drop(Drop(CloseCode.SILENT, "cut", cut=True))

    async def close(self) -> None:
        """After :meth:`run` has ended: waits, for a moment, until every connection is closed."""
        waits = [asyncio.ensure_future(connection.wait_closed()) for connection in self._closing]
        if waits:
            await asyncio.wait(waits, timeout=_CLOSE_WAIT_S)
        for connection in list(self._closing):
            connection.abort(CloseCode.SILENT, "closing took too long")
        if waits:
            await asyncio.wait(waits)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _on_timer(self) -> None:
        self._timer = None
        try:
            self._core.timer(self._loop.time())
        except Drop as drop:
            self._drop(drop)
        else:
            self.flush()
            self.arm()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self, drop: Drop) -> None:
        self._detach(drop.code, drop.reason, polite=not drop.cut)
        if self._gone is not None and not self._gone.done():
            self._gone.set_result((None, drop.reason))

    def _detach(self, code: int, reason: str, *, polite: bool) -> None:
        """Closes the present connection, if there is one, without listening to it any longer."""
        self._disarm()
        connection, self._connection = self._connection, None
        if connection is None:
            return
        self._closing[connection] = None
        connection.receiver = _Former(connection, self._closing)
        if polite:
            connection.close_with(code, reason)
        else:
            connection.abort(code, reason)


def _nobody_listens(error: Exception) -> bool:
    """True if no address of the server took the connection. For several, there is one error that names each."""
    if isinstance(error, ConnectionRefusedError):
        return True
    each = re.findall(r"\[Errno (\d+)\]", str(error)) if isinstance(error, OSError) else []
    return bool(each) and all(int(number) == errno.ECONNREFUSED for number in each)
