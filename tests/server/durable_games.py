"""Games for tests that end their server: what they must not lose is easy to see."""

from __future__ import annotations

import os
from typing import Any

from rallypoint import Action, Event, Game, Player, Result, field, on, private


class Put(Action):
    number: int


class Finish(Action):
    pass


class Die(Action):
    """The process dies of it, in the step."""


class Noted(Event):
    number: int


class Writer(Player):
    last: int = field(0)
    notes: list[int] = private([])


class Book(Game[Writer], seats=(2, 4), tick_hz=20, grace_s=5):
    """Each player's numbers, in order."""

    uses = (Put, Finish, Die, Noted)
    count: int = field(0)
    rung: int = field(0)
    dice: int = field(0)

    def started(self) -> None:
        self.after(0.5, "ring")

    def ring(self) -> None:
        self.rung += 1
        self.dice = self.random.randrange(1_000_000)
        self.after(0.5, "ring")

    @on(Put)
    def put(self, player: Writer, put: Put) -> None:
        player.notes.append(put.number)
        player.last = put.number
        self.count += 1
        self.emit(player, Noted(put.number))

    @on(Finish)
    def over(self, player: Writer, _: Finish) -> None:
        self.finish(Result(winners=[player], data={"notes": [each.notes for each in self.players]}))

    @on(Die)
    def die(self, player: Writer, _: Die) -> None:
        os.kill(os.getpid(), 9)


class Letters(Game[Writer], seats=2, tick_hz=0, grace_s=5):
    """The same, by turns: a clock runs only while the server does."""

    uses = (Put, Noted)
    late: int = field(0)

    def started(self) -> None:
        self.after(3600.0, "flag")

    def flag(self) -> None:
        self.late += 1

    def signalled(self, name: str, data: Any) -> None:
        self.late += 100

    @on(Put)
    def put(self, player: Writer, put: Put) -> None:
        player.notes.append(put.number)
        player.last = put.number
        self.emit(player, Noted(put.number))
