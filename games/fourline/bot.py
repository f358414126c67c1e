"""Players made of code for four in a line: one that drops discs anywhere, and one that looks four moves ahead.

In a turn-based game a pass comes only when something has happened, so ``tick`` is called about once a move. It may be
called again before an answer is there (somebody came back, offered a draw): a bot has to remember what it has done.
"""

from collections.abc import Iterator

from rallypoint_client import Bot, Event, Input, View

from .rules import play
from .search import best_columns

_NEVER = -1


class RandomBot(Bot):
    """Drops a disc wherever there is room: what a better bot has to beat."""

    dropped_at: int = _NEVER
    """How many discs lay there when it last dropped one."""

    def tick(self, view: View) -> Iterator[Input]:
        game = view.game
        if game.turn == self.seat.index and len(game.moves) > self.dropped_at:
            self.dropped_at = len(game.moves)
            yield self.inputs.Drop(column=self.random.choice(play(game.moves).columns))


class FourLineBot(Bot):
    """Looks four moves ahead; of moves that are equally good it takes any. Agrees to a draw only when it is losing."""

    think_s = (0.3, 1.2)
    dropped_at: int = _NEVER
    answered_at: int = _NEVER
    """How many discs lay there when it last answered an offer of a draw."""

    def tick(self, view: View) -> Iterator[Input]:
        game, me = view.game, self.seat.index
        if game.turn is None:
            return
        discs = len(game.moves)
        has_turn = game.turn == me and discs > self.dropped_at
        is_asked = game.draw_offer == 1 - me and discs > self.answered_at
        if not (has_turn or is_asked):
            return
        columns, worth = best_columns(play(game.moves))
        if is_asked:
            self.answered_at = discs
            if (worth if game.turn == me else -worth) < 0:
                yield self.inputs.AcceptDraw()
                return
            yield self.inputs.DeclineDraw()
        if has_turn:
            self.dropped_at = discs
            yield self.inputs.Drop(column=self.random.choice(columns))

    def event(self, event: Event) -> None:
        if event.kind == "refused":  # what was sent did not count: think again
            self.dropped_at = self.answered_at = _NEVER
