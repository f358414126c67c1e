"""Who comes to the queue, and when: by the day's curve, from a seed.

Each arrival has dice of its own, from the seed and its number. So another set of rules meets the same arrivals: the
same moments, party sizes, patience and moods; and the same people, as far as they are free at that moment.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Protocol

from rallypoint.core.matchmaking.rules import Equal, Overlap, QueueRules
from rallypoint.core.matchmaking.ticket import Member

from .population import CIRCLE, Person, people
from .settings import Population

__all__ = ["Comer", "GeneratedTraffic", "Traffic"]

_TRIES = 24


@dataclass(frozen=True, slots=True)
class Comer:
    """One ticket's people."""

    people: tuple[Person, ...]
    members: tuple[Member, ...]
    patience_s: float
    """They give up after so long."""
    dice: Random


class Traffic(Protocol):
    """Arrivals at one queue."""

    span_s: float
    """How long people come."""
    population: Population
    regions: tuple[str, ...]
    generated: bool
    """Not recorded: its people are busy while they play."""

    def times(self) -> Iterator[float]:
        """When each arrival is, in order: seconds from the start."""

    def comes(self, number: int, now: float) -> Comer | None:
        """Who it is, at that moment; ``None`` if nobody is free."""


class GeneratedTraffic:
    """So many people, who come at a mean rate, more of them in the evening."""

    generated = True

    def __init__(
        self,
        rules: QueueRules,
        also: Sequence[QueueRules],
        population: Population,
        *,
        players: int,
        rate: float,
        span_s: float,
        seed: int,
    ) -> None:
        """``rate``: tickets a second. ``also``: other rules that the same people shall be able to meet."""
        queues = (rules, *also)
        self.span_s = span_s
        self.population = population
        self.regions = tuple(population.regions)
        self._people = people(players, seed, population, queues)
        self._rate, self._seed = rate, seed
        largest = min(queue.largest_party for queue in queues)
        self._sizes = list(accumulate(population.parties[:largest]))
        if not self._sizes[-1] > 0:
            self._sizes = [1.0]
        self._agreed = sorted(
            {rule.attribute for queue in queues for rule in queue.rules if isinstance(rule, (Equal, Overlap))}
        )

    def times(self) -> Iterator[float]:
        """Of a Poisson process whose rate follows the day."""
        dice = Random(f"times {self._seed}")
        day = self.population.day
        mean, busiest = sum(day) / len(day), max(day)
        most = self._rate * busiest / mean
        at = dice.expovariate(most)
        while at < self.span_s:
            if dice.random() * busiest < self._busy(at):
                yield at
            at += dice.expovariate(most)

    def _busy(self, at: float) -> float:
        """The day's curve: straight lines between the middles of its parts, round midnight too."""
        day = self.population.day
        place = at / self.span_s * len(day) - 0.5
        part = int(place // 1)
        share = place - part
        return day[part % len(day)] * (1 - share) + day[(part + 1) % len(day)] * share

    def comes(self, number: int, now: float) -> Comer | None:
        """A free person, with friends that are free, too."""
        dice = Random((self._seed << 32) + number)
        patience = max(5.0, self.population.patience_s * dice.lognormvariate(0, 0.7))
        size = 1 + min(bisect(self._sizes, dice.random() * self._sizes[-1]), len(self._sizes) - 1)
        leader = self._free(dice)
        if leader is None:
            return None
        group = [leader]
        if size > 1:
            first = leader.index - leader.index % CIRCLE
            friends = [each for each in self._people[first : first + CIRCLE] if not each.busy and each is not leader]
            group += dice.sample(friends, min(size - 1, len(friends)))
        agreed = {name: leader.attributes[name] for name in self._agreed} if len(group) > 1 else None
        return Comer(tuple(group), tuple(person.member(now, agreed) for person in group), patience, dice)

    def _free(self, dice: Random) -> Person | None:
        everybody = self._people
        for _ in range(_TRIES):
            person = everybody[dice.randrange(len(everybody))]
            if not person.busy:
                return person
        start = dice.randrange(len(everybody))
        for person in (*everybody[start:], *everybody[:start]):
            if not person.busy:
                return person
        return None
