"""When the inputs of a seat are to be applied, by docs/protocol.md: in the next step, or the one they are meant for."""

from __future__ import annotations

from typing import Any

from rallypoint.core.seat import Seat
from rallypoint.game.definition import Definition
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST

__all__ = ["Dues", "bound_of", "fields_of", "meant_for"]


def fields_of(definition: Definition, message: list[Any]) -> list[Any]:
    """An input's own fields."""
    return message[3 : 3 + len(definition.schema.inputs[message[0] - GAME_INPUT_KIND_FIRST].fields)]


def meant_for(definition: Definition, message: list[Any]) -> int:
    """The tick that an input is meant for; -1: none."""
    more = message[3 + len(definition.schema.inputs[message[0] - GAME_INPUT_KIND_FIRST].fields) :]
    return int(more[0]) if more else -1


def bound_of(host: SessionHost, seat: Seat) -> int:
    """How many ticks beyond the next an input of that seat may wait that comes now."""
    if not host.definition.options.input_buffer_ticks or not seat.in_game:
        return 0
    players = getattr(host.core.game, "player_list", ())
    return next((int(each.input_buffer_ticks) for each in players if each.seat == seat.index), 0)


class Dues:
    """Of one seat, in a game by the clock."""

    def __init__(self) -> None:
        self.waiting: dict[int, int] = {}
        """By number: in which step it is due."""
        self.last = 0
        """The newest that is due by a step that was looked at."""
        self._latest = 0

    def came(self, host: SessionHost, seat: Seat, message: list[Any]) -> int:
        """The server has that input: the step in which it is due. One never comes before what came before it."""
        next_tick = host.core.tick + 1
        at = meant_for(host.definition, message)
        if host.core.paused is not None:  # nothing waits longer than for the next step that is asked for
            self.release(next_tick)
            at = -1
        due = max(next_tick, min(at, next_tick + bound_of(host, seat)), self._latest)
        self._latest = due
        self.waiting[message[1]] = due
        return due

    def by(self, tick: int) -> int:
        """The newest input that is due in that step or before; those are forgotten."""
        for seq in [seq for seq, due in self.waiting.items() if due <= tick]:
            self.last = max(self.last, seq)
            del self.waiting[seq]
        return self.last

    def release(self, next_tick: int) -> None:
        """The connection is another one: nothing waits longer than for the next step."""
        self._latest = 0
        for seq in self.waiting:
            self.waiting[seq] = min(next_tick, self.waiting[seq])

    def taken_back(self, received: int) -> None:
        """The server has not taken what came after that."""
        self.last = min(self.last, received)
        for seq in [seq for seq in self.waiting if seq > received]:
            del self.waiting[seq]

    def clear(self) -> None:
        """The server is another one: all that waited is said again."""
        self.waiting.clear()
        self.last = self._latest = 0
