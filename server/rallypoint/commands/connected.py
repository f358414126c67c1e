"""What all commands of operators share: where the server is, the token, ``--json``, how they speak and how they end.

Exit codes: 0 done; 1 the server refused, or something failed; 2 what was typed cannot be; 3 no server answers; 4 there
is no token, or it may not do that.
"""

from __future__ import annotations

import inspect
import json as json_module
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, get_type_hints

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .api_client import ApiClient, Misused, NotAllowed, NotReachable, Refused, checked_url, is_exposed, read_token
from .inert import inert
from .sheets import Column, Facts, Row, fact_lines, make_console, sheet

__all__ = [
    "EXIT_FAILED",
    "EXIT_MISUSED",
    "EXIT_NOT_ALLOWED",
    "EXIT_UNREACHABLE",
    "Desk",
    "complain",
    "connected",
    "group",
]

URL: Final = "http://127.0.0.1:8081"
TOKEN_VARIABLE: Final = "RALLYPOINT_TOKEN"  # noqa: S105  # its name
EXIT_FAILED, EXIT_MISUSED, EXIT_UNREACHABLE, EXIT_NOT_ALLOWED = 1, 2, 3, 4

Url = Annotated[str, typer.Option("--url", help="The server's operations port.", envvar="RALLYPOINT_URL")]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", help="A file with the token; else it is that of RALLYPOINT_TOKEN.")
]
Json = Annotated[bool, typer.Option("--json", help="What the HTTP API answers, on one line.")]

EPILOG: Final = (
    "Exit codes: 0 done; 1 refused or failed; 2 what was typed cannot be; 3 no server answers; 4 not allowed."
    " docs/operators.md tells more."
)


class Desk:
    """A command's server, and its way to speak: tables for people, or JSON."""

    def __init__(self, api: ApiClient, *, json: bool) -> None:
        self.api = api
        self.json = json
        self.now = time.time()
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """Standard output."""
        if self._console is None:
            self._console = make_console()
        return self._console

    def answered(self, answer: Any) -> bool:
        """Prints the answer, if JSON is wanted: then nothing else is to be said."""
        if self.json:
            print(json_module.dumps(answer, separators=(",", ":")))  # ASCII, and so inert
        return self.json

    def say(self, text: str, style: str = "") -> None:
        """A line."""
        self.console.print(Text(inert(text), style))

    def facts(self, facts: Facts) -> None:
        """Lines of what, and how it is."""
        self._print(fact_lines(facts))

    def table(self, columns: list[Column], rows: list[Row], empty: str) -> None:
        """A table; or what to say if there is nothing in it."""
        if rows:
            self._print(sheet(columns, rows, self.console.width))
        else:
            self.say(empty)

    def _print(self, table: Table) -> None:
        with self.console.capture() as captured:
            self.console.print(table)
        for line in captured.get().splitlines():  # what fills the last column up is of no use in a pipe
            print(line if self.console.is_terminal else line.rstrip())

    def of(self, shown: int, matched: int, total: int, what: str) -> None:
        """How much of a list was shown, if it was not all."""
        if shown < matched:
            self.say(f"{shown:,} of {matched:,} {what} shown: more with --limit, or --offset", "dim")
        elif matched < total:
            self.say(f"{matched:,} of {total:,} {what} match", "dim")


def complain(sentence: str) -> None:
    """On standard error."""
    print(f"rallypoint: {inert(sentence)}", file=sys.stderr)


def group(what: str) -> typer.Typer:
    """A command with commands below it."""
    return typer.Typer(help=what, no_args_is_help=True, epilog=EPILOG)


def connected(command: Callable[Concatenate[Desk, ...], int | None]) -> Callable[..., None]:
    """A command for Typer, of a function that takes the desk first: with the options that all have, and their errors
    as sentences and exit codes. What the function returns is the exit code, if it is not ``None``."""
    hints = get_type_hints(command, include_extras=True)
    own = list(inspect.signature(command).parameters.values())[1:]
    shared: dict[str, tuple[Any, Any]] = {"url": (Url, URL), "token_file": (TokenFile, None), "json": (Json, False)}

    def run(**given: Any) -> None:
        url, token_file, json = (given.pop(name) for name in shared)
        raise typer.Exit(_guarded(lambda desk: command(desk, **given), url, token_file, json))

    parameters = [one.replace(annotation=hints[one.name], kind=one.KEYWORD_ONLY) for one in own]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in shared.items()
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what inspect looks for
    return run


def _guarded(command: Callable[[Desk], int | None], url: str, token_file: Path | None, json: bool) -> int:
    try:
        with ApiClient(checked_url(url), read_token(os.environ.get(TOKEN_VARIABLE, ""), token_file)) as api:
            if is_exposed(api.url):
                complain(f"{api.url} is not encrypted: whoever is on the way can read the token")
            code = command(Desk(api, json=json)) or 0
            sys.stdout.flush()  # here, where a closed pipe is no error
            return code
    except Misused as error:
        complain(str(error))
        return EXIT_MISUSED
    except NotReachable as error:
        complain(str(error))
        return EXIT_UNREACHABLE
    except Refused as error:
        if json:
            print(json_module.dumps(error.answer, separators=(",", ":")))
        complain(_said(error))
        return EXIT_NOT_ALLOWED if isinstance(error, NotAllowed) else EXIT_FAILED
    except BrokenPipeError:  # somebody has seen enough: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return 0
    except KeyboardInterrupt:
        return 130


def _said(error: Refused) -> str:
    if error.status == 401 and "RALLYPOINT_TOKEN" not in str(error):
        return (
            "the server does not know this token (expired, revoked, or of another one):"
            " `rallypoint operators tokens` lists them, `rallypoint operators token NAME` makes one"
        )
    return str(error)
