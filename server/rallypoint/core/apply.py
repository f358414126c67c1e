"""Applies stimuli to the game, within a step, and notes what was called: the *ops* of the step, for who replays it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from rallypoint_protocol.codec import encode
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import BuiltinEvent

from .game_like import Answer
from .match_teams import match_without, team_of
from .seat import Seat, SeatState
from .stimuli import Drop, Gone, Join, Look, Overlooked, Recovered, Replaced, Return, Signal, Stimulus
from .wishes import tell

if TYPE_CHECKING:
    from .session import SessionCore
    from .session_terms import Step

__all__ = ["COUNTDOWN_OFF_MS_MAX", "apply", "apply_input", "keep_countdowns_true"]

COUNTDOWN_OFF_MS_MAX = 250
"""How far the countdown that others see may be off before it is corrected."""


def apply(session: SessionCore, item: Stimulus, step: Step, now: float) -> None:
    """One stimulus that is no input."""
    game, seating = session.game, session.seating
    match item:
        case Join(seat):
            seat.in_game = True
            seating.touch(seat)
            team = team_of(session.order.match, seat.player_id)
            own = () if team is None else (team,)
            session.note("join", seat.index, seat.player_id, seat.name, seat.bot, *own)
            game.join(seat.index, seat.player_id, seat.name, seat.bot, *own)
        case Drop(seat):
            left_s = 0.0 if seat.deadline is None else seat.deadline - now
            seat.away_until_ms = session.now_ms + round(left_s * 1000)
            seat.told_away = True
            seating.touch(seat)
            session.note("drop", seat.index, seat.away_until_ms)
            game.drop(seat.index, seat.away_until_ms)
        case Return(seat):
            seat.away_until_ms = 0
            seat.told_away = False
            seating.touch(seat)
            session.note("back", seat.index)
            game.come_back(seat.index)
        case Replaced(seat):
            if seat.in_game:
                session.note("let_go", seat.index)
                game.let_go(seat.index)
                _keep_countdown_true(session, seat, now)  # of who came and went in a pause, it has begun anew
        case Gone(seat, reason):
            if not seat.in_game or session.started_ms is None:
                _is_missed(session, seat)
            if seat.in_game:
                seat.in_game = False
                session.note("leave", seat.index, reason)
                game.leave(seat.index, reason)
            seating.free_up(seat, reason)
            session.row_changed = True
            step.freed.append(seat)
        case Answer():
            _answer(session, item)
        case Signal(name, data):
            session.note("signal", name, data)
            game.signal(name, data)
        case Recovered():
            _recover(session, now)
        case Look():
            pass
        case Overlooked(seat, count, seq):
            if seat.in_game:
                seat.applied = max(seat.applied, seq)
                seating.touch(seat)
                many = f"{count} actions up to this one were" if count > 1 else "an action was"
                tell(session, seat.index, BuiltinEvent.REFUSED, [seq, f"{many} too many while the session was paused"])
        case _:
            assert_never(item)


def apply_input(session: SessionCore, seat: Seat, message: Input) -> None:
    """One input of a player who is in the game."""
    seat.pending -= 1
    refused = session.game.input(seat.index, message)
    seat.applied = message.seq
    if refused is not None:
        tell(session, seat.index, BuiltinEvent.REFUSED, [message.seq, refused])


def _is_missed(session: SessionCore, seat: Seat) -> None:
    match = match_without(session.order.match, session.seating, seat)
    if match is not session.order.match:
        session.order = replace(session.order, match=match)


def _recover(session: SessionCore, now: float) -> None:
    game = session.game
    session.note("recovered", session.epoch)
    for seat in session.seating:
        if seat.in_game:
            game.let_go(seat.index)
    keep_countdowns_true(session, now)
    for ask in list(game.open_asks):
        _answer(session, Answer(ask.id, ask.method, ask.args, error="lost"))


def _answer(session: SessionCore, answer: Answer) -> None:
    if session.keeper is not None:
        value, kept = answer.value, True
        try:
            encode(value)
        except (TypeError, ValueError, OverflowError, RecursionError):
            value, kept = None, False  # the game may make of it what it will; no replay can
        session.note("answer", answer.id, answer.method, answer.args, value, answer.error, *([] if kept else [False]))
    session.game.answer(answer)


def keep_countdowns_true(session: SessionCore, now: float) -> None:
    """Session time falls behind when ticks are skipped: then an absence ends earlier than others were told."""
    for seat in session.seating:
        _keep_countdown_true(session, seat, now)


def _keep_countdown_true(session: SessionCore, seat: Seat, now: float) -> None:
    if seat.state is SeatState.AWAY and seat.away_until_ms and seat.deadline is not None:
        until_ms = session.now_ms + round((seat.deadline - now) * 1000)
        if abs(until_ms - seat.away_until_ms) > COUNTDOWN_OFF_MS_MAX:
            seat.away_until_ms = until_ms
            session.seating.touch(seat)
            session.note("until", seat.index, until_ms)
            session.game.away_until(seat.index, until_ms)
