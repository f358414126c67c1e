"""``rallypoint replay``: what happened in a session, its state at any tick, and whether it happens again."""

from __future__ import annotations

import json as json_module
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rallypoint.storage.replay_file import ReplayFile

__all__ = ["replay"]


def replay(
    file: Annotated[str, typer.Argument(help="A replay's file (.rpr); or a session's id, with --data-dir.")],
    data_dir: Annotated[Path, typer.Option(help="The server's folder, to find a session's replay by its id.")] = Path(
        "rallypoint-data"
    ),
    everything: Annotated[
        bool, typer.Option("--all", help="Each input in a line; else holds are counted, second by second.")
    ] = False,
    state_at: Annotated[int | None, typer.Option(min=0, help="Show the whole state after this tick's step.")] = None,
    diff: Annotated[str | None, typer.Option(help="Another replay: where do the two part?")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run it again, under two hash seeds, and compare every step.")
    ] = False,
    game: Annotated[
        str, typer.Option(help="The game as module:Class, for --verify and --fork, if it is elsewhere now.")
    ] = "",
    fork: Annotated[int | None, typer.Option(min=0, help="Play on from after this tick, in a sandbox server.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Game port of --fork; 0 for any that is free.")] = 8000,
    bots: Annotated[
        bool, typer.Option("--bots/--no-bots", help="Whether the game's bot plays seats that nobody takes in --fork.")
    ] = True,
    bots_after: Annotated[
        float, typer.Option(min=0, help="Seconds for people to take their seats in --fork, before bots do.")
    ] = 5.0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, each input too.")] = False,
) -> None:
    """Shows a recorded session: what happened, its state at a tick, where two runs part; verifies and forks it.

    Example: rallypoint replay rallypoint-data/replays/3f2a91c07be64d15.rpr --state-at 400

    Exit codes: 0 fine; 1 --diff or --verify found a difference; 2 it cannot be done. docs/replays.md tells more.
    """
    if sum((state_at is not None, diff is not None, verify, fork is not None)) > 1:
        _fail("give one of --state-at, --diff, --verify and --fork")
    from rallypoint.core.game_image import GameImageRefused
    from rallypoint.core.replay_format import BadReplay
    from rallypoint.game.errors import DefinitionError
    from rallypoint.games import GameNotFound

    try:
        path = _find(file, data_dir)
        if state_at is not None:
            _state(_read(path), state_at, json)
        elif diff is not None:
            raise typer.Exit(_diff(path, _find(diff, data_dir), json))
        elif verify:
            raise typer.Exit(_verify(path, game, json))
        elif fork is not None:
            raise typer.Exit(_fork(_read(path), fork, game, port, bots_after if bots else None, json))
        else:
            _timeline(path, everything, json)
    except (BadReplay, GameNotFound, DefinitionError, GameImageRefused) as error:
        _fail(str(error))
    except BrokenPipeError:  # somebody has seen enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error.strerror or error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(sentence: str) -> NoReturn:
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)


def _find(name: str, data_dir: Path) -> Path:
    """The file of that name, or of the session with that id."""
    path = Path(name)
    if path.exists():
        return path
    if path.name == name:
        for folder in ("replays", "quarantine"):
            for suffix in (".rpr", ".rpr.part"):
                found = data_dir / folder / (name + suffix)
                if found.exists():
                    return found
        _fail(f"there is no file {name}, and no replay of a session {name} in {data_dir}")
    _fail(f"there is no file {name}")


def _read(path: Path) -> ReplayFile:
    from rallypoint.storage.replay_file import read_replay

    return read_replay(path)


def _print(told: dict[str, Any]) -> None:
    print(json_module.dumps(told, ensure_ascii=False, separators=(",", ":")))


# --- what happened ----------------------------------------------------------------------------------------------------


def _timeline(path: Path, everything: bool, json: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    from rallypoint.core.replay import Stage, stages
    from rallypoint.core.replay_items import Items, folded
    from rallypoint.replay_text import STYLES, Summary, header_json, header_lines, item_json, item_line
    from rallypoint_protocol.schema import decode_schema

    found = _read(path)
    summary = Summary()
    items = Items(decode_schema(found.header.wire))

    def seen() -> Iterator[Stage]:
        for stage in stages(found.records):
            summary.see(stage.image.tick, stage.image.now_ms, stage.image.epoch)
            yield stage

    each = summary.count(items.of(seen()))
    if json:
        _print(header_json(found.header))
        for item in each:
            _print(item_json(item, items.names))
        _print(summary.to_json(found.cut, found.is_whole))
        return
    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)

    def show(line: str, style: str) -> None:
        if console.is_terminal:
            console.print(Text(line, style))
        else:
            print(line)

    for line in header_lines(found.header, str(path)):
        show(line, "bold")
    for item in each if everything else folded(each):
        show(item_line(item, items.names), STYLES.get(item.what, ""))
    for line in summary.lines(found.cut, found.is_whole):
        show(line, "bold")


def _state(found: ReplayFile, tick: int, json: bool) -> None:
    from rallypoint.core.replay import image_at
    from rallypoint.replay_state import state_json, state_lines

    image = image_at(found.records, tick)
    if json:
        _print(state_json(image, found.header))
    else:
        print("\n".join(state_lines(image, found.header)))


# --- two of them ------------------------------------------------------------------------------------------------------


def _diff(one: Path, other: Path, json: bool) -> int:
    from rallypoint.replay_diff import parting

    found = parting(_read(one), _read(other))
    if json:
        _print(found.to_json())
    else:
        print("\n".join(found.lines(str(one), str(other))))
    return int(not found.same)


def _verify(path: Path, game: str, json: bool) -> int:
    from rich.console import Console

    from rallypoint.games import find_game
    from rallypoint.replay_verify import lines_of, verify

    header = _read(path).header
    named = game or header.game_class
    definition = find_game(named).definition()
    if not definition.options.replayable:
        _fail(
            f"{named} does not promise to do the same again. If it does (it draws from self.random alone, reads no"
            " clock, and iterates over no set), write replayable=True into its class, as in"
            f" `class {definition.game.__name__}(Game, ..., replayable=True)`"
        )
    if definition.kept_schema.encoded != header.schema:
        _fail(f"{named} has other fields now than when this was recorded: verify it with the version of that time")
    console = Console(stderr=True)
    with console.status("running it again") as status:
        quiet = not console.is_terminal
        verdicts = verify(path, named, (lambda text: None) if quiet else status.update)
    if json:
        for seed, verdict in verdicts.items():
            _print({"hash_seed": seed, **verdict.to_json()})
    else:
        print("\n".join(lines_of(verdicts)))
    return int(any(verdict.difference is not None for verdict in verdicts.values()))


# --- a sandbox --------------------------------------------------------------------------------------------------------


def _fork(found: ReplayFile, tick: int, game: str, port: int, bots_after_s: float | None, json: bool) -> int:
    from rallypoint.core.replay import image_at
    from rallypoint.games import find_game
    from rallypoint.replay_fork import run

    image = image_at(found.records, tick)
    kind = find_game(game or found.header.game_class)
    return run(image, kind, port, bots_after_s, json)
