"""A session as an operator looks at it: its seats and their connections, its state, and what reaches it right now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import msgspec
from pydantic import ConfigDict

from rallypoint.core.match_teams import team_of
from rallypoint.core.replay_items import Items
from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionState
from rallypoint.game.plain import plain
from rallypoint.runtime.link_quality import Link, link_of
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.session_info import PausedInfo, paused_info
from rallypoint.runtime.session_row import SessionRow
from rallypoint_protocol.codec import encode
from rallypoint_protocol.schema import decode_schema

__all__ = ["EventLook", "InputLook", "SeatLook", "SessionLook", "look_at"]

LOOK_ENTITIES_MAX: Final = 500
"""Shown of a session's state: some 2 ms of the event loop, each second that somebody looks."""
_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class SeatLook:
    """A seat that somebody has."""

    seat: int
    """Numbered from 0."""
    player: str
    """The player's id."""
    name: str
    """What others see."""
    bot: bool
    """A bot of the server plays it."""
    team: int | None
    """In the session's match; null: it has no teams."""
    state: str
    """`reserved`, `connected`, `away`; after the session's end also `left` and `expired`."""
    since_at: float | None
    """Since when it is connected or away, Unix time; null: neither."""
    grace_until: float | None
    """When the reservation or the grace window ends, Unix time; of a paused session as if it went on now."""
    link: Link | None
    """Its connection; null: there is none."""
    inputs_waiting: int
    """Inputs that wait for the next step."""
    conflated: int
    """Passes that were skipped because the client was behind."""
    events_waiting: int
    """Events that the client has not acknowledged."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class InputLook:
    """An input that has arrived."""

    tick: int
    """The step that applies it, if nothing holds it up."""
    seat: int
    """Of whom."""
    seq: int
    """Its number."""
    kind: str
    """Its class."""
    fields: Mapping[str, Any]
    """What it says."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class EventLook:
    """An event for a player."""

    tick: int
    """The step that it belongs to."""
    seat: int
    """For whom."""
    kind: str
    """Its class; `refused` and `ended` are the server's own."""
    fields: Mapping[str, Any]
    """What it says."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class SessionLook:
    """A session. Steps, inputs and events are noted while somebody looks."""

    session: SessionRow
    """As the table has it."""
    code: str | None
    """Its room code, if it is private."""
    leader: str | None
    """The player who leads."""
    locked: bool
    """Nobody else is seated."""
    meta: Mapping[str, Any]
    """What players see of it in lists."""
    options: Mapping[str, Any]
    """What it was created with."""
    match: str | None
    """The match that it was made for; null: none."""
    started_at: float | None
    """When it had its least number of players, Unix time."""
    paused: PausedInfo | None
    """Null: it is not paused."""
    tick_hz: int
    """Steps a second; 0: turn-based."""
    now_ms: int
    """Session time."""
    seats: list[SeatLook]
    """Those that somebody has."""
    spectators: int
    """How many watch."""
    steps: list[tuple[int, int, int]]
    """Of the newest 200 steps: tick, how long it took, and how late it was begun, both in microseconds."""
    inputs: list[InputLook]
    """The newest 60, oldest first; likewise the next."""
    events: list[EventLook]
    """What players were told."""
    state: Mapping[str, Any]
    """`game`, `players`, `entities`: all declared fields, private ones, too."""
    entities_left_out: int
    """Entities beyond 500."""
    outcome: str | None
    """How it ended; null while it goes on; likewise the next two."""
    reason: str | None
    """In words."""
    result: Mapping[str, Any] | None
    """What the game gave."""

    __pydantic_config__ = _DESCRIBED


def look_at(host: SessionHost, row: SessionRow, now: float, wall_at_zero: float) -> SessionLook:
    """As it is now. ``wall_at_zero``: what Unix time was when the node's clock was 0."""
    core, lens = host.core, host.lens
    ended = core.ended if core.state is SessionState.ENDED else None
    state, left_out = host.state(LOOK_ENTITIES_MAX)
    items = _items(host.definition.schema_bytes)
    inputs, events = [], []
    if lens is not None:
        for tick, seat, message in lens.inputs:
            item = items.input(seat, msgspec.msgpack.decode(encode(message)), (tick, 0, 0))
            inputs.append(InputLook(tick, seat, message.seq, item.name, plain(item.fields)))
        for tick, seat, kind, fields in lens.events:
            item = items.event(seat, kind, bytes(fields), (tick, 0, 0))
            events.append(EventLook(tick, seat, item.name or item.what, plain(item.fields)))
    return SessionLook(
        row,
        host.code or None,
        core.seating.leader,
        core.locked,
        dict(core.game.meta),
        plain(dict(core.order.options)),
        None if core.order.match is None else core.order.match.id,
        None if host.started_unix_s is None else round(host.started_unix_s, 3),
        paused_info(host),
        core.settings.tick_hz,
        core.now_ms,
        [_seat(host, seat, now, wall_at_zero) for seat in core.seated()],
        len(core.spectators.all),
        [] if lens is None else list(lens.steps),
        inputs,
        events,
        state,
        left_out,
        None if ended is None else ended.code.name.lower(),
        None if ended is None else ended.reason,
        None if ended is None or ended.result is None else plain(ended.result),
    )


def _seat(host: SessionHost, seat: Seat, now: float, wall_at_zero: float) -> SeatLook:
    link = link_of(host, seat, now, wall_at_zero)
    own_s = host.core.clock(now) - now  # how far the session's own time is behind
    since = None if link is None else link.since_at
    if seat.state is SeatState.AWAY:
        since = round(wall_at_zero + seat.away_since - own_s, 1)
    return SeatLook(
        seat.index,
        seat.player_id,
        seat.name,
        seat.bot,
        team_of(host.core.order.match, seat.player_id),
        seat.state.value,
        since,
        None if seat.deadline is None else round(wall_at_zero + seat.deadline - own_s, 1),
        link,
        seat.pending,
        seat.conflated,
        len(seat.events),
    )


@lru_cache(maxsize=64)
def _items(schema: bytes) -> Items:
    return Items(decode_schema(schema))
