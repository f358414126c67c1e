"""Matches of one game between bots on bad networks, each from a seed: what ``rallypoint simulate`` plays."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from rallypoint.game.driver import GameDriver
from rallypoint.ports import SessionRecord, StepRecord

from .conditions import conditions_for
from .observer import Observer, Violation
from .outcomes import MatchOutcome, SeatOutcome
from .run import Outcome, run
from .scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan
from .world import game_class

if TYPE_CHECKING:
    from .world import World

__all__ = ["MatchPlan", "play_match", "play_scenario"]

_CHECK: Final = "the game's check() holds"
_NAMES: Final = (
    "Ann",
    "Bob",
    "Cid",
    "Dee",
    "Eve",
    "Fay",
    "Gus",
    "Hal",
    "Ida",
    "Jon",
    "Kim",
    "Lea",
    "Max",
    "Nia",
    "Oz",
    "Pia",
)
_CROWD_MAX: Final = 8
"""Players of a game that allows more, unless it is said."""


@dataclass(frozen=True, slots=True)
class MatchPlan:
    """What all matches of a run have in common."""

    game: str
    """``module:Class``."""
    bots: tuple[str, ...]
    """``module:Class`` each; they take the seats in turn, and another of them begins with each seed."""
    players: tuple[int, int]
    """Least and most: each match draws."""
    network: str = "mixed"
    options: dict[str, Any] = field(default_factory=dict)
    minutes: float = 30.0
    """A match that takes longer, in its own time, is ``unfinished``."""

    def scenario(self, seed: int) -> Scenario:
        """One match."""
        dice = Random(f"{seed}/match")
        name = game_class(self.game).definition().options.name
        seconds = self.minutes * 60
        players: list[PlayerPlan] = []
        faults: list[Fault] = []
        for number in range(dice.randint(*self.players)):
            who = _NAMES[number] if number < len(_NAMES) else f"P{number + 1}"
            conditions = conditions_for(self.network, dice)
            if number == 0:
                act = Act(0.0, "create", {"game": name, "options": self.options})
            else:
                act = Act(0.0, "meet", {"friend": _NAMES[0]})
            bot = self.bots[(seed + number) % len(self.bots)]
            players.append(PlayerPlan(who, conditions.weather(dice), (act,), bot))
            faults += conditions.faults(who, seconds, dice)
        return Scenario(
            seed,
            (self.game,),
            seconds,
            until_over=True,
            players=tuple(players),
            faults=tuple(sorted(faults, key=lambda fault: fault.at)),
            server=ServerPlan(bots=False),
        )


class _Referee(Observer):
    """Calls the game's ``check()`` after each step, and notes how the match ended."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.record: SessionRecord | None = None
        self.ticks = 0
        self.resumes: dict[str, int] = {}

    def stepped(self, record: StepRecord) -> None:
        self.ticks = record.tick
        driver = self.world.node.hosts[record.session].core.game
        assert isinstance(driver, GameDriver)
        try:
            driver.game.check()
        except Exception as error:
            self.violate(_CHECK, f"tick {record.tick}: {type(error).__name__}: {error}")

    def at_rest(self) -> None:
        records = self.world.store.ended_records
        self.record = records[0] if records else None
        for player in self.world.players.values():
            self.resumes[player.name] = sum(seat.stats.resumes for seat in player.seats)


def play_match(plan: MatchPlan, seed: int) -> MatchOutcome:
    """Plays one match, and says what came of it."""
    return play_scenario(plan.scenario(seed))[0]


def play_scenario(scenario: Scenario, *, keep_timeline: bool = False) -> tuple[MatchOutcome, Outcome]:
    """The same for a match that is given whole."""
    referees: list[_Referee] = []

    def referee(world: World) -> Observer:
        referees.append(_Referee(world))
        return referees[-1]

    began = time.process_time()
    outcome = run(scenario, (referee,), keep_timeline=keep_timeline, games_may_fail=False)
    cpu_s = time.process_time() - began
    return _outcome(scenario, referees[0], outcome, cpu_s), outcome


def _outcome(scenario: Scenario, referee: _Referee, outcome: Outcome, cpu_s: float) -> MatchOutcome:
    record = referee.record
    result = (record.result if record is not None else None) or {}
    name, why = _how(record, outcome.violation)
    return MatchOutcome(
        scenario.seed,
        name,
        why if name != "ended" else str(result.get("reason") or ""),
        0.0 if record is None else record.duration_ms / 1000,
        referee.ticks,
        tuple(_seats(scenario, record, result, referee)),
        outcome.simulated_s,
        cpu_s,
        outcome.digest,
    )


def _how(record: SessionRecord | None, violation: Violation | None) -> tuple[str, str]:
    if violation is not None:
        return "broken", f"{violation.invariant}: {violation.text}"
    if record is None:
        return "cancelled", "nobody got as far as a seat"
    if record.outcome == "game_failed":
        return "broken", record.reason
    if record.outcome == "cancelled":
        return "cancelled", record.reason
    if record.result is None and record.outcome != "ended":
        return "unfinished", record.reason
    return "ended", record.reason


def _seats(
    scenario: Scenario, record: SessionRecord | None, result: Mapping[str, Any], referee: _Referee
) -> list[SeatOutcome]:
    winners, scores = result.get("winners", ()), result.get("scores", {})
    seats = {} if record is None else {seat.name: seat for seat in record.seats}
    made = []
    for plan in scenario.players:
        seat = seats.get(plan.name)
        index = -1 if seat is None else seat.seat
        made.append(
            SeatOutcome(
                plan.name,
                plan.bot,
                "",
                "" if seat is None else seat.outcome,
                index in winners,
                scores.get(index),
                referee.resumes.get(plan.name, 0),
            )
        )
    return made
