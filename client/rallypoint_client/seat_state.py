"""Where a seat is, and what can happen to it: one table.

connecting -> playing <-> resuming -> closed
"""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["TRANSITIONS", "SeatHappening", "SeatState"]


class SeatState(enum.Enum):
    """Where a seat is."""

    CONNECTING = "connecting"
    PLAYING = "playing"
    RESUMING = "resuming"
    CLOSED = "closed"


class SeatHappening(enum.Enum):
    """What can happen to it."""

    SEATED = "seated"
    LOST = "lost"
    STOPPED = "stopped"


TRANSITIONS: Final[dict[tuple[SeatState, SeatHappening], SeatState]] = {
    (SeatState.CONNECTING, SeatHappening.SEATED): SeatState.PLAYING,
    (SeatState.CONNECTING, SeatHappening.LOST): SeatState.CONNECTING,
    (SeatState.CONNECTING, SeatHappening.STOPPED): SeatState.CLOSED,
    (SeatState.PLAYING, SeatHappening.LOST): SeatState.RESUMING,
    (SeatState.PLAYING, SeatHappening.STOPPED): SeatState.CLOSED,
    (SeatState.RESUMING, SeatHappening.SEATED): SeatState.PLAYING,
    (SeatState.RESUMING, SeatHappening.LOST): SeatState.RESUMING,
    (SeatState.RESUMING, SeatHappening.STOPPED): SeatState.CLOSED,
}
