"""When a session's steps are due. Ticks are counted, never slept.

Tick n of a session is due at ``start + n / tick_hz``. Sessions of one node are spread over the tick interval by the
golden ratio, so that however many there are, their steps do not fall on the same moment. A session that is late makes
up for it, but at most ``catch_up_max`` ticks at once: what is beyond that is skipped, its session time stands still for
as long, and its later ticks are due from then on.

The steps of a turn-based session are due when it says so; those of a paused one, when an operator does.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

__all__ = ["SLACK_S", "AnySchedule", "PausedSchedule", "Schedule", "TurnSchedule", "phase"]

SLACK_S: Final = 1e-6
"""A tick is due this much early: times are sums of many intervals, and have lost their last digits."""
STEP_S: Final = 0.005
"""So soon after a step of a paused session comes the next, if several were asked for."""
_EASE: Final = 4
_GOLDEN: Final = 0.6180339887498949


def phase(number: int, interval_s: float) -> float:
    """Offset in seconds for the session with that running number: well spread for any count of sessions."""
    return number * _GOLDEN % 1.0 * interval_s


class Schedule:
    """The tick schedule of one session. Times are seconds of one monotonic clock."""

    __slots__ = ("_eased", "_interval_s", "_made", "_origin", "catch_up_max", "queued", "skipped")

    def __init__(self, tick_hz: int, start: float, catch_up_max: int = 5, *, made: int = 0) -> None:
        """``made``: so many ticks were made before ``start``; the next is due one interval after it."""
        self._interval_s = 1.0 / tick_hz
        self._origin = start - made * self._interval_s
        self._made = made
        self._eased = 0
        self.catch_up_max = catch_up_max
        self.skipped = 0
        """Ticks given up because the node was too late."""
        self.queued = math.inf
        """When whoever drives this looks at it next."""

    @property
    def origin(self) -> float:
        """When session time was 0; moved by what was skipped."""
        return self._origin

    @property
    def next_due(self) -> float:
        """When the next tick is due."""
        return self._origin + (self._made + 1) * self._interval_s

    def due(self, now: float) -> int:
        """How many ticks to make now, at most ``catch_up_max``. They count as made. What lies beyond is skipped."""
        behind = int((now - self._origin + SLACK_S) / self._interval_s) - self._made
        if behind <= 0:
            return 0
        if behind > self.catch_up_max:
            over = behind - self.catch_up_max
            self.skipped += over
            self._origin += over * self._interval_s
            behind = self.catch_up_max
        self._made += behind
        return behind

    def put_off(self) -> bool:
        """Asked when a tick is due and the node is to do less: true for three of four, which are given up."""
        self._eased = (self._eased + 1) % _EASE
        if not self._eased:
            return False
        self.skipped += 1
        self._origin += self._interval_s
        return True


class TurnSchedule:
    """The schedule of a turn-based session: nothing is due until it is set."""

    __slots__ = ("_steps", "catch_up_max", "next_due", "origin", "queued", "skipped")

    def __init__(self, origin: float, catch_up_max: int = 16) -> None:
        self.origin = origin
        """When session time was 0."""
        self.next_due = math.inf
        self.catch_up_max = catch_up_max
        self.skipped = 0
        self.queued = math.inf
        self._steps = 1

    def set(self, at: float, steps: int = 1) -> None:
        """The next step is due at ``at`` (``inf``: none is); ``steps`` of them, if so much waits."""
        self.next_due = at
        self._steps = steps

    def put_off(self) -> bool:
        """A turn-based session makes few steps, and each is waited for: none is given up."""
        return False

    def due(self, now: float) -> int:
        """How many steps to make now, at most ``catch_up_max``. They count as made."""
        if now < self.next_due - SLACK_S:
            return 0
        self.next_due = math.inf
        return max(1, min(self._steps, self.catch_up_max))


class PausedSchedule:
    """The schedule of a session that an operator has paused: nothing is due but the steps that are asked for.

    One at a time, so that they delay no other session more than its own steps do.
    """

    __slots__ = ("catch_up_max", "left", "next_due", "origin", "queued", "skipped")

    def __init__(self, origin: float, skipped: int) -> None:
        """``skipped``: so many ticks were given up before."""
        self.origin = origin
        self.next_due = math.inf
        self.catch_up_max = 1
        self.skipped = skipped
        self.queued = math.inf
        self.left = 0
        """Steps that were asked for and are not made."""

    def ask(self, steps: int, at: float) -> None:
        """So many steps more, the first at ``at``."""
        self.left += steps
        self.next_due = min(self.next_due, at)

    def forget(self) -> None:
        """There is nothing to make a step for."""
        self.left = 0
        self.next_due = math.inf

    def put_off(self) -> bool:
        """They were asked for: none is given up."""
        return False

    def due(self, now: float) -> int:
        """1 if a step is to be made now. It counts as made, and the next is due with the next look."""
        if not self.left or now < self.next_due - SLACK_S:
            return 0
        self.left -= 1
        self.next_due = now + STEP_S if self.left else math.inf
        return 1


AnySchedule: TypeAlias = Schedule | TurnSchedule | PausedSchedule
