"""A session: a running game, its seats, and everything that must stay in order between them.

Everything from outside is a *stimulus*: an input, a player who joins, drops, returns or leaves, an answer to what the
game asked, a backend's signal. Stimuli are applied only at the start of a step, in the order of their arrival; then
the timers that are due fire, then a tick is made. The shell commits the step to the journal, says so with
:meth:`SessionCore.committed`, and only then collects what each seat gets with :meth:`SessionCore.passes`.

A session that waits for players makes steps too, so that those who are there see each other; ``tick`` begins when the
least number of seats is connected.

A turn-based session consumes one stimulus a step, and makes a step only when there is something to do:
:meth:`SessionCore.next_step_at` says when. Its session time is the time that has passed, not a count of ticks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from msgspec import Raw

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SeatIndex, SessionId, Token
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import BuiltinEvent, Resume, Seated, TakeSeat

from .catch_up import catch_up
from .game_like import Answer, GameLike
from .orders import Denial, Order
from .passes import Passes
from .seat import Seat, SeatEvent, SeatState
from .seating import Seating
from .session_terms import Ended, Refusal, SessionSettings, SessionState, Step, Taken, Watching
from .spectators import Spectator, Spectators
from .start import Start, Starts
from .stimuli import Drop, Gone, Join, Look, Replaced, Return, Signal, Stimulus
from .tokens import NewToken

__all__ = ["Ended", "Refusal", "SessionCore", "SessionSettings", "SessionState", "Step", "Taken", "Watching"]

COUNTDOWN_OFF_MS_MAX = 250
"""How far the countdown that others see may be off before it is corrected."""
_NO_ORDER = Order()


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
        order: Order = _NO_ORDER,
        epoch: int = 1,
    ) -> None:
        """Raises what the game's ``created`` raises; ``OptionsRefused`` if it does not want these options."""
        self.id = session_id
        self.game = game
        self.settings = settings
        self.order = order
        self.epoch = epoch
        self.tick = 0
        self.now_ms = 0
        """Session time, as of the last step."""
        self.durable_tick = 0
        self.state = SessionState.WAITING
        self.started_ms: int | None = None
        """Session time of the start."""
        self.ended: Ended | None = None
        self.seating = Seating(settings, new_token, order.leader)
        self.seats = self.seating.seats
        self.start = Start(settings, self.seating, now, order.patience_s)
        self.spectators = Spectators(settings, new_token)
        self.created_at = now
        self.row_changed = True
        """What lists show of it is new; whoever reads it sets it back."""
        self._row_seen: tuple[bool, Any] = (False, None)
        self._schema = schema
        self._schema_hash = schema_hash
        self._stimuli: list[tuple[Seat | None, Any]] = []
        self._passes = Passes(settings, self)
        self._step = Step()
        """The one that is being made, or was made last."""
        self._ended_at = now
        if order.meta:
            game.set_meta(order.meta)
        game.create(dict(order.options))

    # --- what there is to see ---------------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """Nobody else is seated: by the game's will, the leader's, an operator's or a backend's."""
        return self.game.locked or self.seating.locked

    @property
    def free_seats(self) -> int:
        """How many more players can be seated."""
        if self.state is SessionState.ENDED or self.locked:
            return 0
        return self.seating.free

    def seated(self) -> Iterator[Seat]:
        """All seats that somebody has, reserved ones included, in order."""
        return iter(self.seating)

    @property
    def connected(self) -> int:
        """How many seats have a connection."""
        return sum(seat.state is SeatState.CONNECTED for seat in self.seating)

    # --- seats ------------------------------------------------------------------------------------------------------

    def reserve(
        self, player_id: PlayerId, name: str, now: float, *, bot: bool = False, keep_s: float | None = None
    ) -> tuple[SeatIndex, Token] | Denial:
        """Keeps the first free seat for a player, for a while; gives it, and the token that takes it."""
        if self.state is SessionState.ENDED:
            return Denial("unknown", "the session has ended")
        if self.locked:
            return Denial("locked", "the session takes nobody else")
        reserved = self.seating.reserve(player_id, name, now, bot=bot, keep_s=keep_s)
        if isinstance(reserved, Denial):
            return reserved
        self.row_changed = True
        return SeatIndex(reserved[0].index), reserved[1]

    def take(self, message: TakeSeat | Resume, now: float) -> Taken | Watching | Refusal:
        """A connection's first frame. Unknown, expired and stolen tokens are all answered alike."""
        if message.version < PROTOCOL_VERSION:
            return Refusal(CloseCode.UPDATE, f"this server speaks version {PROTOCOL_VERSION}")
        redeemed = self.seating.redeem(message.token, now)
        if redeemed is None:
            return self._watch(message, now)
        seat, token = redeemed
        before = seat.state
        if self.ended is not None and before is SeatState.RESERVED:
            return Refusal(self.ended.code, self.ended.reason)  # it was not in the game: there is nothing to tell it
        seat.apply(SeatEvent.TAKE, now)
        if before is SeatState.RESERVED:
            self._stimuli.append((None, Join(seat)))
        elif before is SeatState.AWAY:
            self._stimuli.append((None, Return(seat)))
        else:
            self._stimuli.append((None, Replaced(seat)))
        over = self.state is SessionState.ENDED
        outcome, lost = catch_up(seat, message, now, epoch=self.epoch, tick=self.tick, over=over)
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

    def dropped(self, seat: Seat, now: float) -> None:
        """The seat's connection is lost."""
        if seat.state is not SeatState.CONNECTED:
            return
        seat.apply(SeatEvent.DROP, now)
        assert seat.deadline is not None
        self._stimuli.append((None, Drop(seat)))
        self.seating.look_again(seat.deadline)

    def leave(self, seat: Seat, now: float, reason: str = "left") -> None:
        """The player gives the seat up, or is removed (``kicked``, and does not come back): without grace."""
        if seat.state in (SeatState.LEFT, SeatState.EXPIRED):
            return
        if reason == "kicked":
            self.seating.banned.add(seat.player_id)
        seat.apply(SeatEvent.LEAVE, now)
        self._stimuli.append((None, Gone(seat, reason)))

    # --- spectators -------------------------------------------------------------------------------------------------

    def _watch(self, message: TakeSeat | Resume, now: float) -> Watching | Refusal:
        redeemed = self.spectators.redeem(message.token, now)
        if redeemed is None:
            return Refusal(CloseCode.UNKNOWN, "unknown session or token")
        if self.ended is not None:
            return Refusal(self.ended.code, self.ended.reason)
        spectator, token = redeemed
        takes_over = spectator.connected
        outcome = "fresh" if isinstance(message, TakeSeat) else "resync"
        schema = None if message.schema == self._schema_hash else self._schema
        seated = Seated(
            self.id, token, -1, spectator.player_id, self.epoch, outcome, 0, 0, 0, self._schema_hash, schema
        )
        passes = self.spectators.come(spectator, now)
        if not passes:
            self._show()
        return Watching(spectator, seated, passes, takes_over)

    def spectated(self, now: float) -> list[tuple[Spectator, bytes]]:
        """What spectators are to be sent now: call it after :meth:`passes`, and when ``spectators.next_due`` comes."""
        step = self._passes.take_common()
        if step is not None:
            self.spectators.record(now, self.tick, step, self._passes.key)
        return self.spectators.due(now)

    def _show(self) -> None:
        """Somebody is to be sent the state: with the next tick, or with a step made for it."""
        if self.settings.turn_based:
            self._stimuli.append((None, Look()))

    # --- from clients and backends ----------------------------------------------------------------------------------

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

    def signalled(self, name: str, data: Any) -> None:
        """A backend tells the game something."""
        self._stimuli.append((None, Signal(name, data)))

    def describe(self, meta: Mapping[str, Any]) -> None:
        """Other metadata, whole. Raises ``ValueError`` for what metadata cannot be."""
        self.game.set_meta(meta)
        self.row_changed = True

    def set_locked(self, locked: bool) -> None:
        """The leader's lock, beside the game's own."""
        self.seating.locked = locked
        self.row_changed = True

    # --- steps ------------------------------------------------------------------------------------------------------

    @property
    def stimuli_waiting(self) -> int:
        """How many stimuli the next steps have to consume."""
        return len(self._stimuli)

    def next_step_at(self) -> float | None:
        """Of a turn-based session: when its next step is due (at once: a time long past); ``None``: not by itself."""
        if self._stimuli:
            return self.created_at
        dues = [self.seating.deadline]
        timer_ms = self.game.next_timer_ms
        if timer_ms is not None:
            dues.append(self.created_at + timer_ms / 1000)
        if self.state is SessionState.WAITING:
            dues += self.start.dues
        elif self.started_ms is not None and self.settings.max_duration_s is not None:
            dues.append(self.created_at + self.started_ms / 1000 + self.settings.max_duration_s)
        return min((due for due in dues if due is not None), default=None)

    def step(self, now: float) -> Step:
        """Makes one step. Raises whatever the game's code raises: call :meth:`fail` then.

        The tick number has gone up by one, and :attr:`durable_tick` has not: commit, then say :meth:`committed`.
        """
        assert self.state is not SessionState.ENDED
        step = self._step = Step()
        for over in self.seating.expire(now):
            self._stimuli.append((None, Gone(over, "expired")))
        self.tick += 1
        game = self.game
        hz = self.settings.tick_hz
        if hz:
            self.now_ms = round(self.tick * 1000 / hz)
            stimuli, self._stimuli = self._stimuli, []
        else:
            self.now_ms = max(self.now_ms, round((now - self.created_at) * 1000))
            stimuli = self._stimuli[:1]
            del self._stimuli[:1]
        game.open(self.tick, self.now_ms)
        if hz and self.seating.next_due is not None and self.tick % hz == 0:  # once a second
            self._keep_countdowns_true(now)
        for seat, item in stimuli:
            if seat is None:
                self._apply(item, step, now)
            elif seat.in_game:
                self._apply_input(seat, item)
        if self.ended is not None:
            pass  # somebody outside has ended it
        elif self.state is SessionState.WAITING:
            self._start_or_cancel(now)
        elif self.settings.max_duration_s is not None:
            self._watch_time()
        if not game.finished and self.ended is None:
            game.advance(self.state is SessionState.RUNNING and hz > 0)
        game.close()
        for index, kind, fields in game.take_events():
            self._event(index, kind, fields)
        self._follow_game(step, now)
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
            case Replaced(seat):
                if seat.in_game:
                    self.game.let_go(seat.index)
            case Gone(seat, reason):
                if seat.in_game:
                    seat.in_game = False
                    self.game.leave(seat.index, reason)
                self.seating.free_up(seat, reason)
                self.row_changed = True
                step.freed.append(seat)
            case Answer():
                self.game.answer(item)
            case Signal(name, data):
                self.game.signal(name, data)
            case Look():
                pass
            case _:
                assert_never(item)

    def _event(self, index: int, kind: int, fields: list[Any]) -> None:
        seat = self.seats[index]
        if seat is None:
            return
        data = encode(fields)  # here, where what cannot be sent is the game's error, and ends its session alone
        kept = seat.events.append((self.tick, kind, Raw(data)), 16 + len(data), spare=seat.coming_in)
        if not kept and seat.event_sent < seat.events.lost:
            seat.overflowed = True  # an event went that was never sent: only a resume can tell that
        seat.news = True

    def _follow_game(self, step: Step, now: float) -> None:
        """What the game wanted in this step besides its state."""
        game = self.game
        step.asks = game.take_asks()
        for index in game.take_kicked():
            kicked = self.seats[index]
            if kicked is not None:
                self.leave(kicked, now, "kicked")
        seen = self._row_seen
        if seen[0] is not game.locked or seen[1] is not game.meta:
            self._row_seen = (game.locked, game.meta)
            self.row_changed = True

    # --- its beginning ----------------------------------------------------------------------------------------------

    def _start_or_cancel(self, now: float) -> None:
        match self.start.decide(now):
            case Starts.NOW:
                self.state = SessionState.RUNNING
                self.started_ms = self.now_ms
                self.row_changed = self._step.started = True
                self.game.start()
            case Starts.NEVER:
                self.ended = Ended(CloseCode.CANCELLED, "not enough players came", None)
            case Starts.NOT_YET:
                pass

    def wants_bots(self, now: float) -> int:
        """How many players are missing for a start that should have happened by now."""
        return self.start.wants_bots(now) if self.state is SessionState.WAITING else 0

    # --- its end ----------------------------------------------------------------------------------------------------

    def _watch_time(self) -> None:
        assert self.started_ms is not None
        assert self.settings.max_duration_s is not None
        if self.now_ms - self.started_ms >= round(self.settings.max_duration_s * 1000) and not self.game.finished:
            self.game.time_up()
            if not self.game.finished:
                self.ended = Ended(CloseCode.ENDED, "the time is up", None)

    def end(self, reason: str) -> None:
        """An operator or a backend ends it, with the next step."""
        if self.ended is None:
            self.ended = Ended(CloseCode.ENDED, reason, None)
            self._show()

    def _watch_ends(self, step: Step, now: float) -> None:
        game = self.game
        if game.finished:
            self.ended = Ended(CloseCode.ENDED, "the session has ended", game.result)
        elif self.ended is None and self.settings.dispose_when_empty and self.seating.deserted:
            self.ended = Ended(CloseCode.ENDED, "everybody has left", None)
        if self.ended is not None:
            self.state = SessionState.ENDED
            self._ended_at = now
            self.row_changed = True
            step.ended = self.ended
            for seat in self.seating:
                self._event(seat.index, BuiltinEvent.ENDED, [self.ended.result or {}, self.ended.reason])

    def fail(self) -> Step:
        """The game raised: the session ends here. Players keep the state of the last whole step."""
        self.state = SessionState.ENDED
        self.row_changed = True
        self.ended = Ended(CloseCode.GAME_FAILED, "the game raised an error", None)
        return Step(freed=self._step.freed, ended=self.ended)

    def linger(self, now: float) -> bool:
        """For a session that has ended: true while a player may still come back for the result."""
        return self.seating.lingers(self._ended_at, now)

    def missed_the_end(self, seat: Seat) -> bool:
        """True if a connected player was too far behind to be sent the last state and the result."""
        return seat.state is SeatState.CONNECTED and seat.sent < self.tick

    # --- after a step -----------------------------------------------------------------------------------------------

    def committed(self, tick: int) -> None:
        """The journal has everything up to that tick."""
        self.durable_tick = tick

    def passes(self) -> list[tuple[Seat, bytes]]:
        """What each connected seat gets now: the message, unframed. Seats that get the same share the object."""
        return self._passes.build()

    def _keep_countdowns_true(self, now: float) -> None:
        """Session time falls behind when ticks are skipped: then an absence ends earlier than others were told."""
        for seat in self.seating:
            if seat.state is SeatState.AWAY and seat.away_until_ms and seat.deadline is not None:
                until_ms = self.now_ms + round((seat.deadline - now) * 1000)
                if abs(until_ms - seat.away_until_ms) > COUNTDOWN_OFF_MS_MAX:
                    seat.away_until_ms = until_ms
                    self.game.away_until(seat.index, until_ms)

    def sweep(self, now: float) -> list[tuple[Seat, Refusal]]:
        """About once a second: connections that acknowledge nothing any more are to be closed."""
        return self.seating.slow(now)
