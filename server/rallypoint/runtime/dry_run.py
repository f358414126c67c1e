"""Tries other rules on those who wait, while games go on: a little in each turn of the event loop.

One at a time, bounded in tickets, work and time. The queue itself is not touched.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ConfigDict

from rallypoint.core.matchmaking.rules import QueueRules
from rallypoint.core.matchmaking.ticket import Ticket
from rallypoint.core.matchmaking.trial import Trial, TrialResult
from rallypoint.core.orders import Denial
from rallypoint.ports import Clock
from rallypoint.rules.words import changes
from rallypoint.rules_file import GameFacts, RulesError, parse_rules

__all__ = ["RULES_CHARS_MAX", "DryRunOut", "DryRuns", "RulesErrorOut", "TrialOut"]

RULES_CHARS_MAX: Final = 16_384
TICKETS_MAX: Final = 10_000
RUN_S: Final = 10.0
_UNITS: Final = 150
"""Looks at pairs in one turn: some 0.3 ms; as in the real search, one ticket that many are near takes several."""
_ADDED: Final = 20
"""Tickets that are added in one turn."""
_NAME: Final = "rules"
_ERROR: Final = re.compile(rf"{_NAME}(?::(\d+))?: (.*)", re.DOTALL)
_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class RulesErrorOut:
    """Why rules cannot be."""

    line: int | None
    """Where, counted from 1; null: the text as a whole."""
    text: str
    """What is wrong, and what to write."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class TrialOut:
    """What becomes of those who wait by one set of rules: within 300 seconds, if nobody else comes."""

    tickets: int
    """Those that can be matched at all."""
    refused: int
    """Those that these rules never match, as without an attribute that they ask for."""
    matches: int
    """Matches made of them."""
    tickets_matched: int
    """Tickets in these matches."""
    wait_mean_s: float | None
    """Mean of how long these will have waited, from when they were queued; null: none is matched."""
    quality_mean: float | None
    """Mean quality of the matches, from 0 to 1."""
    whole: bool
    """False: there was too much to do, and this is as far as it came."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class DryRunOut:
    """Other rules, tried on those who wait."""

    ok: bool
    """They can be."""
    errors: list[RulesErrorOut]
    """Why not."""
    left_out: int
    """Tickets that wait and were not tried: players are away, a match is being made, or there are too many."""
    now: TrialOut | None
    """With the rules in force; null: nothing was tried."""
    then: TrialOut | None
    """With the other ones."""
    changed: list[str]
    """What is different in them, in words."""

    __pydantic_config__ = _DESCRIBED


class DryRuns:
    """Of one server. ``clock`` in seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running = False

    async def run(
        self,
        text: str,
        rules: QueueRules,
        game: GameFacts,
        tickets: Sequence[Ticket],
        left_out: int,
        now: float,
        *,
        bots: bool,
    ) -> DryRunOut | Denial:
        """``text``: the TOML of one queue, named as ``rules``; ``bots``: there are some. Denied: ``too_fast``."""
        if self._running:
            return Denial("too_fast", "another dry run is going on: wait for its end")
        self._running = True
        try:
            # In a thread: a long text takes tens of milliseconds to read.
            other = await asyncio.to_thread(_read, text, rules.name, game, bots=bots)
            if isinstance(other, RulesErrorOut):
                return DryRunOut(False, [other], left_out, None, None, [])
            left_out += max(0, len(tickets) - TICKETS_MAX)
            tickets = tickets[:TICKETS_MAX]
            deadline = self._clock() + RUN_S
            before = await self._try(rules, tickets, now, (deadline + self._clock()) / 2)
            after = await self._try(other, tickets, now, deadline)
            return DryRunOut(True, [], left_out, before, after, changes(rules, other))
        finally:
            self._running = False

    async def _try(self, rules: QueueRules, tickets: Sequence[Ticket], now: float, until: float) -> TrialOut:
        trial = Trial(rules, now, len(tickets))
        for number, ticket in enumerate(tickets):
            if number % _ADDED == _ADDED - 1:
                await asyncio.sleep(0)
            trial.add(ticket)
        works = True
        while works and self._clock() < until:
            works = trial.work(_UNITS)
            await asyncio.sleep(0)
        return _out(trial.result)


def _out(result: TrialResult) -> TrialOut:
    return TrialOut(
        result.tickets,
        result.refused,
        result.matches,
        result.tickets_matched,
        result.wait_mean_s,
        result.quality_mean,
        result.whole,
    )


def _read(text: str, name: str, game: GameFacts, *, bots: bool) -> QueueRules | RulesErrorOut:
    try:
        found = parse_rules(text, _NAME, game)
    except RulesError as error:
        place = _ERROR.fullmatch(str(error))
        if place is None:
            return RulesErrorOut(None, str(error))
        return RulesErrorOut(None if place[1] is None else int(place[1]), place[2])
    if [queue.name for queue in found] != [name]:
        return RulesErrorOut(None, f"write the rules of one queue, as [queue.{name}]")
    return found[0] if bots else replace(found[0], bots_after_s=None)
