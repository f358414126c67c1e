"""Who the players of a ticket are (ratings, block lists, whom they met): asked of the store, which may take its time.

A ticket is searched for when its profiles are there, and after ``wait_s`` at the latest: whoever is not known by then
counts as new, which is said in the log. At most ``at_once_max`` tickets are looked up at once, the others wait in line,
no longer than that either; the line is bounded by the tickets that there may be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from rallypoint.core.lobby_ticket import LobbyTicket
from rallypoint.core.matchmaking.profile import Profile
from rallypoint.ports import Clock, Store, StoreDown
from rallypoint_protocol.ids import PlayerId

__all__ = ["Known", "ProfileLookups"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")

Known = Callable[[LobbyTicket, Mapping[PlayerId, Profile]], None]
"""Told the ticket, and what is known of its players: nothing of those who are left out."""


@dataclass(slots=True)
class _Lookup:
    queues: tuple[str, ...]
    until: float
    profiles: dict[PlayerId, Profile]
    task: asyncio.Task[None] | None = None


class ProfileLookups:
    """The lookups of a node. Each ends with one call of ``known``, unless its ticket is gone by then, or with the end.

    ``begun`` is called when :attr:`due` may be earlier than it was. With a store that keeps nothing (``keeps`` is
    false), ``known`` is called at once, with nothing.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        known: Known,
        begun: Callable[[], None],
        *,
        keeps: bool,
        wait_s: float = 2.0,
        at_once_max: int = 32,
    ) -> None:
        self._store = store
        self._clock = clock
        self._known = known
        self._begun = begun
        self._keeps = keeps
        self._wait_s = wait_s
        self._at_once_max = at_once_max
        # Both in the order in which they began, and so in that in which their time is up.
        self._line: dict[LobbyTicket, _Lookup] = {}
        self._asked: dict[LobbyTicket, _Lookup] = {}
        self._tasks: dict[asyncio.Task[None], None] = {}

    def __len__(self) -> int:
        return len(self._line) + len(self._asked)

    def start(self, ticket: LobbyTicket, queues: tuple[str, ...]) -> None:
        """Looks its players up for these queues, now or in its turn."""
        if not self._keeps:
            self._known(ticket, {})
            return
        self._line[ticket] = _Lookup(queues, self._clock() + self._wait_s, {})
        self._ask()

    @property
    def due(self) -> float | None:
        """When to :meth:`poll`; ``None`` while there is nothing."""
        firsts = [next(iter(lookups.values())).until for lookups in (self._asked, self._line) if lookups]
        return min(firsts, default=None)

    def poll(self, now: float) -> None:
        """Gives up those whose time is up."""
        late = [one for lookups in (self._asked, self._line) for one, it in lookups.items() if it.until <= now]
        for ticket in late:
            lookup = self._asked.pop(ticket, None) or self._line.pop(ticket)
            if lookup.task is not None:
                lookup.task.cancel()
            if not ticket.gone:
                log.warning("profiles not there in time", players=ticket.size, known=len(lookup.profiles))
                self._known(ticket, lookup.profiles)

    async def stop(self) -> None:
        """Ends all, with no call of ``known``."""
        self._line.clear()
        self._asked.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- steps ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        while self._line and len(self._tasks) < self._at_once_max:
            ticket = next(iter(self._line))
            lookup = self._line.pop(ticket)
            if ticket.gone:
                continue
            self._asked[ticket] = lookup
            name = f"profiles for the ticket of {ticket.id}"
            lookup.task = asyncio.get_running_loop().create_task(self._look(ticket, lookup), name=name)
            self._tasks[lookup.task] = None
        self._begun()

    async def _look(self, ticket: LobbyTicket, lookup: _Lookup) -> None:
        try:
            for player in () if ticket.gone else ticket.players:
                lookup.profiles[player] = await self._store.profile(player, lookup.queues)
        except StoreDown as error:
            log.warning("profiles not looked up", players=ticket.size, known=len(lookup.profiles), why=str(error))
        except Exception:
            log.exception("profile lookup failed", players=ticket.size)
        finally:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.pop(task, None)
            waited = self._asked.get(ticket) is lookup
            if waited:
                del self._asked[ticket]
            self._ask()  # also if this one was cancelled: the next has its place
        if waited:
            self._known(ticket, lookup.profiles)
