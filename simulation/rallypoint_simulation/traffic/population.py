"""The people of a simulated day: how good they are, what a server knows of it, where they live, what they want.

The rating follows from the skill as a posterior mean follows from what it estimates: with ``k = 1 - (sigma/prior)^2``,
``mu = prior mean + k (skill - prior mean) + normal(sigma sqrt k)``. So a newcomer's is the prior, a veteran's near.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Final

from rallypoint.core.matchmaking.rules import Balance, Distance, Equal, Overlap, QueueRules
from rallypoint.core.matchmaking.ticket import Member, Rating, Value
from rallypoint_protocol.ids import PlayerId

from .settings import AttributeSettings, Population

__all__ = ["BUILT_IN", "CIRCLE", "Person", "people"]

BUILT_IN: Final = ("rating", "party_size")
"""Attributes that nobody brings along."""
CIRCLE: Final = 10
"""So many people of one region know each other: parties are among them."""
_PRIOR: Final = Rating()
_SIGMA_LEAST: Final = 1.2
_LIKENESS: Final = 0.7
"""Of the skills of one circle: its square is the part of the variance that they share."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who plays, with what only the simulation knows: skill, and how they answer ready checks."""

    index: int
    id: PlayerId
    skill: float
    rating: Rating
    region: str
    latency_ms: dict[str, float]
    attributes: dict[str, Value]
    declines: float
    """The share of ready checks that this one declines."""
    busy: bool = False
    """Waits, plays, or has just done so."""
    recent: tuple[tuple[PlayerId, ...], ...] = ()
    dodged_at: list[float] = field(default_factory=list)

    def member(self, now: float, attributes: dict[str, Value] | None = None) -> Member:
        """As a ticket has it. ``attributes``: what a party has agreed on."""
        if self.dodged_at:
            self.dodged_at = [at for at in self.dodged_at if at > now - 3600]
        own = self.attributes if attributes is None else {**self.attributes, **attributes}
        dodges = len(self.dodged_at)
        return Member(self.id, own, self.rating, self.latency_ms, recent=self.recent, dodges=dodges)


def people(count: int, seed: int, population: Population, queues: Sequence[QueueRules]) -> list[Person]:
    """All of them, circle by circle. They bring what any of these queues asks for: the same people for all."""
    random = Random(f"people {seed}")
    drawn = _attributes(population, queues)
    names = list(population.regions)
    shares = list(accumulate(region.share for region in population.regions.values()))
    everybody: list[Person] = []
    region, likeness = names[0], 0.0
    for index in range(count):
        if index % CIRCLE == 0:
            region = random.choices(names, cum_weights=shares)[0]
            likeness = random.gauss(0, 1)
        # Friends are somewhat alike; all together are normally distributed with that deviation.
        unlike = _LIKENESS * likeness + math.sqrt(1 - _LIKENESS**2) * random.gauss(0, 1)
        skill = population.skill_mean + population.skill_deviation * unlike
        line = population.line_ms * random.lognormvariate(0, 0.6)
        latency = population.regions[region].latency_ms
        person = Person(
            index,
            PlayerId(f"p{index}"),
            skill,
            _rating(random, skill, population.games_median),
            region,
            {where: round(ms * random.uniform(0.95, 1.1) + line, 1) for where, ms in latency.items()},
            {name: draw(random) for name, draw in drawn.items()},
            population.declines if random.random() < population.decliners else 0.0,
        )
        everybody.append(person)
    return everybody


def _rating(random: Random, skill: float, games_median: float) -> Rating:
    games = games_median * random.lognormvariate(0, 1.3)
    sigma = max(_SIGMA_LEAST, _PRIOR.sigma / math.sqrt(1 + games / 3))
    known = 1 - (sigma / _PRIOR.sigma) ** 2
    mu = _PRIOR.mu + known * (skill - _PRIOR.mu) + random.gauss(0, sigma * math.sqrt(known))
    return Rating(round(mu, 3), round(sigma, 3))


# --- attributes -------------------------------------------------------------------------------------------------------


def _attributes(population: Population, queues: Sequence[QueueRules]) -> dict[str, Callable[[Random], Value]]:
    """How each attribute is drawn: as the settings say, else as is plausible for the rule that asks for it."""
    settings = dict(population.attributes)
    for queue in queues:
        for rule in queue.rules:
            if isinstance(rule, (Distance, Balance, Equal, Overlap)) and rule.attribute not in BUILT_IN:
                settings.setdefault(rule.attribute, _plausible(rule))
    return {name: _draw(settings[name]) for name in sorted(settings)}


def _plausible(rule: Distance | Balance | Equal | Overlap) -> AttributeSettings:
    """Some values that the rule has something to do with."""
    match rule:
        case Equal():
            return AttributeSettings(one_of={"a": 0.6, "b": 0.3, "c": 0.1})
        case Overlap():
            least = max(2, math.ceil(rule.limit))
            return AttributeSettings(some_of=[f"m{number}" for number in range(1, 5 + least)], least=least, most=6)
        case Distance() | Balance():
            limit = rule.limit if math.isfinite(rule.limit) else 10.0
            middle = rule.default if rule.default is not None else 10 * limit
            return AttributeSettings(mean=middle, deviation=2 * limit)


def _draw(settings: AttributeSettings) -> Callable[[Random], Value]:
    if settings.one_of is not None:
        values, shares = list(settings.one_of), list(accumulate(settings.one_of.values()))
        return lambda random: random.choices(values, cum_weights=shares)[0]
    if settings.some_of is not None:
        choice, least, most = settings.some_of, settings.least, min(settings.most, len(settings.some_of))
        return lambda random: tuple(sorted(random.sample(choice, random.randint(least, most))))
    mean, deviation = settings.mean or 0.0, settings.deviation
    return lambda random: round(random.gauss(mean, deviation), 3)
