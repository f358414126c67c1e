"""A game for tests that pause it: what it did is in its state, and can be done again from its replay."""

from __future__ import annotations

from rallypoint import Action, Event, Game, Hold, Player, Result, field, on, private


class Push(Hold):
    by: int


class Put(Action):
    number: int


class Finish(Action):
    pass


class Noted(Event):
    number: int


class Walker(Player):
    way: int = field(0)
    last: int = field(0)
    notes: list[int] = private([])


class Path(Game[Walker], seats=(2, 4), tick_hz=20, grace_s=1, replayable=True):
    """Everybody goes on for as long as they push; a bell rings each second, with a number that nobody can guess."""

    uses = (Push, Put, Finish, Noted)
    beats: int = field(0)
    rung: int = field(0)
    lost: int = field(0)
    dice: int = field(0)

    def started(self) -> None:
        self.after(1.0, "ring")

    def ring(self) -> None:
        self.rung += 1
        self.dice = self.random.randrange(1_000_000)
        self.after(1.0, "ring")

    def left(self, player: Walker, reason: str) -> None:
        self.lost += 1

    def tick(self) -> None:
        self.beats += 1
        for player in self.players:
            player.way += player.held(Push).by

    @on(Put)
    def put(self, player: Walker, put: Put) -> None:
        player.notes.append(put.number)
        player.last = put.number
        self.emit(player, Noted(put.number))

    @on(Finish)
    def over(self, player: Walker, _: Finish) -> None:
        self.finish(Result(winners=[player], data={"lost": self.lost}))
