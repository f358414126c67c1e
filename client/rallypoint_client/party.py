"""A party: players who are matched together.

    party = await ann.create_party()
    mine = await bob.join_party(party.code)
    await mine.ready()
    ann_seat, bob_seat = await asyncio.gather(party.play("ranked"), mine.play())

    async for members in party:              # each time something has changed
        print([(member.name, member.ready) for member in members])

It goes on after a lost connection. It is over (``party.over``) when one has left, was kicked, or the party is no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

from rallypoint_protocol.messages import PartyKick, PartyLead, PartyLeave, PartyReady

from .callbacks import call
from .errors import RequestRefused
from .heartbeat import Timing
from .news import News
from .party_state import PartyMember, PartyState
from .queueing import EXPLAIN_EVERY_S
from .ready_check import OnReadyCheck
from .requests import Make
from .waiting import OnWaiting

if TYPE_CHECKING:
    from .lobby_players import LobbyPlayers
    from .lobby_seat import LobbySeat

__all__ = ["Party"]


class Party:
    """Made by :meth:`Lobby.create_party` and :meth:`Lobby.join_party`; :attr:`Lobby.party` is the one that one is in.

    What it asks raises :class:`RequestRefused` (``not_in_party``, ``not_leader``, ``unknown``) and as the lobby does.
    """

    def __init__(self, lobby: LobbyPlayers, state: PartyState) -> None:
        self._lobby = lobby
        self._state = state
        self._taken = state.n
        self._news = News("one party")
        self._error: Exception | None = None
        self.over = ""
        """Empty while one is in it; then ``left``, ``kicked``, ``ended``, or ``gone``: with the lobby session."""
        self.on_change: Callable[[Party], object] | None = None
        """Called with the party whenever something of it has changed, its end included."""

    @property
    def code(self) -> str:
        """What others join with."""
        return self._state.code

    @property
    def leader(self) -> str:
        """The id of the player who leads it."""
        return self._state.leader

    @property
    def is_leader(self) -> bool:
        """Whether this player leads it."""
        return not self.over and self.leader == self._lobby.player

    @property
    def members(self) -> tuple[PartyMember, ...]:
        """All of them, longest in it first."""
        return self._state.members

    @property
    def me(self) -> PartyMember | None:
        """This player, among them."""
        return next((member for member in self.members if member.player == self._lobby.player), None)

    # --- for each ---------------------------------------------------------------------------------------------------

    async def ready(
        self, *, attributes: Mapping[str, Any] | None = None, latency_ms: Mapping[str, float] | None = None
    ) -> None:
        """Ready to be queued, with what the rules of queues want to know of this player. It stays so until taken back.

        The leader need not say so.
        """
        said, latencies = dict(attributes or {}), dict(latency_ms or {})
        await self._ask(lambda id_: PartyReady(id_, True, said, latencies))

    async def unready(self) -> None:
        """Not ready any more; what the party waits in is given up."""
        await self._ask(lambda id_: PartyReady(id_, False, {}, {}))

    async def leave(self) -> None:
        """Out of it; somebody else leads it then. Twice is once."""
        if not self.over:
            await self._lobby.requests.ask(PartyLeave)
            self.ended("left")

    async def play(
        self,
        *queues: str,
        attributes: Mapping[str, Any] | None = None,
        latency_ms: Mapping[str, float] | None = None,
        on_wait: OnWaiting | None = None,
        on_ready_check: OnReadyCheck | None = None,
        explain_every_s: float | None = EXPLAIN_EVERY_S,
        timing: Timing | None = None,
    ) -> LobbySeat:
        """The leader names queues, and waits in them with all: :meth:`Lobby.play`. Others name none.

        These wait for the next match that the leader queues for, however often it takes; who does not, is asked for
        nothing, and misses ready checks. Their attributes are those of :meth:`ready`. Cancelling gives the party's
        ticket up, if there is one.

        Raises:
            RequestRefused: as :meth:`Lobby.play`; of a member ``left``, ``kicked``, ``ended`` when the party is over.
        """
        if self.over:
            raise self._over()
        if not queues:
            return await self._lobby.follow(
                on_wait=on_wait, on_ready_check=on_ready_check, explain_every_s=explain_every_s, timing=timing
            )
        return await self._lobby.play(
            *queues,
            attributes=attributes,
            latency_ms=latency_ms,
            on_wait=on_wait,
            on_ready_check=on_ready_check,
            explain_every_s=explain_every_s,
            timing=timing,
        )

    # --- for its leader ---------------------------------------------------------------------------------------------

    async def kick(self, player: str) -> None:
        """That member (an id) goes, and does not come back with this code."""
        await self._ask(lambda id_: PartyKick(id_, player))

    async def lead(self, player: str) -> None:
        """That member leads from now on."""
        await self._ask(lambda id_: PartyLead(id_, player))

    # --- changes ----------------------------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[PartyMember, ...]:
        """The members, when something has changed since the last one; changes that come faster become one.

        Ends when it is over.

        Raises:
            SessionGone: the lobby session is gone.
            RuntimeError: another task is waiting for the next change.
        """
        while not self.over:
            if self._state.n > self._taken:
                self._taken = self._state.n
                return self.members
            await self._news.wait()
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    # --- for the lobby ----------------------------------------------------------------------------------------------

    def told(self, state: PartyState) -> None:
        """News of the server; what comes late is none."""
        if not self.over and state.n > self._state.n:
            self._state = state
            self._changed()

    def ended(self, reason: str, error: Exception | None = None) -> None:
        """One is in it no longer. Twice is once."""
        if not self.over:
            self.over, self._error = reason, error
            self._lobby.party_over(self)
            self._changed()

    # --- steps ------------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._news.tell()
        call(self.on_change, self)

    async def _ask(self, make: Make) -> None:
        if self.over:
            raise self._over()
        await self._lobby.requests.ask(make)

    def _over(self) -> Exception:
        return self._error or RequestRefused("not_in_party", f"you are not in this party any more ({self.over})")
