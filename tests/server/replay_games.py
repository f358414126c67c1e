"""Games for replays: one that does a little of everything, and one that iterates over a set."""

from __future__ import annotations

import enum

from rallypoint import Action, Answer, Entity, Event, Game, Hold, Player, Refused, Result, field, fixed, on, private


class Mood(enum.IntEnum):
    CALM = 0
    WILD = 1


class Push(Hold):
    speed: float = 0.0


class Say(Action):
    text: str
    mood: Mood


class Heard(Event):
    text: str
    mood: Mood


class Stone(Entity):
    x: float = fixed(0.01)
    exact: float = private(0.0)


class Walker(Player):
    luck: float = private(0.0)


class Tale(Game[Walker], seats=(1, 3), tick_hz=20, grace_s=5, replayable=True):
    uses = (Push, Say, Heard, Stone)
    told: str = field("")
    ticks: int = field(0)
    trees: str = private("")

    def joined(self, player: Walker) -> None:
        self.spawn(Stone, owner=player, x=self.random.uniform(0, 10))

    def dropped(self, player: Walker) -> None:
        self.emit_all(Heard("gone", Mood.CALM))

    def tick(self) -> None:
        self.ticks += 1
        for player in self.players:
            stone = player.one(Stone)
            assert stone is not None
            stone.exact += player.held(Push).speed * self.dt
            stone.x = round(stone.exact, 2)
            player.luck = self.random.random()
        if self.ticks == 50:
            self.trees = self.wood()

    def wood(self) -> str:
        return "oak"

    @on(Say)
    def say(self, player: Walker, say: Say) -> None:
        match say.text:
            case "":
                raise Refused("say something")
            case "later":
                self.after(0.5, "remember", player.seat)
            case "ask":
                self.ask("outside", "what")
            case "win":
                self.finish(Result([player], reason="won"))
            case text:
                self.emit_all(Heard(text, say.mood))
                self.told = text

    def remember(self, seat: int) -> None:
        self.told = f"remembered by {seat}"

    def answered(self, answer: Answer) -> None:
        self.told = f"{answer.method}: {answer.error or answer.value}"

    def signalled(self, name: str, data: object) -> None:
        self.told = f"{name}: {data}"

    @staticmethod
    async def outside(what: str) -> str:
        return what


class Planted(Tale):
    """Plays on by luck: the order of a set of texts is another in each process."""

    def wood(self) -> str:
        return " ".join({"oak", "elm", "ash", "fir", "yew", "box", "bay", "fig"})


class Honest(Tale, replayable=False):
    """Promises nothing."""
