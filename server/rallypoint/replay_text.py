"""A replay for people: its header, what happened line by line, a state; and the same as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from rallypoint.core.replay_format import ReplayHeader
from rallypoint.core.replay_items import Item

__all__ = ["STYLES", "Summary", "brief", "clock", "header_json", "header_lines", "item_json", "item_line", "plain_json"]

STYLES: Final = {
    "action": "cyan",
    "event": "green",
    "refused": "yellow",
    "drop": "yellow",
    "leave": "yellow",
    "gap": "bold red",
    "recovered": "bold magenta",
    "end": "bold",
    "hold": "dim",
    "holds": "dim",
    "timer": "blue",
}
"""How lines of these look on a terminal."""


def clock(now_ms: int) -> str:
    """Session time, as ``2:05.350``."""
    minutes, rest = divmod(now_ms, 60_000)
    return f"{minutes}:{rest / 1000:06.3f}"


def brief(value: Any) -> str:
    """A plain value in few characters."""
    match value:
        case float():
            return f"{value:g}"
        case bytes():
            return value.hex() or '""'
        case Mapping():
            return "{" + ", ".join(f"{key}: {brief(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(brief, value)) + "]"
        case _:
            return json.dumps(plain_json(value), ensure_ascii=False)


def plain_json(value: Any) -> Any:
    """What JSON can have: bytes as hexadecimal digits, keys as texts."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.hex()
        case Mapping():
            return {key if isinstance(key, str) else str(key): plain_json(each) for key, each in value.items()}
        case list() | tuple():
            return [plain_json(each) for each in value]
        case _:
            return str(value)


# --- the header -------------------------------------------------------------------------------------------------------


def header_lines(header: ReplayHeader, path: str) -> Iterator[str]:
    """What it is of."""
    created = datetime.fromtimestamp(header.created_unix, UTC)
    pace = f"{header.tick_hz} ticks a second" if header.tick_hz else "turn-based"
    yield f"{path}: {header.game} ({header.game_class}), {pace}"
    yield f"session {header.session}, created {created:%Y-%m-%d %H:%M:%S} UTC, Rallypoint {header.framework or '?'}"
    if header.options:
        yield f"options {brief(header.options)}"


def header_json(header: ReplayHeader) -> dict[str, Any]:
    """The same for programs."""
    return {
        "what": "header",
        "format": header.format,
        "game": header.game,
        "class": header.game_class,
        "session": header.session,
        "created_unix": header.created_unix,
        "options": plain_json(header.options),
        "framework": header.framework,
        "replayable": header.replayable,
        "tick_hz": header.tick_hz,
    }


# --- what happened ----------------------------------------------------------------------------------------------------


def item_json(item: Item, names: Mapping[int, str]) -> dict[str, Any]:
    """One thing that happened, for programs."""
    told: dict[str, Any] = {"tick": item.tick, "ms": item.now_ms, "epoch": item.epoch, "what": item.what}
    if item.seat is not None:
        told |= {"seat": item.seat, "player": names.get(item.seat, "")}
    if item.name:
        told["name"] = item.name
    if item.fields:
        told["fields"] = plain_json(item.fields)
    return told


def item_line(item: Item, names: Mapping[int, str]) -> str:
    """One thing that happened, for people."""
    who = "" if item.seat is None else names.get(item.seat, f"seat {item.seat}")
    return f"{clock(item.now_ms):>10} {item.tick:>7}  {item.what:<9} {who:<14} {_said(item, names)}".rstrip()


def _said(item: Item, names: Mapping[int, str]) -> str:
    fields = item.fields
    match item.what:
        case "holds":
            return ", ".join(f"{names.get(int(seat), seat)} {count}" for seat, count in fields.items())
        case "hold" | "action" | "event" | "timer" | "signal" | "accepted":
            return f"{item.name}({', '.join(f'{name}={brief(value)}' for name, value in fields.items())})"
        case "join":
            return f"{item.seat}, a bot" if fields.get("bot") else f"seat {item.seat}"
        case "drop" | "until":
            return f"away, the seat is kept until {clock(fields['until_ms'])}"
        case "refused":
            return f"input {fields['seq']}: {fields['reason']}"
        case "end":
            result = f" {brief(fields['result'])}" if fields.get("result") else ""
            return f"{item.name}: {fields['reason']}{result}"
        case "answer":
            got = f"error {fields['error']}" if "error" in fields else brief(fields.get("value"))
            return f"{item.name}({', '.join(map(brief, fields['args']))}) -> {got}"
        case "recovered":
            return f"{item.name}, epoch {fields['epoch']}"
        case "gap":
            return item.name
        case _:
            return f"{item.name} {brief(fields) if fields else ''}".strip()


@dataclass
class Summary:
    """What there was in all: give it every item."""

    ticks: tuple[int, int] = (0, 0)
    now_ms: int = 0
    epochs: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    _begun: bool = False

    def see(self, tick: int, now_ms: int, epoch: int) -> None:
        """How far the replay is."""
        self.ticks = (self.ticks[0] if self._begun else tick, tick)
        self.now_ms, self.epochs, self._begun = now_ms, epoch, True

    def count(self, items: Iterable[Item]) -> Iterator[Item]:
        """Gives them on, counted."""
        for item in items:
            self.counts[item.what] = self.counts.get(item.what, 0) + 1
            yield item

    def lines(self, cut: str, is_whole: bool) -> Iterator[str]:
        """For people."""
        first, last = self.ticks
        counts = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        yield f"ticks {first} to {last}, {clock(self.now_ms)} of session time, epoch {self.epochs}"
        yield f"in it: {counts or 'nothing'}"
        if cut:
            yield f"The file is not whole: {cut}."
        elif not is_whole:
            yield "The file does not tell the end: the session still runs, or its server has died, or the disk failed."

    def to_json(self, cut: str, is_whole: bool) -> dict[str, Any]:
        """For programs."""
        return {
            "what": "summary",
            "first_tick": self.ticks[0],
            "last_tick": self.ticks[1],
            "ms": self.now_ms,
            "epoch": self.epochs,
            "counts": dict(sorted(self.counts.items())),
            "complete": is_whole,
            "cut": cut,
        }
