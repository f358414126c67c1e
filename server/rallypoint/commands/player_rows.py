"""Players, as facts and columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .figures import NONE, clock, count, duration, ms, time_since
from .sheets import Cell, Column, Facts

__all__ = ["RATING_COLUMNS", "happened_columns", "player_columns", "player_facts", "seat_columns", "ticket_columns"]

_QUALITY: Final = {"good": "ok", "slow": "warn", "bad": "bad"}


def player_columns(now: float) -> list[Column]:
    """A list of players."""
    return [
        Column("player", lambda row: row["player"]),
        Column("name", lambda row: row["name"]),
        Column("place", _place),
        Column("for", lambda row: time_since(row["since_at"], now), right=True),
        Column("link", lambda row: _quality(row["quality"])),
        Column("behind", lambda row: ms(row["behind_ms"]), right=True),
        Column("session", lambda row: row["session"] or row["queue"] or "", spare=True),
        Column("game", lambda row: row["game"] or "", spare=True),
        Column("muted", lambda row: _left(row["muted_until"], now), spare=True),
    ]


def player_facts(look: Mapping[str, Any], now: float) -> Facts:
    """One player."""
    lobby, mute = look["lobby"], look["mute"]
    facts: list[tuple[str, Cell]] = [
        ("player", f"{look['player']}{', a bot of the server' if look['bot'] else ''}"),
        ("name", look["name"]),
    ]
    if lobby is None:
        facts.append(("lobby", "not there"))
    elif lobby["away_until"] is not None:
        facts.append(("lobby", (f"connection lost, {_left(lobby['away_until'], now)} left", "warn")))
    else:
        facts.append(
            ("lobby", f"for {time_since(lobby['since_at'], now)}, from {lobby['address'] or 'nobody knows where'}")
        )
    if look["party"]:
        names = ", ".join(f"{one['name']}{' (leads)' if one['leader'] else ''}" for one in look["party"])
        facts.append(("party", names))
    if mute is not None:
        reason = f": {mute['reason']}" if mute["reason"] else ""
        facts.append(("muted", (f"{_left(mute['until_at'], now)} more, by {mute['by']}{reason}", "warn")))
    return facts


def seat_columns(now: float) -> list[Column]:
    """The seats of a player."""
    return [
        Column("session", lambda row: row["session"]),
        Column("game", lambda row: row["game"]),
        Column("seat", lambda row: count(row["seat"]), right=True),
        Column("state", lambda row: row["state"]),
        Column("grace", lambda row: _left(row["grace_until"], now), right=True),
        Column("link", lambda row: _quality(row["link"] and row["link"]["quality"])),
        Column("behind", lambda row: ms(row["link"]["behind_ms"]) if row["link"] else NONE, right=True),
        Column("for", lambda row: time_since(row["since_at"], now), right=True, spare=True),
        Column("address", lambda row: row["link"]["address"] if row["link"] else "", spare=True),
    ]


def ticket_columns(now: float) -> list[Column]:
    """The tickets of a player."""
    return [
        Column("queue", lambda row: row["queue"]),
        Column("ticket", lambda row: row["ticket"]),
        Column("state", lambda row: row["state"]),
        Column("waits", lambda row: time_since(row["since_at"], now), right=True),
    ]


def happened_columns(now: float) -> list[Column]:
    """What a player did of late."""
    return [Column("when", lambda row: clock(row["at"], now)), Column("", lambda row: row["text"])]


RATING_COLUMNS: Final = [
    Column("queue", lambda row: row["queue"]),
    Column("rating", lambda row: f"{row['rating']:.2f}", right=True),
    Column("mean", lambda row: f"{row['mu']:.2f}", right=True),
    Column("deviation", lambda row: f"{row['sigma']:.2f}", right=True),
    Column("games", lambda row: count(row["games"]), right=True),
]


def _place(row: Mapping[str, Any]) -> Cell:
    if row["away"]:
        return f"{row['place']}, away", "warn"
    return (f"{row['place']} (bot)", "dim") if row["bot"] else row["place"]


def _quality(word: str | None) -> Cell:
    return (word, _QUALITY.get(word, "")) if word else NONE


def _left(until: float | None, now: float) -> str:
    return "" if until is None else duration(max(0.0, until - now))
