"""Which parties fit into the teams of a match together.

A *shape* stands for the sizes of the tickets that were put together so far, whoever they are. ``shape.add(size)`` is
the next one, or nothing if no division into teams has room for it. Each is computed once and kept, so that the search
asks with a look into a dictionary. For the parties (of two and more) a shape knows all sums that its teams may have;
single players fill what is left.
"""

from __future__ import annotations

from typing import Final

from rallypoint.core.matchmaking.rules import TeamSize

__all__ = ["Shape", "Shapes"]

SHAPES_MAX: Final = 4096
"""So many are kept: beyond, all are forgotten."""
SUMS_MAX: Final = 2048
"""With many teams and parties, divisions beyond that are not looked at: some that would fit are not found."""
FEW_SEATS_MAX: Final = 16
"""In larger matches there are too many sets of parties to know for each whether others can fill what is left."""

_Sums = tuple[int, ...]


class Shape:
    """The sizes of some tickets."""

    __slots__ = ("_fillable", "_key", "_next", "_shapes", "complete", "full", "singles", "sums", "total")

    def __init__(self, shapes: Shapes, sums: tuple[_Sums, ...], singles: int, key: _Sums) -> None:
        self._shapes = shapes
        self._next: dict[int, Shape | None] = {}
        self._fillable: dict[frozenset[int], bool] = {}
        self._key = key
        self.sums = sums
        self.singles = singles
        self.total = sum(key) + singles
        self.full = self.total == shapes.most
        """All teams have as many as they can."""
        self.complete = shapes.complete(sums, singles)
        """All teams have as many as they need."""

    def add(self, size: int) -> Shape | None:
        """With a ticket of so many players more; ``None``: there is no room for it."""
        try:
            return self._next[size]
        except KeyError:
            found = self._next[size] = self._shapes.next(self._key, self.sums, self.singles, size)
            return found

    def fillable(self, sizes: frozenset[int]) -> bool:
        """Whether any number of tickets of such sizes can make all teams full. Only asked where shapes are few."""
        if self.full or 1 in sizes:
            return True
        known = self._fillable.get(sizes)
        if known is None:
            following = [self.add(size) for size in sorted(sizes)]
            known = any(one is not None and one.fillable(sizes) for one in following)
            self._fillable[sizes] = known
        return known


class Shapes:
    """All of a queue."""

    def __init__(self, teams: tuple[TeamSize, ...]) -> None:
        self._teams = teams
        self.most = sum(team.most for team in teams)
        self.few = self.most <= FEW_SEATS_MAX
        """There are few shapes: to ask about many costs little."""
        self._alike = [[n for n, other in enumerate(teams) if other == team] for team in dict.fromkeys(teams)]
        self._known: dict[tuple[_Sums, int], Shape] = {}
        self.empty = Shape(self, ((0,) * len(teams),), 0, ())

    def complete(self, sums: tuple[_Sums, ...], singles: int) -> bool:
        """Whether one of these divisions gives all teams as many as they need."""
        least = [team.least for team in self._teams]
        return any(sum(max(0, n - had) for n, had in zip(least, one, strict=True)) <= singles for one in sums)

    def next(self, key: _Sums, sums: tuple[_Sums, ...], singles: int, size: int) -> Shape | None:
        """The shape with one more; asked once for each."""
        if sum(key) + singles + size > self.most:
            return None
        if size == 1:
            singles += 1
        else:
            sums = self._with_party(sums, size)
            key = tuple(sorted((*key, size)))
        if not sums:
            return None
        shape = self._known.get((key, singles))
        if shape is None:
            if len(self._known) >= SHAPES_MAX:
                self._known.clear()
                self.empty._next.clear()  # the way to all others
            shape = self._known[key, singles] = Shape(self, sums, singles, key)
        return shape

    def _with_party(self, sums: tuple[_Sums, ...], size: int) -> tuple[_Sums, ...]:
        found: dict[_Sums, None] = {}
        for one in sums:
            for team, had in enumerate(one):
                if had + size <= self._teams[team].most:
                    found[self._ordered((*one[:team], had + size, *one[team + 1 :]))] = None
            if len(found) >= SUMS_MAX:
                break
        return tuple(found)

    def _ordered(self, one: _Sums) -> _Sums:
        """Teams of the same size are interchangeable: the fuller one first."""
        found = list(one)
        for alike in self._alike:
            for team, had in zip(alike, sorted([one[team] for team in alike], reverse=True), strict=True):
                found[team] = had
        return tuple(found)
