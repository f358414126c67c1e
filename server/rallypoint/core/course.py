"""A session's course, looked at in each step: does it start now, is it cancelled, has it come to its end?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import BuiltinEvent

from .session_terms import Ended, SessionState
from .start import Starts
from .wishes import tell

if TYPE_CHECKING:
    from .session import SessionCore
    from .session_terms import Step

__all__ = ["start_or_cancel", "watch_ends", "watch_time"]


def start_or_cancel(session: SessionCore, step: Step, now: float) -> None:
    """Of a session that waits."""
    match session.start.decide(now):
        case Starts.NOW:
            session.state = SessionState.RUNNING
            session.started_ms = session.now_ms
            session.row_changed = step.started = True
            session.note("start")
            session.game.start()
        case Starts.NEVER:
            session.ended = Ended(CloseCode.CANCELLED, "not enough players came", None)
        case Starts.NOT_YET:
            pass


def watch_time(session: SessionCore) -> None:
    """Of a session that runs, and may not run for ever."""
    duration_s, game = session.settings.max_duration_s, session.game
    assert session.started_ms is not None
    assert duration_s is not None
    if session.now_ms - session.started_ms >= round(duration_s * 1000) and not game.finished:
        session.note("time_up")
        game.time_up()
        if not game.finished:
            session.ended = Ended(CloseCode.ENDED, "the time is up", None)


def watch_ends(session: SessionCore, step: Step, now: float) -> None:
    """The game has finished, everybody has left, or somebody has ended it."""
    game = session.game
    if game.finished:
        session.ended = Ended(CloseCode.ENDED, "the session has ended", game.result)
    elif session.ended is None and session.settings.dispose_when_empty and session.seating.deserted:
        session.ended = Ended(CloseCode.ENDED, "everybody has left", None)
    if session.ended is not None:
        session.state = SessionState.ENDED
        session.ended_at = now
        session.row_changed = True
        step.ended = session.ended
        for seat in session.seating:
            tell(session, seat.index, BuiltinEvent.ENDED, [session.ended.result or {}, session.ended.reason])
