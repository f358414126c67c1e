"""Cuts a scenario down to what its violation needs: fewer players, faults and acts, less time, calmer weather.

Delta debugging: leave something out, play it again, and go on without it if the same invariant still breaks. Each
player and each connection has random numbers of its own, so that leaving one out does not disturb the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from msgspec.structs import asdict, replace

from .network import Weather
from .observer import Violation
from .scenario import PlayerPlan, Scenario, ServerPlan
from .triggers import WHOSE

__all__ = ["Shrunk", "shrink"]

T = TypeVar("T")
Play = Callable[[Scenario], Violation | None]
_AFTER_S: Final = 0.5
"""How long a scenario goes on after what must not be."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """What is left."""

    scenario: Scenario
    violation: Violation
    runs: int


def shrink(
    scenario: Scenario,
    violation: Violation,
    play: Play,
    *,
    runs_max: int = 300,
    seconds_max: float = 60.0,
    say: Callable[[str], None] = lambda text: None,
    clock: Callable[[], float] = time.monotonic,
) -> Shrunk:
    """The smallest scenario found within so many runs and seconds in which the same invariant breaks.

    ``play`` gives a scenario's first violation; ``say`` is told now and then how small it is.
    """
    one = _Shrinking(scenario, violation, play, runs_max, clock() + seconds_max, say, clock)
    try:
        before = None
        while before != one.scenario:
            before = one.scenario
            one.once()
    except _NoMore:
        pass
    return Shrunk(one.scenario, one.violation, one.runs)


class _NoMore(Exception):
    """Runs or time are used up."""


class _Shrinking:
    def __init__(
        self,
        scenario: Scenario,
        violation: Violation,
        play: Play,
        runs_max: int,
        until: float,
        say: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self.scenario = scenario
        self.violation = violation
        self.runs = 0
        self._play = play
        self._runs_max = runs_max
        self._until = until
        self._say = say
        self._clock = clock
        self._tried = {scenario.to_json()}

    def once(self) -> None:
        """Tries to leave out each thing there is, the large ones first."""
        self._shorter()
        self._fewer(self.scenario.players, lambda players: _without_others(self.scenario, players))
        self._fewer(self.scenario.faults, lambda faults: replace(self.scenario, faults=tuple(faults)))
        self._fewer(_acts(self.scenario), lambda acts: _only(self.scenario, acts))
        self._shorter()
        for simpler in _simpler(self.scenario):
            # Each on its own, applied to what is left by then.
            self._try(simpler(self.scenario))

    def _try(self, candidate: Scenario) -> bool:
        """Plays it; true if it fails in the same way, and is what is left from now on."""
        key = candidate.to_json()
        if key in self._tried:
            return False
        self._tried.add(key)
        if self.runs >= self._runs_max or self._clock() >= self._until:
            raise _NoMore
        self.runs += 1
        found = self._play(candidate)
        if found is None or found.invariant != self.violation.invariant:
            return False
        self.scenario, self.violation = candidate, found
        self._say(f"shrinking: {_size(candidate)} after {self.runs} runs")
        return True

    def _fewer(self, things: Sequence[T], make: Callable[[Sequence[T]], Scenario]) -> None:
        """Leaves out larger and smaller pieces of ``things``."""
        left = list(things)
        size = len(left)
        while size and left:
            start = 0
            while start < len(left):
                rest = left[:start] + left[start + size :]
                if self._try(make(rest)):
                    left = rest
                else:
                    start += size
            size //= 2

    def _shorter(self) -> None:
        scenario = self.scenario
        last = max((act.at for plan in scenario.players for act in plan.acts), default=0.0)
        for duration_s in (
            self.violation.at + _AFTER_S,
            last + _AFTER_S,
            scenario.duration_s / 2,
            scenario.duration_s * 0.8,
        ):
            if duration_s < self.scenario.duration_s - 0.1:
                self._try(_cut(self.scenario, round(duration_s, 3)))


def _size(scenario: Scenario) -> str:
    acts = sum(len(plan.acts) for plan in scenario.players)
    return f"{len(scenario.players)} players, {acts} acts, {len(scenario.faults)} faults, {scenario.duration_s:g} s"


def _acts(scenario: Scenario) -> list[tuple[str, int]]:
    return [(plan.name, index) for plan in scenario.players for index in range(len(plan.acts))]


def _only(scenario: Scenario, acts: Sequence[tuple[str, int]]) -> Scenario:
    kept = set(acts)
    return replace(
        scenario,
        players=tuple(
            replace(plan, acts=tuple(act for index, act in enumerate(plan.acts) if (plan.name, index) in kept))
            for plan in scenario.players
        ),
    )


def _without_others(scenario: Scenario, players: Sequence[PlayerPlan]) -> Scenario:
    names = {"", WHOSE, *(plan.name for plan in players)}
    faults = tuple(fault for fault in scenario.faults if fault.target in names)
    return replace(scenario, players=tuple(players), faults=faults)


def _cut(scenario: Scenario, duration_s: float) -> Scenario:
    """Without what would happen later, too."""
    players = tuple(
        replace(plan, acts=tuple(act for act in plan.acts if act.at < duration_s)) for plan in scenario.players
    )
    faults = tuple(fault for fault in scenario.faults if fault.at < duration_s)
    return replace(scenario, duration_s=duration_s, players=players, faults=faults)


def _simpler(scenario: Scenario) -> Iterator[Callable[[Scenario], Scenario]]:
    """Ways to make what is left plainer, each to be tried."""
    yield lambda now: replace(now, server=ServerPlan())
    default = asdict(ServerPlan())
    for name, value in default.items():
        yield lambda now, name=name, value=value: replace(now, server=replace(now.server, **{name: value}))  # type: ignore[misc]
    yield lambda now: replace(now, players=tuple(replace(plan, weather=Weather()) for plan in now.players))
    for plan in scenario.players:
        yield lambda now, name=plan.name: _calm(now, name)  # type: ignore[misc]
    for game in scenario.games:
        yield lambda now, game=game: _without_game(now, game)  # type: ignore[misc]


def _calm(scenario: Scenario, name: str) -> Scenario:
    players = (replace(plan, weather=Weather()) if plan.name == name else plan for plan in scenario.players)
    return replace(scenario, players=tuple(players))


def _without_game(scenario: Scenario, game: str) -> Scenario:
    games = tuple(each for each in scenario.games if each != game)
    return replace(scenario, games=games) if games else scenario
