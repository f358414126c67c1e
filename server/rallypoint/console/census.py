"""Counts a node's sessions, their players and who watches, the tickets in its queues, and what waits to be sent.

All at once for scripts; in slices for consoles and monitoring, because tens of thousands are counted between two steps
of all games. However many look within a second, it is counted once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rallypoint.core.lobby_ticket import LobbyTicket
from rallypoint.core.seat import SeatState
from rallypoint.core.session import SessionState
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost

__all__ = ["Census", "Counting", "GameCensus", "QueueCensus", "census_of"]

_SLICE: Final = 1000
"""Sessions, seats, tickets and connections in one turn of the event loop: some 0.5 ms."""
_FRESH_S: Final = 0.9
"""A census is as good as new for so long."""


@dataclass(slots=True)
class GameCensus:
    """The sessions of one game that go on."""

    waiting: int = 0
    running: int = 0
    players: int = 0
    """Seats that were taken, and are kept: connected or away."""
    skipped_ticks: int = 0
    """Of all its sessions, since the node's start; likewise the next."""
    bytes_out: int = 0


@dataclass(slots=True)
class QueueCensus:
    """The tickets in one queue. One that waits in several is in each."""

    waiting: int = 0
    players: int = 0
    oldest_at: float | None = None
    """Since when the oldest waits, by the node's clock; ``None``: nobody does."""


@dataclass(slots=True)
class Census:
    """All that goes on."""

    games: dict[str, GameCensus] = field(default_factory=dict)
    queues: dict[str, QueueCensus] = field(default_factory=dict)
    reserved: int = 0
    connected: int = 0
    away: int = 0
    paused: int = 0
    """Sessions that an operator has paused."""
    spectators: int = 0
    conflated: int = 0
    """Passes that were not sent one by one, since the node's start."""
    outbox_bytes: int = 0
    outbox_bytes_max: int = 0
    """Of one connection."""

    @property
    def skipped_ticks(self) -> int:
        """Since the node's start."""
        return sum(game.skipped_ticks for game in self.games.values())

    @property
    def bytes_out(self) -> int:
        """Sent to players, since the node's start."""
        return sum(game.bytes_out for game in self.games.values())

    @property
    def running(self) -> int:
        """Sessions that have their players."""
        return sum(game.running for game in self.games.values())

    @property
    def waiting(self) -> int:
        """Sessions that wait for them."""
        return sum(game.waiting for game in self.games.values())

    def add_session(self, host: SessionHost) -> None:
        """Plain loops and identities: hashing an enum for each seat would take longer than the rest."""
        core = host.core
        game = self.games[host.definition.options.name]
        if core.state is SessionState.WAITING:
            game.waiting += 1
        elif core.state is SessionState.RUNNING:
            game.running += 1
        if core.paused is not None:
            self.paused += 1
        self.spectators += len(core.spectators.all)
        game.bytes_out += host.bytes_out
        game.skipped_ticks += host.schedule.skipped
        conflated = players = 0
        for seat in core.seats:
            if seat is None:
                continue
            conflated += seat.conflated
            state = seat.state
            if state is SeatState.CONNECTED:
                self.connected += 1
                players += 1
            elif state is SeatState.AWAY:
                self.away += 1
                players += 1
            elif state is SeatState.RESERVED:
                self.reserved += 1
        self.conflated += conflated
        game.players += players

    def add_ticket(self, ticket: LobbyTicket) -> None:
        """In all of its queues."""
        for name in ticket.queues:
            queue = self.queues.get(name)
            if queue is not None:
                queue.waiting += 1
                queue.players += ticket.size
                if queue.oldest_at is None or ticket.queued_at < queue.oldest_at:
                    queue.oldest_at = ticket.queued_at


def census_of(node: Node) -> Census:
    """The sessions, as of now, all at once."""
    census = _begun(node)
    for host in node.hosts.values():
        census.add_session(host)
    return census


def _begun(node: Node, queues: Sequence[str] = ()) -> Census:
    """With what is known of sessions that have ended, and seats that are free again."""
    census = Census({name: GameCensus() for name in node.games}, {name: QueueCensus() for name in queues})
    for name, figures in node.ticker.games.items():
        census.games[name].skipped_ticks = figures.skipped_ticks
        census.games[name].bytes_out = figures.bytes_out
    census.conflated = node.counts.conflated
    return census


class _Connection(Protocol):
    @property
    def outbox_bytes(self) -> int: ...


class Counting:
    """Counts for all who look. ``queues``: their names. ``tickets`` and ``connections`` give lists of their own."""

    def __init__(
        self,
        node: Node,
        queues: Sequence[str],
        tickets: Callable[[], list[LobbyTicket]],
        connections: Callable[[], Sequence[_Connection]],
    ) -> None:
        self._node = node
        self._queues = queues
        self._tickets = tickets
        self._connections = connections
        self._last = _begun(node, queues)
        self._last_at = float("-inf")
        self._counting: asyncio.Task[None] | None = None

    @property
    def last(self) -> Census:
        """The newest that there is: without waiting for anything."""
        return self._last

    async def census(self) -> Census:
        """At most a second old."""
        if self._counting is None and self._node.now() - self._last_at >= _FRESH_S:
            self._counting = asyncio.create_task(self._count(), name="census")
        if self._counting is not None:
            await asyncio.shield(self._counting)
        return self._last

    async def _count(self) -> None:
        try:
            census, began, work = _begun(self._node, self._queues), self._node.now(), 0
            for host in list(self._node.hosts.values()):  # also those that end meanwhile: as of when it began
                census.add_session(host)
                work += 1 + len(host.core.seats)
                if work >= _SLICE:
                    work = 0
                    await asyncio.sleep(0)
            for number, ticket in enumerate(self._tickets()):
                census.add_ticket(ticket)
                if number % _SLICE == _SLICE - 1:
                    await asyncio.sleep(0)
            for number, connection in enumerate(self._connections()):
                waits = connection.outbox_bytes
                census.outbox_bytes += waits
                census.outbox_bytes_max = max(census.outbox_bytes_max, waits)
                if number % _SLICE == _SLICE - 1:
                    await asyncio.sleep(0)
            census.conflated = max(census.conflated, self._last.conflated)  # of a seat that was freed meanwhile
            self._last, self._last_at = census, began
        finally:
            self._counting = None
