"""How good a seated player's connection is, by what the server knows of it.

A client acknowledges what it has applied at least four times a second. So what it is behind is, in good times, a
quarter of a second and the way there and back; more is a network that is slow, or lost what was sent, or a client that
has no time. What the kernel does not take of us (the outbox) says the same, later and more clearly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ConfigDict

from rallypoint.core.seat import Seat, SeatState
from rallypoint_protocol.limits import ACK_WINDOW_TICKS

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost

__all__ = ["Link", "behind_of", "link_of", "quality_of"]

SLOW_MS: Final = 500.0
BAD_MS: Final = 1500.0
SLOW_BYTES: Final = 4 * 1024
BAD_BYTES: Final = 32 * 1024
"""From here on the client is not read from."""
_SWEEP_MS: Final = 1000.0
"""How exactly the last acknowledgement's time is known."""


@dataclass(frozen=True, slots=True)
class Link:
    """A seated player's connection."""

    address: str
    """The client's address."""
    since_at: float
    """Since when it has the seat, Unix time."""
    behind_ticks: int
    """Ticks that the client has not acknowledged."""
    behind_ms: float
    """And how long these take; of a turn-based game, for how long it has acknowledged nothing, to the second."""
    outbox_bytes: int
    """What the kernel has not taken yet."""
    quality: str
    """`good`; `slow` (half a second behind, or passes are skipped); `bad` (one and a half, or a full outbox)."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


def quality_of(behind_ticks: int, behind_ms: float, outbox_bytes: int) -> str:
    """``good``, ``slow`` or ``bad``."""
    if behind_ms >= BAD_MS or outbox_bytes >= BAD_BYTES:
        return "bad"
    if behind_ms >= SLOW_MS or behind_ticks >= ACK_WINDOW_TICKS or outbox_bytes >= SLOW_BYTES:
        return "slow"
    return "good"


def behind_of(host: SessionHost, seat: Seat, now: float) -> tuple[int, float]:
    """Ticks and milliseconds that a connected player's client is behind."""
    core = host.core
    if not seat.in_game or seat.sent < 0:
        return 0, 0.0  # nothing was sent that it could acknowledge
    ticks = max(0, core.tick - seat.acked)
    hz = core.settings.tick_hz
    if hz:
        return ticks, round(ticks * 1000 / hz, 1)
    if seat.sent <= seat.acked or core.paused is not None:
        return ticks, 0.0
    return ticks, round(max(0.0, (now - seat.acked_at) * 1000 - _SWEEP_MS), 1)


def link_of(host: SessionHost, seat: Seat, now: float, wall_at_zero: float) -> Link | None:
    """The connection of whoever has the seat; ``None``: there is none. ``now`` is the node's clock, and
    ``wall_at_zero`` what Unix time was when that was 0."""
    link = host.link_of(seat)
    if link is None or seat.state is not SeatState.CONNECTED:
        return None
    ticks, behind_ms = behind_of(host, seat, now)
    waits = link.connection.outbox_bytes
    return Link(
        link.connection.remote_ip,
        round(wall_at_zero + link.since, 1),
        ticks,
        behind_ms,
        waits,
        quality_of(ticks, behind_ms, waits),
    )
