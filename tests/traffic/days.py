"""Small days, played through the simple queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from rallypoint.core.matchmaking.rules import Distance, Expansion, QueueRules, TeamSize
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint_protocol.ids import PlayerId
from rallypoint_simulation.traffic.arrivals import Comer, GeneratedTraffic
from rallypoint_simulation.traffic.play import play
from rallypoint_simulation.traffic.population import Person
from rallypoint_simulation.traffic.record import Record
from rallypoint_simulation.traffic.settings import Population
from tests.traffic.simple_queue import SimpleQueue

DUEL = QueueRules(
    name="duel",
    game="arena",
    teams=(TeamSize(1, 1), TeamSize(1, 1)),
    rules=(
        Distance(name="rating", attribute="rating", limit=3.0, expansions=(Expansion(10, 6.0),), optional_after_s=60),
    ),
)
PAIRS = replace(DUEL, name="pairs", teams=(TeamSize(2, 2), TeamSize(2, 2)), ready_s=10.0)


def generated(rules: QueueRules = PAIRS, *, seed: int = 7, players: int = 120, rate: float = 1.0, span_s: float = 1800):
    population = Population()
    return GeneratedTraffic(rules, (), population, players=players, rate=rate, span_s=span_s, seed=seed)


def a_day(rules: QueueRules = PAIRS, **more) -> Record:
    """Half an hour of some 1,800 tickets."""
    return play(rules, generated(rules, **more), SimpleQueue(rules))


class HandMade:
    """Traffic that is written down: when, who, and how patient. ``moods`` answer ready checks: 1 accepts."""

    generated = True
    regions: tuple[str, ...] = ("eu",)

    def __init__(self, span_s: float, tickets: Sequence[tuple[float, str, float]], moods: Sequence[float] = ()) -> None:
        """``tickets``: at, the players' ratings as ``25 30``, patience."""
        self.span_s = span_s
        self.population = Population(pause_s=0.0)
        self._tickets = tickets
        self._moods = dict(enumerate(moods))

    def times(self):
        return iter([at for at, _, _ in self._tickets])

    def comes(self, number, now):
        _, ratings, patience = self._tickets[number]
        people = tuple(
            Person(
                number, PlayerId(f"n{number}.{place}"), float(mu), Rating(float(mu), 2.0), "eu", {"eu": 30.0}, {}, 0.2
            )
            for place, mu in enumerate(ratings.split())
        )
        dice = Moody(self._moods.get(number, 1.0))
        return Comer(people, tuple(person.member(now) for person in people), patience, dice)


class Moody(Random):
    """Dice that always fall so. A mood of 0 misses a check, one of 0.1 declines it, 1 accepts it."""

    def __init__(self, mood: float) -> None:
        super().__init__(1)
        self._mood = mood

    def random(self):
        return self._mood

    def lognormvariate(self, mu, sigma):
        return 1.0

    def uniform(self, a, b):
        return 1.0
