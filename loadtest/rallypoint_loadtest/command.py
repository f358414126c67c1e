"""``rallypoint load``: plays a game with thousands of bots, and measures what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .conditions import Condition
    from .figures import Run
    from .run import Plan

__all__ = ["load"]


def load(
    game: Annotated[str, typer.Argument(help="The game, as module:Class, or module where it has one.")],
    bots: Annotated[int, typer.Option(min=1, help="How many bots play.")] = 100,
    duration: Annotated[float, typer.Option(min=0.1, help="Seconds to measure, once all bots have a seat.")] = 30.0,
    ramp: Annotated[float, typer.Option(min=0.1, help="Bots that join each second.")] = 100.0,
    drop: Annotated[str, typer.Option(help="Chance of each bot to lose its connection, as 5%/s.")] = "0",
    lobby_drop: Annotated[str, typer.Option(help="The same for its connection to the lobby.")] = "0",
    bot: Annotated[str, typer.Option(help="Other bots than the game's own, as module:Class.")] = "",
    think: Annotated[
        str, typer.Option(help="In a turn-based game: how long a bot thinks about a move, as 0.2s..1s.")
    ] = "",
    lobby_only: Annotated[
        bool, typer.Option("--lobby-only", help="Bots come into the lobby and stay: no play.")
    ] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Processes of bots; by default one for each core but one, at most 4.")
    ] = None,
    url: Annotated[
        str,
        typer.Option(help="A server of this machine that runs already, as ws://127.0.0.1:8000; by default its own."),
    ] = "",
    ops_url: Annotated[
        str, typer.Option(help="Operations port of that server, as http://127.0.0.1:8081, for its own figures.")
    ] = "",
    seed: Annotated[int | None, typer.Option(help="Decides the bots' dice, so that they can be thrown again.")] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(help="Fail if this is so, as 'input_p99_ms>75' or 'played<bots'. Can be given several times."),
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="File to write all figures to, as flat JSON.", dir_okay=False)
    ] = None,
) -> None:
    """Plays a game with bots and measures it: latency, drops and resumes, lost and repeated messages, cost.

    Example: rallypoint load games.orbit --bots 1000 --duration 30 --drop 5%/s --fail-if 'input_p99_ms>75'

    Without --url it serves the game itself, on free ports. Exit codes: 0 fine, 1 a --fail-if was met, 2 it could not
    run. docs/loadtest.md lists all figures.
    """
    plan, conditions = _plan(
        game,
        bots,
        duration,
        ramp,
        drop,
        lobby_drop,
        bot,
        think,
        lobby_only,
        processes,
        url,
        ops_url,
        seed,
        fail_if or [],
    )
    try:
        result = _run(plan)
    except KeyboardInterrupt:
        print("rallypoint load: interrupted", file=sys.stderr)
        raise typer.Exit(130) from None
    raise typer.Exit(_judge(plan, result, conditions, json))


def _plan(
    game: str,
    bots: int,
    duration: float,
    ramp: float,
    drop: str,
    lobby_drop: str,
    bot: str,
    think: str,
    lobby_only: bool,
    processes: int | None,
    url: str,
    ops_url: str,
    seed: int | None,
    fail_if: Sequence[str],
) -> tuple[Plan, list[Condition]]:
    """Checks everything before anything starts; ends with exit code 2 and a sentence."""
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound

    from .conditions import parse_condition
    from .figures import FIGURES
    from .rates import parse_rate
    from .run import Plan
    from .target import bot_class, check_loopback, find_target, kind_of
    from .think import parse_think

    try:
        target = find_target(game)
        if bot or target.bot:
            bot_class(bot or target.bot or "")
        kind = kind_of(target, lobby_only=lobby_only, drops=drop != "0", thinks=bool(think))
        plan = Plan(
            game=game,
            bots=bots,
            duration_s=duration,
            processes=processes or min(4, max(1, (os.cpu_count() or 1) - 1)),
            ramp_per_s=ramp,
            kind=kind,
            bot=bot,
            think=parse_think(think) if think else None,
            drop=parse_rate(drop),
            lobby_drop=parse_rate(lobby_drop),
            url=check_loopback(url, ("ws", "http")) if url else "",
            ops_url=check_loopback(ops_url, ("http",)) if ops_url else "",
            seed=seed,
        )
        return plan, [parse_condition(text, FIGURES, kind) for text in fail_if]
    except (GameNotFound, DefinitionError, ImportError, AttributeError, ValueError) as error:
        _refuse(str(error))


def _run(plan: Plan) -> Run:
    from rich.console import Console

    from .run import run
    from .screen import screen_for
    from .server import CouldNotRun

    async def main() -> Run:
        task = asyncio.current_task()
        assert task is not None
        with contextlib.suppress(NotImplementedError):  # where there are no such signals
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        with screen_for(Console(stderr=True)) as screen:
            return await run(plan, screen)

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except CouldNotRun as error:
        _refuse(str(error))


def _judge(plan: Plan, result: Run, conditions: Sequence[Condition], json: Path | None) -> int:
    """Prints the report, writes the file, gives the exit code."""
    from rich.console import Console

    from .figures import figures_of
    from .report import show_report

    figures = figures_of(result)
    errors: dict[str, int] = {}
    for each in result.results:
        for text, count in each.tally.errors.items():
            errors[text] = errors.get(text, 0) + count
    console = Console(width=None if sys.stdout.isatty() else 110)  # in a log, nothing is gained by narrow lines
    show_report(console, plan.game, figures, errors)
    if json is not None:
        _write(json, figures)
    if not figures.get("matched", figures["connected"]):
        _refuse("no bot got a seat" if "matched" in figures else "no bot got into the lobby")
    failures = [failure for condition in conditions if (failure := condition.failure(figures)) is not None]
    for failure in failures:
        console.print(f"FAILED {failure}", style="bold red", highlight=False, markup=False, soft_wrap=True)
    return 1 if failures else 0


def _write(path: Path, figures: Mapping[str, float]) -> None:
    import msgspec

    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    except OSError as error:
        _refuse(f"cannot write {path}: {error.strerror or error}")


def _refuse(sentence: str) -> NoReturn:
    """Ends with exit code 2: it could not run."""
    print(f"rallypoint load: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
