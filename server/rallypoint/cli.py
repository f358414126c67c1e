"""The ``rallypoint`` command. Heavy imports are inside the commands: ``--help`` has to be quick."""

from __future__ import annotations

import shlex
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

__all__ = ["main"]

_DATA = "rallypoint-data"
app = typer.Typer(
    help="Multiplayer game sessions that outlive their connections, and their servers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _rallypoint() -> None:
    """Multiplayer game sessions that outlive their connections, and their servers."""


@app.command()
def serve(
    context: typer.Context,
    games: Annotated[list[str], typer.Argument(help="Games as module:Class, or module where it has one.")],
    host: Annotated[str | None, typer.Option(help="Where game and web port listen; 0.0.0.0: on all networks.")] = None,
    port: Annotated[int | None, typer.Option(help="Game port; 0 for any that is free.")] = None,
    ops_host: Annotated[str | None, typer.Option(help="Where the operations port listens.")] = None,
    ops_port: Annotated[int | None, typer.Option(help="Operations port; 0 for any that is free.")] = None,
    web_host: Annotated[str | None, typer.Option(help="Where the web port listens; else as the game port.")] = None,
    web_port: Annotated[
        int | None,
        typer.Option(help="Web port: pages, browser SDK, replays. 8080, or with --port 0 any that is free."),
    ] = None,
    web: Annotated[bool, typer.Option("--web/--no-web", help="Whether there is a web port.")] = True,
    tls_cert: Annotated[str | None, typer.Option(help="Certificate chain (PEM): the game port then is wss://.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="Its private key (PEM).")] = None,
    data: Annotated[
        str,
        typer.Option(
            "--data",
            "--data-dir",
            help="Folder for players, results and running sessions; empty: nothing is kept.",
            envvar="RALLYPOINT_DATA_DIR",
        ),
    ] = _DATA,
    durability: Annotated[
        Literal["off", "process", "disk"] | None,
        typer.Option(help="What sessions survive: the end of the process (the default), of the machine, or nothing."),
    ] = None,
    replays: Annotated[bool | None, typer.Option(help="Keep a replay of every session.")] = None,
    bots: Annotated[int, typer.Option(help="Resident bots that play each game all the time.")] = 0,
    simulate: Annotated[
        str | None,
        typer.Option(help="A bad network for all players, to try games out: 'latency=80±30ms,loss=1%,drop=60s'."),
    ] = None,
    fill: Annotated[bool, typer.Option("--fill/--no-bots", help="Whether a game's bots may fill seats.")] = True,
    log: Annotated[Literal["console", "json"] | None, typer.Option(help="Form of the log, on standard error.")] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, typer.Option(help="Least level that is logged.")
    ] = None,
    announce: Annotated[
        Literal["text", "json"], typer.Option(help="How the addresses are printed once it is ready.")
    ] = "text",
) -> None:
    """Serves games on one node.

    Example: rallypoint serve games.orbit:Orbit --bots 3

    Every setting can also be given as an environment variable, as RALLYPOINT_PORT=9000.
    """
    from pydantic import ValidationError

    from rallypoint.config import Settings
    from rallypoint.core.network_conditions import NetworkConditions
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound, find_game
    from rallypoint.ports import JournalUnusable, StoreUnusable
    from rallypoint.serve import run
    from rallypoint.transport.ports import CannotListen

    given = {
        "host": host,
        "port": port,
        "ops_host": ops_host,
        "ops_port": ops_port,
        "web_host": web_host,
        "web_port": web_port,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "durability": durability,
        "simulate": simulate,
        "replays": None if replays is None else "on" if replays else "off",
        "log": log,
        "log_level": log_level,
    }
    try:
        if simulate:
            NetworkConditions.parse(simulate)
        chosen = {name: value for name, value in given.items() if value is not None}
        settings = Settings(**chosen, data_dir=data or None)  # type: ignore[arg-type]  # checked by pydantic
        web_port_usual = settings.web_port_to_serve
        settings = settings.model_copy(update={"web_port": web_port_usual if web else None})
        classes = [find_game(name) for name in games]
        usual = {"data_dir": Path(_DATA), "web_port": web_port_usual}
        own = {"data": "data_dir", "web": "web_port"}
        typed = [*chosen, *(name for option, name in own.items() if _is_typed(context, option))]
        code = run(classes, settings, resident_bots=bots, fill=fill, announce=announce, given=typed, usual=usual)
    except (GameNotFound, DefinitionError, StoreUnusable, JournalUnusable, ValueError, ValidationError) as error:
        _fail(str(error))
    except CannotListen as error:
        option = {"game port": "", "operations port": "ops-", "web port": "web-"}[error.name]
        other = f"If another server runs, choose another --{option}port (0: any that is free)"
        _fail(f"cannot listen: {error.strerror}. {other if error.taken else f'See --{option}host and --{option}port'}")
    except OSError as error:
        _fail(str(error))
    raise typer.Exit(code)


@app.command()
def types(
    game: Annotated[str, typer.Argument(help="A game as module:Class, or module where it has one.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write; else it is printed.")] = None,
) -> None:
    """Writes TypeScript declarations of a game: what its clients see, send and are told.

    Example: rallypoint types games.orbit:Orbit -o orbit.d.ts
    """
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound, find_game
    from rallypoint.types_command import run

    try:
        run(find_game(game), output)
    except (GameNotFound, DefinitionError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"cannot write {output}: {error.strerror or error}")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the game, and of its Python module: space_race.")],
    where: Annotated[Path, typer.Option("--in", help="Folder in which the project's folder is made.")] = Path(),
) -> None:
    """Makes a project: a game, its bot, its test and its page, which run at once.

    Example: rallypoint new space_race
    """
    from rallypoint.new_project import NameRefused, new_project

    try:
        folder = new_project(name, where)
    except NameRefused as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"cannot write {where / name}: {error.strerror or error}")
    print(f"Made {folder}. Now:\n  cd {shlex.quote(str(folder))}\n  rallypoint serve {name} --bots 3 --replays")
    print(f"  open http://127.0.0.1:8080/play/{name}/\n  python -m pytest")


def _is_typed(context: typer.Context, option: str) -> bool:
    """It was written on the command line: it is neither a default, nor of the environment."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


def _fail(sentence: str) -> NoReturn:
    """Ends with exit code 2: what was asked for cannot be done."""
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)


def main() -> None:
    """Entry point."""
    for name, (module, what, extra) in _ELSEWHERE.items():
        if sys.argv[1:2] == [name]:  # their imports are heavy, and the packages above this one
            try:
                found = getattr(import_module(module), name)
                if isinstance(found, typer.Typer):
                    app.add_typer(found, name=name)
                else:
                    app.command()(found)
            except ModuleNotFoundError as error:
                if not extra:
                    raise
                print(f"rallypoint: {name} is an extra: pip install 'rallypoint[{extra}]' ({error})", file=sys.stderr)
                raise SystemExit(2) from None
        else:
            app.command(name=name, help=what)(_elsewhere)
    app()


_ELSEWHERE = {
    "load": ("rallypoint_loadtest.command", "Plays a game with thousands of bots and measures it.", "load"),
    "matchmaker": ("rallypoint.matchmaker_command", "Checks the rules of queues, and tries them out.", ""),
    "node": ("rallypoint.commands.node", "Shows a running node, empties it, lists settings and the audit log.", ""),
    "operators": ("rallypoint.operators_command", "Adds and removes operators of the console, and tokens.", ""),
    "players": ("rallypoint.commands.players", "Lists, shows, removes, mutes players of a running server.", ""),
    "queues": ("rallypoint.commands.queues", "Shows queues and why tickets wait, pauses queues, tries rules.", ""),
    "replay": ("rallypoint.replay_command", "Shows, compares, verifies and forks recorded sessions.", ""),
    "sessions": ("rallypoint.commands.sessions", "Lists, shows, pauses, steps, ends sessions of a running server.", ""),
    "simulate": ("rallypoint_simulation.command", "Plays a game between bots on bad networks, in virtual time.", ""),
    "top": ("rallypoint.commands.top", "Shows a running server at one glance, live.", ""),
}
"""Commands that are elsewhere: module, what it does, and the extra that it needs."""


def _elsewhere() -> None:
    """Stands in the list of commands: ``main`` puts the real one there when it is called."""
