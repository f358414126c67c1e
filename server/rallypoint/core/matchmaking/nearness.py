"""Rules about numbers: how far apart tickets are (``Distance``), and teams (``Balance``)."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import ClassVar, Final

from rallypoint.core.matchmaking.pairing import Entry, Measure
from rallypoint.core.matchmaking.rules import Aggregate, Balance, Distance
from rallypoint.core.matchmaking.ticket import Member

__all__ = ["BalanceMeasure", "DistanceMeasure", "aggregate", "share"]

BUILT_IN: Final = ("rating", "party_size")


def aggregate(how: Aggregate, values: Sequence[float]) -> float:
    """A party's value from its members'."""
    if how == "mean":
        return sum(values) / len(values)
    return max(values) if how == "max" else min(values)


def share(part: float, limit: float) -> float:
    """How much of a limit is used up: from 0 to 1. Without any limit nothing is."""
    if part <= 0.0:
        return 0.0
    return min(1.0, part / limit) if limit > 0.0 else 1.0


def number_of(member: Member, attribute: str, default: float | None) -> float | None:
    """A number of one player; ``None``: it has none, and there is no default."""
    if attribute == "rating":
        return member.rating.mu
    value = member.attributes.get(attribute, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _number_refusal(rule: Distance | Balance, members: Sequence[Member]) -> str:
    if rule.attribute in BUILT_IN:
        return ""
    if all(number_of(member, rule.attribute, rule.default) is not None for member in members):
        return ""
    return f"rule {rule.name}: the attribute {rule.attribute} has to be a number"


class DistanceMeasure(Measure):
    """A value is the number, and the deviation that counts: of a mean it is the root of the summed squares, divided by
    the number of players; of the best or the worst it is that player's own."""

    rule: Distance

    def __init__(self, rule: Distance, index: int) -> None:
        super().__init__(rule, index)
        self._u = rule.uncertainty if rule.attribute == "rating" else 0.0

    @property
    def uncertain(self) -> bool:
        """Whether deviations count."""
        return self._u > 0.0

    def refusal(self, members: Sequence[Member]) -> str:
        return _number_refusal(self.rule, members)

    def value(self, members: Sequence[Member]) -> tuple[float, float]:
        rule = self.rule
        if rule.attribute == "party_size":
            return float(len(members)), 0.0
        numbers = [number_of(member, rule.attribute, rule.default) or 0.0 for member in members]
        number = aggregate(rule.party, numbers)
        if not self._u:
            return number, 0.0
        if rule.party == "mean":
            return number, self._u * hypot(*(member.rating.sigma for member in members)) / len(members)
        return number, self._u * members[numbers.index(number)].rating.sigma

    def reach(self, deviation: float, deviation_max: float, step: int) -> float:
        """How far from an entry those can be at most who pass with it, if no deviation is above that maximum."""
        limit = self.limits[step]
        return float("inf") if limit is None else limit + hypot(deviation, deviation_max)

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        limit, index = self.scales[step], self.index
        number, deviation = value.values[index]
        if not self._u:
            low, high = number - limit, number + limit
            return [entry for entry in entries if low <= entry.values[index][0] <= high]
        square = deviation * deviation
        return [
            entry
            for entry in entries
            if (over := abs((other := entry.values[index])[0] - number) - limit) <= 0.0
            or over * over <= square + other[1] * other[1]
        ]

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        index, limit = self.index, self.scales[step]
        number, _ = entry.values[index]
        scale = 1.0 / limit if limit > 0.0 else 1.0
        # Without the deviations: of two who are both near enough to be uncertain, the nearer one is the better guess.
        return [min(1.0, abs(other.values[index][0] - number) * scale) for other in entries]

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        values = [entry.values[self.index] for entry in entries]
        if not self._u:
            numbers = [number for number, _ in values]
            widest = max(numbers) - min(numbers)
        else:
            widest = 0.0
            for place, (number, deviation) in enumerate(values):
                for other, sigma in values[:place]:
                    widest = max(widest, abs(number - other) - hypot(deviation, sigma))
        return widest, share(widest, self.scales[step])


class BalanceMeasure(Measure):
    """A value is the sum of all members. Teams are divided, and measured, in :mod:`.balance`."""

    rule: Balance
    narrows: ClassVar[bool] = False

    def refusal(self, members: Sequence[Member]) -> str:
        return _number_refusal(self.rule, members)

    def value(self, members: Sequence[Member]) -> float:
        rule = self.rule
        if rule.attribute == "party_size":
            return float(len(members) ** 2)
        return sum(number_of(member, rule.attribute, rule.default) or 0.0 for member in members)

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        return entries

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        return [0.0] * len(entries)

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        return 0.0, 0.0  # of no teams yet
