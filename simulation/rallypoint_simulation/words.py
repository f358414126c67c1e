"""Messages in a few words, for people who read timelines. Tokens, secrets and schemas are never in them."""

from __future__ import annotations

from typing import Any

from rallypoint_protocol.messages import (
    Ack,
    Answer,
    Chat,
    Hello,
    Listing,
    Pass,
    Ping,
    Pong,
    Push,
    Resume,
    Seated,
    TakeSeat,
    Welcome,
)

__all__ = ["is_chatter", "short", "words"]

_HIDDEN = ("token", "secret", "schema", "schema_hash")
_SHOWN_CHARS = 60


def is_chatter(message: Any) -> bool:
    """True for what goes to and fro all the time: several of those are one line."""
    match message:
        case Pass():
            return not _is_notable(message)
        case Ack() | Ping() | Pong() | list() | Listing() | Chat():
            return True
    return False


def _is_notable(message: Pass) -> bool:
    seat = message.seat
    return seat is not None and any(event.kind <= 1 for event in seat.events or ())


def short(name: str) -> str:
    """The beginning of an id: enough to tell it from others."""
    return name[:6]


def words(message: Any) -> str:
    """What it says."""
    match message:
        case Pass():
            events = [] if message.seat is None else message.seat.events or []
            told = f" ({len(events)} event{'s' * (len(events) != 1)})" if events else ""
            builtin = {0: " refused", 1: " ended"}
            return f"pass {message.head.epoch}:{message.head.tick}{told}" + "".join(
                builtin.get(event.kind, "") for event in events
            )
        case Seated():
            lost = f", {message.lost} events lost" if message.lost else ""
            return (
                f"seated {message.outcome} seat {message.seat} epoch {message.epoch}"
                f" applied {message.applied} received {message.received}{lost}"
            )
        case Hello():
            return f"hello {message.name!r}" + (f" as {short(message.player)}" if message.player else "")
        case Resume():
            return f"resume {short(message.id)} from {message.epoch}:{message.tick} event {message.event}"
        case TakeSeat():
            return f"take_seat {short(message.session)}"
        case Welcome():
            seats = f", seats in {', '.join(short(seat[0]) for seat in message.seats)}" if message.seats else ""
            how = "resumed" if message.resumed else "new"
            return (
                f"welcome {how} lobby {short(message.lobby)} player {short(message.player)} push {message.event}{seats}"
            )
        case Answer():
            return f"answer {message.id} " + (f"no: {message.error}" if message.error else _plain(message.value))
        case Push():
            return f"push {message.n} {message.kind} {_plain(message.data)}"
        case Ack():
            return f"ack {message.epoch}:{message.tick} event {message.event}"
        case Listing():
            return f"listing {message.n} ({'whole' if message.whole else 'changes'}, {len(message.rows)} rows)"
        case Chat():
            return f"chat ({len(message.lines)} lines)"
        case list():
            return f"input {message[1] if len(message) > 1 else '?'} at tick {message[2] if len(message) > 2 else '?'}"
        case bytes():
            return f"{len(message)} bytes that are no message"
    fields = getattr(message, "__struct_fields__", ())
    shown = {name: getattr(message, name) for name in fields if name not in _HIDDEN}
    return f"{type(message).__name__.lower()} {_plain(shown)}".rstrip()


def _plain(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 3] + "..."


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bytes():
            return "..."  # whatever it is: it may be a token
        case dict():
            shown = [(key, _text(item)) for key, item in value.items() if key not in _HIDDEN]
            return " ".join(f"{key}={text}" for key, text in shown if text)
        case list() | tuple():
            return "[" + " ".join(_text(item) for item in value) + "]"
    return str(value)
