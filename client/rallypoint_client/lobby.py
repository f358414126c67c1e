"""The lobby: where a player comes in, asks for a game, and gets a seat.

    async with connect("ws://localhost:8000", name="Ann") as lobby:
        seat = await lobby.quick_match("orbit")

The connection stays open while its player plays, and resumes by itself after a loss: the queue place, unanswered
requests and what the server had to say meanwhile are kept. Leaving the block leaves the seats that are still open, and
logs out.

If the server no longer knows the lobby session (it was away for longer than its grace window, or the server was
replaced), requests fail with :class:`SessionGone` and ``lobby.state`` is ``GONE``; seats are not touched by that. To go
on, connect again, as a new guest; or connect with ``fresh=True``, and the lobby does so by itself: what was asked for
still fails, once, and ``lobby.player`` is another then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from random import Random
from typing import Any, Final, Self
from urllib.parse import urljoin

import msgspec

from rallypoint_protocol.messages import Answer, CancelQueue, LobbyMessage, Locate, Push, QuickMatch, Welcome

from .address import lobby_url
from .classes import SchemaCache
from .errors import LobbyClosed, RallypointError, RequestRefused
from .heartbeat import Timing
from .lobby_core import LobbyCore, LobbyState
from .quick_match import Matched, OnWait, Waiting
from .reconnect import Reconnect
from .seat import Seat
from .seat_core import SeatOffer, SeatState

__all__ = ["Lobby", "OnWait", "connect", "lobby_url"]

_LOCATE_WAIT_S: Final = 2.0
_log = logging.getLogger("rallypoint_client")


class Lobby:
    """A player's lobby session. Get one with :func:`connect`."""

    def __init__(
        self,
        url: str,
        name: str,
        *,
        fresh: bool = False,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
    ) -> None:
        self._timing = timing or Timing()
        self._random = random or Random()  # noqa: S311  # spreads attempts to connect; no secret comes from it
        self._schemas = schemas
        self._loop = asyncio.get_running_loop()
        url = lobby_url(url)
        self._core = LobbyCore(url, name, self._random, self._timing, self._loop.time(), fresh=fresh)
        self._reconnect = Reconnect(
            self._core, url, self._deliver, open_s=self._timing.open_s, on_lost=self._start_over
        )
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._waiting: Waiting | None = None
        self._seats: dict[Seat, None] = {}
        self.on_push: Callable[[str, dict[str, Any]], None] | None = None
        """Called with kind and data of every push that is new, the known ones (``queued``...) included."""
        self._welcomed: asyncio.Future[None] = self._loop.create_future()
        self._task = self._loop.create_task(self._run(), name=f"lobby at {url}")

    # --- what there is to see ---------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The lobby's address."""
        return self._reconnect.url

    @property
    def state(self) -> LobbyState:
        """``CONNECTING``, ``CONNECTED``, ``RESUMING``, ``GONE`` or ``CLOSED``."""
        return self._core.state

    @property
    def player(self) -> str:
        """The player's id; empty while there is no lobby session."""
        return "" if self._core.welcome is None else self._core.welcome.player

    @property
    def name(self) -> str:
        """The player's name, as the server has taken it."""
        return self._core.name if self._core.welcome is None else self._core.welcome.name

    @property
    def games(self) -> list[str]:
        """The games that there are here."""
        return [] if self._core.welcome is None else list(self._core.welcome.games)

    @property
    def seats(self) -> list[Seat]:
        """The seats that were taken through this lobby and are open."""
        return list(self._seats)

    @property
    def error(self) -> Exception | None:
        """Why it is gone or closed."""
        return self._core.error

    @property
    def resumes(self) -> int:
        """How often it came back after a lost connection."""
        return self._core.resumes

    @property
    def round_trip_ms(self) -> float | None:
        """Of the last ping; ``None`` before the first."""
        return self._core.clock.round_trip_ms

    # --- what there is to do ----------------------------------------------------------------------------------------

    async def quick_match(self, game: str, *, on_wait: OnWait | None = None, timing: Timing | None = None) -> Seat:
        """Waits for a seat in any session of ``game``, and takes it. Cancelling gives the queue place up.

        ``on_wait`` is told the place in the queue whenever it changes.

        Raises:
            RequestRefused: ``unknown_game``, ``already_queued``, ``already_seated``; or why the place was lost, as
                ``cancelled``.
            SessionGone: the lobby session is gone, or the seat was not taken in time.
            ConnectFailed: no way to the session.
        """
        if self._waiting is not None:
            raise RequestRefused("already_queued", "this lobby is waiting for a seat already")
        waiting = self._waiting = Waiting(game, on_wait)
        try:
            value = await self._request(lambda id_: QuickMatch(id_, game))
            if not waiting.told:  # a push that came right after the answer knows better
                waiting.place(value)
            matched = await waiting.seat
        except asyncio.CancelledError:
            if self._core.is_open:
                self._ask(CancelQueue)  # its answer is nobody's business
            raise
        finally:
            self._waiting = None
        return await self._take(matched, timing or self._timing)

    async def cancel(self) -> None:
        """Gives the queue place up; the ``quick_match`` that waits ends with RequestRefused (``cancelled``).

        Raises:
            RequestRefused: ``not_queued``.
            SessionGone: the lobby session is gone.
        """
        await self._request(CancelQueue)
        self._refuse("cancelled", "you gave the queue place up")

    async def locate(self, session: str, token: bytes) -> str:
        """Where a session lives now, for one who has a seat in it.

        Raises:
            RequestRefused: unknown session or token.
            SessionGone: the lobby session is gone.
        """
        match await self._request(lambda id_: Locate(id_, session, token)):
            case {"url": str(url)}:
                return urljoin(self.url, url)
            case _:
                raise RequestRefused("malformed", "the server's answer names no address")

    def cut(self) -> None:
        """Breaks the connection as a failing network would; the lobby then resumes. For tests and load tests."""
        self._reconnect.cut()

    async def close(self) -> None:
        """Leaves the seats that are still open, logs out and closes the connection. Twice is once."""
        await asyncio.gather(*(seat.leave() for seat in self.seats))
        self._core.leave()
        self._reconnect.flush()
        self._core.close()
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._reconnect.close()

    async def welcomed(self) -> Self:
        """Waits until the server has let us in for the first time. Raises :attr:`error` if it did not."""
        await asyncio.shield(self._welcomed)
        if self._core.welcome is None and self.error is not None:
            raise self.error
        return self

    async def __aenter__(self) -> Self:
        return await self.welcomed()

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    # --- steps ------------------------------------------------------------------------------------------------------

    async def _take(self, matched: Matched, timing: Timing) -> Seat:
        offer = SeatOffer(matched.session, matched.token, urljoin(self.url, matched.url), matched.schema)

        async def locate() -> str:
            try:
                async with asyncio.timeout(_LOCATE_WAIT_S):
                    return await self.locate(seat.session, seat.token)
            except TimeoutError:
                raise RequestRefused("late", "the lobby did not answer in time") from None

        seat = Seat(
            offer,
            random=self._random,
            timing=timing,
            schemas=self._schemas,
            locate=locate,
            on_closed=lambda closed: self._seats.pop(closed, None),
        )
        self._seats[seat] = None
        try:
            return await seat.seated()
        except BaseException:
            await (seat.leave() if seat.state is SeatState.PLAYING else seat.close())
            raise

    def _ask(self, make: Callable[[int], LobbyMessage]) -> int:
        if not self._core.is_open:
            raise self.error or LobbyClosed(None, "closed by this client")
        id_ = self._core.request(make)
        self._reconnect.flush()
        return id_

    async def _request(self, make: Callable[[int], LobbyMessage]) -> Any:
        """The value of the answer, however many connections it takes."""
        id_ = self._ask(make)
        answer = self._answers[id_] = self._loop.create_future()
        try:
            return await answer
        finally:
            self._answers.pop(id_, None)

    def _deliver(self, payload: bytes) -> None:
        match self._core.received(payload, self._loop.time()):
            case Welcome():
                self._reconnect.arm()
                if not self._welcomed.done():
                    self._welcomed.set_result(None)
            case Answer(id=id_, value=value, error=error, reason=reason):
                answer = self._answers.get(id_)
                if answer is not None and not answer.done():
                    if error:
                        answer.set_exception(RequestRefused(error, reason))
                    else:
                        answer.set_result(value)
            case Push(kind=kind, data=data):
                self._pushed(kind, data)
            case None:
                pass

    def _pushed(self, kind: str, data: dict[str, Any]) -> None:
        waiting = self._waiting
        if waiting is not None and data.get("game") == waiting.game:
            match kind:
                case "queued":
                    self._call(waiting.place, data)
                case "unqueued":
                    self._refuse(str(data.get("reason", "unqueued")), "the queue place is gone")
                case "matched" if not waiting.seat.done():
                    self._match(waiting, data)
        if self.on_push is not None:
            self._call(self.on_push, kind, data)

    def _match(self, waiting: Waiting, data: dict[str, Any]) -> None:
        try:
            waiting.seat.set_result(msgspec.convert(data, Matched))
        except msgspec.ValidationError as error:
            waiting.seat.set_exception(RequestRefused("malformed", f"a match that cannot be read: {error}"))

    def _call(self, callback: Callable[..., None], *args: Any) -> None:
        try:
            callback(*args)
        except Exception:
            _log.exception("a callback of the lobby at %s failed", self.url)

    def _refuse(self, code: str, reason: str) -> None:
        if self._waiting is not None and not self._waiting.seat.done():
            self._waiting.seat.set_exception(RequestRefused(code, reason))

    def _fail(self, error: Exception) -> None:
        """Nothing that was asked for will be answered."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)
        if self._waiting is not None and not self._waiting.seat.done():
            self._waiting.seat.set_exception(error)

    def _start_over(self) -> None:
        """If the lobby session is gone and another begins: what was asked of the former fails."""
        if self._core.is_open and self._core.error is not None:
            error, self._core.error = self._core.error, None
            self._fail(error)

    async def _run(self) -> None:
        try:
            await self._reconnect.run()
        except RallypointError as error:
            self._core.close(error)
        except Exception as error:
            _log.exception("lobby at %s failed", self.url)
            self._core.close(error)
        finally:
            self._core.close()
            self._fail(self.error or LobbyClosed(None, "closed by this client"))
            if not self._welcomed.done():
                self._welcomed.set_result(None)


class connect:  # noqa: N801  # reads as the function that it is used like
    """``async with connect(url, name="Ann") as lobby``, or ``lobby = await connect(...)`` and later ``lobby.close()``.

    Args:
        url: the server's address, as ``ws://localhost:8000``.
        name: how the player wants to be called.
        fresh: when the lobby session is gone, begin again as a new guest.
        random: spreads the attempts to connect.
        timing: how patient to be.
        schemas: shared by all seats of the process unless given.

    Raises:
        ValueError: the URL is no server's address.
        ConnectFailed: nobody there within 15 s.
        Closed: the server said no.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "",
        fresh: bool = False,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
    ) -> None:
        self._make: Callable[[], Lobby] = lambda: Lobby(
            url, name, fresh=fresh, random=random, timing=timing, schemas=schemas
        )
        self._lobby: Lobby | None = None

    async def _enter(self) -> Lobby:
        lobby = self._lobby = self._make()
        try:
            return await lobby.welcomed()
        except BaseException:
            await lobby.close()
            raise

    def __await__(self) -> Generator[Any, None, Lobby]:
        return self._enter().__await__()

    async def __aenter__(self) -> Lobby:
        return await self._enter()

    async def __aexit__(self, *exc: object) -> None:
        if self._lobby is not None:
            await self._lobby.close()
