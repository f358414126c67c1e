"""A turn-based game of two with a board, clocks and a hand each: what such games keep."""

from __future__ import annotations

from rallypoint import Action, Entity, Game, Player, field, on


class Place(Action):
    """Puts a stone."""

    square: int


class Board(Entity):
    """Nine by nine."""

    squares: str = field("." * 81)
    last: int = field(-1)


class Opponent(Player):
    """Has a clock, and cards that nobody else sees."""

    clock_ms: int = field(600_000)
    hand: tuple[int, ...] = field((1, 2, 3, 4, 5), to="owner")


class Turns(Game[Opponent], seats=2, tick_hz=0, grace_s=86_400, start_after_s=2, exclusive=False):
    """Moves in turn."""

    turn: int = field(0)
    since_ms: int = field(0)

    def created(self, options: dict[str, object]) -> None:
        self.spawn(Board)

    def started(self) -> None:
        self.after(86_400, "flag", self.turn)

    def flag(self, turn: int) -> None:
        self.finish()

    @on(Place)
    def place(self, player: Opponent, place: Place) -> None:
        board = self.all(Board)[0]
        board.last = place.square
        self.turn = 1 - self.turn
