"""Which tickets of a queue are looked at, at which stage, and when time alone changes that."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, nextafter
from typing import Final

from rallypoint.core.matchmaking.pairing import Entry
from rallypoint.core.matchmaking.searching import EFFORT_MAX, Searching
from rallypoint.core.matchmaking.stages import Stages
from rallypoint.core.matchmaking.waking import Waking

__all__ = ["RETRY_S", "Presence"]

RETRY_S: Final = 1.0
"""How long a refused match rests, and after how long a search that was cut off is repeated with more effort."""

WAKE_UNITS: Final = 3
REPEAT_S: Final = 60.0
"""Such a search is repeated every so often, once it is done with all effort: others have gone by then."""


class Presence:
    """A ticket is *held* while its owner parks it, a match is proposed for it, or it rests; else it is searched for."""

    def __init__(self, stages: Stages, searching: Searching) -> None:
        self._stages = stages
        self._searching = searching
        self._waking = Waking()
        self.now = float("-inf")
        """Of the last work."""

    @property
    def due(self) -> float | None:
        """When something changes next for a ticket."""
        return self._waking.due

    def enter(self, entry: Entry) -> None:
        """It is searched for from now on."""
        entry.held = False
        entry.stage = self._stages.at(entry.wait(self.now))
        entry.effort, entry.again_at = 1, None
        self._searching.enter(entry)
        self._plan(entry)

    def leave(self, entry: Entry) -> None:
        """It is not searched for any more."""
        if not entry.held:
            entry.held = True
            self._searching.leave(entry)
            self._plan(entry)

    def free(self, entry: Entry) -> None:
        """It is searched for, unless something still holds it."""
        if entry.held and not entry.parked and entry.match is None and entry.rests_until is None:
            self.enter(entry)
        else:
            self._plan(entry)

    def gone(self, entry: Entry) -> None:
        """It is not in the queue any more."""
        self.leave(entry)
        self._waking.set(entry, None)

    def cut_off(self, entry: Entry) -> None:
        """Not all that may be with it was looked at: once more, soon, with more effort, and then now and again."""
        entry.again_at = self.now + (REPEAT_S if entry.effort == EFFORT_MAX else RETRY_S * entry.effort**2)
        entry.effort = min(EFFORT_MAX, entry.effort * 2)
        self._plan(entry)

    def wake(self, units: int) -> int:
        """Has those tried for which something has changed by now. Returns what is left of the units."""
        while units > 0 and (entry := self._waking.pop(self.now)) is not None:
            self._woken(entry)
            units -= WAKE_UNITS
        return units

    def clock_went_back(self, entries: Iterable[Entry]) -> None:
        """All waits are shorter: every ticket is at another stage, perhaps, and rests end soon all the same."""
        for entry in entries:
            if entry.rests_until is not None:
                entry.rests_until = min(entry.rests_until, self.now + RETRY_S)
            if entry.held:
                self._plan(entry)
            else:
                self.leave(entry)
                self.enter(entry)

    def _woken(self, entry: Entry) -> None:
        if entry.held:
            if entry.rests_until is not None and self.now >= entry.rests_until:
                entry.rests_until = None
            self.free(entry)
            return
        if entry.again_at is not None and self.now >= entry.again_at:
            entry.again_at = None
            self._searching.again(entry)
        stage = self._stages.at(entry.wait(self.now))
        if stage != entry.stage:
            self._searching.advance(entry, stage)
        self._plan(entry)

    def _plan(self, entry: Entry) -> None:
        """When it is to be woken."""
        at = entry.rests_until if entry.held else entry.again_at
        if not entry.held and entry.stage < len(self._stages.afters):
            change = entry.ticket.queued_at + self._stages.afters[entry.stage]
            # A sum that was rounded down is there already, and the wait is not over by its last bit: not at once again.
            change = max(change, nextafter(self.now, inf))
            at = change if at is None else min(at, change)
        self._waking.set(entry, at)
