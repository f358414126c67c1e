"""Games and bots as developers write them, with their mistakes: played by `rallypoint simulate` in tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, ClassVar

from rallypoint import Action, Game, Player, Refused, Result, field, on
from rallypoint_client import Bot, Input, View

HERE = "tests.simulation.developer_games"


class Hit(Action):
    strength: int = 1


class Duelist(Player):
    health: int = field(100)


class Fair(Game[Duelist], seats=2, tick_hz=10, grace_s=5, bot=f"{HERE}:Puncher"):
    """Nothing is wrong with it."""

    hits_to_win: int = field(20)

    def created(self, options: dict[str, Any]) -> None:
        if set(options) - {"hits_to_win"}:
            raise Refused("the only option is hits_to_win")
        self.hits_to_win = options.get("hits_to_win", 20)

    def left(self, player: Duelist, reason: str) -> None:
        others = [other for other in self.players if other is not player]
        self.finish(Result(others, reason="the other one has left"))

    @on(Hit)
    def hit(self, player: Duelist, hit: Hit) -> None:
        for other in self.players:
            if other is not player:
                other.health -= hit.strength
                if other.health <= 100 - self.hits_to_win:
                    self.finish(Result([player], scores={player: 1.0, other: 0.0}, reason="knocked out"))


class Generous(Fair, seats=2, tick_hz=10, grace_s=5, bot=f"{HERE}:Puncher"):
    """Gives health to whoever comes back: seen only on a bad network, and only by check()."""

    def returned(self, player: Duelist) -> None:
        player.health += 50

    def check(self) -> None:
        for player in self.players:
            assert player.health <= 100, f"{player.name} has {player.health}"


class Fragile(Fair, seats=2, tick_hz=10, grace_s=5, bot=f"{HERE}:Puncher"):
    """Raises when somebody comes back."""

    def returned(self, player: Duelist) -> None:
        dict[str, int]()["nothing"]


class Endless(Game[Duelist], seats=(1, 3), tick_hz=10, bot=f"{HERE}:Puncher"):
    @on(Hit)
    def hit(self, player: Duelist, hit: Hit) -> None:
        player.health = max(0, player.health - 1)


class Solo(Game[Duelist], seats=1, tick_hz=10, bot=f"{HERE}:Puncher"):
    @on(Hit)
    def hit(self, player: Duelist, hit: Hit) -> None:
        player.health -= 1
        if player.health < 90:
            self.finish(Result([player], scores={player: player.health}))


class Loops(Solo, seats=1, tick_hz=10, bot=f"{HERE}:Puncher"):
    def tick(self) -> None:
        while self.now_ms > 1000:
            pass


class Dies(Solo, seats=1, tick_hz=10, bot=f"{HERE}:Puncher"):
    def tick(self) -> None:
        if self.now_ms > 1000:
            os._exit(3)


class Remembers(Solo, seats=1, tick_hz=10, bot=f"{HERE}:Puncher"):
    """What it does depends on what was played before."""

    played: ClassVar[list[int]] = []

    def started(self) -> None:
        self.played.append(1)

    def check(self) -> None:
        assert len(self.played) < 3


class Lonely(Game[Duelist], seats=2, tick_hz=10):
    """It has no bot."""

    @on(Hit)
    def hit(self, player: Duelist, hit: Hit) -> None:
        pass


class Puncher(Bot):
    def tick(self, view: View) -> Iterator[Input]:
        if self.random.random() < 0.3:
            yield self.inputs.Hit(strength=1)


class Boxer(Puncher):
    def tick(self, view: View) -> Iterator[Input]:
        yield self.inputs.Hit(strength=1)


class Nervous(Puncher):
    """Raises, some time."""

    def tick(self, view: View) -> Iterator[Input]:
        if view.tick > 20:
            raise RuntimeError("that is too much for me")
        yield from super().tick(view)


class Unready(Puncher):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        raise LookupError("not ready")


class Clumsy(Puncher):
    """Sends what is no Hit."""

    def tick(self, view: View) -> Iterator[Input]:
        yield self.inputs.Hit(strength=1 if view.tick < 20 else "hard")
