"""Inputs that wait for the tick that they are meant for.

What a client sends at an even pace arrives unevenly: two inputs before one step, none before the next. A client of a
game with an input buffer says in ``at`` in which step it wants an input to be applied, and sends it a little early;
what is early waits here, and what the network delayed no more than that is still in time.

A seat's inputs keep their order: one that comes after an early one waits at least as long. None waits more than
``bound`` steps beyond the next one, whatever it says; and how many wait is bounded with all that wait for a step.
"""

from __future__ import annotations

from rallypoint_protocol.inputs import Input

from .seat import Seat

__all__ = ["InputBuffer"]


class InputBuffer:
    """Of one session. Without inputs that wait it holds nothing."""

    __slots__ = ("_due", "_last")

    def __init__(self) -> None:
        self._due: dict[int, list[tuple[Seat, Input]]] = {}
        """By tick, in the order of arrival."""
        self._last: dict[int, int] = {}
        """For each seat, the tick that its last input to wait has waited for, or waits for."""

    def put(self, seat: Seat, message: Input, next_tick: int, bound: int) -> bool:
        """True if the input waits here; False if it is to be applied in the next step, ``next_tick``.

        ``bound``: how many steps beyond the next one it may wait.
        """
        due = max(min(message.at, next_tick + bound), self._last.get(seat.index, 0))
        if due <= next_tick:
            return False
        self._last[seat.index] = due
        self._due.setdefault(due, []).append((seat, message))
        return True

    def take(self, tick: int) -> list[tuple[Seat, Input]]:
        """Those that have waited for this step, in the order of their arrival. To be asked for every tick."""
        return self._due.pop(tick, [])

    def take_of(self, seat: Seat, next_tick: int) -> list[tuple[Seat, Input]]:
        """All of one seat that wait beyond the next step, in order: they wait no longer.

        Those that wait for the next step stay: they come before all that has arrived since the last.
        """
        if self._last.pop(seat.index, 0) <= next_tick:
            return []
        found = []
        for tick in sorted(tick for tick in self._due if tick > next_tick):
            found += [item for item in self._due[tick] if item[0] is seat]
            self._due[tick] = [item for item in self._due[tick] if item[0] is not seat]
        return found

    def waiting(self) -> list[tuple[Seat, Input]]:
        """All that wait, in the order in which they are going to be applied. They go on waiting."""
        return [item for tick in sorted(self._due) for item in self._due[tick]]
