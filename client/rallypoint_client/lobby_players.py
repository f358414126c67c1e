"""What a lobby does about other players: parties, the block list, leaderboards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from random import Random
from typing import Any

from rallypoint_protocol.limits import LEADERS_MAX
from rallypoint_protocol.messages import Block, Leaderboard as LeaderboardRequest, PartyCreate, PartyJoin

from .callbacks import call
from .errors import RequestRefused
from .heartbeat import Timing
from .identity import Identity
from .leaderboard import Leaderboard, read_leaderboard
from .lobby_queues import LobbyQueues
from .party import Party
from .party_state import PartyState, read_party
from .requests import Make

__all__ = ["LobbyPlayers"]


class LobbyPlayers(LobbyQueues):
    """A lobby session that can be in a party: in one at a time."""

    def __init__(
        self, url: str, name: str, *, fresh: bool, identity: Identity | None, random: Random, timing: Timing
    ) -> None:
        self.on_party: Callable[[Party | None], object] | None = None
        """Called when :attr:`party` is another one, or none."""
        self._party: Party | None = None
        self._left = ("", 0)
        """Code and number of the last change of the party that one was in: what comes late of it is no news."""
        super().__init__(url, name, fresh=fresh, identity=identity, random=random, timing=timing)

    # --- parties ----------------------------------------------------------------------------------------------------

    @property
    def party(self) -> Party | None:
        """The party that the player is in."""
        return self._party

    async def create_party(self) -> Party:
        """A party with the player as its leader; others join with ``party.code``.

        Raises:
            RequestRefused: ``already_in_party``, ``already_queued``, ``full``.
        """
        return await self._come_in(PartyCreate)

    async def join_party(self, code: str) -> Party:
        """Into the party that has this code.

        Raises:
            RequestRefused: ``unknown``, ``full``, ``kicked``, ``already_in_party``, ``already_queued``, or ``too_fast``
                (too many codes that were wrong).
        """
        return await self._come_in(lambda id_: PartyJoin(id_, code))

    # --- the block list ---------------------------------------------------------------------------------------------

    async def block(self, player: str) -> None:
        """That player (an id) is on the own block list: queues whose rules say so make no match with both.

        Raises:
            RequestRefused: ``unknown``, ``full``, ``not_kept`` (this server keeps nobody), ``store_down``.
        """
        await self._request(lambda id_: Block(id_, player, True))

    async def unblock(self, player: str) -> None:
        """That player is on the list no longer. Raises as :meth:`block`."""
        await self._request(lambda id_: Block(id_, player, False))

    # --- leaderboards -----------------------------------------------------------------------------------------------

    async def leaderboard(self, queue: str, *, limit: int = 10, around: bool = False) -> Leaderboard:
        """The best players of a rated queue; with ``around``, those next to the player, who is in the middle.

        Raises:
            ValueError: the limit is not 1 to 100.
            RequestRefused: ``unknown_queue``, ``not_kept``, ``store_down``.
        """
        if not 1 <= limit <= LEADERS_MAX:
            raise ValueError(f"limit is 1 to {LEADERS_MAX}, not {limit}")
        return read_leaderboard(await self._request(lambda id_: LeaderboardRequest(id_, queue, limit, around)))

    # --- steps ------------------------------------------------------------------------------------------------------

    def party_over(self, party: Party) -> None:
        """For the party itself."""
        if self._party is party:
            self._party = None
            call(self.on_party, None)

    async def _come_in(self, make: Make) -> Party:
        state = read_party(await self._request(make))
        self._party_told(state)
        if self._party is None or self._party.code != state.code:
            raise RequestRefused("kicked", "you are not in that party any more")
        return self._party

    def _party_told(self, state: PartyState) -> None:
        if self._party is not None and self._party.code == state.code:
            self._party.told(state)
            return
        code, n = self._left
        if state.code == code and state.n <= n:
            return
        former, self._party = self._party, Party(self, state)
        if former is not None:
            former.ended("left")
        call(self.on_party, self._party)

    def _party_off(self, data: dict[str, Any]) -> None:
        code, n = data.get("code"), data.get("n")
        if isinstance(code, str) and isinstance(n, int):
            self._left = code, n
        if self._party is not None and self._party.code == code:
            self._party.ended(str(data.get("reason", "ended")))

    def _pushed(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "party":
            with contextlib.suppress(RequestRefused):  # a newer server's: what cannot be read can be told to nobody
                self._party_told(read_party(data))
        elif kind == "party_off":
            self._party_off(data)
        super()._pushed(kind, data)

    def _failed(self, error: Exception) -> None:
        super()._failed(error)
        if self._party is not None:
            self._party.ended("gone", error)
