"""A crash test from its first process to its last: start, fill, measure the load, then one round after the other."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .crash_crowd import Crowd
from .crash_load import Load, find_load, measure_load
from .crash_round import Round, play_round
from .crash_server import CrashServer, crash_server
from .server import CouldNotRun

__all__ = ["GAME", "Outcome", "Plan", "play"]

GAME: Final = "rallypoint_loadtest.crash_game:Ledger"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    rounds: int
    sessions: int | None = None
    """``None``: as many as make the load."""
    load_pct: float = 80.0
    """Of the server's core."""
    twice_every: int = 3
    """In every such round the server is killed a second time, while it recovers; 0: in none."""
    durability: str = "process"
    seed: int = 0


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    rounds: list[Round] = field(default_factory=list)
    load: Load | None = None
    error: str = ""
    """Why it ended early; empty if it did not."""

    @property
    def good(self) -> bool:
        """Nothing was found that may not be."""
        return not self.error and bool(self.rounds) and not any(each.failed for each in self.rounds)


async def play(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Carries a plan out in that folder, which is empty at first. Leaves no process behind."""
    outcome = Outcome()
    try:
        async with crash_server(GAME, folder, plan.durability) as server:
            crowd = Crowd(plan.seed)
            try:
                await _play(plan, server, crowd, outcome, tell)
            finally:
                await crowd.leave()
    except CouldNotRun as error:
        outcome.error = str(error)
    return outcome


async def _play(plan: Plan, server: CrashServer, crowd: Crowd, outcome: Outcome, tell: Callable[[str], None]) -> None:
    if plan.sessions is None:
        outcome.load = await find_load(server, crowd, plan.load_pct, tell)
    else:
        await crowd.grow(server.lobby_url, plan.sessions)
        outcome.load = load = await measure_load(server, plan.sessions)
        tell(f"{load.sessions} sessions: server {load.server_pct:.0f}% of a core, players {load.players_pct:.0f}%")
    dice = random.Random(f"{plan.seed} rounds")
    for number in range(1, plan.rounds + 1):
        twice = plan.twice_every > 0 and number % plan.twice_every == 0
        result = await play_round(number, server, crowd, dice, tell, twice=twice)
        outcome.rounds.append(result)
        if result.back < result.sessions:  # with those who are gone, the next round would say nothing new
            outcome.error = (
                f"round {number}: {result.sessions - result.back} of {result.sessions} sessions did not go on"
            )
            return
