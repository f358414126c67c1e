"""Tickets that a server has recorded, as traffic: JSON lines, one for each ticket, as a running server exports them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from rallypoint.core.matchmaking.ticket import Rating, Value
from rallypoint_protocol.ids import PlayerId

from .arrivals import Comer
from .population import Person
from .settings import Population

__all__ = ["RecordedTraffic", "TicketsRefused", "read_tickets"]

_SEATED = ("matched", "seated")


class TicketsRefused(ValueError):
    """A file that holds no tickets. The message says where, and what to write."""


class _Player(Struct, frozen=True):
    id: Annotated[str, Meta(min_length=1, max_length=256)]
    rating: tuple[float, float] = (Rating().mu, Rating().sigma)
    attributes: dict[str, bool | int | float | str | tuple[str, ...]] = {}
    latency_ms: dict[str, float] = {}


class RecordedTicket(Struct, frozen=True):
    """One line."""

    at: float
    """Seconds, of any clock."""
    players: Annotated[list[_Player], Meta(min_length=1, max_length=64)]
    queues: list[str] = []
    waited_s: float = 0.0
    outcome: str = ""


def read_tickets(path: Path, queue: str) -> list[RecordedTicket]:
    """Those of this queue (or of no named one), in order of time.

    Raises:
        TicketsRefused: a line is no ticket, or there is none of this queue.
    """
    decoder = msgspec.json.Decoder(RecordedTicket)
    found: list[RecordedTicket] = []
    others: list[str] = []
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    ticket = decoder.decode(line)
                    if len({player.id for player in ticket.players}) != len(ticket.players):
                        raise msgspec.ValidationError("the same player is there twice")
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise TicketsRefused(f"{path}:{number}: {error}") from None
                if ticket.queues and queue not in ticket.queues:
                    others.extend(name for name in ticket.queues if name not in others)
                else:
                    found.append(ticket)
    except OSError as error:
        raise TicketsRefused(f"{path}: {error.strerror or error}") from None
    if not found:
        there = f"; it has some of {', '.join(others)}: choose one with --queue" if others else ""
        raise TicketsRefused(f"{path}: there is no ticket of the queue `{queue}`{there}")
    return sorted(found, key=lambda ticket: ticket.at)


class RecordedTraffic:
    """What came to a server, again. Who gave up then gives up after the same wait, unless a match is found before.

    Only those who wait are busy: when somebody who still waits comes again in the recording, that ticket is left out.
    """

    generated = False

    def __init__(self, tickets: Sequence[RecordedTicket], population: Population, seed: int) -> None:
        self.population = population
        self._tickets = tickets
        self._start = tickets[0].at
        self._seed = seed
        self.span_s = tickets[-1].at - self._start + max(60.0, *(ticket.waited_s for ticket in tickets[-100:]))
        self._people: dict[str, Person] = {}
        regions: dict[str, None] = {}
        for ticket in tickets:
            for player in ticket.players:
                regions.update(dict.fromkeys(player.latency_ms))
        self.regions = tuple(sorted(regions))

    def times(self) -> Iterator[float]:
        """When each ticket came, from the first on."""
        return (ticket.at - self._start for ticket in self._tickets)

    def comes(self, number: int, now: float) -> Comer | None:
        """The people of that ticket, unless one of them waits."""
        ticket = self._tickets[number]
        dice = Random((self._seed << 32) + number)
        people = tuple(self._person(player, dice) for player in ticket.players)
        if any(person.busy for person in people):
            return None
        patience = self.population.patience_s * dice.lognormvariate(0, 0.7)
        patience = max(patience, ticket.waited_s) if ticket.outcome in _SEATED else ticket.waited_s or patience
        return Comer(people, tuple(person.member(now) for person in people), patience, dice)

    def _person(self, player: _Player, dice: Random) -> Person:
        """As they are now: what is known of them changes from ticket to ticket."""
        rating, attributes = Rating(*player.rating), dict[str, Value](player.attributes)
        latency = dict(player.latency_ms)
        region = min(latency, key=lambda name: (latency[name], name), default="")
        person = self._people.get(player.id)
        if person is None:
            declines = self.population.declines if dice.random() < self.population.decliners else 0.0
            person = Person(
                len(self._people), PlayerId(player.id), rating.mu, rating, region, latency, attributes, declines
            )
            self._people[player.id] = person
        person.rating, person.attributes, person.latency_ms, person.region = rating, attributes, latency, region
        return person
