"""``rallypoint simulate``: plays many matches of a game between bots on bad networks, and shows the one that broke."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from concurrent.futures import Future

    from rich.console import Console

    from .matches import MatchPlan
    from .outcomes import MatchOutcome, Outcomes

__all__ = ["simulate"]

_CHUNK = 4
"""Matches that a process plays before it reports."""
_CROWD_MAX = 8
"""Players of a game that allows more, unless it is said."""


def simulate(
    game: Annotated[str, typer.Argument(help="The game, as module:Class, or module where it has one.")],
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
    match: Annotated[bool, typer.Option("--match", help="Only the match of --seed, with its last seconds.")] = False,
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
    from rich.console import Console

    plan = _plan(game, players, bot or [], network, option or [], minutes)
    console = Console(stderr=True)
    if match:
        raise typer.Exit(_one(plan, seed, Console()))
    outcomes = _play(plan, range(seed, seed + matches), jobs or os.cpu_count() or 1, keep_going, console)
    outcomes.matches.sort(key=lambda each: each.seed)
    if json is not None:
        json.write_text(json_module.dumps(outcomes.to_json(), indent=1) + "\n", encoding="utf-8")
    outcomes.show(Console())
    broken = [each for each in outcomes.matches if each.outcome == "broken"]
    if not broken:
        return
    for each in broken[1:]:
        console.print(f"seed {each.seed}: {each.reason.splitlines()[0]}", style="red", highlight=False, markup=False)
    raise typer.Exit(_one(plan, broken[0].seed, Console()))


def _plan(game: str, players: str, bots: list[str], network: str, options: list[str], minutes: float) -> MatchPlan:
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound, find_game
    from rallypoint.runtime.bots import bot_class

    from .conditions import CONDITIONS
    from .matches import MatchPlan

    try:
        found = find_game(game)
        own = found.definition().options
        chosen = bots or ([own.bot] if own.bot else [])
        for name in chosen:
            bot_class(name)
    except (GameNotFound, DefinitionError, LookupError) as error:
        _fail(str(error))
    if not chosen:
        _fail(f"{own.name} has no bot: name one with --bot module:Class")
    if network not in (*CONDITIONS, "mixed"):
        _fail(f"there is no network `{network}`: choose {', '.join(CONDITIONS)} or mixed")
    least, most = _range(players) if players else (own.seats_min, max(own.seats_min, min(own.seats_max, _CROWD_MAX)))
    if not own.seats_min <= least <= most <= own.seats_max:
        _fail(f"{own.name} has {own.seats_min} to {own.seats_max} seats: --players {players} does not fit")
    spec = f"{found.__module__}:{found.__name__}"
    return MatchPlan(spec, tuple(chosen), (least, most), network, dict(_option(each) for each in options), minutes)


def _range(text: str) -> tuple[int, int]:
    least, _, most = text.partition("..")
    try:
        return int(least), int(most or least)
    except ValueError:
        _fail(f"--players {text}: give a number, as 4, or two, as 2..8")


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        _fail(f"--option {text}: give name=value, as rounds_max=3")
    try:
        return name, json_module.loads(value)
    except ValueError:
        return name, value  # a word


def _play(plan: MatchPlan, seeds: range, jobs: int, keep_going: bool, console: Console) -> Outcomes:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from .outcomes import Outcomes

    outcomes = Outcomes(plan.game)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(seeds), speed="")
        began = progress.get_time()
        played_s = 0.0
        for played in _played(plan, seeds, min(jobs, len(seeds))):
            outcomes.matches += played
            played_s += sum(each.duration_s for each in played)
            hours = played_s / 3600 / max(0.001, progress.get_time() - began)
            broken = sum(each.outcome == "broken" for each in outcomes.matches)
            speed = f"{hours * 60:,.1f} h/min" + (f", {broken} broken" if broken else "")
            progress.update(task, completed=len(outcomes.matches), speed=speed)
            if broken and not keep_going:
                break
    return outcomes


def _played(plan: MatchPlan, seeds: range, jobs: int) -> Iterator[list[MatchOutcome]]:
    """In processes of their own: a match needs one core, and there may be several."""
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

    chunks = iter([seeds[at : at + _CHUNK] for at in range(0, len(seeds), _CHUNK)])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=50) as pool:
        running: set[Future[list[MatchOutcome]]] = set()
        try:
            while True:
                while len(running) < jobs and (chunk := next(chunks, None)) is not None:
                    running.add(pool.submit(_play_chunk, plan, chunk))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for each in done:
                    yield each.result()
        finally:
            for each in running:
                each.cancel()


def _play_chunk(plan: MatchPlan, seeds: range) -> list[MatchOutcome]:
    from .matches import play_match

    here = os.getcwd()
    if here not in sys.path:  # where the game was found
        sys.path.insert(0, here)
    return [play_match(plan, seed) for seed in seeds]


def _one(plan: MatchPlan, seed: int, console: Console) -> int:
    """Plays one match, and shows it; if it breaks, cut down to what is needed for that."""
    from .matches import play_scenario

    played, outcome = play_scenario(plan.scenario(seed), keep_timeline=True)
    if outcome.violation is None:
        console.print(f"seed {seed}: {played.outcome} {played.reason}".rstrip(), highlight=False, markup=False)
        return int(played.outcome == "broken")
    console.print("\n".join(outcome.timeline), highlight=False, markup=False)
    console.print(f"\nseed {seed} broke: {played.reason}", style="bold red", highlight=False, markup=False)
    console.print(f"  again: {_again(plan, seed)}", highlight=False, markup=False)
    return 1


def _again(plan: MatchPlan, seed: int) -> str:
    """The command that plays one match again."""
    from shlex import quote

    bots = "".join(f" --bot {bot}" for bot in plan.bots)
    options = "".join(
        f" --option {quote(f'{name}={json_module.dumps(value)}')}" for name, value in plan.options.items()
    )
    least, most = plan.players
    return (
        f"rallypoint simulate {plan.game} --match --seed {seed} --players {least}..{most} --network {plan.network}"
        f" --minutes {plan.minutes:g}{bots}{options}"
    )


def _fail(sentence: str) -> NoReturn:
    """Ends with exit code 2: what was asked for cannot be done."""
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
