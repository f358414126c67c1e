"""``rallypoint operators``: who may use the console, and tokens for programs. Works on the database, server or not."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import json as json_module
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from rallypoint.console.operators import Operators
    from rallypoint.console.principals import Role

__all__ = ["operators"]

T = TypeVar("T")
operators = typer.Typer(
    help="Adds and removes operators of the console, and tokens for their programs.", no_args_is_help=True
)

Data = Annotated[
    Path,
    typer.Option("--data", "--data-dir", help="The server's folder.", envvar="RALLYPOINT_DATA_DIR"),
]
Url = Annotated[
    str,
    typer.Option(
        "--database-url", help="The server's database, if it is not in that folder.", envvar="RALLYPOINT_DATABASE_URL"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Name = Annotated[str, typer.Argument(help="The operator's name.")]
_DATA = Path("rallypoint-data")


@operators.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="viewer (looks at everything) or admin (changes things, too).")] = "viewer",
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password; else one is made and printed.")] = False,
    data: Data = _DATA,
    database_url: Url = "",
) -> None:
    """Adds an operator.

    Example: rallypoint operators add ada --role admin
    """
    password = _asked() if ask else ""
    made = _with(data, database_url, lambda all_: all_.add(name, _role(role), password), "add_operator", name)
    print(f"{name} ({role}) can log in." if ask else f"{name} ({role}) can log in with the password {made}")


@operators.command("list")
def list_(data: Data = _DATA, database_url: Url = "", json: Json = False) -> None:
    """Lists the operators."""
    found = _with(data, database_url, lambda all_: all_.store.operators())
    if json:
        print(json_module.dumps([{"name": one.name, "role": one.role, "created_at": one.created_at} for one in found]))
        return
    for one in found:
        print(f"{one.name:<24} {one.role:<8} since {_day(one.created_at)}")


@operators.command()
def remove(name: Name, data: Data = _DATA, database_url: Url = "") -> None:
    """Removes an operator, who is out at once."""
    if not _with(data, database_url, lambda all_: all_.remove(name), "remove_operator", name):
        _fail(f"there is no operator {name}")
    print(f"{name} cannot log in any more.")


@operators.command()
def password(
    name: Name,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for the password; else one is made and printed.")] = False,
    data: Data = _DATA,
    database_url: Url = "",
) -> None:
    """Gives an operator another password; ends all of their logins."""
    given = _asked() if ask else ""
    made = _with(data, database_url, lambda all_: all_.set_password(name, given), "set_password", name)
    print(f"{name} has another password." if ask else f"{name} has the password {made}")


@operators.command()
def token(
    name: Annotated[str, typer.Argument(help="What it is for, or whose it is: the audit log shows it.")],
    role: Annotated[str, typer.Option(help="viewer or admin.")] = "viewer",
    days: Annotated[float | None, typer.Option(help="How long it is good; else until it is revoked.")] = None,
    data: Data = _DATA,
    database_url: Url = "",
) -> None:
    """Makes a token for a program, and prints it, once: `Authorization: Bearer rpo_...`."""
    kept, secret = _with(data, database_url, lambda all_: all_.new_token(name, _role(role), days), "add_token", name)
    print(secret)
    print(f"Token {kept.id} of {name} ({role}). It is not shown again.", file=sys.stderr)


@operators.command()
def tokens(data: Data = _DATA, database_url: Url = "", json: Json = False) -> None:
    """Lists the tokens, without their secrets."""
    found = _with(data, database_url, lambda all_: all_.store.tokens())
    if json:
        names = ("id", "name", "role", "created_at", "expires_at")
        print(json_module.dumps([{name: getattr(one, name) for name in names} for one in found]))
        return
    for one in found:
        until = "until it is revoked" if one.expires_at is None else f"until {_day(one.expires_at)}"
        print(f"{one.id}  {one.name:<24} {one.role:<8} {until}")


@operators.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `rallypoint operators tokens` shows it.")],
    data: Data = _DATA,
    database_url: Url = "",
) -> None:
    """Ends a token, at once."""
    if not _with(data, database_url, lambda all_: all_.store.remove_token(id_), "revoke_token", id_):
        _fail(f"there is no token {id_}")
    print(f"Token {id_} is good no more.")


def _role(name: str) -> Role:
    from rallypoint.console.principals import Role

    if name not in ("viewer", "admin"):
        _fail("--role is viewer or admin")
    return Role(name)


def _asked() -> str:
    given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return given


def _with(
    data: Path, database_url: str, work: Callable[[Operators], Awaitable[T]], action: str = "", object_: str = ""
) -> T:
    """Does that with the operators of a database; writes it down as ``action``, if it changes something.

    A refusal ends the command, with a sentence.
    """
    from rallypoint import logs
    from rallypoint.config import Settings
    from rallypoint.console.operators import OperatorRefused, Operators
    from rallypoint.console.principals import Principal, Role
    from rallypoint.ports import StoreDown, StoreUnusable
    from rallypoint.storage.opening import url_of

    logs.set_up("console", "warning")

    async def whole() -> T:
        from rallypoint.storage.database import Database
        from rallypoint.storage.operators import SqlOperators

        database = await Database.open(url_of(Settings(data_dir=data, database_url=database_url)))
        all_ = Operators(SqlOperators(database))
        try:
            done = await work(all_)
            if action:
                await all_.audit(action, object_, "", "ok", Principal(getpass.getuser(), Role.ADMIN, "command"))
            return done
        finally:
            await database.close()

    try:
        return asyncio.run(whole())
    except (OperatorRefused, StoreDown, StoreUnusable) as error:
        _fail(str(error))


def _day(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d")


def _fail(sentence: str) -> NoReturn:
    print(f"rallypoint: {sentence}", file=sys.stderr)
    raise typer.Exit(2)
