"""Plays a day of traffic through one queue, in virtual time: the queue is the one that a server has.

A server lets a queue work whenever something has happened. Here that is done every quarter of a second of virtual time
in which something has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Final, Protocol

from rallypoint.core.matchmaking.rules import Avoid, QueueRules
from rallypoint.core.matchmaking.ticket import Match, Member, Ticket

from .arrivals import Comer, Traffic
from .checks import Asked, ask
from .measures import Measures
from .population import Person
from .record import Outcome, Record, Starving, Told
from .yardstick import Yardstick

__all__ = ["STEP_S", "AnyQueue", "play"]

STEP_S: Final = 0.25
_UNITS: Final = 1_000_000
"""Of work at once: virtual time stands still, so it does not matter how many."""
_SAMPLES: Final = 360
_LOOK_S: Final = 60.0
"""How often it is looked who waits longest, and what some who wait are told."""
_ASKING: Final = 4


class Explained(Protocol):
    """Why a ticket waits."""

    @property
    def text(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class AnyQueue(Protocol):
    """What is needed of :class:`rallypoint.core.matchmaking.queue.MatchQueue`."""

    @property
    def busy(self) -> bool: ...
    @property
    def due(self) -> float | None: ...
    def refusal(self, members: tuple[Member, ...]) -> str: ...
    def add(self, ticket: Ticket) -> None: ...
    def remove(self, ticket_id: str) -> None: ...
    def work(self, now: float, units: int) -> list[Match]: ...
    def settled(self, match: Match, now: float) -> None: ...
    def refused(self, match: Match, now: float) -> None: ...
    def explain(self, ticket_id: str, now: float) -> Explained: ...


@dataclass(slots=True, eq=False)
class _Waiting:
    """A ticket that has not ended."""

    ticket: Ticket
    comer: Comer
    row: int
    asked: bool = False
    """In a ready check."""
    fed_up: bool = False
    """Its patience ended during one."""


def play(
    rules: QueueRules,
    traffic: Traffic,
    queue: AnyQueue,
    tell: Callable[[float], None] = lambda share: None,
    yardstick: Yardstick | None = None,
) -> Record:
    """The whole day. ``tell`` hears from time to time what share of it is over; ``yardstick`` measures quality."""
    return _Day(rules, traffic, queue, yardstick or Yardstick(rules)).play(tell)


class _Day:
    def __init__(self, rules: QueueRules, traffic: Traffic, queue: AnyQueue, yardstick: Yardstick) -> None:
        self._rules, self._traffic, self._queue = rules, traffic, queue
        self._record = Record(rules, traffic.span_s, traffic.regions, max(1.0, traffic.span_s / _SAMPLES))
        self._region = {name: place for place, name in enumerate(traffic.regions)}
        self._measures = Measures(rules, yardstick)
        self._waiting: dict[str, _Waiting] = {}
        self._playing = 0
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._count = 0
        self._remembered = max(
            (rule.matches for rule in rules.rules if isinstance(rule, Avoid) and rule.what == "recent"), default=0
        )
        self._arrivals: Iterator[tuple[int, float]] = enumerate(traffic.times())

    # --- time ---------------------------------------------------------------------------------------------------------

    def play(self, tell: Callable[[float], None]) -> Record:
        """Step by step: what happens until then, each at its own time, then the queue's work."""
        self._at(0.0, self._sample)
        self._at(_LOOK_S, self._look)
        self._next_arrival()
        span, told, now = self._traffic.span_s, 0.0, 0.0
        while now < span:
            due = self._queue.due
            coming = self._events[0][0] if due is None else min(self._events[0][0], max(due, now))
            now = min(span, max(now + STEP_S, math.ceil(coming / STEP_S) * STEP_S))
            while self._events[0][0] <= now:
                at, _, happen = heappop(self._events)
                happen(at)
            self._work(now)
            if now - told >= span / 200:
                told = now
                tell(now / span)
        return self._over(span)

    def _at(self, at: float, happen: Callable[[float], None]) -> None:
        self._count += 1
        heappush(self._events, (at, self._count, happen))

    def _sample(self, now: float) -> None:
        self._record.waiting.append(len(self._waiting))
        self._record.playing.append(self._playing)
        self._at(now + self._record.every_s, self._sample)

    def _over(self, now: float) -> Record:
        """Whoever is left waits."""
        tickets = self._record.tickets
        for waiting in self._waiting.values():
            tickets.ended(waiting.row, now - waiting.ticket.queued_at, Outcome.WAITING)
        self._look(now)
        return self._record

    # --- tickets ------------------------------------------------------------------------------------------------------

    def _next_arrival(self) -> None:
        following = next(self._arrivals, None)
        if following is not None:
            number, at = following
            self._at(at, lambda now: self._came(number, now))

    def _came(self, number: int, now: float) -> None:
        self._next_arrival()
        comer = self._traffic.comes(number, now)
        if comer is None:
            self._record.nobody_free += 1
            return
        members = comer.members
        mu = math.fsum(member.rating.mu for member in members) / len(members)
        row = self._record.tickets.came(now, len(members), mu, self._region.get(comer.people[0].region, -1))
        reason = self._queue.refusal(members)
        if reason:
            self._record.refusals[reason] = self._record.refusals.get(reason, 0) + 1
            self._record.tickets.ended(row, 0.0, Outcome.REFUSED)
            return
        ticket = Ticket(f"t{number}", members, now, number)
        for person in comer.people:
            person.busy = True
        self._waiting[ticket.id] = waiting = _Waiting(ticket, comer, row)
        self._queue.add(ticket)
        self._at(now + comer.patience_s, lambda at: self._patience_over(waiting, at))

    def _patience_over(self, waiting: _Waiting, now: float) -> None:
        if waiting.asked:
            waiting.fed_up = True
        elif waiting.ticket.id in self._waiting:
            self._look_at(waiting, now)
            self._out(waiting, now, Outcome.GAVE_UP)

    def _out(self, waiting: _Waiting, now: float, outcome: Outcome) -> None:
        """It ends without a match."""
        self._queue.remove(waiting.ticket.id)
        del self._waiting[waiting.ticket.id]
        self._record.tickets.ended(waiting.row, now - waiting.ticket.queued_at, outcome)
        self._rest(waiting.comer.people, now)

    def _rest(self, people: tuple[Person, ...], now: float) -> None:
        """They come again, but not at once."""
        pause = self._traffic.population.pause_s if self._traffic.generated else 0.0

        def free(at: float) -> None:
            for person in people:
                person.busy = False

        self._at(now + pause, free) if pause else free(now)

    # --- matches ------------------------------------------------------------------------------------------------------

    def _work(self, now: float) -> None:
        while True:
            for match in self._queue.work(now, _UNITS):
                self._found(match, now)
            if not self._queue.busy:
                return

    def _found(self, match: Match, now: float) -> None:
        found = [self._waiting[ticket.id] for ticket in match.tickets]
        assert not any(waiting.asked for waiting in found), "a ticket is in two matches"
        if self._rules.ready_s is None:
            self._seated(match, found, now)
            return
        for waiting in found:
            waiting.asked = True
        tickets = [(waiting.ticket, waiting.comer) for waiting in found]
        asked = ask(self._rules.name, tickets, now, self._rules.ready_s, self._traffic.population)
        self._at(now + asked.after_s, lambda at: self._answered(match, found, asked, at))

    def _answered(self, match: Match, found: list[_Waiting], asked: Asked, now: float) -> None:
        self._record.checks += 1
        for waiting in found:
            waiting.asked = False
        if asked.passed:
            self._seated(match, found, now)
            return
        declined = asked.check.reason == "declined"
        self._record.checks_declined += declined
        self._record.checks_missed += not declined
        self._queue.refused(match, now)
        for waiting in found:
            for person in waiting.comer.people:
                if person.id in asked.check.dodged:
                    person.dodged_at.append(now)
            if waiting.ticket.id in asked.check.out:
                self._out(waiting, now, Outcome.DECLINED if declined else Outcome.MISSED)
            elif waiting.fed_up:
                self._look_at(waiting, now)
                self._out(waiting, now, Outcome.GAVE_UP)

    def _seated(self, match: Match, found: list[_Waiting], now: float) -> None:
        self._queue.settled(match, now)
        facts = self._measures.of(match, now)
        self._record.matches.append(facts)
        tickets = self._record.tickets
        people: list[Person] = []
        for waiting in found:
            del self._waiting[waiting.ticket.id]
            tickets.ended(waiting.row, now - waiting.ticket.queued_at, Outcome.SEATED)
            tickets.quality[waiting.row], tickets.spread[waiting.row] = facts.quality, facts.spread
            people.extend(waiting.comer.people)
        if self._remembered:
            for person in people:
                met = tuple(other.id for other in people if other is not person)
                person.recent = (met, *person.recent[: self._remembered - 1])
        if not self._traffic.generated:
            self._rest(tuple(people), now)
            return
        self._playing += len(people)
        length = self._traffic.population.match_s * found[0].comer.dice.uniform(0.6, 1.4)
        self._at(now + length, lambda at: self._played(tuple(people), at))

    def _played(self, people: tuple[Person, ...], now: float) -> None:
        self._playing -= len(people)
        self._rest(people, now)

    # --- what they are told -------------------------------------------------------------------------------------------

    def _look(self, now: float) -> None:
        """At who has waited longest, and at some others, of those who are not being asked."""
        searching = [waiting for waiting in self._waiting.values() if not waiting.asked]
        if searching:
            self._look_at(searching[0], now)
        for waiting in searching[:: 1 + len(searching) // _ASKING][:_ASKING]:
            estimate_s = self._queue.explain(waiting.ticket.id, now).data["estimate_s"]
            self._record.told.append(Told(waiting.row, now, estimate_s))
        self._at(now + _LOOK_S, self._look)

    def _look_at(self, waiting: _Waiting, now: float) -> None:
        wait, record = now - waiting.ticket.queued_at, self._record
        if record.starving is not None and wait <= record.starving.wait_s:
            return
        why = self._queue.explain(waiting.ticket.id, now)
        comer = waiting.comer
        players = tuple(str(person.id) for person in comer.people)
        mu, region = record.tickets.mu[waiting.row], comer.people[0].region
        record.starving = Starving(wait, now, players, mu, region, why.text, tuple(why.data["rules"]))
