"""The game of the turn-based schema: take one to three from a heap; who takes the last has won."""

from rallypoint import Action, Game, Player, Refused, Result, field, on


class Take(Action):
    count: int


class Taker(Player):
    clock_ms: int = field(60_000)


class Nim(Game[Taker], seats=2, tick_hz=0, grace_s=60):
    heap: int = field(12)
    turn: int = field(0)

    @on(Take)
    def take(self, player: Taker, take: Take) -> None:
        if player.seat != self.turn:
            raise Refused("it is not your turn")
        if not 1 <= take.count <= min(3, self.heap):
            raise Refused("take one, two or three")
        self.heap -= take.count
        self.turn = 1 - self.turn
        if not self.heap:
            self.finish(Result(winners=[player]))
