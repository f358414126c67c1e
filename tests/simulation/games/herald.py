"""Herald: a game that talks all the time, two lines a step to everybody: more in an absence than a seat keeps.

The books are those of ``books.py``; nothing is held. What else a ``Put`` does: everybody is told, with an even ``what``
at length.
"""

from __future__ import annotations

from typing import Any

from rallypoint import Game, on, private

from .books import Clerk, Gone, Put, Told, close_books, tell, write_down

__all__ = ["Herald", "Put", "Told"]

LONG = "hear ye " * 60


class Herald(
    Game[Clerk], seats=(1, 3), tick_hz=30, grace_s=6, grace_budget_s=14, start_after_s=3, room_wait_s=4, spectators=1
):
    """One to three players."""

    gone: list[Gone] = private([])

    def joined(self, player: Clerk) -> None:
        player.began = self.now_tick
        tell(self, player, "welcome")

    def left(self, player: Clerk, reason: str) -> None:
        self.gone.append(close_books(player, reason))

    def signalled(self, name: str, data: Any) -> None:
        for player in self.players:
            tell(self, player, f"signal {name}")

    def tick(self) -> None:
        for player in self.players:
            tell(self, player, "tick")
            tell(self, player, "tock")

    @on(Put)
    def put(self, player: Clerk, put: Put) -> None:
        """One entry, and everybody hears of it."""
        write_down(player, put)
        for other in self.players:
            tell(self, other, f"put {player.seat}" if put.what % 2 else LONG)
