"""A session that an operator has paused: no step is made by itself, and its time stands still.

While it is paused, all that is measured in the session's time (grace windows, reservations, its patience before the
start, countdowns, its longest duration) is looked at with the time at which it stands, :attr:`Pause.at`. A step that is
asked for moves that on: by a tick, or, of a turn-based session, to whatever is due next. When it goes on, all its times
move by what lies between that and the present.

Players may come and go meanwhile. What they do waits for the next step, and is bounded, so that nobody is cut for what
an operator does:

- of each kind of hold the newest of a seat counts;
- as many actions of a seat wait as otherwise; those beyond it are refused, with one event that says how many;
- of a seat's drops and returns, what they come to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rallypoint_protocol.inputs import Input

from .seat import Seat, SeatState
from .stimuli import Drop, Overlooked, Replaced, Return

if TYPE_CHECKING:
    from .session import SessionCore

__all__ = ["Pause", "absence", "go_on", "put_input", "return_", "stepped_to"]


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when, by whom and why a session is paused."""

    at: float
    """Where its time stands, on the node's monotonic clock."""
    since_at: float
    """Unix time of the pause."""
    by: str
    reason: str


def stepped_to(session: SessionCore, at: float) -> float:
    """Where the time of a paused session, which stands at ``at``, is to stand in its next step."""
    hz = session.settings.tick_hz
    if hz:
        return at + 1 / hz
    due = session.next_step_at()
    if due is None or session.ended is not None:  # an end that was asked for is now, and not when a timer is due
        return at
    return max(at, due)


def go_on(session: SessionCore, now: float) -> None:
    """Its time goes on from where it stands."""
    pause = session.paused
    if pause is None:
        return
    session.paused = None
    shift_s = now - pause.at
    session.created_at += shift_s
    session.ended_at += shift_s
    session.backfill_since += shift_s
    session.start.shift(shift_s)
    session.seating.shift(shift_s)
    session.seating.calm(now)


# --- what reaches it meanwhile ----------------------------------------------------------------------------------------


def put_input(session: SessionCore, seat: Seat, message: Input) -> None:
    """Has an input wait, if there is room for it."""
    session.wait_no_more(seat)  # the order of a seat's inputs is kept
    stimuli = session.stimuli
    if session.game.is_hold(message):
        kind = type(message)
        for index in range(len(stimuli) - 1, -1, -1):
            other = stimuli[index]
            if other[0] is seat and type(other[1]) is kind:
                del stimuli[index]
                seat.pending -= 1
                break
    elif seat.pending >= session.settings.inputs_pending_max:
        count = 1
        for index in range(len(stimuli) - 1, -1, -1):
            item = stimuli[index][1]
            if isinstance(item, Overlooked) and item.seat is seat:
                count += item.count
                del stimuli[index]
                break
        stimuli.append((None, Overlooked(seat, count, message.seq)))
        return
    seat.pending += 1
    stimuli.append((seat, message))


def absence(session: SessionCore, seat: Seat) -> None:
    """The seat's connection was lost: if the game knows of an earlier absence, it goes on for the game."""
    _take_out(session, seat, (Return, Replaced))
    session.stimuli.append((None, Replaced(seat) if seat.told_away else Drop(seat)))


def return_(session: SessionCore, seat: Seat, before: SeatState) -> None:
    """Somebody has come to the seat, which was connected or away: if the game knows of no absence, there was none."""
    _take_out(session, seat, (Drop, Replaced))
    away = before is SeatState.AWAY and seat.told_away
    session.stimuli.append((None, Return(seat) if away else Replaced(seat)))


def _take_out(session: SessionCore, seat: Seat, kinds: tuple[type[Drop | Return | Replaced], ...]) -> None:
    session.stimuli[:] = [
        (who, item) for who, item in session.stimuli if not (isinstance(item, kinds) and item.seat is seat)
    ]
