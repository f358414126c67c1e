"""What the runtime needs from outside of it: Protocols that storage, tests and a simulation implement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rallypoint_protocol.ids import SessionId

__all__ = ["BotOffer", "BotRunner", "Clock", "Committed", "Journal", "StepRecord", "Timer"]

Clock = Callable[[], float]
"""Seconds on a monotonic clock."""


class Timer(Protocol):
    """A call that was arranged."""

    def cancel(self) -> None:
        """It is not made."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of one session, as the journal gets it. What else a step leaves behind comes with durable sessions."""

    session: SessionId
    epoch: int
    tick: int


Committed = Callable[[Sequence[StepRecord]], None]
"""Told when these steps are as durable as the journal promises: at once, or later, in order."""


class Journal(Protocol):
    """Where steps are committed before what must not un-happen leaves the node."""

    @property
    def durability(self) -> str:
        """``off``, or what it promises."""

    def append(self, batch: Sequence[StepRecord], committed: Committed) -> None:
        """Takes one batch: all sessions that stepped in one bucket of the ticker."""

    async def close(self) -> None:
        """Finishes what was appended."""


@dataclass(frozen=True, slots=True)
class BotOffer:
    """A reserved seat that a bot is to take."""

    game: str
    bot: str
    session: SessionId
    url: str
    token: bytes
    name: str


class BotRunner(Protocol):
    """Plays seats with a game's bots."""

    def play(self, offer: BotOffer) -> None:
        """Starts a bot on a reserved seat; it plays until the session ends."""

    def stop(self) -> Awaitable[None]:
        """Ends all bots."""
