"""What a lobby does about queues: waits in them for a match, and asks why it waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from rallypoint_protocol.messages import CancelQueue, Enqueue, Explain, QuickMatch

from .errors import RallypointError, RequestRefused
from .explanation import Explanation, read_explanation
from .heartbeat import Timing
from .identity import Identity
from .lobby_sessions import LobbySessions
from .matches import Matches
from .queueing import EXPLAIN_EVERY_S, Queueing, keep_explaining
from .ready_check import OnReadyCheck, ReadyCheck
from .requests import Make
from .seat_offer import SeatOffer
from .ticket import Ticket
from .waiting import OnWait, OnWaiting

if TYPE_CHECKING:
    from .lobby_seat import LobbySeat

__all__ = ["LobbyQueues"]


class LobbyQueues(LobbySessions):
    """A lobby session that can wait for a match: in one ticket at a time."""

    def __init__(
        self, url: str, name: str, *, fresh: bool, identity: Identity | None, random: Random, timing: Timing
    ) -> None:
        self._matches = Matches()
        self._ticket = Ticket(self._new_check)
        self._queueing: Queueing | None = None
        self._giving_up: asyncio.Future[Any] | None = None
        """Of a ticket that nobody waits for any more: the server's answer."""
        super().__init__(url, name, fresh=fresh, identity=identity, random=random, timing=timing)

    async def quick_match(self, game: str, *, on_wait: OnWait | None = None, timing: Timing | None = None) -> LobbySeat:
        """Waits for a seat in any session of ``game``, and takes it. Cancelling gives the queue place up.

        ``on_wait(place, waiting)`` is told the place in the queue whenever it changes.

        Raises:
            RequestRefused: ``unknown_game``, ``already_queued``, ``already_seated``, ``queue_full``; or why the place
                was lost, as ``cancelled``.
        """
        tell = None if on_wait is None else lambda it: on_wait(it.place, it.waiting) if it.place else None
        queueing = Queueing(self._ticket, (game,), tell)
        return await self._waited(queueing, lambda id_: QuickMatch(id_, game), None, timing)

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
        """Waits for a match in one of these queues, and takes the seat. Cancelling gives the ticket up.

        For the whole party, if the player leads one. A match that comes to nothing because of others changes nothing:
        one goes on waiting, at one's old place.

        Args:
            queues: their names; a game's own queue is named as the game. None: goes on with the ticket that there is
                (:attr:`queued_in`), of a program that was reloaded.
            attributes: what the rules of the queues want to know: numbers, texts, lists of texts.
            latency_ms: round trips to regions, in milliseconds.
            on_wait: ``on_wait(waiting)`` is told a :class:`Waiting` whenever it changes.
            on_ready_check: ``on_ready_check(check)`` is told of each :class:`ReadyCheck`. Without, all are accepted.
            explain_every_s: with ``on_wait``: how often to ask why one waits; ``None``: never.
            timing: how patient to be.

        Raises:
            RequestRefused: ``unknown_queue``, ``bad_ticket`` (``reason`` names attribute and rule), ``already_queued``,
                ``already_seated``, ``queue_full``; of a party ``not_leader``, ``not_ready``, ``party_too_large``; or
                why the place was lost: ``cancelled``, ``declined``, ``not_ready``, ``party_changed``. Without queues
                ``no_ticket``.
        """
        every_s = explain_every_s if on_wait else None
        if not queues:
            if not self.queued_in:
                raise RequestRefused("no_ticket", "name a queue; or, as a member of a party, wait with party.play()")
            return await self._waited(
                Queueing(self._ticket, self.queued_in, on_wait, on_ready_check), None, every_s, timing
            )
        queueing = Queueing(self._ticket, queues, on_wait, on_ready_check)
        named, said, latencies = list(queues), dict(attributes or {}), dict(latency_ms or {})
        return await self._waited(queueing, lambda id_: Enqueue(id_, named, said, latencies), every_s, timing)

    async def follow(
        self,
        *,
        on_wait: OnWaiting | None = None,
        on_ready_check: OnReadyCheck | None = None,
        explain_every_s: float | None = EXPLAIN_EVERY_S,
        timing: Timing | None = None,
    ) -> LobbySeat:
        """For the party: see :meth:`Party.play`."""
        queueing = Queueing(self._ticket, (), on_wait, on_ready_check)
        return await self._waited(queueing, None, explain_every_s if on_wait else None, timing)

    @property
    def queued_in(self) -> tuple[str, ...]:
        """The queues in which the player's ticket waits now, or the party's; empty: there is none."""
        return self._ticket.queues

    async def explain(self) -> Explanation:
        """Why the ticket waits, and for how long it probably will.

        Raises:
            RequestRefused: ``no_ticket``.
        """
        return read_explanation(await self._request(Explain))

    async def cancel(self) -> None:
        """Gives the ticket up, the party's too; the ``play`` that waits ends with RequestRefused (``cancelled``).

        Raises:
            RequestRefused: ``not_queued``.
        """
        await self._request(CancelQueue)
        if self._queueing is not None:
            self._queueing.refuse(RequestRefused("cancelled", "you gave the queue place up"))

    async def take(self, offer: SeatOffer, *, timing: Timing | None = None) -> LobbySeat:
        """Takes a seat that was offered. It is kept for about 15 seconds."""
        raise NotImplementedError

    # --- steps ------------------------------------------------------------------------------------------------------

    async def _waited(
        self, queueing: Queueing, make: Make | None, explain_every_s: float | None, timing: Timing | None
    ) -> LobbySeat:
        """The seat that it waits for. Without a request, of a ticket that somebody else has, or will have."""
        if self._queueing is not None:
            raise RequestRefused("already_queued", "this lobby is waiting for a seat already")
        self._queueing = queueing
        try:
            if self._giving_up is not None:  # what is still said of the former ticket is not of this one
                await asyncio.wait([self._giving_up])
            with self._matches.claimed(queueing), self._explained(queueing, explain_every_s):
                if make is None:
                    queueing.began()
                else:
                    queueing.answered(await self.requests.ask(make, queueing.agreed))
                    queueing.stirred.set()
                offer = await queueing.offer
        except asyncio.CancelledError:
            if make is not None or self._ticket.queues:
                self._give_up()
            raise
        finally:
            self._queueing = None
        return await self.take(offer, timing=timing)

    @contextlib.contextmanager
    def _explained(self, queueing: Queueing, every_s: float | None) -> Iterator[None]:
        if every_s is None:
            yield
            return
        explaining = asyncio.create_task(keep_explaining(queueing, self.explain, every_s), name="explaining the wait")
        try:
            yield
        finally:
            explaining.cancel()

    def _give_up(self) -> None:
        with contextlib.suppress(RallypointError):  # without a lobby session there is no queue place
            answer = self._giving_up = self.requests.ask(CancelQueue)
            answer.add_done_callback(self._given_up)

    def _given_up(self, answer: asyncio.Future[Any]) -> None:
        if not answer.cancelled():
            answer.exception()  # asyncio would complain of one that nobody asked for
        if self._giving_up is answer:
            self._giving_up = None

    def _new_check(self, match: str) -> ReadyCheck:
        return ReadyCheck(self.requests, self._loop.time, match)

    def _pushed(self, kind: str, data: dict[str, Any]) -> None:
        self._ticket.pushed(kind, data)
        self._matches.pushed(kind, data, self.url)
        super()._pushed(kind, data)

    def _failed(self, error: Exception) -> None:
        self._ticket.clear("gone")
        self._matches.fail(error)
