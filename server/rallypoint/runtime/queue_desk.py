"""What operators see of queues and do with them. A desk takes no request: it gives data, or a denial.

What is counted over all tickets is counted in slices, at most once a second, for all who look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final, Protocol

import structlog

from rallypoint.core.bucket import Bucket, Rate
from rallypoint.core.lobby_queues import LobbyQueues
from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.lobby_ticket import LobbyTicket
from rallypoint.core.orders import Denial
from rallypoint.ports import Clock
from rallypoint.rules.words import describe
from rallypoint.rules.written import written
from rallypoint.rules_file import GameFacts
from rallypoint.runtime.dry_run import DryRunOut, DryRuns
from rallypoint.runtime.node import Node
from rallypoint.runtime.queue_figures import QueueFigures
from rallypoint.runtime.queue_info import QueueInfo, RulesInfo, TicketInfo, TicketPage, TicketPlayer
from rallypoint_protocol.ids import LobbyId

__all__ = ["Counted", "QueueCounter", "QueueDesk"]

EXPLAIN_RATE: Final = Rate(per_second=10.0, burst=20)
"""Explanations for all operators together: with 10,000 waiting, one takes some 3 ms."""
_FEW: Final = 1000
"""So many tickets are counted at once, and as of now: some 0.3 ms."""
_SLICE: Final = 500
_FRESH_S: Final = 0.9
_SEARCHES_MAX: Final = 16
_UNKNOWN: Final = Denial("unknown", "there is no such queue")
_NO_TICKET: Final = Denial("unknown", "there is no such ticket in that queue")
log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class Counted(Protocol):
    """What was counted of one queue."""

    @property
    def waiting(self) -> int: ...

    @property
    def players(self) -> int: ...

    @property
    def oldest_at(self) -> float | None:
        """By the node's clock."""


class QueueCounter(Protocol):
    """Counts the tickets of all queues in slices, for whoever looks."""

    def last(self) -> Mapping[str, Counted]:
        """The newest that there is."""

    async def counted(self) -> Mapping[str, Counted]:
        """At most a second old."""


class _Few:
    """Counts a few tickets at once."""

    __slots__ = ("oldest_at", "players", "waiting")

    def __init__(self) -> None:
        self.waiting = self.players = 0
        self.oldest_at: float | None = None

    def add(self, ticket: LobbyTicket) -> None:
        self.waiting += 1
        self.players += ticket.size
        if self.oldest_at is None or ticket.queued_at < self.oldest_at:
            self.oldest_at = ticket.queued_at


class QueueDesk:
    """The queues of one server. ``wall`` is Unix time."""

    def __init__(
        self,
        node: Node,
        queues: LobbyQueues,
        figures: Mapping[str, QueueFigures],
        counter: QueueCounter,
        look: Callable[[], None],
        wall: Clock,
    ) -> None:
        """``look``: whoever drives the lobby is to look at its queues again."""
        self._node = node
        self._queues = queues
        self._figures = figures
        self._counter = counter
        self._look = look
        self._wall_at_zero = wall() - node.now()  # once: what is told is not to waver with two clocks
        self._found: dict[tuple[str, str], tuple[float, list[LobbyTicket]]] = {}
        """What was searched for in the last second."""
        self._explains: Bucket | None = None
        self._dry_runs = DryRuns(node.now)

    # --- looking ----------------------------------------------------------------------------------------------------

    async def all(self) -> list[QueueInfo]:
        """Quick matches first, then queues with rules, in the order of the games."""
        counted = self._few() or await self._counter.counted()
        found = []
        for name in (*self._queues.games, *self._queues.ruled.queues):
            found.append(self._info(name, counted[name]))
            await asyncio.sleep(0)
        return found

    async def tickets(self, queue: str, offset: int, limit: int, text: str = "") -> TicketPage | Denial:
        """Oldest first; those with ``text`` in their id, or in a name or id of a player. Denied: ``unknown``."""
        if self._queues.game_of(queue) is None:
            return _UNKNOWN
        found = [ticket for ticket in await self._search(queue, text.casefold()) if not ticket.gone]
        rows = [self._ticket(queue, ticket) for ticket in islice(found, offset, offset + limit)]
        return TicketPage(self._queues.waiting(queue), len(found), rows)

    def explain(self, queue: str, ticket_id: str) -> dict[str, Any] | Denial:
        """Why a ticket waits there, as its players are told, and who they are. Denied: ``unknown``, ``too_fast``."""
        ticket = self._queues.ticket(LobbyId(ticket_id))
        if ticket is None or ticket.id != ticket_id or queue not in ticket.queues:
            return _NO_TICKET
        now = self._node.now()
        if self._explains is None:
            self._explains = Bucket(EXPLAIN_RATE, now)
        if not self._explains.take(now):
            return Denial("too_fast", "too many explanations are asked for: ask again in a moment")
        row = self._ticket(queue, ticket)
        told = self._queues.explain_in(queue, ticket, now)
        return {**told, "ticket": row.ticket, "players": row.players, "queued_at": row.queued_at, "state": row.state}

    def rules(self, queue: str) -> RulesInfo | Denial:
        """By which rules it matches. Denied: ``unknown``."""
        ruled = self._queues.ruled.queues.get(queue)
        if ruled is not None:
            return RulesInfo(queue, ruled.rules.game, "rules", describe(ruled.rules), written(ruled.rules))
        if self._queues.game_of(queue) is None:
            return _UNKNOWN
        own = self._queues.quick_rules(queue)
        most = (
            f"{own.seats_min} to {own.seats_max} players"
            if own.seats_min < own.seats_max
            else f"{own.seats_max} players"
        )
        bots = "" if own.bots_after_s is None else f", bots after {own.bots_after_s:g} s"
        return RulesInfo(queue, queue, "quick", f"{queue}: first come first seated, {most}{bots}", "")

    # --- doing ------------------------------------------------------------------------------------------------------

    def pause(self, queue: str, by: str) -> QueueInfo | Denial:
        """Nobody is matched there until it is resumed. Denied: ``unknown``."""
        if self._queues.game_of(queue) is None:
            return _UNKNOWN
        if queue not in self._queues.paused:
            self._queues.pause(queue, self._node.now())
            log.warning("queue paused", queue=queue, by=by, waiting=self._queues.waiting(queue))
        return self._now(queue)

    def resume(self, queue: str, by: str) -> QueueInfo | Denial:
        """As before. Denied: ``unknown``."""
        if self._queues.game_of(queue) is None:
            return _UNKNOWN
        if queue in self._queues.paused:
            self._queues.resume(queue)
            log.warning("queue resumed", queue=queue, by=by, waiting=self._queues.waiting(queue))
        info = self._now(queue)
        self._look()
        return info

    async def dry_run(self, queue: str, rules: str) -> DryRunOut | Denial:
        """Tries other rules on those who wait there; nothing is changed. Denied: ``unknown``, ``no_rules``,
        ``too_fast``."""
        ruled = self._queues.ruled.queues.get(queue)
        if ruled is None:
            quick = self._queues.game_of(queue) is not None
            return Denial("no_rules", f"{queue} is a queue of quick matches: it has no rules") if quick else _UNKNOWN
        options = self._node.games[ruled.rules.game].options
        bots = self._node.bots is not None and options.bot is not None
        waiting = [ticket for ticket in await self._search(queue, "") if not ticket.gone]
        tried = [ticket.searched[queue] for ticket in waiting if queue in ticket.searched and queue not in ticket.held]
        facts = GameFacts(options.name, options.seats_min, options.seats_max, options.bot is not None)
        left_out = len(waiting) - len(tried)
        return await self._dry_runs.run(rules, ruled.rules, facts, tried, left_out, self._node.now(), bots=bots)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _few(self) -> Mapping[str, Counted] | None:
        """Exactly, if there are few tickets."""
        names = (*self._queues.games, *self._queues.ruled.queues)
        if sum(self._queues.waiting(name) for name in names) > _FEW:
            return None
        counted = {name: _Few() for name in names}
        for ticket in self._queues.tickets:
            for name in ticket.queues:
                counted[name].add(ticket)
        return counted

    def _now(self, queue: str) -> QueueInfo:
        return self._info(queue, (self._few() or self._counter.last())[queue])

    async def _search(self, queue: str, text: str) -> list[LobbyTicket]:
        now = self._node.now()
        self._found = {key: kept for key, kept in self._found.items() if 0 <= now - kept[0] < _FRESH_S}
        kept = self._found.get((queue, text))
        if kept is not None:
            return kept[1]
        found: list[LobbyTicket] = []
        tickets = self._queues.tickets
        for begin in range(0, len(tickets), _SLICE):
            if begin:
                await asyncio.sleep(0)
            found += [
                ticket for ticket in tickets[begin : begin + _SLICE] if queue in ticket.queues and _fits(ticket, text)
            ]
        if len(tickets) > _SLICE and len(self._found) < _SEARCHES_MAX:
            self._found[queue, text] = now, found
        return found

    def _info(self, name: str, counted: Counted) -> QueueInfo:
        queues, now = self._queues, self._node.now()
        since, ruled = queues.paused.get(name), queues.ruled.queues.get(name)
        if ruled is not None:
            recent = ruled.recent.recent(now)
        else:
            recent = (self._figures.get(name) or QueueFigures()).recent.recent(now)
        return QueueInfo(
            queue=name,
            game=queues.game_of(name) or "",
            kind="quick" if ruled is None else "rules",
            paused=since is not None,
            paused_since=None if since is None else self._at(since),
            waiting=counted.waiting,
            players=counted.players,
            oldest_since=None if counted.oldest_at is None else self._at(counted.oldest_at),
            minutes=recent.minutes,
            matches=recent.matches,
            matches_per_min=recent.per_minute,
            wait_p50_s=_rounded(recent.p50_s),
            wait_p90_s=_rounded(recent.p90_s),
            quality=recent.quality,
            ready_checks=queues.ruled.checks(name),
        )

    def _ticket(self, queue: str, ticket: LobbyTicket) -> TicketInfo:
        sessions = [entrant.session for entrant in ticket.entrants]
        players = [TicketPlayer(one.player, one.name, one.state is LobbyState.CONNECTED) for one in sessions]
        state, text = self._state(queue, ticket)
        return TicketInfo(ticket.id, players, list(ticket.queues), self._at(ticket.queued_at), state, text)

    def _state(self, queue: str, ticket: LobbyTicket) -> tuple[str, str]:
        if ticket.found is not None:
            where = "" if ticket.found.rules.name == queue else f" in {ticket.found.rules.name}"
            asked = ticket.found.check is not None
            return (
                "held",
                f"its players are asked whether they are ready{where}" if asked else f"a match is made{where}",
            )
        if not ticket.here:
            return "away", "it is passed over until all of its players are back"
        if queue in self._queues.paused:
            return "waiting", "the queue is paused"
        if self._queues.closed:
            return "waiting", self._queues.closed
        if queue in self._queues.ruled and queue not in ticket.searched:
            return "waiting", "its players are being looked up"
        return "waiting", "it is looked for a match"

    def _at(self, when: float) -> float:
        """Unix time of a moment of the node's clock."""
        return round(self._wall_at_zero + when, 1)


def _fits(ticket: LobbyTicket, text: str) -> bool:
    return (
        not text
        or any(
            text in entrant.session.name.casefold() or text in entrant.player.casefold() for entrant in ticket.entrants
        )
        or text in ticket.id.casefold()
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
