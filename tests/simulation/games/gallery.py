"""Gallery: Books where inputs wait for the tick that they are meant for, and where handlers look at the past.

Ducks come, move, change hands and go. Each ``Put`` looks at them as they were after several ticks: the one that the
player was shown, and others, some of which are not kept any more or are not yet. ``game.looks`` is what the last step's
handlers saw. Every ``Put`` with a number that is divisible by 7 gives its player another bound for what may wait, and
one that is divisible by 3 moves a duck before the next handler looks.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from rallypoint import Entity, field, fixed, on, private

from .books import Put, Told
from .ledgers import Bookkeeper, Books, Lean

__all__ = ["DUCKS_MAX", "Duck", "Gallery", "Lean", "Look", "Mood", "Put", "Seen", "Told", "seen_of"]

DUCKS_MAX: Final = 5
_BOUNDS: Final = (0, 1, 2, 4, 9)


class Mood(enum.IntEnum):
    """Of a duck."""

    CALM = 0
    CROSS = 1


class Duck(Entity):
    """Some of it is kept for who looks back."""

    x: float = fixed(0.01, rewind=True)
    laps: int = field(0, rewind=True)
    mood: Mood = field(Mood.CALM, rewind=True)
    name: str = private("", rewind=True)
    colour: int = field(0)


class Seen(msgspec.Struct):
    """What is kept of a duck."""

    x: float
    laps: int
    mood: Mood
    name: str


class Look(msgspec.Struct):
    """What a handler saw."""

    step: int
    duck: int
    tick: int
    """It was asked for."""
    saw: Seen | None
    present: Seen
    """As the duck was when the handler ran."""
    since: list[int]
    """The ticks since then."""


def seen_of(duck: Duck) -> Seen:
    """A duck, as it is or as it was."""
    return Seen(duck.x, duck.laps, duck.mood, duck.name)


class Gallery(
    Books,
    seats=(1, 4),
    tick_hz=20,
    grace_s=4,
    grace_budget_s=12,
    start_after_s=4,
    room_wait_s=6,
    spectators=2,
    input_buffer_ticks=4,
    rewind_ticks=6,
):
    """For anybody at once."""

    looks: list[Look] = private([])

    def tick(self) -> None:
        super().tick()
        dice = self.random
        ducks = self.all(Duck)
        for duck in ducks:
            duck.x += dice.uniform(-1.0, 1.0)
            if dice.random() < 0.3:
                duck.laps += 1
                duck.mood = dice.choice(list(Mood))
        if len(ducks) < 2 or (len(ducks) < DUCKS_MAX and dice.random() < 0.1):
            self.spawn(Duck, x=dice.uniform(-9.0, 9.0), name=f"duck{self.now_tick}")
        elif dice.random() < 0.2:
            duck = dice.choice(ducks)
            match dice.randrange(4):
                case 0:
                    self.destroy(duck)
                case 1:
                    self.give(duck, dice.choice([None, *self.players]))
                case 2:
                    self.set_channel(duck, dice.choice(["everyone", "red"]))
                case _:
                    duck.name += "!" if len(duck.name) < 20 else ""

    @on(Put)
    def put(self, player: Bookkeeper, put: Put) -> None:
        """One entry, as in Books; and a look at the past."""
        super().put(player, put)
        if self.looks and self.looks[0].step != self.now_tick:
            self.looks = []
        dice = self.random
        for tick in (put.tick, self.now_tick - dice.randrange(10), dice.choice((-1, 0, self.now_tick + 3))):
            for duck in self.all(Duck):
                past = self.rewind(duck, tick)
                saw = None if past is None else seen_of(past)
                self.looks.append(Look(self.now_tick, duck.id, tick, saw, seen_of(duck), self.ticks_since(tick)))
        if put.number % 7 == 0:
            player.input_buffer_ticks = dice.choice(_BOUNDS)
        if put.number % 3 == 0:
            for duck in self.all(Duck)[:1]:
                duck.laps += 10
