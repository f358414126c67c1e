"""A seat that came through a lobby: it can follow a session that moves, and ask the lobby what concerns its session."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any, Final

from .chat import Room
from .classes import SchemaCache
from .errors import RequestRefused
from .heartbeat import Timing
from .lobby_core import LobbyState
from .rematch import OnWanted
from .seat import Seat
from .seat_offer import SeatOffer

if TYPE_CHECKING:
    from .lobby import Lobby

__all__ = ["LobbySeat"]

_LOCATE_WAIT_S: Final = 2.0


class LobbySeat(Seat):
    """A :class:`Seat` of a :class:`Lobby`. What it asks raises as the lobby's own methods."""

    def __init__(
        self, lobby: Lobby, offer: SeatOffer, *, random: Random, timing: Timing, schemas: SchemaCache | None
    ) -> None:
        self.lobby: Final = lobby
        """Where it came from."""
        super().__init__(offer, random=random, timing=timing, schemas=schemas, locate=self._find)

    @property
    def queue(self) -> str:
        """The queue with rules whose match this session is; empty: of none."""
        return self._offer.queue

    @property
    def match(self) -> str:
        """The match's id; empty: there is none."""
        return self._offer.match

    @property
    def team(self) -> int | None:
        """The player's team in it, from 0; ``None``: there are no teams."""
        return self._offer.team

    async def lock(self) -> None:
        """Nobody else is seated. For the session's leader."""
        await self.lobby.lock(self)

    async def unlock(self) -> None:
        """Free seats are open again. For the session's leader."""
        await self.lobby.unlock(self)

    async def describe(self, **meta: Any) -> None:
        """Other metadata, in place of all that there was. For the session's leader."""
        await self.lobby.describe(self, **meta)

    async def kick(self, player: str) -> None:
        """That player (an id) goes, and does not come back. For the session's leader."""
        await self.lobby.kick(self, player)

    async def chat(self) -> Room:
        """The session's chat."""
        return await self.lobby.chat(self)

    async def rematch(self, *, on_wait: OnWanted | None = None) -> LobbySeat:
        """A seat in another session with the same players. See :meth:`Lobby.rematch`."""
        return await self.lobby.rematch(self, on_wait=on_wait)

    async def _find(self) -> str:
        if self.lobby.state is not LobbyState.CONNECTED:  # its server may be the one that is away: do not wait for it
            raise RequestRefused("away", "the lobby is not connected")
        try:
            async with asyncio.timeout(_LOCATE_WAIT_S):
                return await self.lobby.locate(self.session, self.token)
        except TimeoutError:
            raise RequestRefused("late", "the lobby did not answer in time") from None

    def _over(self) -> None:
        super()._over()
        self.lobby.forget(self)
