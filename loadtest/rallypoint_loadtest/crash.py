"""``make crash``: ``python -m rallypoint_loadtest.crash --rounds 10``.

A real server is played by real clients, and killed with ``kill -9`` at a random moment, again and again; in every third
round a second time while it recovers. It is started again with the same folder, and everything that a player did or was
told is held against what the server knows then.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from .crash_report import figures_of, table
from .crash_run import Outcome, Plan, play

__all__ = ["crash"]

SESSIONS_WANTED = 50
"""With fewer, the figures of the freeze are not those that are promised."""


def crash(
    rounds: Annotated[int, typer.Option(min=1, help="How often the server is killed.")] = 10,
    sessions: Annotated[
        int | None, typer.Option(min=1, help="Sessions of 8; by default as many as make the load.")
    ] = None,
    load: Annotated[float, typer.Option(min=1, max=100, help="How busy the server is to be, percent of a core.")] = 80,
    twice_every: Annotated[
        int, typer.Option(min=0, help="In every such round it is killed again while it recovers; 0: never.")
    ] = 3,
    durability: Annotated[Literal["off", "process", "disk"], typer.Option(help="As of the server.")] = "process",
    seed: Annotated[int | None, typer.Option(help="Decides when it is killed, and what the players do.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for the server's data and log; kept. By default one that goes.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="File to write the figures to, as flat JSON.")] = None,
) -> None:
    """Kills a server under load with kill -9 and starts it again: every session must go on, and nothing un-happen.

    Example: python -m rallypoint_loadtest.crash --rounds 10 --sessions 50

    Exit codes: 0 fine, 1 something was lost, repeated or not resumed, 130 interrupted.
    """
    plan = Plan(rounds, sessions, load, twice_every, durability, random.getrandbits(32) if seed is None else seed)
    folder = Path(tempfile.mkdtemp(prefix="rallypoint-crash-")) if data is None else data
    folder.mkdir(parents=True, exist_ok=True)
    try:
        outcome = _run(plan, folder)
    except KeyboardInterrupt:
        print("crash: interrupted", file=sys.stderr)
        raise typer.Exit(130) from None
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(figures_of(outcome.rounds, outcome.load)), indent=2))
    _show(plan, outcome)
    raise typer.Exit(0 if outcome.good else 1)


def _run(plan: Plan, folder: Path) -> Outcome:
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"crash {time.monotonic() - began:5.1f} s  {text}", file=sys.stderr, flush=True)

    tell(f"seed {plan.seed}")
    try:
        import uvloop
    except ImportError:
        return asyncio.run(play(plan, folder, tell))
    return uvloop.run(play(plan, folder, tell))


def _show(plan: Plan, outcome: Outcome) -> None:
    for line in table(outcome.rounds):
        print(line)
    figures = figures_of(outcome.rounds, outcome.load)
    for name, value in figures.items():
        print(f"  {name:<24} {value:>12,.{0 if value == int(value) else 3}f}")
    if outcome.load is not None and outcome.load.sessions < SESSIONS_WANTED:
        print(f"With {outcome.load.sessions} sessions: the freeze is promised for {SESSIONS_WANTED}.")
    if outcome.error:
        print(f"FAILED {outcome.error}")
    elif not outcome.good:
        print("FAILED")
    print(f"(seed {plan.seed})")


def main() -> None:
    """Entry point."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(crash)
    app()


if __name__ == "__main__":
    main()
