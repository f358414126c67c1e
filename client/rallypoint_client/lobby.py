"""The lobby: where a player comes in, looks around, asks for a game, and gets a seat.

    async with connect("ws://localhost:8000", name="Ann") as lobby:
        seat = await lobby.quick_match("orbit")

The connection stays open while its player plays, and resumes by itself after a loss: the queue place, unanswered
requests and what the server had to say meanwhile are kept. Leaving the block leaves the seats that are still open, and
logs out.

If the server no longer knows the lobby session (it was away for longer than its grace window, or the server was
replaced), requests fail with :class:`SessionGone` and ``lobby.state`` is ``GONE``; seats are not touched by that. To go
on, connect again; or connect with ``fresh=True``, and the lobby does so by itself: what was asked for still fails,
once, and ``lobby.player`` may be another then. Lists of sessions and chats go on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Self

from rallypoint_protocol.messages import Create, Join, Rematch, Spectate

from .classes import SchemaCache
from .errors import RallypointError, RequestRefused
from .heartbeat import Timing
from .identity import Identity
from .lobby_players import LobbyPlayers
from .lobby_seat import LobbySeat
from .plain import checked_bag
from .rematch import OnWanted, Rematching
from .requests import Make
from .seat_core import SeatState
from .seat_offer import SeatOffer, read_offer
from .session_id import SessionName, session_id

__all__ = ["Lobby"]


class Lobby(LobbyPlayers):
    """A player's lobby session. Get one with :func:`connect`.

    Whatever asks the server raises :class:`RequestRefused` if it says no (``error.code`` says why), ``SessionGone`` if
    the lobby session is gone, ``LobbyClosed`` if it is closed, and ``InvalidInput`` for what no server would take.
    Whatever gives a seat also raises ``SessionGone`` if that was not taken in time, and ``ConnectFailed``.

    A session is named by its id, by its row in a list, or by a seat in it.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        fresh: bool = False,
        identity: Identity | None = None,
        random: Random | None = None,
        timing: Timing | None = None,
        schemas: SchemaCache | None = None,
    ) -> None:
        timing = timing or Timing()
        random = random or Random()  # noqa: S311  # spreads attempts to connect; no secret comes from it
        self._timing = timing
        self._random = random
        self._schemas = schemas
        self._seats: dict[LobbySeat, None] = {}
        self._rematches: dict[str, Rematching] = {}
        super().__init__(url, name, fresh=fresh, identity=identity, random=random, timing=timing)

    @property
    def seats(self) -> list[LobbySeat]:
        """The seats that were taken through this lobby and are open, those of a spectator included."""
        return list(self._seats)

    # --- seats ------------------------------------------------------------------------------------------------------

    async def create(
        self,
        game: str,
        *,
        options: Mapping[str, Any] | None = None,
        meta: Mapping[str, Any] | None = None,
        private: bool = False,
        timing: Timing | None = None,
    ) -> LobbySeat:
        """A new session of ``game``, and a seat in it as its leader.

        Args:
            game: one of :attr:`games`.
            options: for the game, which may refuse them. At most 16 names, and plain values.
            meta: what others see of the session, and search by. As many.
            private: not in any list; others join with ``seat.code``.
            timing: how patient to be.

        Raises:
            RequestRefused: ``unknown_game``, ``already_seated``, ``already_queued``, ``node_full``, ``cordoned``,
                ``too_fast``, or ``refused`` (``reason`` is the game's).
        """
        given, described = checked_bag("options", options), checked_bag("metadata", meta)
        return await self._seat(lambda id_: Create(id_, game, given, described, private), timing)

    async def join(self, session: SessionName = "", *, code: str = "", timing: Timing | None = None) -> LobbySeat:
        """A seat in that session, or in the one that has this room code.

        Who has a seat there already gets that one, and whoever else plays it for them is closed ``TakenOver``.

        Raises:
            RequestRefused: ``unknown``, ``full``, ``locked``, ``kicked``, ``already_seated``, ``already_queued``, or
                ``too_fast`` (too many that were unknown).
        """
        named = _named(session, code)
        return await self._seat(lambda id_: Join(id_, named, code), timing)

    async def spectate(self, session: SessionName = "", *, code: str = "", timing: Timing | None = None) -> LobbySeat:
        """A place to watch that session from: a seat that only shows (``seat.spectator``), with ``index`` -1.

        Raises:
            RequestRefused: ``unknown``, ``full``, ``kicked``, ``already_seated`` (you play there), ``too_fast``, or
                ``not_allowed`` (this game has no spectators).
        """
        named = _named(session, code)
        return await self._seat(lambda id_: Spectate(id_, named, code), timing)

    async def take(self, offer: SeatOffer, *, timing: Timing | None = None) -> LobbySeat:
        """Takes a seat that was offered. It is kept for about 15 seconds."""
        if offer in self._matches.offers:
            self._matches.offers.remove(offer)
        seat = LobbySeat(self, offer, random=self._random, timing=timing or self._timing, schemas=self._schemas)
        self._seats[seat] = None
        try:
            return await seat.seated()
        except BaseException:
            await (seat.leave() if seat.state is SeatState.PLAYING else seat.close())
            raise

    # --- offers -----------------------------------------------------------------------------------------------------

    @property
    def offers(self) -> list[SeatOffer]:
        """Seats that nobody here had asked for and nobody has taken yet, oldest first: a backend seats a player so."""
        return list(self._matches.offers)

    @property
    def on_offer(self) -> Callable[[SeatOffer], None] | None:
        """Called with each new one of :attr:`offers`."""
        return self._matches.on_offer

    @on_offer.setter
    def on_offer(self, callback: Callable[[SeatOffer], None] | None) -> None:
        self._matches.on_offer = callback

    async def next_offer(self) -> SeatOffer:
        """Waits for the next of :attr:`offers` and gives it, for :meth:`take`."""
        return await self._matches.next_offer(lambda: None if self._core.is_open else self._closed_error())

    # --- rematches --------------------------------------------------------------------------------------------------

    async def rematch(
        self, session: SessionName, *, on_wait: OnWanted | None = None, timing: Timing | None = None
    ) -> LobbySeat:
        """Waits until all who played that session, which has ended, want another; then takes the seat in it.

        ``on_wait(wanted, group)`` is told the ids of those who want it, and of all, whenever that changes. Cancelling
        takes the wish back.

        Raises:
            RequestRefused: ``unknown``, ``not_over``, ``already_seated``, ``already_queued``, ``full``, ``refused``; or
                why there will be none: ``declined``, ``left``, ``expired``.
        """
        named = session_id(session)
        if named in self._rematches:
            raise RequestRefused("already_wanted", "this lobby is waiting for that rematch already")
        claim = self._rematches[named] = Rematching(named, on_wait)
        try:
            with self._matches.claimed(claim):
                await self._request(lambda id_: Rematch(id_, named, True))
                offer = await claim.offer
        except asyncio.CancelledError:
            with contextlib.suppress(RallypointError):  # without a lobby session there is no rematch
                self.requests.tell(lambda id_: Rematch(id_, named, False))
            raise
        finally:
            del self._rematches[named]
        return await self.take(offer, timing=timing)

    async def decline(self, session: SessionName) -> None:
        """No rematch of that session: whoever waits for one is told so."""
        named = session_id(session)
        await self._request(lambda id_: Rematch(id_, named, False))

    # --- the rest ---------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Leaves the seats that are still open, logs out and closes the connection. Twice is once."""
        await asyncio.gather(*(seat.leave() for seat in self.seats))
        self._core.leave()
        self._flush()
        await self._end()

    async def __aenter__(self) -> Self:
        return await self.welcomed()

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def forget(self, seat: LobbySeat) -> None:
        """A seat is closed. For the seat itself."""
        self._seats.pop(seat, None)

    # --- steps ------------------------------------------------------------------------------------------------------

    async def _seat(self, make: Make, timing: Timing | None) -> LobbySeat:
        return await self.take(read_offer(await self._request(make), self.url), timing=timing)


def _named(session: SessionName, code: str) -> str:
    named = session_id(session)
    if not named and not code:
        raise ValueError("name a session, as lobby.join(row), or its room code, as lobby.join(code='K7M2QX')")
    return named
