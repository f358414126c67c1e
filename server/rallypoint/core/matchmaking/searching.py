"""Which tickets are tried next, and with whom.

Each ticket is tried when it comes in, when it comes back, and when its stage changes: a match *around* it is looked
for, among those near it. A ticket that was tried without success is left alone until another comes near it: that one
tries for both. Limits depend on the oldest ticket of a match (or the newest: ``QueueRules.age``), so a newcomer tries
at its own limits first, and then at those of up to ``OTHERS_MAX`` others that are of another stage, with each of them.

The order is that of :attr:`Entry.rank`. A try that was cut off (too many candidates, too many combinations) is repeated
soon with more effort, ``EFFORT_MAX`` times as much in the end, and then every minute: nobody is passed over for ever.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

from rallypoint.core.matchmaking.forming import Formed, Forming
from rallypoint.core.matchmaking.measures import Measures
from rallypoint.core.matchmaking.near import WINDOW_MAX, Near
from rallypoint.core.matchmaking.pairing import ALL, Entry
from rallypoint.core.matchmaking.stages import Stage, Stages

__all__ = ["EFFORT_MAX", "Searching"]

OTHERS_MAX: Final = 16
BUDGET: Final = 1000
"""Units of one try."""
EFFORT_MAX: Final = 4
LOOK_SHARE: Final = 2
"""Merely taking a ticket from the index costs this part of a unit."""

CLOSE_UNITS: Final = 3
"""What each who passes counts for: its cost is computed."""

_Task = tuple[tuple[float, ...], int, Entry, Entry | None]


class Searching:
    """The tickets of one queue that may be matched now."""

    def __init__(self, measures: Measures, stages: Stages) -> None:
        rules = measures.rules
        self._stages = stages
        self._oldest = rules.age == "oldest"
        self._near = Near(measures)
        self._forming = Forming(measures, stages)
        self._window = 12 * rules.seats_max
        self._enough = 3 * rules.seats_max
        self._tasks: list[_Task] = []
        self._count = 0
        self._clock = 0

    @property
    def busy(self) -> bool:
        """There are tickets to be tried."""
        return bool(self._tasks)

    def enter(self, entry: Entry) -> None:
        """It may be matched from now on."""
        self._near.add(entry)
        self.arrive(entry)

    def leave(self, entry: Entry) -> None:
        """It may not be matched any more."""
        self._near.remove(entry)
        entry.todo = False

    def arrive(self, entry: Entry) -> None:
        """It is to be tried, also with those who were tried before it."""
        self._clock += 1
        entry.arrived = self._clock
        self.again(entry)

    def advance(self, entry: Entry, stage: int) -> None:
        """It has come to a later stage, and is to be tried at the limits of that.

        The limits of a match are those of one of its tickets: at the limits of others nothing has changed by this. What
        goes by the oldest ticket in any case (smaller matches, bots) may be new to those who are younger.
        """
        before, after = self._stages.all[entry.stage], self._stages.all[stage]
        entry.stage = stage
        smaller = (after.fills, after.bots) != (before.fills, before.bots)
        if entry.arrived or (smaller and not self._oldest):
            self.arrive(entry)
        else:
            self.again(entry)

    def again(self, entry: Entry) -> None:
        """It is to be tried."""
        if not entry.todo:
            entry.todo = True
            self._add(entry.rank, entry, None)

    def next(self) -> tuple[Entry, Entry | None] | None:
        """The next ticket to be tried, and the other one if it is to be with that; ``None``: there is none."""
        while self._tasks:
            _, _, entry, other = heappop(self._tasks)
            if other is None:
                if entry.todo and not entry.held:
                    entry.todo = False
                    self._clock += 1
                    entry.tried = self._clock
                    return entry, None
            elif not entry.held and not other.held:
                return entry, other
        return None

    def around(self, entry: Entry) -> tuple[Formed | None, int, bool]:
        """A match with this ticket at its own limits; units spent; whether the search was cut off."""
        stage = self._stages.all[entry.stage]
        found, looked, cut = self._candidates(entry, stage, entry.effort)
        formed = self._forming.form([entry], found, stage, BUDGET * entry.effort)
        return formed, looked + self._forming.spent, cut or self._forming.cut

    def others(self, entry: Entry) -> int:
        """After :meth:`around` found nothing: tries are planned with those whose limits are others. Units spent."""
        if len(self._stages.all) == 1 or not entry.arrived:
            return 0
        widest = self._stages.all[-1]
        found, _ = self._near.around(entry, widest, WINDOW_MAX)
        stage, since, oldest = entry.stage, entry.arrived, self._oldest
        there = [
            other
            for other in found
            if other.tried < since and not other.todo and (other.stage > stage if oldest else other.stage < stage)
        ]
        there.sort(key=_rank)
        planned = 0
        for other in there:
            if self._pass(entry, other):
                self._add(min(entry.rank, other.rank), entry, other)
                planned += 1
                if planned == OTHERS_MAX:
                    break
        else:
            entry.arrived = 0
        return len(found) // LOOK_SHARE + len(there)

    def near(self, entry: Entry, window: int) -> list[Entry]:
        """Those nearest to one (who need not be here), in no order that matters, as far as any of them may reach."""
        widest = self._stages.all[-1]
        found, _ = self._near.around(entry, widest, window)
        return self._going_with(entry, found, widest)

    def with_both(self, entry: Entry, other: Entry) -> tuple[Formed | None, int]:
        """A match with both, at the limits of ``other``; units spent."""
        stage = self._stages.all[other.stage]
        if not self._pass(entry, other):
            return None, 1
        found, looked, _ = self._candidates(other, stage, 1)
        found = [one for one in found if one is not entry]
        formed = self._forming.form([other, entry], found, stage, BUDGET)
        return formed, looked + self._forming.spent

    def _candidates(self, entry: Entry, stage: Stage, effort: int) -> tuple[list[Entry], int, bool]:
        """Those who may be with it, the closest first; units spent; whether there were more.

        The window grows until enough have been found.
        """
        window, looked = self._window * effort, 0
        while True:
            found, cut = self._near.around(entry, stage, window)
            looked += len(found) // LOOK_SHARE
            if not self._oldest:
                found = [one for one in found if one.stage >= stage.number]
            found = self._going_with(entry, found, stage)
            if not cut or window >= WINDOW_MAX * effort or len(found) >= self._enough:
                break
            window = min(window * 2, WINDOW_MAX * effort)
        if len(found) > 1:
            found = self._by_cost(entry, found, stage)
        return (
            found[: self._enough * 2 * effort],
            looked + CLOSE_UNITS * len(found),
            cut or len(found) > self._enough * 2 * effort,
        )

    def _going_with(self, entry: Entry, found: list[Entry], stage: Stage) -> list[Entry]:
        for measure, step in (*stage.pairs, *stage.groups):
            if not found:
                break
            joint = measure.joint(ALL, entry.values[measure.index], step)
            found = measure.narrow(found, entry, joint, step)
        return found

    def _pass(self, entry: Entry, other: Entry) -> bool:
        return bool(self._going_with(other, [entry], self._stages.all[other.stage]))

    def _by_cost(self, entry: Entry, found: list[Entry], stage: Stage) -> list[Entry]:
        """The closest first; among equals in the order of :attr:`Entry.rank`."""
        found.sort(key=_rank)
        if not stage.costs:
            return found
        totals = [0.0] * len(found)
        for measure, step, weight in stage.costs:
            costs = measure.costs(found, entry, step)
            totals = [total + weight * cost for total, cost in zip(totals, costs, strict=True)]
        return [found[place] for place in sorted(range(len(found)), key=totals.__getitem__)]

    def _add(self, rank: tuple[float, ...], entry: Entry, other: Entry | None) -> None:
        self._count += 1
        heappush(self._tasks, (rank, self._count, entry, other))


def _rank(entry: Entry) -> tuple[float, ...]:
    return entry.rank
