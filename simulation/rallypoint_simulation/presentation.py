"""A match for people: its last seconds, what broke, and the commands that play it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Final

from rallypoint.games import find_game

from .matches import CROWD_MAX, MINUTES, MatchPlan, Played, play_scenario
from .observer import Violation
from .outcomes import MatchOutcome, SeatOutcome
from .scenario import Scenario
from .shrink import shrink

__all__ = ["KEPT_IN", "Smaller", "command_of", "cut_down", "default_players", "lines_of"]

KEPT_IN: Final = Path("rallypoint-broken")
"""Scenarios that were cut down, from the directory where the command was called."""
_LEGEND: Final = (
    "→ to the server, ← from it. `pass 1:460` brings the state after tick 460, `input` is what a bot does; `lobby` is"
    " the other connection of each player."
)
_OTHERWISE: Final = (
    "It went otherwise when it was played again, so something is not decided by the seed: the random module (draw from"
    " self.random), a clock (ask self.now_ms), the order of a set, or something that one match leaves to the next."
)
_OUR_FAULT: Final = "This is a fault of Rallypoint, not of the game: please report it, with that file or command."


@dataclass(frozen=True, slots=True)
class Smaller:
    """A broken match that was cut down."""

    file: Path
    scenario: Scenario
    played: Played


def cut_down(scenario: Scenario, played: Played, seconds_max: float, say: Callable[[str], None]) -> Smaller | None:
    """Fewer players, less that goes wrong, a shorter match, which breaks in the same way: kept in a file of
    :data:`KEPT_IN`. ``None`` if there is no smaller one."""

    def play(candidate: Scenario) -> Violation | None:
        breakage = play_scenario(candidate).breakage
        # The same line of the game has to fail, not anything.
        return None if breakage is None else Violation(breakage.where, breakage.text, candidate.duration_s)

    assert played.breakage is not None
    first = Violation(played.breakage.where, played.breakage.text, played.outcome.simulated_s)
    shrunk = shrink(scenario, first, play, seconds_max=seconds_max, say=say)
    if shrunk.scenario == scenario:
        return None
    name = find_game(scenario.games[0]).definition().options.name
    file = KEPT_IN / f"{name}-{scenario.seed}.json"
    KEPT_IN.mkdir(exist_ok=True)
    file.write_text(shrunk.scenario.to_json() + "\n", encoding="utf-8")
    return Smaller(file, shrunk.scenario, play_scenario(shrunk.scenario, keep_timeline=True))


def lines_of(
    played: Played, again: str, smaller: Smaller | None = None, first: MatchOutcome | None = None
) -> Iterable[str]:
    """All of it, the most important last: a terminal shows the end. ``first``: what came of it before."""
    shown = played if smaller is None else smaller.played
    outcome = played.outcome
    first = first or outcome
    yield f"The last seconds{' of what it was cut down to' if smaller is not None else ''} ({_LEGEND})"
    yield from shown.timeline
    yield ""
    if shown.state:
        yield "In the end:" if played.breakage is None else "When it broke:"
        yield from (f"  {line}" for line in shown.state)
        yield ""
    if played.breakage is None:
        yield from (_seat_line(seat) for seat in outcome.seats)
        yield f"seed {outcome.seed}: {outcome.outcome} after {outcome.duration_s:.1f} s" + _after(outcome.reason)
    else:
        broken = shown.breakage or played.breakage
        if broken.details:
            yield from (broken.details, "")
        yield f"seed {outcome.seed} broke: {played.breakage.text}"
        if smaller is not None and broken.text != played.breakage.text:
            yield f"cut down: {broken.text}"
        if played.breakage.kind == "rallypoint":
            yield _OUR_FAULT
    if first.digest != outcome.digest:
        yield f"But before, seed {first.seed} broke: {first.reason}"
        yield from (first.details, _OTHERWISE)
    yield f"  again:    {again}"
    if smaller is not None:
        yield f"  smaller:  rallypoint simulate --scenario {quote(str(smaller.file))}   ({_size(smaller.scenario)})"


def _after(reason: str) -> str:
    return f": {reason}" if reason else ""


def _size(scenario: Scenario) -> str:
    counts = (len(scenario.players), "player"), (len(scenario.faults), "fault")
    return ", ".join(f"{count} {what}{'s' * (count != 1)}" for count, what in counts) + f", {scenario.duration_s:g} s"


def _seat_line(seat: SeatOutcome) -> str:
    where = "no seat" if seat.seat is None else f"seat {seat.seat}"
    parts = [seat.bot, seat.network, seat.outcome, "won" if seat.won else ""]
    parts.append("" if seat.score is None else f"score {seat.score:g}")
    parts.append(f"came back: {seat.resumes}" if seat.resumes else "")
    return f"  {seat.name} ({where}): " + ", ".join(part for part in parts if part)


def command_of(plan: MatchPlan, seed: int) -> str:
    """The command that plays one match again. What is so by default is not in it."""
    own = find_game(plan.game).definition().options
    parts = ["rallypoint simulate", plan.game, "--match", f"--seed {seed}"]
    least, most = plan.players
    if (least, most) != default_players(own.seats_min, own.seats_max):
        parts.append(f"--players {least}" if least == most else f"--players {least}..{most}")
    parts += [f"--bot {bot}" for bot in plan.bots if plan.bots != (own.bot,)]
    if plan.network != "mixed":
        parts.append(f"--network {plan.network}")
    parts += [f"--option {quote(f'{name}={json.dumps(value)}')}" for name, value in plan.options.items()]
    if plan.minutes != MINUTES:
        parts.append(f"--minutes {plan.minutes:g}")
    return " ".join(parts)


def default_players(seats_min: int, seats_max: int) -> tuple[int, int]:
    """Least and most, if nothing is said."""
    return seats_min, max(seats_min, min(seats_max, CROWD_MAX))
