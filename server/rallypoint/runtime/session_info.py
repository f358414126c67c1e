"""What backends see of a game, a session and its seats: plain data, as of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ConfigDict

from rallypoint.core.session import SessionState
from rallypoint.game.definition import Definition
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = [
    "STATE_ENTITIES_MAX",
    "GameInfo",
    "PausedInfo",
    "SeatInfo",
    "SessionDetail",
    "SessionInfo",
    "game_info",
    "paused_info",
    "session_detail",
    "session_info",
]

STATE_ENTITIES_MAX: Final = 1000
"""Entities in one answer: the state is read and encoded between two steps of all games."""


@dataclass(frozen=True, slots=True)
class GameInfo:
    """A game that this node serves. ``tick_hz`` 0: it is turn-based."""

    name: str
    seats_min: int
    seats_max: int
    tick_hz: int
    spectators_max: int
    waiting: int
    """Sessions that wait for their least number of players."""
    running: int
    schema: str
    """Hash of its schema, as hex."""


@dataclass(frozen=True, slots=True)
class SeatInfo:
    """A seat that somebody has."""

    seat: int
    player: PlayerId
    name: str
    bot: bool
    state: str
    """``reserved``, ``connected``, ``away``; after the session's end also ``left`` and ``expired``."""


@dataclass(frozen=True, slots=True)
class PausedInfo:
    """An operator has paused the session."""

    since_at: float
    """Since when, Unix time."""
    by: str
    """Who did it."""
    reason: str
    """Why; may be empty."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session, as the list has it."""

    id: SessionId
    game: str
    state: str
    """``waiting``, ``running``, ``ended``."""
    private: bool
    code: str | None
    """Its room code, if it is private."""
    leader: PlayerId | None
    locked: bool
    meta: Mapping[str, Any]
    created_ms: int
    """Unix time."""
    now_ms: int
    """Session time."""
    tick: int
    epoch: int
    players: int
    """Seats that somebody has, reserved ones and bots included."""
    seats_max: int
    free: int
    """Seats that somebody can have now: 0 while it is locked or paused."""
    spectators: int
    paused: PausedInfo | None = None
    """``None``: it is not paused."""


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """A session with its seats and the game's state."""

    session: SessionInfo
    seats: tuple[SeatInfo, ...]
    outcome: str | None
    """How it ended, a close code's name in lower case; ``None`` while it goes on; likewise the next two."""
    reason: str | None
    result: Mapping[str, Any] | None
    game_state: Mapping[str, Any] | None
    """``game``, ``players``, ``entities``: all declared fields, private ones, too. ``None`` if it was not asked for."""
    entities_left_out: int
    """Beyond ``STATE_ENTITIES_MAX``."""


def game_info(definition: Definition, waiting: int, running: int) -> GameInfo:
    """A game, with how many sessions of it wait and run."""
    own = definition.options
    return GameInfo(
        own.name,
        own.seats_min,
        own.seats_max,
        own.tick_hz,
        own.spectators,
        waiting,
        running,
        definition.schema_hash.hex(),
    )


def paused_info(host: SessionHost) -> PausedInfo | None:
    """Since when it is paused, by whom, why."""
    pause = host.core.paused
    return None if pause is None else PausedInfo(round(pause.since_at, 1), pause.by, pause.reason)


def session_info(host: SessionHost) -> SessionInfo:
    """A session as it is now."""
    core = host.core
    return SessionInfo(
        core.id,
        host.definition.options.name,
        core.state.value,
        core.order.private,
        host.code or None,
        core.seating.leader,
        core.locked,
        dict(core.game.meta),
        round(host.created_unix_s * 1000),
        core.now_ms,
        core.tick,
        core.epoch,
        len(core.seats) - core.seating.free,
        len(core.seats),
        core.free_seats,
        len(core.spectators),
        paused_info(host),
    )


def session_detail(host: SessionHost, *, with_state: bool) -> SessionDetail:
    """A session with all that belongs to it."""
    core = host.core
    seats = tuple(SeatInfo(seat.index, seat.player_id, seat.name, seat.bot, seat.state.value) for seat in core.seated())
    ended = core.ended if core.state is SessionState.ENDED else None
    state, left_out = host.state(STATE_ENTITIES_MAX) if with_state else (None, 0)
    return SessionDetail(
        session_info(host),
        seats,
        None if ended is None else ended.code.name.lower(),
        None if ended is None else ended.reason,
        None if ended is None else ended.result,
        state,
        left_out,
    )
