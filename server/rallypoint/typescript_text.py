"""Pieces of TypeScript: comments that fit a line, names and values as it writes them, what every game has."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

__all__ = ["BUILT_IN", "TAKEN", "comment", "key", "literal", "table"]

_WIDTH: Final = 100
_WORDS: Final = """
Actions Ended Entities EntityId Enums Events Game Holds Inputs Player ReadonlyMap Readonly Record Refused
Result SCHEMA_HASH Schema Seat Uint8Array any as async await bigint boolean break case catch class const
continue debugger default delete do else enum export extends false finally for function if implements import
in infer instanceof interface keyof let never new null number object package private protected public readonly
return static string super switch symbol this throw true try type typeof undefined unique unknown var void
while with yield
"""
TAKEN: Final = frozenset(_WORDS.split())
"""Names that are used in every file, and words of the language."""
BUILT_IN: Final = """
/** Event 0, of every game: an input was decided, and not applied. */
export interface Refused {
  /** The sequence number of the input. */
  readonly seq: number;
  /** For people. */
  readonly reason: string;
}

/** Event 1, of every game: the session is over. */
export interface Ended {
  readonly result: Result | Record<string, never>;
  /** For people. */
  readonly reason: string;
}

/** How a session ended. */
export interface Result {
  /** None: a draw. */
  readonly winners: readonly Seat[];
  /** By seat. */
  readonly scores: ReadonlyMap<Seat, number> | Readonly<Record<Seat, number>>;
  readonly reason: string;
  readonly data: Readonly<Record<string, unknown>>;
}"""


def table(name: str, said: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """An interface that lists types by name."""
    rows = list(rows)
    yield ""
    yield from comment(said)
    yield f"export interface {name} {{" + ("" if rows else "}")
    for member, type_ in rows:
        yield f"  readonly {key(member)}: {type_};"
    if rows:
        yield "}"


def literal(value: Any) -> str:
    """A value of the schema, for people."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case bytes():
            return f"bytes {value.hex()}" if value else "no bytes"
        case list() | tuple():
            return f"[{', '.join(map(literal, value))}]"
        case _:
            return f"{value:.15g}" if isinstance(value, float) else str(value)


def key(name: str) -> str:
    """A member's name."""
    return name if re.fullmatch(r"[^\W\d]\w*", name) else f'"{name}"'


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A documentation comment, of one line where it fits; blank lines part paragraphs."""
    text = text.replace("*/", "* /")
    if "\n" not in text and len(indent) + len(text) + 7 <= _WIDTH:
        yield f"{indent}/** {text} */"
        return
    yield f"{indent}/**"
    for index, paragraph in enumerate(text.split("\n\n")):
        if index:
            yield f"{indent} *"
        for line in textwrap.wrap(paragraph, _WIDTH - len(indent) - 3):
            yield f"{indent} * {line}"
    yield f"{indent} */"
