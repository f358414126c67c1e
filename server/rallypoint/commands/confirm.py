"""Before much is done at once: how much it is, and whether it is wanted."""

from __future__ import annotations

import shlex
import sys

import typer

from .api_client import Misused

__all__ = ["confirmed"]


def confirmed(matched: str, question: str, *, yes: bool) -> bool:
    """Says ``matched``, and asks. Raises :class:`Misused` if there is nobody to ask."""
    print(matched, file=sys.stderr)
    if yes:
        return True
    if not _is_somebody_there():
        again = shlex.join(["rallypoint", *sys.argv[1:], "--yes"])
        raise Misused(f"nothing was done, because nobody is there to be asked. To do it all the same: {again}")
    if typer.confirm(question, err=True):
        return True
    print("Nothing was done.", file=sys.stderr)
    return False


def _is_somebody_there() -> bool:
    return sys.stdin.isatty()
