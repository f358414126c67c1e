"""Turns, without a clock: moves in order, timers on session time. The books are those of ``books.py``; nothing is held.

- ``game.turn``: a seat, or ``None`` before and after. ``game.moves`` counts moves, those that time made included.
- ``game.ends_at``: so many moves are the end.
- ``game.deadline_ms``: session time at which the turn passes on (``too_slow``); nothing is sent meanwhile.
- ``player.hand``: numbers that only the player sees.

A ``Put`` with an even ``what`` is a move, and refused ("not your turn") to anybody else: noted in ``player.refused``,
too. Any other is a note that everybody may make at any time.
"""

from __future__ import annotations

from typing import Any

from rallypoint import Game, Refused, Result, SessionStatus, field, on, private

from .books import Clerk, Gone, Put, Told, close_books, tell, write_down

__all__ = ["Mover", "Put", "Told", "Turns"]

TURN_S = 2.5


class Mover(Clerk):
    """A player of Turns."""

    moved: int = field(0)
    hand: tuple[int, ...] = field((), to="owner")


class Turns(
    Game[Mover],
    seats=(2, 4),
    tick_hz=0,
    grace_s=4,
    grace_budget_s=12,
    start_after_s=4,
    room_wait_s=6,
    spectators=3,
    bot="tests.simulation.games.drivers:ServerBot",
    bots_after_s=3,
):
    """Two to four players, in turn."""

    turn: int | None = field(None)
    moves: int = field(0)
    deadline_ms: int = field(0)
    ends_at: int = private(0)
    timer: int = private(0)
    gone: list[Gone] = private([])

    def created(self, options: dict[str, Any]) -> None:
        if options.get("no"):
            raise Refused("no such turns")
        self.ends_at = options.get("moves", self.random.randint(4, 30))

    def joined(self, player: Mover) -> None:
        player.began = self.now_tick
        self._deal(player)
        tell(self, player, "welcome")

    def started(self) -> None:
        self._begin_turn(self.players[0].seat)

    def dropped(self, player: Mover) -> None:
        tell(self, player, "dropped")

    def returned(self, player: Mover) -> None:
        self._deal(player)
        tell(self, player, "returned")

    def left(self, player: Mover, reason: str) -> None:
        self.gone.append(close_books(player, reason))
        others = [other for other in self.players if other is not player]
        for other in others:
            tell(self, other, f"{reason} {player.seat}")
        if self.status is not SessionStatus.RUNNING:
            return
        if len(others) < 2:
            self._end(others, reason)
        elif self.turn == player.seat:
            self._pass_on(player.seat, others)

    def signalled(self, name: str, data: Any) -> None:
        for player in self.players:
            tell(self, player, f"signal {name}")

    @on(Put)
    def put(self, player: Mover, put: Put) -> None:
        """A move, or a note."""
        if put.what % 2 == 0 and player.seat != self.turn:
            player.refused.append(put.number)
            raise Refused("not your turn")
        write_down(player, put)
        for other in self.players:
            tell(self, other, f"put {player.seat}")
        if put.what % 2 == 0:
            player.moved += 1
            self._deal(player)
            self._pass_on(player.seat, self.players)

    def too_slow(self, move: int) -> None:
        """A timer: the turn passes on."""
        if move == self.moves and self.turn is not None:
            for player in self.players:
                tell(self, player, "too slow")
            self._pass_on(self.turn, self.players)

    def _deal(self, player: Mover) -> None:
        player.hand = tuple(self.random.randrange(52) for _ in range(3))

    def _pass_on(self, seat: int, players: list[Mover]) -> None:
        self.moves += 1
        if self.moves >= self.ends_at:
            most = max(player.moved for player in players)
            self._end([player for player in players if player.moved == most], "over")
            return
        self._begin_turn(next((player.seat for player in players if player.seat > seat), players[0].seat))

    def _begin_turn(self, seat: int) -> None:
        self.cancel(self.timer)
        self.turn, self.deadline_ms = seat, self.now_ms + round(TURN_S * 1000)
        self.timer = self.after(TURN_S, "too_slow", self.moves)

    def _end(self, winners: list[Mover], reason: str) -> None:
        self.cancel(self.timer)
        self.turn = None
        for player in self.players:
            tell(self, player, "the end")
        self.finish(Result(winners, scores={player: float(player.moved) for player in self.players}, reason=reason))
