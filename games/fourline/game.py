"""Four in a line: a turn-based game, with a clock for each player. The rules themselves are in ``rules.py``.

``tick_hz=0``: there is no tick. A step is made when a player does something, comes or goes, or when a timer is due;
in between the session costs nothing, however long somebody thinks.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from rallypoint import Action, Game, Meta, Player, Refused, Result, SessionStatus, field, on, private

from .rules import CELLS, COLUMNS, EMPTY, board_of, line_of, play

MINUTES, MINUTES_MIN, MINUTES_MAX = 3, 0.1, 180
INCREMENT_S, INCREMENT_S_MAX = 2, 60


class Drop(Action):  # a disc
    column: Annotated[int, Meta(ge=0, le=COLUMNS - 1)]


class Resign(Action):
    pass


class OfferDraw(Action):  # holds until the other player answers, or drops a disc
    pass


class AcceptDraw(Action):
    pass


class DeclineDraw(Action):
    pass


class Side(Player):
    clock_ms: int = field(0)  # what was left when the turn began; it runs only in the player's own turn
    may_offer: bool = private(True)  # one offer for each disc


class FourLine(
    Game[Side],
    seats=2,
    tick_hz=0,
    grace_s=60,
    replayable=True,
    bot="games.fourline.bot:FourLineBot",
    queues="queues.toml",  # beside this file: rated games between players who are about as good
):
    board: str = field(EMPTY * CELLS)  # six rows of seven cells from the top left on: ".", or the seat whose disc it is
    moves: str = field("")  # the columns so far, in order: "3342"
    line: tuple[int, ...] = field(())  # the cells of the board that won
    turn: int | None = field(None)  # a seat; None before and after the game
    turn_since_ms: int = field(0)  # clients let the clock run: clock_ms - (now_ms - turn_since_ms)
    draw_offer: int | None = field(None)  # the seat that offers
    start_ms: int = private(0)
    increment_ms: int = private(0)
    flag: int = private(0)  # the timer of the running clock

    def created(self, options: dict[str, Any]) -> None:
        """Whoever opens a session may set the clocks. What is refused here is not opened at all."""
        for name in options:
            if name not in ("minutes", "increment_s"):
                raise Refused(f"there is no option {name}: the options are minutes and increment_s")
        minutes = _number(options, "minutes", MINUTES, MINUTES_MIN, MINUTES_MAX)
        increment_s = _number(options, "increment_s", INCREMENT_S, 0, INCREMENT_S_MAX)
        self.start_ms, self.increment_ms = round(minutes * 60_000), round(increment_s * 1000)
        try:
            self.set_meta(minutes=minutes, increment_s=increment_s)  # what others see in lists, and filter by
        except ValueError as error:  # the session's creator filled it up already
            raise Refused(str(error)) from None

    def started(self) -> None:
        """Both are there. Seat 0 begins; a rematch seats them the other way round."""
        for side in self.players:
            side.clock_ms = self.start_ms
        self._begin_turn(0)

    def left(self, leaver: Side, reason: str) -> None:
        """Gone for good: the other one has won. (Who is away has a grace window, and a clock that runs on.)"""
        if self.status is SessionStatus.RUNNING:
            self._end(self._opponent(leaver), reason)

    @on(Drop)
    def drop(self, side: Side, drop: Drop) -> None:
        if side.seat != self.turn:
            raise Refused("it is not your turn")
        position = play(self.moves)
        if drop.column not in position.columns:
            raise Refused("that column is full")
        left_ms = self._left_ms(side)
        if left_ms <= 0:
            raise Refused("your time is up")  # the flag falls in this very step: timers come after players
        side.clock_ms = left_ms + self.increment_ms
        side.may_offer = True
        if self.draw_offer != side.seat:
            self.draw_offer = None
        self.moves += str(drop.column)
        self.board = board_of(self.moves)
        position = position.drop(drop.column)
        self._begin_turn(1 - side.seat)
        if position.is_won:
            self.line = line_of(self.moves)
            self._end(side, "four in a line")
        elif position.is_full:
            self._end(None, "the board is full")

    @on(Resign)
    def resign(self, side: Side, _: Resign) -> None:
        self._end(self._opponent(side), "resigned")

    @on(OfferDraw)
    def offer_draw(self, side: Side, _: OfferDraw) -> None:
        if self.draw_offer == 1 - side.seat:
            self._end(None, "agreed")
            return
        if self.draw_offer == side.seat or not side.may_offer:
            raise Refused("you have offered a draw: drop a disc before you do so again")
        side.may_offer = False
        self.draw_offer = side.seat

    @on(AcceptDraw)
    def accept_draw(self, side: Side, _: AcceptDraw) -> None:
        self._check_offer_to(side)
        self._end(None, "agreed")

    @on(DeclineDraw)
    def decline_draw(self, side: Side, _: DeclineDraw) -> None:
        self._check_offer_to(side)
        self.draw_offer = None

    def flag_falls(self, move: int) -> None:
        """A timer: time is up for the move with that number. A timer that is late for its move does nothing."""
        if move != len(self.moves):
            return
        loser = next(side for side in self.players if side.seat == self.turn)
        self._end(self._opponent(loser), "time")

    def _begin_turn(self, seat: int) -> None:
        self.turn, self.turn_since_ms = seat, self.now_ms
        self.cancel(self.flag)  # or it would wake the session up for nothing
        side = next(side for side in self.players if side.seat == seat)
        self.flag = self.after(side.clock_ms / 1000, "flag_falls", len(self.moves))

    def _left_ms(self, side: Side) -> int:
        running_ms = self.now_ms - self.turn_since_ms if side.seat == self.turn else 0
        return side.clock_ms - running_ms

    def _opponent(self, side: Side) -> Side | None:
        """The other one; ``None`` if both left at once."""
        return next((other for other in self.players if other is not side), None)

    def _check_offer_to(self, side: Side) -> None:
        if self.draw_offer != 1 - side.seat:
            raise Refused("nobody has offered you a draw")

    def _end(self, winner: Side | None, reason: str) -> None:
        """The game is over; without a winner it is a draw."""
        for side in self.players:
            side.clock_ms = max(0, self._left_ms(side))
        self.turn = self.draw_offer = None
        winners = [] if winner is None else [winner]
        self.finish(
            Result(
                winners,
                scores={side: 0.5 if winner is None else float(side is winner) for side in self.players},
                reason=reason,
                data={"moves": self.moves},
            )
        )


def _number(options: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Refused(f"{name} must be a number from {low} to {high}")
    return value
