"""Puts a session back to where its image says it was: the same seats, the same clock, the same things still to do.

The stimuli that had been accepted, and that no step has applied, are found again from what the game was told last of
each seat. Inputs are not: their clients send them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rallypoint_protocol.close import CloseCode

from .seat import SeatState
from .session_image import SessionImage
from .session_pause import Pause
from .session_terms import Ended, SessionState
from .stimuli import Drop, Gone, Join, Recovered, Return, Signal, Stimulus

if TYPE_CHECKING:
    from .session import SessionCore

__all__ = ["put_back"]


def put_back(session: SessionCore, image: SessionImage, shift_s: float) -> None:
    """For a session that was just made. ``shift_s``: how much later all times are than in the image."""
    standing, start = image.standing, session.start
    session.tick = session.durable_tick = image.tick
    session.now_ms = image.now_ms
    session.state = SessionState(standing.state)
    session.started_ms = standing.started_ms
    session.ended = None if standing.ended is None else Ended(CloseCode(standing.ended[0]), *standing.ended[1:])
    session.ended_at = standing.ended_at + shift_s
    session.created_at = standing.created_at + shift_s
    start.patience_ends, start.bots_after = standing.patience_ends, standing.bots_after
    start.gathers_until = standing.gathers_until
    start.shift(shift_s)
    if standing.paused is not None:
        session.paused = Pause(standing.paused[0] + shift_s, *standing.paused[1:])
    session.signals = image.signal_last
    session.seating.restore(image, shift_s)
    for seat in session.seating:
        if seat.state is SeatState.CONNECTED:
            session.entrance.missing[seat.index] = seat
    if session.state is not SessionState.ENDED:
        session.stimuli += [(None, item) for item in _waiting(session)]
    session.game.show()  # players may come before its first step, or after its last
    # Also of a session that has ended before it could apply them: its next image has what this one has.
    session.stimuli += [(None, Signal(name, data, number)) for number, name, data in image.signals]


def _waiting(session: SessionCore) -> list[Stimulus]:
    """What has reached the session's seats, and not its game."""
    waiting: list[Stimulus] = [Recovered()]
    for seat in session.seating:
        if seat.is_given_up:
            waiting.append(Gone(seat, seat.reason))
        elif seat.is_seated and not seat.in_game:
            waiting.append(Join(seat))
        elif seat.state is SeatState.CONNECTED and seat.told_away:
            waiting.append(Return(seat))
        if seat.state is SeatState.AWAY and not seat.told_away:
            waiting.append(Drop(seat))
    return waiting
