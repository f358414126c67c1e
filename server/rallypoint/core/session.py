"""A session: a running game, its seats, and everything that must stay in order between them.

Everything from outside is a *stimulus*: an input, a player who joins, drops, returns or leaves, an answer to what the
game asked, an operator's command. Stimuli are applied only at the start of a step, in the order of their arrival; then
the timers that are due fire, then a tick is made. The shell commits the step to the journal, says so with
:meth:`SessionCore.committed`, and only then collects what each seat gets with :meth:`SessionCore.passes`.

A session that waits for players makes steps too, so that those who are there see each other; ``tick`` begins when the
least number of seats is connected.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from msgspec import Raw

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SeatIndex, SessionId, Token
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.limits import HISTORY_TICKS, PROTOCOL_VERSION
from rallypoint_protocol.messages import BuiltinEvent, Resume, Seated, TakeSeat

from .game_like import Answer, GameLike
from .passes import Passes
from .seat import Seat, SeatEvent, SeatState
from .session_terms import Ended, Refusal, SessionSettings, SessionState, Step, Taken
from .stimuli import Drop, Gone, Join, Return, Stimulus
from .tokens import NewToken

__all__ = ["Ended", "Refusal", "SessionCore", "SessionSettings", "SessionState", "Step", "Taken"]


COUNTDOWN_OFF_MS_MAX = 250
"""How far the countdown that others see may be off before it is corrected."""


class SessionCore:
    """One session. Pure: ``now`` is the node's monotonic clock in seconds, ``new_token`` the only randomness."""

    def __init__(
        self,
        session_id: SessionId,
        game: GameLike,
        settings: SessionSettings,
        *,
        schema: bytes,
        schema_hash: bytes,
        new_token: NewToken,
        now: float,
        options: dict[str, Any] | None = None,
        epoch: int = 1,
    ) -> None:
        self.id = session_id
        self.game = game
        self.settings = settings
        self.epoch = epoch
        self.tick = 0
        self.durable_tick = 0
        self.state = SessionState.WAITING
        self.ended: Ended | None = None
        self.seats: list[Seat | None] = [None] * settings.seats_max
        self.created_at = now
        self._schema = schema
        self._schema_hash = schema_hash
        self._new_token = new_token
        self._stimuli: list[tuple[Seat | None, Any]] = []
        self._passes = Passes(settings, self)
        self._next_due: float | None = None
        """The earliest end of a reservation or a grace window."""
        self._step = Step()
        """The one that is being made, or was made last."""
        self._ended_at = now
        game.create(options or {})

    # --- seats ------------------------------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Session time."""
        return round(self.tick * 1000 / self.settings.tick_hz)

    @property
    def free_seats(self) -> int:
        """How many more players can be seated."""
        if self.state is SessionState.ENDED or self.game.locked:
            return 0
        return self.seats.count(None)

    def seated(self) -> Iterator[Seat]:
        """All seats that somebody has, reserved ones included, in order."""
        return (seat for seat in self.seats if seat is not None)

    @property
    def connected(self) -> int:
        """How many seats have a connection."""
        return sum(seat.state is SeatState.CONNECTED for seat in self.seated())

    def reserve(
        self, player_id: PlayerId, name: str, now: float, *, bot: bool = False
    ) -> tuple[SeatIndex, Token] | None:
        """Keeps the first free seat for a player, for a while; gives it, and the token that takes it."""
        if not self.free_seats:
            return None
        index = self.seats.index(None)
        token = self._new_token()
        settings = self.settings
        self.seats[index] = Seat(
            index,
            player_id,
            name,
            token,
            deadline=now + settings.reserved_s,
            grace_s=settings.grace_s,
            grace_budget_s=settings.grace_budget_s,
            bot=bot,
        )
        self._look_again(now + settings.reserved_s)
        return SeatIndex(index), token

    def take(self, message: TakeSeat | Resume, now: float) -> Taken | Refusal:
        """A connection's first frame. Unknown, expired and stolen tokens are all answered alike."""
        if message.version < PROTOCOL_VERSION:
            return Refusal(CloseCode.UPDATE, f"this server speaks version {PROTOCOL_VERSION}")
        token: Token | None = None
        for seat in self.seated():
            if not seat.is_over(now):
                token = seat.tokens.redeem(message.token, self._new_token)
                if token is not None:
                    break
        if token is None:
            return Refusal(CloseCode.UNKNOWN, "unknown session or token")
        before = seat.state
        if self.ended is not None and before is SeatState.RESERVED:
            return Refusal(self.ended.code, self.ended.reason)  # it was not in the game: there is nothing to tell it
        seat.apply(SeatEvent.TAKE, now)
        if before is SeatState.RESERVED:
            self._stimuli.append((None, Join(seat)))
        elif before is SeatState.AWAY:
            self._stimuli.append((None, Return(seat)))
        outcome, lost = self._catch_up(seat, message, now)
        schema = None if message.schema == self._schema_hash else self._schema
        answer = Seated(
            self.id,
            token,
            seat.index,
            seat.player_id,
            self.epoch,
            outcome,
            lost,
            seat.applied,
            seat.received,
            self._schema_hash,
            schema,
        )
        return Taken(seat, answer, before is SeatState.CONNECTED)

    def _catch_up(self, seat: Seat, message: TakeSeat | Resume, now: float) -> tuple[str, int]:
        """Sets from where on the client is told; gives the outcome and how many events are gone."""
        seat.acked = seat.acked_seen = self.tick
        seat.acked_at = now
        seat.news = seat.tell_channels = True
        seat.overflowed = False
        seat.sent = -1
        events = seat.events
        if isinstance(message, TakeSeat) or not seat.in_game:
            seat.event_sent = max(events.acked, events.lost)
            return "fresh", events.lost_since(events.acked)
        events.ack(message.event)
        lost = events.lost_since(message.event)
        seat.event_sent = max(min(message.event, events.last), events.lost)
        reaches = message.epoch == self.epoch and self.tick - HISTORY_TICKS <= message.tick <= self.tick
        if not reaches or message.tick < 0 or lost or self.state is SessionState.ENDED:
            return "resync", lost
        seat.sent = message.tick
        return "resumed", 0

    def dropped(self, seat: Seat, now: float) -> None:
        """The seat's connection is lost."""
        if seat.state is not SeatState.CONNECTED:
            return
        seat.apply(SeatEvent.DROP, now)
        assert seat.deadline is not None
        self._stimuli.append((None, Drop(seat)))
        self._look_again(seat.deadline)

    def leave(self, seat: Seat, now: float, reason: str = "left") -> None:
        """The player gives the seat up, or is removed (``kicked``): for good, without grace."""
        if seat.state not in (SeatState.LEFT, SeatState.EXPIRED):
            seat.apply(SeatEvent.LEAVE, now)
            self._stimuli.append((None, Gone(seat, reason)))

    # --- from clients -----------------------------------------------------------------------------------------------

    def input(self, seat: Seat, message: Input) -> Refusal | None:
        """Queues an input for the next step. One that was received before (a resend) is ignored."""
        seq = message.seq
        # A tick that was not sent here is no acknowledgement: an action sent again has seen what it had seen then.
        if seat.acked < message.tick <= seat.sent:
            seat.acked = message.tick
        if seq <= seat.received:
            return None
        if seat.pending >= self.settings.inputs_pending_max:
            return Refusal(CloseCode.TOO_FAST, f"more than {self.settings.inputs_pending_max} inputs wait for a step")
        seat.received = seq
        seat.pending += 1
        self._stimuli.append((seat, message))
        return None

    def ack(self, seat: Seat, epoch: int, tick: int, event: int) -> Refusal | None:
        """The client has applied everything up to there. An older epoch's acknowledgement is ignored."""
        if epoch != self.epoch:
            return None
        if tick > seat.sent or event > seat.event_sent:
            return Refusal(CloseCode.UNEXPECTED, "an acknowledgement of what was never sent")
        if tick > seat.acked:
            seat.acked = tick
        seat.events.ack(event)
        return None

    def answered(self, answer: Answer) -> None:
        """The outside has answered the game."""
        self._stimuli.append((None, answer))

    # --- steps ------------------------------------------------------------------------------------------------------

    def step(self, now: float) -> Step:
        """Makes one step. Raises whatever the game's code raises: call :meth:`fail` then.

        The tick number has gone up by one, and :attr:`durable_tick` has not: commit, then say :meth:`committed`.
        """
        assert self.state is not SessionState.ENDED
        step = self._step = Step()
        if self._next_due is not None and now >= self._next_due:
            self._expire(now)
        self.tick += 1
        game = self.game
        game.open(self.tick, self.now_ms)
        if self._next_due is not None and self.tick % self.settings.tick_hz == 0:  # once a second
            self._keep_countdowns_true(now)
        stimuli, self._stimuli = self._stimuli, []
        for seat, item in stimuli:
            if seat is None:
                self._apply(item, step, now)
            elif seat.in_game:
                self._apply_input(seat, item)
        if self.state is SessionState.WAITING:
            self._start_or_cancel(now)
        if not game.finished and self.ended is None:
            game.advance(self.state is SessionState.RUNNING)
        game.close()
        for index, kind, fields in game.take_events():
            self._event(index, kind, fields)
        step.asks = game.take_asks()
        self._watch_ends(step, now)
        return step

    def _apply_input(self, seat: Seat, message: Input) -> None:
        seat.pending -= 1
        refused = self.game.input(seat.index, message)
        seat.applied = message.seq
        if refused is not None:
            self._event(seat.index, BuiltinEvent.REFUSED, [message.seq, refused])

    def _apply(self, item: Stimulus, step: Step, now: float) -> None:
        match item:
            case Join(seat):
                seat.in_game = True
                self.game.join(seat.index, seat.player_id, seat.name, seat.bot)
            case Drop(seat):
                left_s = 0.0 if seat.deadline is None else seat.deadline - now
                seat.away_until_ms = self.now_ms + round(left_s * 1000)
                self.game.drop(seat.index, seat.away_until_ms)
            case Return(seat):
                seat.away_until_ms = 0
                self.game.come_back(seat.index)
            case Gone(seat, reason):
                if seat.in_game:
                    seat.in_game = False
                    self.game.leave(seat.index, reason)
                if self.seats[seat.index] is seat:
                    self.seats[seat.index] = None
                step.freed.append(seat)
            case Answer():
                self.game.answer(item)
            case _:
                assert_never(item)

    def _event(self, index: int, kind: int, fields: list[Any]) -> None:
        seat = self.seats[index]
        if seat is None:
            return
        data = encode(fields)  # here, where what cannot be sent is the game's error, and ends its session alone
        if not seat.events.append((self.tick, kind, Raw(data)), 16 + len(data)) and seat.event_sent < seat.events.lost:
            seat.overflowed = True  # an event went that was never sent: only a resume can tell that
        seat.news = True

    def _start_or_cancel(self, now: float) -> None:
        if self.connected >= self.settings.seats_min:
            self.state = SessionState.RUNNING
            self.game.start()
            return
        patience_s = self.settings.start_after_s + (self.settings.reserved_s if self.waits_for_bots else 0.0)
        if now >= self.created_at + patience_s:
            self.ended = Ended(CloseCode.CANCELLED, "not enough players came", None)

    waits_for_bots = False
    """The shell fills this session with bots if players are missing: these get the time of a reservation to come."""

    def wants_bots(self, now: float) -> int:
        """How many players are missing for a start that should have happened by now."""
        if self.state is not SessionState.WAITING or now < self.created_at + self.settings.start_after_s:
            return 0
        return max(0, self.settings.seats_min - sum(1 for _ in self.seated())) if self.connected else 0

    def _watch_ends(self, step: Step, now: float) -> None:
        game = self.game
        if game.finished:
            self.ended = Ended(CloseCode.ENDED, "the session has ended", game.result)
        elif self.ended is None and not any(self.seats):
            self.ended = Ended(CloseCode.ENDED, "everybody has left", None)
        if self.ended is not None:
            self.state = SessionState.ENDED
            self._ended_at = now
            step.ended = self.ended
            for seat in self.seated():
                self._event(seat.index, BuiltinEvent.ENDED, [self.ended.result or {}, self.ended.reason])

    def fail(self) -> Step:
        """The game raised: the session ends here. Players keep the state of the last whole step."""
        self.state = SessionState.ENDED
        self.ended = Ended(CloseCode.GAME_FAILED, "the game raised an error", None)
        return Step(freed=self._step.freed, ended=self.ended)

    def committed(self, tick: int) -> None:
        """The journal has everything up to that tick."""
        self.durable_tick = tick

    def passes(self) -> list[tuple[Seat, bytes]]:
        """What each connected seat gets now: the message, unframed. Seats that get the same share the object."""
        return self._passes.build()

    # --- time -------------------------------------------------------------------------------------------------------

    def _look_again(self, at: float) -> None:
        if self._next_due is None or at < self._next_due:
            self._next_due = at

    def _expire(self, now: float) -> None:
        self._next_due = None
        for seat in self.seated():
            if seat.deadline is None:
                continue
            if now >= seat.deadline:
                seat.apply(SeatEvent.EXPIRE, now)
                self._stimuli.append((None, Gone(seat, "expired")))
            else:
                self._look_again(seat.deadline)

    def _keep_countdowns_true(self, now: float) -> None:
        """Session time falls behind when ticks are skipped: then an absence ends earlier than others were told."""
        for seat in self.seated():
            if seat.state is SeatState.AWAY and seat.away_until_ms and seat.deadline is not None:
                until_ms = self.now_ms + round((seat.deadline - now) * 1000)
                if abs(until_ms - seat.away_until_ms) > COUNTDOWN_OFF_MS_MAX:
                    seat.away_until_ms = until_ms
                    self.game.away_until(seat.index, until_ms)

    def linger(self, now: float) -> bool:
        """For a session that has ended: true while a player may still come back for the result.

        Also one who was connected at the end: the connection may have been broken, and nobody had noticed.
        """
        return any(
            now < (self._ended_at + seat.grace_s if seat.deadline is None else seat.deadline) for seat in self.seated()
        )

    def missed_the_end(self, seat: Seat) -> bool:
        """True if a connected player was too far behind to be sent the last state and the result."""
        return seat.state is SeatState.CONNECTED and seat.sent < self.tick

    def sweep(self, now: float) -> list[tuple[Seat, Refusal]]:
        """About once a second: connections that acknowledge nothing any more are to be closed."""
        slow = []
        for seat in self.seated():
            if seat.state is not SeatState.CONNECTED:
                continue
            if seat.overflowed:
                slow.append((seat, Refusal(CloseCode.TOO_SLOW, "events were lost while the client was behind")))
            elif seat.acked > seat.acked_seen or seat.sent <= seat.acked:
                seat.acked_seen, seat.acked_at = seat.acked, now
            elif now - seat.acked_at >= self.settings.ack_deadline_s:
                reason = f"nothing was acknowledged for {self.settings.ack_deadline_s:g} s"
                slow.append((seat, Refusal(CloseCode.TOO_SLOW, reason)))
        return slow
