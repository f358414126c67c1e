"""The trace as the last section of ``docs/protocol.md``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.vectors.files import FOLDER
from tests.vectors.labels import written_out

__all__ = ["DOCUMENT", "with_trace"]

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "protocol.md"
_BEGIN: Final = "<!-- trace: written by `make vectors` from shared/vectors/trace.json -->\n"
_END: Final = "<!-- end of the trace -->\n"
_WIDTH: Final = 120
_INTRODUCTION: Final = """
Ann says hello, is matched with Bob, plays, loses her connection, comes back, and leaves. Frames are in hexadecimal,
and then element by element; `h'...'` are bytes. The game is that of the *small* schema in the vectors. It is all that
Ann's client and the server said, but for passes that brought nothing new to explain, and their acknowledgements. A test
plays it again.
"""


def with_trace(document: str) -> str:
    """The document with the trace as it is in ``trace.json``."""
    before, rest = document.split(_BEGIN)
    after = rest.split(_END)[1]
    steps = json.loads((FOLDER / "trace.json").read_text(encoding="utf-8"))
    return before + _BEGIN + "\n".join(_lines(steps)) + "\n" + _END + after


def _lines(steps: list[dict[str, Any]]) -> Iterator[str]:
    yield _INTRODUCTION
    for number, step in enumerate(steps, 1):
        yield f"**{number}. {_title(step)}**"
        yield ""
        yield from textwrap.wrap(f"{step['meaning']}.", _WIDTH)
        yield ""
        if "hex" in step:
            yield "```text"
            yield from written_out(bytes.fromhex(step["hex"]))
            yield "```"
            yield ""


def _title(step: dict[str, Any]) -> str:
    where = step["on"].capitalize()
    match step["is"]:
        case "opens":
            return f"{where}: a connection opens"
        case "breaks":
            return f"{where}: the connection breaks"
        case "closed":
            return f"{where}: the server closes with {step['code']}"
        case kind:
            arrow = "client to server" if step["from"] == "client" else "server to client"
            return f"{where}, {arrow}: {kind}{' (lost on the way)' if step.get('lost') else ''}"
