"""Who plays a player's seats: a bot of the game, or hands that press this and that.

What hands do is numbered, so that whoever watches knows each thing again: an action's field ``number`` and a hold's
field ``value`` are drawn 1, 2, 3... from the player's own counters, in all seats and sessions. All else is random.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from rallypoint_client import NotConnected, TooManyOutstanding
from rallypoint_client.seat import Seat
from rallypoint_client.seat_state import SeatState
from rallypoint_protocol.schema import (
    Bool,
    Bytes,
    Enumeration,
    Fixed,
    Float,
    InputDef,
    Int,
    OptionalOf,
    Ref,
    Str,
    TupleOf,
    WireType,
)

__all__ = ["Acted", "Counters", "Hands", "is_numbered"]

_NUMBERED: Final = ("number", "value")
_OWN_ENTITIES: Final = 2
"""The game and its players: the entities of a schema that come first."""
_PAUSE_S: Final = (0.2, 2.0)
"""Between two looks at a turn-based game, where nothing may happen for long."""
_PASSES_PER_S: Final = 30
"""What is reckoned with in a turn-based game."""
_BURST: Final = 36
"""More actions than a client keeps."""
_AIMS: Final = ("predicted", "near", "wild", "")
"""How they say which tick an input is meant for, in a game with an input buffer; "": they do not."""
_FAR: Final = (-100, -1, 100, 1_000_000_000)
"""Wrong ones, from the newest tick on."""


@dataclass(frozen=True, slots=True)
class Acted:
    """Something that a player did, and the client library took."""

    seat: Seat
    session: str
    seq: int | None
    """Its number on the wire; ``None`` for a hold that was kept, to be sent later."""
    value: int
    hold: bool
    at: float = 0.0
    """On the device's clock."""
    queue_s: float | None = None
    """Within how many seconds it was to be sent, without a connection; ``None``: with one."""


@dataclass(slots=True)
class Counters:
    """The last number of an action, and of a hold."""

    number: int = 0
    value: int = 0
    skipped: int = 0
    """Actions that the library did not take: the connection was away, or too many waited already."""
    acted: list[Acted] = field(default_factory=list)


def is_numbered(seat: Seat) -> bool:
    """True if the game can be played by hands so that each thing is known again."""
    return any(each.name in _NUMBERED for definition in seat.schema.inputs for each in definition.fields)


class Hands:
    """Plays one seat from now on. How busily is drawn, too."""

    def __init__(self, seat: Seat, dice: Random, counters: Counters) -> None:
        self._dice = dice
        self._counters = counters
        self._holds = [each for each in seat.schema.inputs if each.hold]
        self._actions = [each for each in seat.schema.inputs if not each.hold]
        hz = seat.schema.tick_hz or _PASSES_PER_S  # in turns, a pass comes with what somebody does: hardly ever at once
        self._hold_chance = dice.choice((0.5, 2.0, 6.0)) / hz if self._holds else 0.0
        self._act_chance = dice.choice((0.3, 1.0, 3.0, 6.0)) / hz if self._actions else 0.0
        self._burst_chance = dice.choice((0.0, 0.0, 0.05)) / hz
        self._draws = dice.random() < 0.2
        """It shows the state as a renderer does, now and then."""
        self._taps = dice.random() < 0.4
        """It presses keys and lets them go within a pass."""
        restless = dice.random() < 0.5
        """It does not mind whether there is a connection."""
        self._queue_s = dice.choice((None, 0.5, 5.0))
        self._seat = seat
        self._aim, self._predicted = "", None
        if seat.schema.input_buffer_ticks and not seat.spectator:
            self._aim = dice.choice(_AIMS)
            if self._aim == "predicted" and len(seat.schema.entities) > _OWN_ENTITIES:
                kind = seat.schema.entities[_OWN_ENTITIES].name
                self._predicted = seat.predict(kind, lambda entity, held, dt: None)
        if not seat.spectator:
            seat.on_pass = self.on_pass
            if restless or not seat.schema.tick_hz:
                self._look()

    def on_pass(self, seat: Seat) -> None:
        """A pass came."""
        roll = self._dice.random() - self._hold_chance
        if roll < 0.0:
            self._hold(seat)
            if self._taps and self._dice.random() < 0.5:
                self._hold(seat)
            return
        roll -= self._act_chance
        if roll < 0.0:
            self._act(seat)
            return
        roll -= self._burst_chance
        if roll < 0.0:
            for _ in range(_BURST):
                self._act(seat)
                if self._holds:
                    self._hold(seat)
        elif self._draws and roll < 0.1:
            seat.view()
            if self._predicted is not None:
                self._predicted.view()

    def _look(self) -> None:
        """In a game without a clock, where no pass may come for long; and for the restless."""
        if self._seat.state is not SeatState.CLOSED:
            if self._holds and self._dice.random() < 0.5:
                self._hold(self._seat)
            else:
                self._act(self._seat)
            asyncio.get_running_loop().call_later(self._dice.uniform(*_PAUSE_S), self._look)

    def _hold(self, seat: Seat) -> None:
        counters = self._counters
        counters.value += 1
        seq = seat.hold(self._input(seat, self._dice.choice(self._holds)))
        counters.acted.append(Acted(seat, seat.session, seq, counters.value, True))

    def _act(self, seat: Seat) -> None:
        counters = self._counters
        counters.number += 1
        waits_s = None if seat.state is SeatState.PLAYING else self._queue_s
        try:
            seq = seat.act(self._input(seat, self._dice.choice(self._actions)), queue_s=self._queue_s)
        except (NotConnected, TooManyOutstanding):
            counters.skipped += 1
            return
        now = asyncio.get_running_loop().time()
        counters.acted.append(Acted(seat, seat.session, seq, counters.number, False, now, waits_s))

    def _input(self, seat: Seat, definition: InputDef) -> Any:
        made: Callable[..., Any] = getattr(seat.inputs, definition.name)
        return made(**dict(self._fields(definition)), **self._meant_for(seat))

    def _meant_for(self, seat: Seat) -> dict[str, int]:
        """The tick that an input is meant for, if it is to say one; a prediction says it by itself."""
        if self._aim not in ("near", "wild") or self._dice.random() < 0.2:
            return {}
        near = self._dice.randrange(-1, 7) if self._aim == "near" or self._dice.random() < 0.5 else None
        ahead = self._dice.choice(_FAR) if near is None else near
        return {"at": max(-1, seat.latest.tick + ahead)}

    def _fields(self, definition: InputDef) -> Iterator[tuple[str, Any]]:
        for each in definition.fields:
            if each.name == "number" and not definition.hold:
                yield each.name, self._counters.number
            elif each.name == "value" and definition.hold:
                yield each.name, self._counters.value
            else:
                yield each.name, _value(each.type, self._dice)


def _value(type_: WireType, dice: Random) -> Any:
    """Any value of a field: small numbers more often than large ones. No schema says what a game accepts."""
    match type_:
        case Int():
            return min(9, int(dice.expovariate(0.5)))
        case Bool():
            return dice.random() < 0.5
        case Float() | Fixed():
            return dice.random()
        case Str():
            return dice.choice(("", "a", "hello"))
        case Bytes():
            return b""
        case Enumeration(_, members):
            return dice.choice(members)[1]
        case Ref():
            return 0
        case OptionalOf(inner):
            return None if dice.random() < 0.5 else _value(inner, dice)
        case TupleOf(items, more):
            types = [items[0]] * dice.randrange(3) if more else list(items)
            return tuple(_value(each, dice) for each in types)
