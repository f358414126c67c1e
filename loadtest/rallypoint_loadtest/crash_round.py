"""One round of ``make crash``: play, ``kill -9``, start again, wait for everybody, and look at what became of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from .crash_clock import freeze_of
from .crash_crowd import SEATS, Crowd, until
from .crash_ledger import Verdict
from .crash_server import CrashServer

__all__ = ["PROBLEMS_SHOWN", "Round", "play_round"]

BACK_S: Final = 30.0
"""How long all have to come back."""
PLAY_ON_S: Final = 1.0
SETTLE_S: Final = 10.0
PROBLEMS_SHOWN: Final = 3
"""Of each verdict."""


@dataclass(slots=True)
class Round:
    """What came of one."""

    number: int
    twice: bool
    """It was killed a second time, while it recovered."""
    sessions: int = 0
    back: int = 0
    """Sessions that went on."""
    start_s: float = 0.0
    """From the last start of the process to its announcement."""
    start_cpu_s: float = 0.0
    """The processor time in it."""
    freezes_s: list[float] = field(default_factory=list)
    """Of each session: see :func:`freeze_of`; the second start is in it."""
    actions: int = 0
    """Actions in all ledgers at the end."""
    durable: int = 0
    """Of those, how many were durable when the server died."""
    events: int = 0
    """Ledgers' lengths that events had told of by then."""
    failed: Counter[Verdict] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def found(self, verdict: Verdict, what: str) -> None:
        """Something is as it must not be."""
        self.failed[verdict] += 1
        if self.failed[verdict] <= PROBLEMS_SHOWN:
            self.examples.append(f"{verdict.value}: {what}")


async def play_round(
    number: int, server: CrashServer, crowd: Crowd, dice: Random, tell: Callable[[str], None], *, twice: bool
) -> Round:
    """One round. Raises :class:`CouldNotRun` if the server ends by itself, or does not start again."""
    result = Round(number, twice)
    await asyncio.sleep(dice.uniform(2.0, 4.0))
    tell(f"round {number}: kill -9" + (", and again while it recovers" if twice else ""))
    await _crash(server, crowd, dice, result)
    everybody = crowd.players
    if not await until(lambda: all(player.back or player.lost for player in everybody), BACK_S):
        tell(f"round {number}: not everybody was back within {BACK_S:g} s")
    server.check()
    await asyncio.sleep(PLAY_ON_S)
    _judge_sessions(crowd, result)
    await _judge_ledgers(crowd, result)
    server.check()
    for player in everybody:
        for verdict, what in player.problems():
            result.found(verdict, f"session {player.seat.session} seat {player.seat.index}: {what}")
    result.actions = sum(player.ledger.made for player in everybody)
    crowd.act(True)
    return result


async def _crash(server: CrashServer, crowd: Crowd, dice: Random, result: Round) -> None:
    for player in crowd.players:
        player.mark()
    await server.kill()
    result.durable = sum(player.ledger.durable for player in crowd.players)
    result.events = sum(player.ledger.told for player in crowd.players)
    await server.begin()
    if result.twice:
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        await server.kill()
        await server.begin()
    await server.announced()
    result.start_s, result.start_cpu_s = server.start_s, server.start_cpu_s


def _judge_sessions(crowd: Crowd, result: Round) -> None:
    """They have had a second to make steps in."""
    for session, players in crowd.sessions.items():
        result.sessions += 1
        freeze_s = freeze_of([player.still for player in players])
        epochs = sorted({player.epoch for player in players})
        if len(players) != SEATS:
            result.found(Verdict.RESUMED, f"session {session} has {len(players)} players of ours")
        if freeze_s is None or not all(player.back for player in players):
            away = sum(not player.back for player in players)
            result.found(Verdict.RESUMED, f"session {session} does not go on: {away} of {len(players)} are not back")
        elif len(epochs) > 1:
            result.found(Verdict.RESUMED, f"session {session} has several epochs: {epochs}")
        else:
            result.back += 1
            result.freezes_s.append(freeze_s)


async def _judge_ledgers(crowd: Crowd, result: Round) -> None:
    """Lets everything become durable and has the private fields shown."""
    crowd.act(False)
    there = [player for player in crowd.players if player.back]
    if not await until(lambda: all(player.settled for player in there), SETTLE_S):
        late = sum(not player.settled for player in there)
        result.found(Verdict.DURABLE, f"{late} players have actions that do not become durable within {SETTLE_S:g} s")
        return
    asked = time.monotonic()
    wanted = {id(player): player.shows + 1 for player in there}
    for player in there:
        player.show()
    if not await until(lambda: all(player.shows >= wanted[id(player)] for player in there), SETTLE_S):
        result.found(Verdict.EVENTS, f"no answer to what was asked {time.monotonic() - asked:.0f} s ago")
