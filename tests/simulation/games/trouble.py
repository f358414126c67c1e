"""Trouble: a game that does to itself what games do now and then. The books are those of ``books.py``; nothing is held.

What else a ``Put`` does, by ``what``: 0 nothing; 1 everybody is told; 2 an entity comes, 3 the oldest one goes; 4 the
metadata change; 5 the outside is asked, and answers, fails, or takes too long; 6 the session is locked for three
seconds; 7 the player is kicked by the game; 8 whoever has the next seat is; 9 the game asks and ends, without a result,
and with number 13, 26... it has a bug instead (:class:`Bug`): the session fails, alone.

``game.asked``: how many questions there were. ``game.answers``: what came of them, in order: ``ok``, or the error's
first word.
"""

from __future__ import annotations

import asyncio
from typing import Any

from rallypoint import Answer, Entity, Game, field, on, private

from .books import Clerk, Gone, Put, Told, close_books, tell, write_down

__all__ = ["Bug", "Mark", "Put", "Told", "Trouble"]


class Bug(Exception):
    """The game's own: observers know it by its class."""


class Mark(Entity):
    """Something that lies there."""

    number: int = field(0)
    hidden: int = field(0, to="owner")


class Trouble(
    Game[Clerk], seats=(1, 4), tick_hz=10, grace_s=3, grace_budget_s=6, start_after_s=5, room_wait_s=5, spectators=1
):
    """One to four players."""

    asked: int = field(0)
    answers: list[str] = private([])
    gone: list[Gone] = private([])

    def joined(self, player: Clerk) -> None:
        player.began = self.now_tick
        tell(self, player, "welcome")

    def left(self, player: Clerk, reason: str) -> None:
        self.gone.append(close_books(player, reason))

    def answered(self, answer: Answer) -> None:
        self.answers.append(answer.error.split()[0] if answer.error else "ok")
        for player in self.players:
            tell(self, player, f"answer {answer.id}")

    def signalled(self, name: str, data: Any) -> None:
        if name == "bug":
            raise Bug("a signal that the game does not survive")

    def tick(self) -> None:
        for player in self.players:
            if self.random.random() < 0.1:
                tell(self, player, "tick")

    @staticmethod
    async def outside(wait_s: float) -> int:
        """Somebody else's service."""
        await asyncio.sleep(wait_s)
        if wait_s > 0.8:
            raise ConnectionError("the service is down")
        return round(wait_s * 1000)

    @on(Put)
    def put(self, player: Clerk, put: Put) -> None:
        """One entry, and trouble."""
        write_down(player, put)
        if put.what == 1:
            for other in self.players:
                tell(self, other, f"put {player.seat}")
        elif put.what == 7:
            self.kick(player)
        elif put.what == 8:
            for other in self.players:
                if other.seat > player.seat:
                    self.kick(other)
                    break
        elif put.what == 6:
            self.lock()
            self.after(3.0, "open_again")
        elif put.what == 5:
            self.asked += 1
            self.ask("outside", self.random.random(), timeout_s=0.6)
        elif put.what == 4:
            self.set_meta(last=put.number, mood=self.random.choice(["good", "bad", None]))
        elif put.what == 2:
            self.spawn(Mark, owner=player, number=put.number, hidden=-put.number)
        elif put.what == 3:
            for mark in self.all(Mark)[:1]:
                self.destroy(mark)
        elif put.what == 9:
            if put.number % 13 == 0:
                raise Bug("number thirteen")
            self.asked += 1
            self.ask("outside", self.random.random(), timeout_s=0.6)  # nobody is there for the answer
            self.finish()

    def open_again(self) -> None:
        """A timer."""
        self.unlock()
