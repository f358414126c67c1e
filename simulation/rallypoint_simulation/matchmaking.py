"""What players do to be matched: parties, queues with rules, ready checks, block lists. Acts, as in :mod:`.players`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Literal

from rallypoint_client import ReadyCheck, RequestRefused
from rallypoint_client.lobby_seat import LobbySeat
from rallypoint_client.party import Party
from rallypoint_client.ready_check import OnReadyCheck

from .life import Life

__all__ = ["Manner", "Matchable"]

Manner = Literal["accept", "late", "decline", "silent", "any"]
"""How somebody answers ready checks. ``any``: another way each time, mostly well."""

_MANNERS: Final = ("accept", "accept", "accept", "late", "decline", "silent")
_LATE_S: Final = (0.2, 2.7)
_AGAIN_S: Final = 0.3
"""Between two looks at whether something has become possible."""
_Wait = Callable[[OnReadyCheck], Awaitable[LobbySeat]]


class Matchable(Life):
    """A player who queues, alone or with others."""

    party_code = ""
    """Of the last party that the player was in: friends know it."""

    # --- parties ----------------------------------------------------------------------------------------------------

    async def create_party(self) -> None:
        """Leads a party."""
        lobby = await self.within()
        self.party_code = (await lobby.create_party()).code

    async def join_party(self, friend: str) -> None:
        """Into the party that ``friend`` is or was in."""
        lobby = await self.within()
        code = self._code_of(friend)
        if code:
            self.party_code = (await lobby.join_party(code)).code

    async def leave_party(self) -> None:
        """Out of it."""
        if self.party is not None:
            await self.party.leave()

    async def ready(self, level: int | None = None) -> None:
        """Ready to be queued with the party."""
        if self.party is not None:
            await self.party.ready(attributes=_attributes(level))

    async def unready(self) -> None:
        """Not any more."""
        if self.party is not None:
            await self.party.unready()

    async def kick_member(self, friend: str) -> None:
        """Removes a friend from the party: allowed to its leader alone."""
        other = self.world.players.get(friend)
        if self.party is not None and other is not None:
            await self.party.kick(other.identity.player)

    async def pass_lead(self, friend: str) -> None:
        """Has a friend lead the party: the same."""
        other = self.world.players.get(friend)
        if self.party is not None and other is not None:
            await self.party.lead(other.identity.player)

    # --- queues -----------------------------------------------------------------------------------------------------

    async def queue(
        self, queues: list[str], level: int | None = None, manner: Manner = "accept", patience_s: float = 20.0
    ) -> None:
        """Waits for a match in one of these queues, with the party if the player leads one; gives up after a while."""
        lobby = await self.within()
        said = _attributes(level)
        await self._until_seated(
            lambda ask: lobby.play(*queues, attributes=said, on_ready_check=ask), manner, patience_s
        )

    async def follow(self, manner: Manner = "accept", patience_s: float = 20.0) -> None:
        """Waits for the next match that the leader of the party queues for."""
        party = self.party
        if party is not None:
            await self._until_seated(lambda ask: party.play(on_ready_check=ask), manner, patience_s)

    async def lead_party(
        self,
        queues: list[str],
        members: int = 2,
        level: int | None = None,
        manner: Manner = "accept",
        patience_s: float = 20.0,
    ) -> None:
        """Opens a party if there is none, waits until so many are in it and ready, and queues."""
        lobby = await self.within()
        if lobby.party is None:
            await self.create_party()
        loop = asyncio.get_running_loop()
        until = loop.time() + patience_s
        while loop.time() < until:
            if _is_complete(lobby.party, members):
                await self.queue(queues, level, manner, patience_s)
                return
            await asyncio.sleep(_AGAIN_S)

    async def come_along(
        self, friend: str, level: int | None = None, manner: Manner = "accept", patience_s: float = 20.0
    ) -> None:
        """Comes into the party of ``friend`` as soon as there is one, is ready, and plays what its leader wants."""
        await self.within()
        async with _patience(patience_s):
            while self.party is None:
                try:
                    await self.join_party(friend)
                except RequestRefused as no:
                    if no.code in ("already_queued", "kicked", "full"):
                        return
                await asyncio.sleep(_AGAIN_S)
        await self.ready(level)
        await self.follow(manner, patience_s)

    async def explain(self) -> None:
        """Asks why it takes so long."""
        if self.lobby is not None:
            await self.lobby.explain()

    async def block(self, friend: str, blocked: bool = True) -> None:
        """Does not want to be matched with a friend; or does again."""
        lobby, other = self.lobby, self.world.players.get(friend)
        if lobby is not None and other is not None:
            await (lobby.block(other.identity.player) if blocked else lobby.unblock(other.identity.player))

    # --- steps ------------------------------------------------------------------------------------------------------

    @property
    def party(self) -> Party | None:
        """The one that the program knows of."""
        return None if self.lobby is None else self.lobby.party

    def _code_of(self, friend: str) -> str:
        other = self.world.players.get(friend)
        if other is None:
            return ""
        return other.party_code if other.party is None else other.party.code

    def _answers(self, manner: Manner, late: list[asyncio.TimerHandle]) -> OnReadyCheck:
        def asked(check: ReadyCheck) -> None:
            how = self.dice.choice(_MANNERS) if manner == "any" else manner
            if how == "accept":
                check.accept()
            elif how == "decline":
                check.decline()
            elif how == "late":
                loop = asyncio.get_running_loop()
                late.append(loop.call_later(self.dice.uniform(*_LATE_S), check.accept))

        return asked

    async def _until_seated(self, wait: _Wait, manner: Manner, patience_s: float) -> None:
        """Waits for a seat, and plays it."""
        late: list[asyncio.TimerHandle] = []
        try:
            async with _patience(patience_s):
                self.play(await wait(self._answers(manner, late)))
        finally:
            for timer in late:
                timer.cancel()


@asynccontextmanager
async def _patience(seconds: float) -> AsyncIterator[None]:
    """Time that somebody has; when it is over, that is all."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            yield


def _attributes(level: int | None) -> dict[str, Any]:
    return {} if level is None else {"level": level}


def _is_complete(party: Party | None, members: int) -> bool:
    if party is None or len(party.members) < members:
        return False
    return all(one.here and (one.ready or one.player == party.leader) for one in party.members)
