"""``states.json``: the state machines of both ends, as tables of transitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from rallypoint.core import lobby_session, seat
from rallypoint_client import lobby_core, seat_state

__all__ = ["states"]

_MACHINES: list[tuple[str, str, Mapping[Any, Any], Enum, str]] = [
    (
        "seat",
        "server",
        seat.TRANSITIONS,
        seat.SeatState.RESERVED,
        (
            "take: a connection with a valid token; drop: its connection is lost; leave: the player leaves or is"
            " kicked; expire: the reservation, or the grace window of an absence, is over"
        ),
    ),
    (
        "lobby session",
        "server",
        lobby_session.TRANSITIONS,
        lobby_session.LobbyState.CONNECTED,
        "it begins with hello; removed: by an operator; overflowed: its player came back for pushes that are gone",
    ),
    (
        "seat",
        "client",
        seat_state.TRANSITIONS,
        seat_state.SeatState.CONNECTING,
        (
            "seated: the server answered the first frame; lost: the connection broke, could not be made, or was closed"
            " with retry resume or moved; stopped: any other close, or giving up"
        ),
    ),
    (
        "lobby session",
        "client",
        lobby_core.TRANSITIONS,
        lobby_core.LobbyState.CONNECTING,
        (
            "welcomed, lost and stopped: as for a seat; forgotten: closed with retry fresh; started over: the same,"
            " where the client then begins again with hello"
        ),
    ),
]


def states() -> list[dict[str, Any]]:
    """``states.json``."""
    made = []
    for name, side, table, first, meaning in _MACHINES:
        rows = [[before.value, event.value, after.value] for (before, event), after in table.items()]
        befores = {row[0] for row in rows}
        made.append(
            {
                "name": name,
                "side": side,
                "meaning": meaning,
                "first": first.value,
                "final": sorted({row[2] for row in rows} - befores),
                "transitions": rows,
            }
        )
    return made
