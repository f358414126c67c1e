"""Matches of one game between bots on bad networks, each from a seed: what ``rallypoint simulate`` plays."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from rallypoint.game.driver import GameDriver
from rallypoint.game.game import Game
from rallypoint.game.player import Player
from rallypoint.ports import SessionRecord, StepRecord
from rallypoint_client import Closed, ConnectFailed

from .breakage import CHECK, DESYNC, Breakage, breakage_of
from .conditions import CONDITIONS
from .observer import Observer, Violation
from .outcomes import MatchOutcome, SeatOutcome
from .run import Outcome, run
from .scenario import Act, Fault, PlayerPlan, Scenario, ServerPlan
from .world import game_class

if TYPE_CHECKING:
    from .wire import Wire
    from .world import World

__all__ = ["CROWD_MAX", "MINUTES", "MatchPlan", "OptionsRefused", "Played", "play_match", "play_scenario"]

_NAMES: Final = "Ann Bob Cid Dee Eve Fay Gus Hal Ida Jon Kim Lea Max Nia Oz Pia".split()
MINUTES: Final = 30.0
"""What a match may take, if nothing is said."""
CROWD_MAX: Final = 8
"""Players of a game that allows more, unless it is said."""
_BOT_RAISED: Final = "the client library raises only what it documents"
_REFUSED: Final = "the game takes the options"
_CPU_S_MIN: Final = 60.0
_CPU_PER_S: Final = 1 / 20
"""CPU time that a match may take, for a second of it: far more than any does that goes on."""


class OptionsRefused(Exception):
    """The game does not take the options: no match can be played."""


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
    minutes: float = MINUTES
    """A match that takes longer, in its own time, is ``unfinished``."""

    def networks(self, seed: int) -> tuple[str, ...]:
        """What each player of a match is connected through, by :data:`~rallypoint_simulation.conditions.CONDITIONS`."""
        dice = Random(f"{seed}/networks")
        count = dice.randint(*self.players)
        return tuple(dice.choice(list(CONDITIONS)) if self.network == "mixed" else self.network for _ in range(count))

    def scenario(self, seed: int) -> Scenario:
        """One match."""
        dice = Random(f"{seed}/match")
        name = game_class(self.game).definition().options.name
        seconds = self.minutes * 60
        players: list[PlayerPlan] = []
        faults: list[Fault] = []
        for number, network in enumerate(self.networks(seed)):
            who = _NAMES[number] if number < len(_NAMES) else f"P{number + 1}"
            conditions = CONDITIONS[network]
            if number == 0:
                act = Act(0.0, "host", {"game": name, "options": self.options, "patience_s": seconds})
            else:
                act = Act(0.0, "meet", {"friend": _NAMES[0], "patience_s": seconds})
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


@dataclass(frozen=True, slots=True)
class Played:
    """A match that was played."""

    outcome: MatchOutcome
    breakage: Breakage | None
    state: tuple[str, ...]
    """What the game had in its fields in the end or when it broke: a line for the game, and one for each player."""
    timeline: tuple[str, ...]
    """Its last seconds, without the violation."""


class _Referee(Observer):
    """Calls the game's ``check()`` after each step, and notes how the match ended."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.record: SessionRecord | None = None
        self.ticks = 0
        self._driver: GameDriver | None = None

    def stepped(self, record: StepRecord) -> None:
        self.ticks = record.tick
        driver = self._driver
        if driver is None:  # there is one session
            core_game = self.world.node.hosts[record.session].core.game
            assert isinstance(core_game, GameDriver)
            driver = self._driver = core_game
        try:
            driver.game.check()
        except Exception as error:
            self._violated(CHECK, f"tick {record.tick}", error)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if not from_server and reason.startswith("desync"):
            self.violate(DESYNC, f"{wire.client}'s state is not the server's, after tick {self.ticks}: {reason}")

    def look(self) -> None:
        for player in self.world.players.values():
            # A bot may raise the library's own errors, too: an input with a value that its field does not take.
            for ended in player.ended:
                if ended.error is not None and not isinstance(ended.error, Closed | ConnectFailed):
                    self._violated(_BOT_RAISED, f"{player.name}: play", ended.error)
            for _, _, text in player.refusals:
                if text.startswith("InvalidInput"):
                    self.violate(_BOT_RAISED, f"{player.name}: {text}")
                if text.startswith("RequestRefused: refused"):
                    self.violate(_REFUSED, text.removeprefix("RequestRefused: refused").removeprefix(": "))

    def at_rest(self) -> None:
        records = self.world.store.ended_records
        self.record = records[0] if records else None

    @property
    def finished(self) -> bool:
        """The game has ended the session itself."""
        return self._driver is not None and self._driver.finished

    def _violated(self, invariant: str, text: str, error: BaseException) -> None:
        violation = Violation(invariant, text, self.world.elapsed_s)
        violation.__cause__ = error
        self.world.violated(violation)

    def state(self) -> tuple[str, ...]:
        """What the game has in its fields."""
        if self._driver is None:
            return ()
        game = self._driver.game
        lines = [("the game", game), *((player.name, player) for player in game.players)]
        return tuple(f"{name}: {told}" for name, thing in lines if (told := _fields(thing)))


def _fields(thing: Game[Any] | Player) -> str:
    """Those that the game's own classes declare."""
    names = (name for name in thing.__fields__ if name not in Game.__fields__ and name not in Player.__fields__)
    return " ".join(f"{name}={_brief(getattr(thing, name, '?'))}" for name in names)


def _brief(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def play_match(plan: MatchPlan, seed: int) -> MatchOutcome:
    """Plays one match, and says what came of it. Raises :class:`OptionsRefused`."""
    return play_scenario(plan.scenario(seed), plan.networks(seed)).outcome


def play_scenario(
    scenario: Scenario, networks: Iterable[str] = (), *, keep_timeline: bool = False, timeline_s: float = 10.0
) -> Played:
    """The same for a match that is given whole. ``networks``: of the players, if they are known by name."""
    referees: list[_Referee] = []

    def referee(world: World) -> Observer:
        referees.append(_Referee(world))
        return referees[-1]

    began = time.process_time()
    outcome = run(
        scenario,
        (referee,),
        keep_timeline=keep_timeline,
        timeline_s=timeline_s,
        cpu_s_max=_CPU_S_MIN + scenario.duration_s * _CPU_PER_S,
        games_may_fail=False,
    )
    cpu_s = time.process_time() - began
    (one,) = referees
    violation = outcome.violation
    if violation is not None and violation.invariant == _REFUSED:
        raise OptionsRefused(violation.text)
    breakage = None if violation is None else breakage_of(violation, one.world, one.ticks)
    lines = outcome.timeline if violation is None else outcome.timeline[:-1]
    told = _outcome(scenario, tuple(networks), one, outcome, breakage, cpu_s)
    return Played(told, breakage, one.state(), tuple(lines))


def _outcome(
    scenario: Scenario,
    networks: tuple[str, ...],
    referee: _Referee,
    outcome: Outcome,
    breakage: Breakage | None,
    cpu_s: float,
) -> MatchOutcome:
    record = referee.record
    result = (record.result if record is not None else None) or {}
    if breakage is not None:
        name, why = "broken", breakage.text
    else:
        name, why = _how(referee, scenario)
    if record is not None and record.started_at is not None:
        duration_s = record.duration_ms / 1000
    else:
        duration_s = outcome.violation.at if outcome.violation is not None else 0.0
    return MatchOutcome(
        scenario.seed,
        name,
        why,
        "" if breakage is None else breakage.kind,
        round(duration_s, 3),
        referee.ticks,
        tuple(_seats(scenario, networks, record, result, referee.world)),
        round(outcome.simulated_s, 3),
        round(cpu_s, 4),
        outcome.digest,
    )


def _how(referee: _Referee, scenario: Scenario) -> tuple[str, str]:
    record = referee.record
    if record is None or record.ended_at is None:
        refusals = [each for player in referee.world.players.values() for each in player.refusals]
        return "cancelled", max(refusals)[2] if refusals else "nobody got as far as a seat"
    if record.started_at is None:
        return "cancelled", "too few came"
    world = referee.world
    if record.ended_at - (world.wall() - world.elapsed_s) >= scenario.duration_s:
        return "unfinished", "time was up"  # they were told to leave: what the game makes of that does not count
    if not referee.finished:
        return "abandoned", record.reason
    return "ended", str((record.result or {}).get("reason") or "")


def _seats(
    scenario: Scenario,
    networks: tuple[str, ...],
    record: SessionRecord | None,
    result: Mapping[str, Any],
    world: World,
) -> Iterable[SeatOutcome]:
    winners, scores = result.get("winners", ()), result.get("scores", {})
    seats = {} if record is None else {seat.name: seat for seat in record.seats}
    for number, plan in enumerate(scenario.players):
        seat = seats.get(plan.name)
        index = None if seat is None else seat.seat
        yield SeatOutcome(
            plan.name,
            index,
            plan.bot,
            networks[number] if number < len(networks) else "",
            "" if seat is None else seat.outcome,
            index in winners,
            scores.get(index),
            sum(each.stats.resumes for each in world.players[plan.name].seats),
        )
