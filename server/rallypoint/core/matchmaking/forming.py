"""A match around a ticket.

Given one or two tickets that have to be in it and others who may, a group is grown depth first: the closest candidate
joins, those who do not go with it are left out, and so on, back to the next choice where no group becomes full. The
first full group whose teams can be balanced is taken. Where a match may be smaller (ranges of team sizes after a while,
bots), the largest group that was found. The search counts what it looks at, and ends when its budget is used up.
"""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint.core.matchmaking.balance import Division, divide, gap_of, units_of
from rallypoint.core.matchmaking.exclusion import Avoiders
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.pairing import ALL, Entry
from rallypoint.core.matchmaking.shapes import Shape, Shapes
from rallypoint.core.matchmaking.stages import Stage, Stages

__all__ = ["Formed", "Forming"]


@dataclass(frozen=True, slots=True)
class Formed:
    """A group that may play."""

    entries: tuple[Entry, ...]
    division: Division
    """Of ``entries``, into teams."""


class Forming:
    """Searches of one queue. :attr:`spent` counts the units of the last one."""

    def __init__(self, measures: Measures, stages: Stages) -> None:
        self._measures = measures
        self._rules = measures.rules
        self._stages = stages
        self._shapes = Shapes(measures.rules.teams)
        self.spent = 0
        self.cut = False
        """The last search ended because its budget was used up."""
        self._budget = 0
        self._stage = stages.all[0]
        self._best: Formed | None = None
        self._best_total = 0
        self._may_be_small = False
        self._group: list[Entry] = []
        self._seats_max = measures.rules.seats_max
        self._parties = False
        """Not all candidates are single players, and which sizes still fit is known fast."""
        self._avoiders: Avoiders | None = None

    def form(self, base: list[Entry], candidates: list[Entry], stage: Stage, budget: int) -> Formed | None:
        """A match of all of ``base`` (who fit with each other) and some of the ``candidates``, the best first.

        At the limits of ``stage``. All candidates fit with the first of ``base``.
        """
        self.spent, self.cut = 0, False
        self._budget, self._stage = budget, stage
        self._best, self._best_total = None, 0
        stages = [self._stages.all[entry.stage] for entry in (*base, *candidates)]
        self._may_be_small = any(one.fills or one.bots for one in stages)
        self._parties = self._shapes.few and any(entry.size > 1 for entry in candidates)
        self._avoiders = Avoiders(stage.late, [*base, *candidates]) if stage.late else None
        self._group = list(base)
        shape: Shape | None = self._shapes.empty
        joints = tuple([ALL] * len(stage.groups))
        top = taken = avoided = 0
        for number, entry in enumerate(base):
            if self._avoiders is not None:
                own, theirs = self._avoiders.of(entry)
                taken, avoided = taken | own, avoided | theirs
            shape = shape.add(entry.size) if shape is not None else None
            top = max(top, entry.stage)
            if number:
                candidates, joints = self._narrowed(candidates, entry, joints)
            else:
                joints = self._joined(entry, joints)
        # A party may have too little in common by itself, and yet be enough players for a match.
        groups = zip(joints, stage.groups, strict=True)
        if shape is not None and all(m.narrow(base[:1], base[0], joint, step) for joint, (m, step) in groups):
            self._extend(shape, candidates, joints, top, taken, avoided)
        return self._best

    def _narrowed(
        self, entries: list[Entry], joined: Entry, joints: tuple[int, ...]
    ) -> tuple[list[Entry], tuple[int, ...]]:
        """Those who still go with the group now that ``joined`` is in it, and what that has in common."""
        stage = self._stage
        self.spent += len(entries) + 1
        for measure, step in stage.narrowing:
            entries = measure.narrow(entries, joined, ALL, step)
        if stage.groups:
            joints = self._joined(joined, joints)
            for joint, (measure, step) in zip(joints, stage.groups, strict=True):
                entries = measure.narrow(entries, joined, joint, step)
        return entries, joints

    def _joined(self, joined: Entry, joints: tuple[int, ...]) -> tuple[int, ...]:
        groups = zip(joints, self._stage.groups, strict=True)
        return tuple([measure.joint(joint, joined.values[measure.index], step) for joint, (measure, step) in groups])

    def _extend(
        self, shape: Shape, candidates: list[Entry], joints: tuple[int, ...], top: int, taken: int, avoided: int
    ) -> bool:
        """Tries all groups that contain the present one. True: the search is over.

        ``taken``, ``avoided``: the bits of the group's players, and of those whom they avoid.
        """
        if shape.full:
            return self._accept(shape, bots=False)
        if self._may_be_small:
            stage = self._stages.all[top]
            if shape.total > self._best_total and (stage.bots or (stage.fills and shape.complete)):
                self._accept(shape, bots=not shape.complete)
        if self._parties:
            candidates = [entry for entry in candidates if shape.add(entry.size) is not None]
            sizes = frozenset([entry.size for entry in candidates])
            if not self._may_be_small and not shape.fillable(sizes):
                return False  # as where nobody but parties of three waits for 4v4
        avoiders = self._avoiders
        own = theirs = 0
        reach = shape.total + sum([entry.size for entry in candidates])
        for place, entry in enumerate(candidates):
            if reach < self._seats_max and (not self._may_be_small or reach <= self._best_total):
                return False
            reach -= entry.size
            larger = shape.add(entry.size)
            if larger is None:
                continue
            if self.spent >= self._budget:
                self.cut = True
                return True
            if avoiders is not None:
                own, theirs = avoiders.of(entry)
                if own & avoided or theirs & taken:
                    self.spent += 1
                    continue
            self._group.append(entry)
            if larger.full:
                over = self._extend(larger, [], joints, max(top, entry.stage), 0, 0)
            else:
                rest, both = self._narrowed(candidates[place + 1 :], entry, joints)
                over = self._extend(larger, rest, both, max(top, entry.stage), taken | own, avoided | theirs)
            self._group.pop()
            if over:
                return True
        return False

    def _accept(self, shape: Shape, *, bots: bool) -> bool:
        """The present group may be the match, if its teams can be balanced."""
        group, measures = self._group, self._measures
        index = measures.divider.index
        sizes, values = [entry.size for entry in group], [entry.values[index] for entry in group]
        self.spent += units_of(sizes, self._rules.teams)
        found = divide(sizes, values, self._rules.teams, bots=bots)
        if found is None:
            return False
        division, gap = found
        for balance, limit in self._stage.balances:
            if balance is not measures.divider:
                gap = gap_of(division, sizes, [entry.values[balance.index] for entry in group])
            if gap > limit:
                return False
        self._best, self._best_total = Formed(tuple(group), division), shape.total
        return True
