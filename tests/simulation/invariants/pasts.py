"""What handlers see of the past is what was: the steps of Gallery are noted here, too, and looked up again."""

from __future__ import annotations

from collections import deque
from typing import Final

from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.world import World
from tests.simulation.games.gallery import Duck, Gallery, Look, Seen, seen_of

from .sittings import host_of

__all__ = ["SAW", "SINCE", "Pasts"]

SAW: Final = "what a handler sees of the past is what was after that tick"
SINCE: Final = "the ticks that a handler can look at are the last that were made"

_Noted = deque[tuple[int, dict[int, Seen]]]


class Pasts(Observer):
    """Goes on over crashes: a recovered session has the history of the steps that it has, and no other."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.compared = 0
        self._noted: dict[str, _Noted] = {}
        """By session: tick, and by id what ducks were after it."""

    def stepped(self, record: StepMade) -> None:
        host = host_of(self.world, record.session)
        game = None if host is None else getattr(host.core.game, "game", None)
        if not isinstance(game, Gallery):
            return
        kept = type(game).definition().options.rewind_ticks
        noted = self._noted.setdefault(record.session, deque(maxlen=2 * kept))
        while noted and noted[-1][0] >= record.tick:
            noted.pop()  # a step that was lost with a server
        for look in game.looks:
            if look.step == record.tick:
                self._compare(record, look, list(noted)[-kept:])
        noted.append((record.tick, {duck.id: seen_of(duck) for duck in game.all(Duck)}))

    def _compare(self, record: StepMade, look: Look, noted: list[tuple[int, dict[int, Seen]]]) -> None:
        self.compared += 1
        where = f"{record.session}, tick {record.tick} (epoch {record.epoch})"
        since = [tick for tick, _ in noted if tick > look.tick >= 0]
        if look.since != since:
            self.violate(SINCE, f"{where}: since tick {look.tick} there were {since}, and it is said {look.since}")
        if look.tick < 0 or not noted or look.tick > noted[-1][0]:
            then: Seen | None = look.present
        else:
            then = next((ducks for tick, ducks in reversed(noted) if tick <= look.tick), noted[0][1]).get(look.duck)
        if look.saw != then:
            self.violate(SAW, f"{where}: duck {look.duck} was {then} after tick {look.tick}, and is seen as {look.saw}")

    def server_gone(self, crashed: bool) -> None:
        if not self.world.kept:
            self._noted.clear()

    def look(self) -> None:
        if self.world.port is not None:
            for session in [session for session in self._noted if host_of(self.world, session) is None]:
                del self._noted[session]
