"""A gallery whose targets are shot at where they were: what a game with rewound fields can look like."""

from __future__ import annotations

import enum

from rallypoint import Action, Entity, Game, Player, field, fixed, on, private


class Mood(enum.IntEnum):
    CALM = 0
    WILD = 1


class Target(Entity):
    x: float = fixed(0.01, rewind=True)
    mood: Mood = field(Mood.CALM, rewind=True)
    heat: float = private(0.0, rewind=True)
    hull: int = field(4)


class Wall(Entity):
    x: float = fixed(0.01)


class Look(Action):
    """What was each target like, in the tick that I saw?"""


class Recall(Action):
    """Where was the first target, in each tick that is remembered?"""


class Walk(Action):
    """Adds a target, and takes the oldest away if there are enough."""


class Looker(Player):
    seen: tuple[float, ...] = field((), to="owner")
    """Of each target, or of each tick: x, or -1 if it was not there."""
    since: tuple[int, ...] = field((), to="owner")


class Gallery(Game[Looker], seats=(1, 4), tick_hz=10, grace_s=20, replayable=True, rewind_ticks=5):
    uses = (Target, Wall, Look, Recall, Walk)
    trace: list[str] = private([])
    targets_max: int = private(4)

    def started(self) -> None:
        self.spawn(Target)
        self.spawn(Wall)

    def tick(self) -> None:
        for target in self.all(Target):
            target.x = self.now_tick / 7
            target.mood = Mood(self.now_tick % 2)
            target.heat += self.random.random()

    @on(Look)
    def look(self, player: Looker, look: Look) -> None:
        pasts = [self.rewind(target, look.tick) for target in self.all(Target)]
        player.seen = tuple(-1.0 if past is None else past.x for past in pasts)
        player.since = tuple(self.ticks_since(look.tick))
        self.trace = [*self.trace, f"{pasts} {player.since}"][-20:]

    @on(Recall)
    def recall(self, player: Looker, _: Recall) -> None:
        ticks = self.ticks_since(0)
        pasts = [self.rewind(self.all(Target)[0], tick) for tick in ticks]
        player.seen = tuple(-1.0 if past is None else past.x for past in pasts)
        player.since = tuple(ticks)

    @on(Walk)
    def walk(self, player: Looker, _: Walk) -> None:
        self.spawn(Target, owner=player, x=1)
        targets = self.all(Target)
        if len(targets) > self.targets_max:
            self.destroy(targets[0])


class LongGallery(Gallery, name="long", rewind_ticks=64):
    """Remembers long enough for a server to be killed and started again."""
