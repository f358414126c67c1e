"""A connection's first frame: whose token it brings, and what it is answered.

Unknown, expired and stolen tokens are all answered alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Resume, Seated, TakeSeat

from .catch_up import catch_up
from .seat import Seat, SeatEvent, SeatState
from .session_pause import return_
from .session_terms import Refusal, SessionState, Taken, Watching
from .stimuli import Join, Replaced, Return

if TYPE_CHECKING:
    from .session import SessionCore

__all__ = ["Entrance"]


class Entrance:
    """Of one session. Times are seconds of the node's monotonic clock."""

    __slots__ = ("_schema", "_schema_hash", "_session", "missing")

    def __init__(self, session: SessionCore, schema: bytes, schema_hash: bytes) -> None:
        self._session = session
        self._schema = schema
        self._schema_hash = schema_hash
        self.missing: dict[int, Seat] = {}
        """Were connected when the server went away, and nobody has come back to them since."""

    def take(self, message: TakeSeat | Resume, now: float) -> Taken | Watching | Refusal:
        """Lets a player in, or a spectator, or nobody."""
        session = self._session
        if message.version < PROTOCOL_VERSION:
            return Refusal(CloseCode.UPDATE, f"this server speaks version {PROTOCOL_VERSION}")
        redeemed = session.seating.redeem(message.token, session.clock(now))
        if redeemed is None:
            return self._watch(message, now)
        seat, token = redeemed
        before = seat.state
        over = session.state is SessionState.ENDED
        if session.ended is not None and (before is SeatState.RESERVED or (over and not seat.in_game)):
            # it was not in the game: there is nothing to tell it
            return Refusal(session.ended.code, session.ended.reason)
        seat.apply(SeatEvent.TAKE, session.clock(now))
        session.seating.touch(seat)
        if before is SeatState.RESERVED:
            session.stimuli.append((None, Join(seat)))
        elif session.paused is not None:
            session.wait_no_more(seat)
            return_(session, seat, before)
        elif before is SeatState.AWAY:
            session.stimuli.append((None, Return(seat)))
        else:
            session.wait_no_more(seat)
            session.stimuli.append((None, Replaced(seat)))
        outcome, lost = catch_up(seat, message, now, epoch=session.epoch, tick=session.tick, over=over)
        answer = Seated(
            session.id,
            token,
            seat.index,
            seat.player_id,
            session.epoch,
            outcome,
            lost,
            seat.applied,
            seat.received,
            self._schema_hash,
            self._schema_for(message),
        )
        missed = self.missing.pop(seat.index, None) is seat
        return Taken(seat, answer, before is SeatState.CONNECTED and not missed)

    def _watch(self, message: TakeSeat | Resume, now: float) -> Watching | Refusal:
        session = self._session
        redeemed = session.spectators.redeem(message.token, now)
        if redeemed is None:
            return Refusal(CloseCode.UNKNOWN, "unknown session or token")
        if session.ended is not None:
            return Refusal(session.ended.code, session.ended.reason)
        spectator, token = redeemed
        takes_over = spectator.connected
        outcome = "fresh" if isinstance(message, TakeSeat) else "resync"
        seated = Seated(
            session.id,
            token,
            -1,
            spectator.player_id,
            session.epoch,
            outcome,
            0,
            0,
            0,
            self._schema_hash,
            self._schema_for(message),
        )
        passes = session.spectators.come(spectator, now)
        if not passes:
            passes = session.show_now(spectator, now)
        return Watching(spectator, seated, passes, takes_over)

    def _schema_for(self, message: TakeSeat | Resume) -> bytes | None:
        """The schema, for who does not have it."""
        return None if message.schema == self._schema_hash else self._schema
