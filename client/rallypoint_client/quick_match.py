"""A quick match that goes on: what it was asked for, and the seat that it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec

__all__ = ["Matched", "OnWait", "Waiting"]

OnWait = Callable[[int, int], None]
"""``on_wait(place, waiting)``: place in the queue, from 1, and how many wait in it."""


class Matched(msgspec.Struct):
    """What the push ``matched`` says."""

    game: str
    session: str
    seat: int
    url: str
    token: bytes
    schema: bytes = b""


class Waiting:
    """The one quick match of a lobby that is going on."""

    def __init__(self, game: str, on_wait: OnWait | None) -> None:
        self.game = game
        self.on_wait = on_wait
        self.told = False
        self.seat: asyncio.Future[Matched] = asyncio.get_running_loop().create_future()

    def place(self, data: Any) -> None:
        match data:
            case {"place": int(place), "waiting": int(waiting)} if self.on_wait is not None:
                self.told = True
                self.on_wait(place, waiting)
