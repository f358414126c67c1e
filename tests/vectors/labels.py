"""What the kinds and elements of messages are called in ``docs/protocol.md``, and frames written out with these.

Inputs are taken for those of the small schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from tests.vectors.notation import unpacked
from tests.vectors.schemas import SMALL

__all__ = ["ELEMENTS", "KINDS", "written_out"]

KINDS: Final[dict[int, str]] = {
    1: "hello",
    2: "resume",
    3: "take seat",
    4: "proved",
    5: "ack",
    6: "ping",
    7: "leave",
    16: "quick match",
    17: "cancel queue",
    18: "locate",
    19: "create",
    20: "join",
    21: "spectate",
    22: "watch",
    23: "unwatch",
    24: "lock",
    25: "describe",
    26: "kick",
    27: "listen",
    28: "unlisten",
    29: "say",
    30: "rematch",
    48: "enqueue",
    49: "accept",
    50: "explain",
    51: "party create",
    52: "party join",
    53: "party leave",
    54: "party ready",
    55: "party kick",
    56: "party lead",
    57: "block",
    58: "leaderboard",
    32: "welcome",
    33: "answer",
    34: "push",
    35: "listing",
    36: "chat",
    40: "seated",
    41: "pass",
    42: "pong",
}
ELEMENTS: Final[dict[int, tuple[str, ...]]] = {
    1: ("version", "name", "client", "player", "secret"),
    2: ("version", "id", "token", "epoch", "tick", "event", "schema hash"),
    3: ("version", "session", "token", "schema hash"),
    4: (),
    5: ("epoch", "tick", "event"),
    6: ("sent_ms",),
    7: (),
    16: ("request id", "game"),
    17: ("request id",),
    18: ("request id", "session", "token"),
    19: ("request id", "game", "options", "meta", "private"),
    20: ("request id", "session", "code"),
    21: ("request id", "session", "code"),
    22: ("request id", "game", "where", "limit"),
    23: ("request id",),
    24: ("request id", "session", "locked"),
    25: ("request id", "session", "meta"),
    26: ("request id", "session", "player"),
    27: ("request id", "room"),
    28: ("request id", "room"),
    29: ("request id", "room", "text"),
    30: ("request id", "session", "wanted"),
    48: ("request id", "queues", "attributes", "latency_ms"),
    49: ("request id", "match", "accepted"),
    50: ("request id",),
    51: ("request id",),
    52: ("request id", "code"),
    53: ("request id",),
    54: ("request id", "ready", "attributes", "latency_ms"),
    55: ("request id", "player"),
    56: ("request id", "player"),
    57: ("request id", "player", "blocked"),
    58: ("request id", "queue", "limit", "around"),
    32: ("lobby id", "token", "player", "name", "games", "resumed", "event", "grace_s", "secret", "seats"),
    33: ("request id", "value", "error", "reason"),
    34: ("n", "kind of push", "data"),
    35: ("n", "whole", "rows", "gone", "total", "counts"),
    36: ("room", "lines"),
    40: (
        "session",
        "token",
        "seat",
        "player",
        "epoch",
        "outcome",
        "lost",
        "applied",
        "received",
        "schema hash",
        "schema",
    ),
    41: ("seat part", "head", "parts"),
    42: ("sent_ms", "now_ms", "tick"),
}
_SEAT_PART: Final = ("events", "applied", "channels")
_HEAD: Final = ("epoch", "tick", "now_ms", "undurable", "applied")
_PART: Final = ("channel", "age", "leaves", "enters", "changes", "crc")
_BYTES_A_LINE: Final = 32
_BYTES_SHOWN: Final = 48


def written_out(data: bytes) -> list[str]:
    """The frame in hexadecimal, and then element by element."""
    message = unpacked(data)
    starts = range(0, len(data), _BYTES_A_LINE)
    lines = [data[start : start + _BYTES_A_LINE].hex(" ") for start in starts]
    kind = message[0]
    labels, name = ELEMENTS.get(kind, ()), KINDS.get(kind, "")
    if kind >= GAME_INPUT_KIND_FIRST:
        definition = SMALL.inputs[kind - GAME_INPUT_KIND_FIRST]
        name = f"input {definition.name}"
        labels = ("seq", "tick seen", *(f"field {field.name}" for field in definition.fields))
    rows = [("kind", f"{kind}, {name}")]
    for label, value in zip(labels, message[1:], strict=False):
        if kind == 41:
            rows += _of_pass(label, value)
        else:
            rows.append((label, _value(value)))
    return [*lines, "", *_columns(rows)]


def _of_pass(label: str, value: Any) -> Iterator[tuple[str, str]]:
    if label == "parts":
        if not value:
            yield label, "none"
        for part in value:
            yield from (("part: " + name, _value(item)) for name, item in zip(_PART, part, strict=False))
    elif value is None:
        yield label, "nil"
    else:
        names = _HEAD if label == "head" else _SEAT_PART
        yield from ((f"{label}: {name}", _value(item)) for name, item in zip(names, value, strict=False))


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(label) for label, _ in rows)
    return [f"{label:{width}}  {value}" for label, value in rows]


def _value(value: Any) -> str:
    match value:
        case None:
            return "nil"
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace('"', '\\"') + '"'
        case bytes():
            shown = f"h'{value[:_BYTES_SHOWN].hex()}'"
            return shown if len(value) <= _BYTES_SHOWN else f"{shown} and so on: {len(value)} bytes"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{_value(key)}: {_value(item)}" for key, item in value.items()) + "}"
    return str(value)
