"""Rules about who is not matched with whom: those who differ (``Equal``), and who avoids whom (``Avoid``)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from rallypoint.core.matchmaking.pairing import Entry, Measure
from rallypoint.core.matchmaking.rules import Avoid, Equal
from rallypoint.core.matchmaking.ticket import Member
from rallypoint_protocol.ids import PlayerId

__all__ = ["AvoidMeasure", "Avoiders", "DodgersMeasure", "EqualMeasure", "SortMeasure"]


class SortMeasure(Measure):
    """Tickets are of sorts, and only those of the same sort are matched: the base of the next two."""

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        index = self.index
        sort = value.values[index]
        return [entry for entry in entries if entry.values[index] == sort]

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        index = self.index
        sort = entry.values[index]
        return [0.0 if other.values[index] == sort else 1.0 for other in entries]

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        """Of how many sorts more than one."""
        more = len({entry.values[self.index] for entry in entries}) - 1
        return float(more), 1.0 if more else 0.0


class EqualMeasure(SortMeasure):
    """A value is the attribute, and whether it is a truth value (``True`` is not 1)."""

    rule: Equal

    def _sort(self, member: Member) -> Hashable:
        value = member.attributes.get(self.rule.attribute, self.rule.default)
        return (value, True) if isinstance(value, bool) else value

    def refusal(self, members: Sequence[Member]) -> str:
        sorts = [self._sort(member) for member in members]
        if None in sorts:
            return f"rule {self.rule.name}: the attribute {self.rule.attribute} is missing"
        if any(sort != sorts[0] for sort in sorts):
            return f"rule {self.rule.name}: the members of the party differ in {self.rule.attribute}"
        return ""

    def value(self, members: Sequence[Member]) -> Hashable:
        return self._sort(members[0])


class DodgersMeasure(SortMeasure):
    """A value is whether a member has declined too often: a party with one is like that one."""

    rule: Avoid

    def refusal(self, members: Sequence[Member]) -> str:
        return ""

    def value(self, members: Sequence[Member]) -> bool:
        return any(member.dodges >= self.rule.limit for member in members)


class AvoidMeasure(Measure):
    """A value is whom the members avoid, as they came with it: copies of it, or sets, would be most of a ticket."""

    rule: Avoid

    def refusal(self, members: Sequence[Member]) -> str:
        return ""

    def value(self, members: Sequence[Member]) -> tuple[Collection[PlayerId], ...]:
        if self.rule.what == "blocked":
            return tuple(member.blocked for member in members if member.blocked)
        return tuple(met for member in members for met in member.recent[: self.rule.matches] if met)

    def narrow(self, entries: list[Entry], value: Entry, joint: int, step: int) -> list[Entry]:
        index, players = self.index, value.players
        avoided = value.values[index]
        if avoided:
            whole = frozenset[PlayerId]().union(*avoided)
            entries = [entry for entry in entries if whole.isdisjoint(entry.players)]
        if len(players) > 1:
            return [entry for entry in entries if not any(_meet(players, their) for their in entry.values[index])]
        kept, only = [], players[0]
        for entry in entries:  # the same, for most tickets, in half the time
            for their in entry.values[index]:
                if only in their:
                    break
            else:
                kept.append(entry)
        return kept

    def _avoid(self, a: Entry, b: Entry) -> bool:
        index = self.index
        if any(_meet(b.players, met) for met in a.values[index]):
            return True
        return any(_meet(a.players, met) for met in b.values[index])

    def costs(self, entries: list[Entry], entry: Entry, step: int) -> list[float]:
        if self.limits[step] is not None:
            return [0.0] * len(entries)  # else they would not be candidates
        return [1.0 if self._avoid(entry, other) else 0.0 for other in entries]

    def score(self, entries: Sequence[Entry], step: int) -> tuple[float, float]:
        """How many pairs there are that avoid each other."""
        if self.limits[step] is not None:
            return 0.0, 0.0
        pairs = sum(self._avoid(one, other) for place, one in enumerate(entries) for other in entries[:place])
        return float(pairs), 1.0 if pairs else 0.0


class Avoiders:
    """Who of some tickets avoids whom, as bits: one for each player. Those of a ticket are prepared once asked for."""

    def __init__(self, measures: Sequence[AvoidMeasure], entries: Sequence[Entry]) -> None:
        self._measures = measures
        self._bits: dict[PlayerId, int] = {}
        for entry in entries:
            for player in entry.players:
                self._bits[player] = 1 << len(self._bits)
        self._known: dict[Entry, tuple[int, int]] = {}

    def of(self, entry: Entry) -> tuple[int, int]:
        """The bits of its players, and of those whom it avoids. One of ``entries``."""
        known = self._known.get(entry)
        if known is None:
            own = avoided = 0
            for player in entry.players:
                own |= self._bits[player]
            for measure in self._measures:
                for met in entry.values[measure.index]:
                    avoided |= self._bits_of(met)
            known = self._known[entry] = own, avoided
        return known

    def _bits_of(self, avoided: Collection[PlayerId]) -> int:
        found, bits = 0, self._bits
        if isinstance(avoided, frozenset):  # a block list, which may be long
            for player, bit in bits.items():
                if player in avoided:
                    found |= bit
        else:
            for player in avoided:
                found |= bits.get(player, 0)
        return found


def _meet(players: Sequence[PlayerId], avoided: Collection[PlayerId]) -> bool:
    """Whether one of the players is among these few."""
    return players[0] in avoided if len(players) == 1 else any(player in avoided for player in players)
