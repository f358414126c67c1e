"""``rallypoint simulate``: plays many matches of a game between bots on bad networks, and shows the one that broke."""

from __future__ import annotations

import json as json_module
import os
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from .matches import MatchPlan
    from .outcomes import MatchOutcome, Outcomes

__all__ = ["simulate"]


def simulate(
    game: Annotated[str, typer.Argument(help="The game, as module:Class, or module where it has one.")] = "",
    matches: Annotated[int, typer.Option(min=1, help="How many are played.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the first match; the next ones have the next.")] = 1,
    players: Annotated[str, typer.Option(help="How many play, as 4 or 2..8; by default what the game allows.")] = "",
    bot: Annotated[
        list[str] | None,
        typer.Option(help="Who plays, as module:Class; given several times, they play each other. Default: its own."),
    ] = None,
    network: Annotated[str, typer.Option(help="good, home, mobile, train; mixed: another for each player.")] = "mixed",
    option: Annotated[
        list[str] | None, typer.Option(help="For the game's created(options), as rounds_max=3. Several times.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="A match that takes longer is unfinished.")] = 30.0,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; by default one for each core.")] = None,
    keep_going: Annotated[bool, typer.Option("--keep-going", help="Play on when a match breaks.")] = False,
    shrink: Annotated[float, typer.Option(min=0, help="Seconds for cutting a broken match down; 0: do not.")] = 20.0,
    match: Annotated[bool, typer.Option("--match", help="Only the match of --seed, with its last seconds.")] = False,
    scenario: Annotated[
        Path | None, typer.Option(help="Only the match in this file, in the same way.", exists=True, dir_okay=False)
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="File to write everything to, each match included.", dir_okay=False)
    ] = None,
) -> None:
    """Plays a game between bots, in virtual time: the real server, real clients, a simulated network.

    Example: rallypoint simulate games.orbit:Orbit --matches 1000 --seed 1 --option rounds_max=3

    After each step the game's own check() is called, if it has one. A match that breaks (check() or the game or a bot
    raises, a client's state differs from the server's) is shown with what led to it and the command that plays it
    again. Exit codes: 0 fine, 1 a match broke, 2 it could not run. docs/simulation.md tells more.
    """
    from .asked import fail, plan_of
    from .matches import OptionsRefused

    with _stoppable():
        try:
            if scenario is not None:
                raise typer.Exit(_written_down(scenario))
            plan = plan_of(game, players, bot or [], network, option or [], minutes)
            if match:
                raise typer.Exit(_one(plan, seed))
            if json is not None and not json.absolute().parent.is_dir():
                fail(f"--json {json}: there is no directory {json.parent}")
            raise typer.Exit(_many(plan, range(seed, seed + matches), jobs, keep_going, shrink, json))
        except OptionsRefused as refused:
            fail(f"the game does not take these options: {refused}")


class _Stopped(KeyboardInterrupt):
    """Somebody has asked for the end of this process."""


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM is as good as Ctrl-C: no process is left, and nothing is said about it."""
    main = threading.current_thread() is threading.main_thread()

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Stopped

    former = signal.signal(signal.SIGTERM, stop) if main else None
    try:
        yield
    except KeyboardInterrupt as error:
        raise typer.Exit(143 if isinstance(error, _Stopped) else 130) from None
    finally:
        if former is not None:
            signal.signal(signal.SIGTERM, former)


# --- many -------------------------------------------------------------------------------------------------------------


def _many(plan: MatchPlan, seeds: range, jobs: int | None, keep_going: bool, shrink_s: float, json: Path | None) -> int:
    from rich.console import Console

    from .outcomes import Outcomes

    outcomes = Outcomes(plan.game)
    errors = Console(stderr=True)
    stopped: KeyboardInterrupt | None = None
    try:
        _play(plan, seeds, min(jobs or os.cpu_count() or 1, len(seeds)), keep_going, errors, outcomes)
    except KeyboardInterrupt as error:  # what there is by then is shown
        stopped = error
    outcomes.matches.sort(key=lambda each: each.seed)
    if json is not None:
        json.write_text(json_module.dumps(outcomes.to_json(), indent=1) + "\n", encoding="utf-8")
    broken = [each for each in outcomes.matches if each.outcome == "broken"]
    if len(broken) < len(outcomes.matches):
        outcomes.show(Console())
    if stopped is not None:
        raise stopped
    if broken:
        for each in broken:
            print(f"seed {each.seed} broke: {each.reason}")
        _present_broken(plan, broken[0], shrink_s, errors)
    return int(bool(broken))


def _play(plan: MatchPlan, seeds: range, jobs: int, keep_going: bool, console: Console, outcomes: Outcomes) -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from .workers import play_all

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"), TimeRemainingColumn())
    with (
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        closing(play_all(plan, seeds, jobs)) as played,
    ):
        task = progress.add_task("", total=len(seeds), speed="")
        began = progress.get_time()
        hours, broken = 0.0, 0
        for each in _until_broken(played, keep_going):
            outcomes.matches.append(each)
            hours += each.duration_s / 3600
            broken += each.outcome == "broken"
            speed = f"{hours * 60 / max(0.001, progress.get_time() - began):,.1f} h/min"
            progress.update(task, advance=1, speed=speed + (f", {broken} broken" if broken else ""))


def _until_broken(played: Generator[MatchOutcome], keep_going: bool) -> Iterator[MatchOutcome]:
    for each in played:
        yield each
        if each.outcome == "broken" and not keep_going:
            return


# --- one --------------------------------------------------------------------------------------------------------------


def _one(plan: MatchPlan, seed: int) -> int:
    """Plays one match, and shows it."""
    from .matches import play_scenario
    from .presentation import command_of, lines_of

    played = play_scenario(plan.scenario(seed), plan.networks(seed), keep_timeline=True)
    print("\n".join(lines_of(played, command_of(plan, seed))))
    return int(played.breakage is not None)


def _written_down(file: Path) -> int:
    """The same for one in a file."""
    from .asked import scenario_in
    from .matches import play_scenario
    from .presentation import lines_of

    played = play_scenario(scenario_in(file), keep_timeline=True)
    print("\n".join(lines_of(played, f"rallypoint simulate --scenario {file}")))
    return int(played.breakage is not None)


def _present_broken(plan: MatchPlan, broken: MatchOutcome, shrink_s: float, console: Console) -> None:
    """Plays it again here, to see its last seconds; and cuts it down to what is needed for that."""
    from .matches import play_scenario
    from .presentation import command_of, cut_down, lines_of
    from .workers import nothing_to_collect

    again = command_of(plan, broken.seed)
    if broken.broke == "process":
        print(f"  again:    {again}")
        return
    scenario = plan.scenario(broken.seed)
    played = play_scenario(scenario, plan.networks(broken.seed), keep_timeline=True)
    smaller = None
    can = played.breakage is not None and played.breakage.kind != "stuck" and played.outcome.digest == broken.digest
    if shrink_s and can:
        quiet = not console.is_terminal
        with nothing_to_collect(), nullcontext() if quiet else console.status("cutting it down") as status:
            smaller = cut_down(scenario, played, shrink_s, (lambda text: None) if status is None else status.update)
    print()
    print("\n".join(lines_of(played, again, smaller, broken)))
