"""A session as operators' tables have it, and which sessions a filter means. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import ConfigDict

from rallypoint.core.seat import SeatState
from rallypoint.runtime.link_quality import behind_of
from rallypoint.runtime.session_host import SessionHost

__all__ = ["SessionFilter", "SessionRow", "SessionTablePage", "away_in", "behind_most", "row_of", "state_of"]

_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)
_CONNECTED: Final = SeatState.CONNECTED  # a member of an enum costs more to find than all else of a seat
_AWAY: Final = SeatState.AWAY


@dataclass(slots=True)
class SessionRow:
    """A session, in a table."""

    id: str
    """Never the same twice."""
    game: str
    """What is played."""
    state: str
    """`waiting` (for its least number of players), `running`, `paused` by an operator; `ended` a moment ago."""
    private: bool
    """It is not listed for players."""
    players: int
    """Seats that somebody has, reserved ones and bots included."""
    bots: int
    """Of these, bots of the server."""
    away: int
    """Of these, those whose connection is lost."""
    seats: int
    """All its seats."""
    spectators: int
    """How many watch."""
    tick: int
    """Steps so far."""
    epoch: int
    """Counts recoveries, from 1."""
    created_at: float
    """Unix time."""
    step_ms_per_s: float
    """How long its steps took together, each second, since the look before (or all its life)."""
    step_max_ms: float
    """Its longest step."""
    skipped: int
    """Ticks that were given up because the server was too late."""
    behind_ms: float | None
    """Of the connected player whose client is furthest behind; null: nobody is connected."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class SessionTablePage:
    """Some rows of the table."""

    total: int
    """Sessions that go on."""
    matched: int
    """Those that were looked for: rows of all pages."""
    rows: list[SessionRow]
    """Those of this page."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are meant: those for which all of it holds. ``q`` is casefolded; empty: any."""

    q: str = ""
    """Begins its id or is its room code, or is in a player's name or id."""
    game: str = ""
    state: str = ""

    def fits(self, host: SessionHost) -> bool:
        """It means that session."""
        if self.game and host.definition.options.name != self.game:
            return False
        if self.state and state_of(host) != self.state:
            return False
        text = self.q
        if not text or host.core.id.startswith(text) or host.code.casefold() == text:
            return True
        return any(
            seat is not None and (text in seat.name.casefold() or text in seat.player_id.casefold())
            for seat in host.core.seats
        )


def state_of(host: SessionHost) -> str:
    """``waiting``, ``running``, ``paused``; after its end ``ended``."""
    return host.core.state.value if host.core.paused is None else "paused"


def behind_most(host: SessionHost, now: float) -> float | None:
    """How far the client is behind that is furthest behind, in milliseconds; ``None``: nobody is connected.

    Plain loops and identities, here and below: thousands of seats are looked at.
    """
    core = host.core
    tick, hz = core.tick, core.settings.tick_hz
    connected, least = False, tick
    for seat in core.seats:
        if seat is not None and seat.state is _CONNECTED:
            connected = True
            if seat.acked < least and seat.sent >= 0 and seat.in_game:
                least = seat.acked
    if not connected:
        return None
    if hz:
        return round((tick - least) * 1000 / hz, 1)
    return max(behind_of(host, seat, now)[1] for seat in core.seated() if seat.state is _CONNECTED)


def away_in(host: SessionHost) -> int:
    """Seats whose connection is lost."""
    away = 0
    for seat in host.core.seats:
        if seat is not None and seat.state is _AWAY:
            away += 1
    return away


def row_of(host: SessionHost, now: float, step_ms_per_s: float) -> SessionRow:
    """A session as it is now."""
    core = host.core
    return SessionRow(
        core.id,
        host.definition.options.name,
        state_of(host),
        core.order.private,
        len(core.seats) - core.seating.free,
        sum(seat.bot for seat in core.seated()),
        away_in(host),
        len(core.seats),
        len(core.spectators.all),
        core.tick,
        core.epoch,
        round(host.created_unix_s, 3),
        round(step_ms_per_s, 2),
        round(host.step_max_s * 1000, 2),
        host.schedule.skipped,
        behind_most(host, now),
    )
