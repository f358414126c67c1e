"""``rallypoint matchmaker simulate``: a day of players through the rules of a queue, in virtual time."""

from __future__ import annotations

import json as json_module
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from rallypoint.core.matchmaking.rules import QueueRules

    from .arrivals import Traffic
    from .goal import Verdict
    from .play import AnyQueue
    from .shown import Run
    from .wanted import Wanted

__all__ = ["simulate"]


def simulate(
    rules: Annotated[str, typer.Argument(help="A TOML file of rules, or a game as module:Class.")] = "",
    players: Annotated[int | None, typer.Option(help="So many people there are at most. [default: 5000]")] = None,
    arrivals: Annotated[
        str | None, typer.Option(help="Tickets that come, in the mean: 20/s, 90/min, 500/h. [default: 20/s]")
    ] = None,
    hours: Annotated[float | None, typer.Option(help="How long; they hold a whole day's curve. [default: 4]")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same day, byte for byte.")] = 7,
    queue: Annotated[str, typer.Option(help="Which queue, if there are several.")] = "",
    tickets: Annotated[
        Path | None, typer.Option(help="Recorded tickets (JSON lines), instead of generated ones.", dir_okay=False)
    ] = None,
    population: Annotated[
        Path | None, typer.Option(help="TOML file with a table [population]: what the players are like.")
    ] = None,
    compare: Annotated[str, typer.Option(help="Other rules, for the same arrivals: laid side by side.")] = "",
    goal: Annotated[
        str, typer.Option(help='What is better, as "p95 wait < 60 s, gave up < 2%, then quality" (the default).')
    ] = "",
    html: Annotated[Path | None, typer.Option(help="File to write charts and tables to.", dir_okay=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print all figures as JSON instead of tables.")] = False,
) -> None:
    """Plays a day of matchmaking in virtual time, through the code that a server has, and shows wait against quality.

    Example: rallypoint matchmaker simulate docs/matchmaking/default.toml --players 5000 --arrivals 20/s --hours 4

    The people, what they are like and when they come are generated from a seed, or come from a recording of a running
    server. Exit codes: 0 fine, 2 it could not run. docs/matchmaking.md tells more.
    """
    from rich.console import Console

    from .wanted import CannotPlay, wanted

    try:
        asked = wanted(rules, compare, queue, players, arrivals, hours, seed, tickets, population, goal)
        if html is not None and not html.absolute().parent.is_dir():
            raise CannotPlay(f"--html {html}: there is no directory {html.parent}")
    except CannotPlay as error:
        _fail(str(error))
    runs = play_all(asked, _server_queue, Console(stderr=True))
    verdict = asked.goal.verdict([run.figures for run in runs], asked.names) if len(runs) > 1 else None
    if html is not None:
        _write(html, runs, asked, verdict)
    if json:
        print(_as_json(runs, asked, verdict))
    else:
        from .terminal import show

        console = Console()
        if not console.is_terminal:
            console.width = 120  # of a file or a pipe nothing is known
        show(console, runs, asked.goal.text, verdict)


def _fail(sentence: str) -> NoReturn:
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)


def _server_queue(rules: QueueRules) -> AnyQueue:
    """The one that a server has."""
    from rallypoint.core.matchmaking.queue import MatchQueue

    return MatchQueue(rules, tickets_max=1_000_000)


def play_all(asked: Wanted, queue_of: Callable[[QueueRules], AnyQueue], errors: Console) -> list[Run]:
    """One day for each set of rules; how far it is goes to ``errors``."""
    from .figures import figures_of
    from .play import play
    from .shown import Run
    from .yardstick import Yardstick

    yardstick = Yardstick(asked.rules[0], asked.rules[1:])
    runs = []
    for place, name in enumerate(asked.names):
        began = time.perf_counter()
        with _progress(errors, name) as tell:
            record = play(asked.rules[place], _traffic(asked, place), queue_of(asked.rules[place]), tell, yardstick)
        runs.append(Run(name, figures_of(record)))
        took = time.perf_counter() - began
        errors.print(f"{name}: {len(record.tickets):,} tickets in {took:.1f} s", highlight=False, markup=False)
    return runs


def _traffic(asked: Wanted, place: int) -> Traffic:
    """The same arrivals for each set of rules; its people start the day anew."""
    from .arrivals import GeneratedTraffic
    from .recorded import RecordedTraffic

    if asked.tickets:
        return RecordedTraffic(asked.tickets, asked.population, asked.seed)
    rules = asked.rules[place]
    others = [other for other in asked.rules if other is not rules]
    span_s = asked.hours * 3600
    return GeneratedTraffic(
        rules, others, asked.population, players=asked.players, rate=asked.rate, span_s=span_s, seed=asked.seed
    )


@contextmanager
def _progress(console: Console, name: str) -> Iterator[Callable[[float], None]]:
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(escape(name), total=1.0)
        yield lambda share: progress.update(task, completed=share)


# --- output -----------------------------------------------------------------------------------------------------------


def _write(html: Path, runs: list[Run], asked: Wanted, verdict: Verdict | None) -> None:
    from .report import page

    try:
        html.write_text(page(runs, asked.goal.text, verdict, f"{asked.command} --html {html}"), encoding="utf-8")
    except OSError as error:
        _fail(f"--html {html}: {error.strerror or error}")


def _as_json(runs: list[Run], asked: Wanted, verdict: Verdict | None) -> str:
    whole: dict[str, object] = {"command": asked.command, "runs": [{"name": run.name, **run.figures} for run in runs]}
    if verdict is not None:
        better = None if verdict.better is None else asked.names[verdict.better]
        whole |= {"goal": asked.goal.text, "better": better, "verdict": verdict.text}
    return json_module.dumps(whole, indent=1, ensure_ascii=False)
