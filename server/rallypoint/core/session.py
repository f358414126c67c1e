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
from dataclasses import replace
from typing import Any

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId, SeatIndex, SessionId, Token
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import Resume, TakeSeat

from .apply import COUNTDOWN_OFF_MS_MAX, apply, apply_input, keep_countdowns_true
from .course import start_or_cancel, watch_ends, watch_time
from .entrance import Entrance
from .game_like import Answer, GameLike
from .input_buffer import InputBuffer
from .match_teams import info_of, match_with
from .orders import Denial, Order
from .passes import Passes
from .restoring import put_back
from .seat import Seat, SeatEvent, SeatState
from .seating import Seating
from .session_image import SessionImage
from .session_keeper import SessionKeeper, image_of
from .session_pause import Pause, absence, go_on, put_input, stepped_to
from .session_terms import Ended, Refusal, SessionSettings, SessionState, Step, Taken, Watching
from .spectators import Spectator, Spectators
from .start import Start
from .stimuli import Drop, Gone, Look, Recovered, Signal
from .tokens import NewToken
from .wishes import follow_game, tell

__all__ = [
    "COUNTDOWN_OFF_MS_MAX",
    "Ended",
    "Refusal",
    "SessionCore",
    "SessionSettings",
    "SessionState",
    "Step",
    "Taken",
    "Watching",
]

_NO_ORDER = Order()
_PATIENCE = 8
"""So many times as many inputs may wait as otherwise, while a recovered session makes no steps."""


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
        keep: bool = False,
        image: SessionImage | None = None,
    ) -> None:
        """``keep``: collects what a journal needs. ``image``: see :meth:`restored`, which is what to call.

        Raises what the game's ``created`` raises; ``OptionsRefused`` if it does not want these options.
        """
        self.id = session_id
        self.game = game
        self.settings = settings
        self.order = order if image is None else image.order
        self.epoch = 1 if image is None else image.epoch + 1
        self.tick = 0
        self.now_ms = 0
        """Session time, as of the last step."""
        self.durable_tick = 0
        self.state = SessionState.WAITING
        self.started_ms: int | None = None
        """Session time of the start."""
        self.ended: Ended | None = None
        self.paused: Pause | None = None
        """An operator has paused it; ``None``: nobody has."""
        self._patient = False
        """What waits has piled up while it was paused."""
        self.seating = Seating(settings, new_token, self.order.leader)
        self.seats = self.seating.seats
        self.start = Start(settings, self.seating, now, self.order.patience_s)
        self.spectators = Spectators(settings, new_token)
        self.created_at = now
        self.row_changed = True
        """What lists show of it is new; whoever reads it sets it back."""
        self.row_seen: tuple[bool, Any, bool] = (False, None, False)
        self.backfill_since = now
        """Since when the game wants players in free seats, if it does; after a recovery, since its first step."""
        self.entrance = Entrance(self, schema, schema_hash)
        self.stimuli: list[tuple[Seat | None, Any]] = []
        """What has reached the session, and waits for its steps; with a seat: an input of it."""
        self.input_buffer = InputBuffer() if settings.input_buffer_ticks else None
        """Inputs that wait for a later step than the next."""
        self.signals = 0
        """How many signals have reached it."""
        self._passes = Passes(settings, self)
        self._step = Step()
        """The one that is being made, or was made last."""
        self.ended_at = now
        self.keeper: SessionKeeper | None = None
        if image is None:
            if order.match is not None:
                game.match = info_of(order.match)
            if order.meta:
                game.set_meta(order.meta)
            game.create(dict(order.options))
            if keep:
                self.start_keeping()

    @classmethod
    def restored(
        cls,
        image: SessionImage,
        game: GameLike,
        settings: SessionSettings,
        *,
        schema: bytes,
        schema_hash: bytes,
        new_token: NewToken,
        shift_s: float,
        keep: bool,
    ) -> SessionCore:
        """The session goes on from its image, in a new epoch; ``game`` is restored already.

        ``shift_s``: how long nobody was there, by which all its times move. Its seats are as they were: whoever was
        connected is :meth:`missing` until they come back.
        """
        id_, now = SessionId(image.id), image.standing.created_at + shift_s
        core = cls(
            id_, game, settings, schema=schema, schema_hash=schema_hash, new_token=new_token, now=now, image=image
        )
        put_back(core, image, shift_s)
        core._patient = core.paused is not None
        if keep:
            core.start_keeping()
        return core

    # --- what there is to see ---------------------------------------------------------------------------------------

    @property
    def locked(self) -> bool:
        """Nobody else is seated: by the game's will, the leader's, an operator's or a backend's."""
        return self.game.locked or self.seating.locked

    @property
    def free_seats(self) -> int:
        """How many more players can be seated."""
        if self.state is SessionState.ENDED or self.locked or self.paused is not None:
            return 0
        return self.seating.free

    @property
    def backfill(self) -> bool:
        """Its queue may send players for free seats."""
        return self.game.backfill and self.order.match is not None and self.free_seats > 0

    def seated(self) -> Iterator[Seat]:
        """All seats that somebody has, reserved ones included, in order."""
        return iter(self.seating)

    def missing(self) -> list[Seat]:
        """Seats that were connected before the server was away, and that nobody has come back to."""
        return [seat for seat in self.entrance.missing.values() if seat.state is SeatState.CONNECTED]

    @property
    def connected(self) -> int:
        """How many seats have a connection."""
        return sum(seat.state is SeatState.CONNECTED for seat in self.seating)

    # --- seats ------------------------------------------------------------------------------------------------------

    def reserve(
        self,
        player_id: PlayerId,
        name: str,
        now: float,
        *,
        bot: bool = False,
        keep_s: float | None = None,
        team: int | None = None,
    ) -> tuple[SeatIndex, Token] | Denial:
        """Keeps the first free seat for a player, for a while; gives it, and the token that takes it.

        ``team``: of a player who is not in the session's match yet (a backfill); who is needs none. A bot without one
        plays in the first team that lacks somebody.
        """
        if self.state is SessionState.ENDED:
            return Denial("unknown", "the session has ended")
        if self.locked:
            return Denial("locked", "the session takes nobody else")
        reserved = self.seating.reserve(player_id, name, self.clock(now), bot=bot, keep_s=keep_s)
        if isinstance(reserved, Denial):
            return reserved
        match = match_with(self.order.match, self.seating, reserved[0], team)
        if match is not self.order.match:
            self.order = replace(self.order, match=match)
        self.row_changed = True
        return SeatIndex(reserved[0].index), reserved[1]

    def take(self, message: TakeSeat | Resume, now: float) -> Taken | Watching | Refusal:
        """A connection's first frame. Unknown, expired and stolen tokens are all answered alike."""
        return self.entrance.take(message, now)

    def dropped(self, seat: Seat, now: float) -> None:
        """The seat's connection is lost."""
        if seat.state is not SeatState.CONNECTED:
            return
        seat.apply(SeatEvent.DROP, self.clock(now))
        self.seating.touch(seat)
        assert seat.deadline is not None
        self.wait_no_more(seat)
        if self.paused is None:
            self.stimuli.append((None, Drop(seat)))
        else:
            absence(self, seat)
        self.seating.look_again(seat.deadline)

    def leave(self, seat: Seat, now: float, reason: str = "left") -> None:
        """The player gives the seat up, or is removed (``kicked``, and does not come back): without grace."""
        if seat.state in (SeatState.LEFT, SeatState.EXPIRED):
            return
        if reason == "kicked":
            self.seating.banned[seat.player_id] = None
        seat.apply(SeatEvent.LEAVE, self.clock(now))
        seat.reason = reason
        self.seating.touch(seat)
        self.wait_no_more(seat)
        self.stimuli.append((None, Gone(seat, reason)))

    def proved(self, seat: Seat, digest: bytes) -> None:
        """The client has shown that it has the token of that hash: older ones end."""
        seat.tokens.proved(digest)
        self.seating.touch(seat)

    # --- spectators -------------------------------------------------------------------------------------------------

    def spectated(self, now: float) -> list[tuple[Spectator, bytes]]:
        """What spectators are to be sent now: call it after :meth:`passes`, and when ``spectators.next_due`` comes."""
        step = self._passes.take_common()
        if step is not None:
            self.spectators.record(now, self.tick, step, self._passes.key)
        return self.spectators.due(now)

    def show(self) -> None:
        """Somebody is to be sent the state: with the next tick, or with a step made for it."""
        if self.settings.turn_based and self.paused is None:
            self.stimuli.append((None, Look()))

    def show_now(self, spectator: Spectator, now: float) -> list[bytes]:
        """Somebody watches, and has seen nothing: what is to be sent at once. If steps are made, the next shows all."""
        if self.paused is None:
            self.show()
        elif not self.settings.turn_based or self.durable_tick == self.tick:  # else a turn that may un-happen is sent
            return self.spectators.show(spectator, now, self.tick, self._passes.key_now)
        return []

    def shown(self, seat: Seat) -> bytes | None:
        """What a player is to be sent who has come to a paused session; ``None``: it comes with a step."""
        return None if self.paused is None else self._passes.show(seat)

    # --- from clients and backends ----------------------------------------------------------------------------------

    def input(self, seat: Seat, message: Input) -> Refusal | None:
        """Queues an input for the next step, or the one that it is meant for. A resend of a received one is ignored."""
        seq = message.seq
        # A tick that was not sent here is no acknowledgement: an action sent again has seen what it had seen then.
        if seat.acked < message.tick <= seat.sent:
            seat.acked = message.tick
        if seq <= seat.received:
            return None
        if self.paused is not None:
            seat.received = seq
            put_input(self, seat, message)
            return None
        if seat.pending >= self.settings.inputs_pending_max * (_PATIENCE if self._waits or self._patient else 1):
            return Refusal(CloseCode.TOO_FAST, f"more than {self.settings.inputs_pending_max} inputs wait for a step")
        seat.received = seq
        seat.pending += 1
        if self.input_buffer is None or not self._buffered(self.input_buffer, seat, message):
            self.stimuli.append((seat, message))
        return None

    def _buffered(self, buffer: InputBuffer, seat: Seat, message: Input) -> bool:
        """True if the input waits for a later step than the next: only those of players who are here do."""
        if not seat.in_game or seat.state is not SeatState.CONNECTED:
            return False
        if self._waits and seat.pending > self.settings.inputs_pending_max // 2:
            self.wait_no_more(seat)  # for seconds nothing was applied: there has to be room when steps are made again
            return False
        return buffer.put(seat, message, self.tick + 1, self.game.input_buffer_ticks(seat.index))

    def wait_no_more(self, seat: Seat) -> None:
        """The player's connection is lost or replaced, or the seat given up: what waits comes before that."""
        if self.input_buffer is not None:
            self.stimuli += self.input_buffer.take_of(seat, self.tick + 1)

    @property
    def _waits(self) -> bool:
        """Recovered, and no step was made since: the others are waited for."""
        return bool(self.stimuli) and isinstance(self.stimuli[0][1], Recovered)

    def ack(self, seat: Seat, epoch: int, tick: int, event: int) -> Refusal | None:
        """The client has applied everything up to there. An older epoch's acknowledgement is ignored."""
        if epoch != self.epoch:
            return None
        if tick > seat.sent or event > seat.event_sent:
            return Refusal(CloseCode.UNEXPECTED, "an acknowledgement of what was never sent")
        if tick > seat.acked:
            seat.acked = tick
        if event > seat.events.acked:
            seat.events.ack(event)
            if self.keeper is not None:
                self.keeper.acks[seat.index] = None
        return None

    def answered(self, answer: Answer) -> None:
        """The outside has answered the game."""
        self.stimuli.append((None, answer))

    def signalled(self, name: str, data: Any) -> None:
        """A backend tells the game something."""
        self.signals += 1
        self.stimuli.append((None, Signal(name, data, self.signals)))
        if self.keeper is not None:
            self.keeper.signals.append((self.signals, name, data))
            self.keeper.news = True

    def describe(self, meta: Mapping[str, Any]) -> None:
        """Other metadata, whole. Raises ``ValueError`` for what metadata cannot be."""
        self.game.set_meta(meta)
        self.row_changed = True
        self.note("meta", self.game.meta)
        self._tell_keeper()

    def set_locked(self, locked: bool) -> None:
        """The leader's lock, beside the game's own."""
        self.seating.locked = locked
        self.row_changed = True
        self._tell_keeper()

    # --- paused -----------------------------------------------------------------------------------------------------

    def clock(self, now: float) -> float:
        """The present, as far as the session's own time goes: while it is paused, that stands still."""
        return now if self.paused is None else self.paused.at

    def pause(self, now: float, by: str, reason: str, since_at: float) -> None:
        """No steps by itself from now on. If it is paused already, nothing changes. See :mod:`.session_pause`."""
        if self.paused is None and self.state is not SessionState.ENDED:
            self.paused = Pause(now, since_at, by, reason)
            self._patient = True
            self.row_changed = True
            self._tell_keeper()

    def resume(self, now: float) -> None:
        """It goes on. If it is not paused, nothing changes."""
        if self.paused is not None:
            go_on(self, now)
            self.row_changed = True
            self._tell_keeper()

    # --- steps ------------------------------------------------------------------------------------------------------

    @property
    def stimuli_waiting(self) -> int:
        """How many stimuli the next steps have to consume."""
        return len(self.stimuli)

    def next_step_at(self) -> float | None:
        """Of a turn-based session: when its next step is due (at once: a time long past); ``None``: not by itself."""
        if self.stimuli:
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
        A paused session's time stands where this step is, then.
        """
        assert self.state is not SessionState.ENDED
        if self.paused is None:
            self._make(now)
            self._patient = self._patient and bool(self.stimuli)
            return self._step
        at = stepped_to(self, self.paused.at)
        self.paused = replace(self.paused, at=at)
        self._make(at)
        if self._step.ended is not None:  # from now on it is about its players' time
            go_on(self, now)
        return self._step

    def _make(self, now: float) -> None:
        step = self._step = Step()
        for over in self.seating.expire(now):
            self.stimuli.append((None, Gone(over, "expired")))
        self.tick += 1
        game = self.game
        hz = self.settings.tick_hz
        if hz:
            self.now_ms = round(self.tick * 1000 / hz)
            stimuli, self.stimuli = self.stimuli, []
            if self.input_buffer is not None:
                stimuli = [*self.input_buffer.take(self.tick), *stimuli]  # they came before all others
        else:
            self.now_ms = max(self.now_ms, round((now - self.created_at) * 1000))
            stimuli = self.stimuli[:1]
            del self.stimuli[:1]
        game.open(self.tick, self.now_ms)
        if hz and self.seating.next_due is not None and self.tick % hz == 0:  # once a second
            keep_countdowns_true(self, now)
        keeper = self.keeper
        for seat, item in stimuli:
            if seat is None:
                apply(self, item, step, now)
            elif seat.in_game:
                if keeper is not None:
                    keeper.ops.append((seat.index, item))
                apply_input(self, seat, item)
        if self.ended is not None:
            pass  # somebody outside has ended it
        elif self.state is SessionState.WAITING:
            start_or_cancel(self, step, now)
        elif self.settings.max_duration_s is not None:
            watch_time(self)
        if not game.finished and self.ended is None:
            run = self.state is SessionState.RUNNING and hz > 0
            if keeper is not None:
                keeper.run = run
            game.advance(run)
        game.close()
        for index, kind, fields in game.take_events():
            tell(self, index, kind, fields)
        follow_game(self, step, now)
        watch_ends(self, step, now)
        if keeper is not None:
            keeper.stepped = True

    # --- its beginning ----------------------------------------------------------------------------------------------

    def wants_bots(self, now: float) -> int:
        """How many players are missing for a start that should have happened by now."""
        return self.start.wants_bots(self.clock(now)) if self.state is SessionState.WAITING else 0

    # --- its end ----------------------------------------------------------------------------------------------------

    def end(self, reason: str) -> None:
        """An operator or a backend ends it, with the next step."""
        if self.ended is None:
            self.ended = Ended(CloseCode.ENDED, reason, None)
            self._tell_keeper()
            self.show()

    def fail(self) -> Step:
        """The game raised: the session ends here. Players keep the state of the last whole step."""
        self.state = SessionState.ENDED
        self.paused = None
        self.row_changed = True
        self.ended = Ended(CloseCode.GAME_FAILED, "the game raised an error", None)
        self.keeper = None
        return Step(freed=self._step.freed, ended=self.ended)

    def linger(self, now: float) -> bool:
        """For a session that has ended: true while a player may still come back for the result."""
        return self.seating.lingers(self.ended_at, now)

    def missed_the_end(self, seat: Seat) -> bool:
        """True if a connected player was too far behind to be sent the last state and the result.

        Who took a seat in the moment of the end was not in the game, and misses nothing.
        """
        return seat.state is SeatState.CONNECTED and seat.in_game and seat.sent < self.tick

    # --- after a step -----------------------------------------------------------------------------------------------

    def committed(self, tick: int) -> None:
        """The journal has everything up to that tick."""
        self.durable_tick = tick

    def passes(self) -> list[tuple[Seat, bytes]]:
        """What each connected seat gets now: the message, unframed. Seats that get the same share the object."""
        return self._passes.build()

    # --- for the journal --------------------------------------------------------------------------------------------

    @property
    def touched(self) -> bool:
        """:meth:`part` would give something that must not un-happen."""
        return self.keeper is not None and self.keeper.touched

    def part(self) -> bytes | None:
        """What has changed since the last call, encoded; ``None`` if nothing has. After each step, before its commit.

        A whole may be taken at any time beside it: parts that are in it already change nothing.
        """
        return None if self.keeper is None else self.keeper.part()

    def whole(self) -> bytes:
        """All of it, encoded, at any time between two steps. Raises what the game's ``save`` raises."""
        return image_of(self).encode()

    def start_keeping(self) -> None:
        """From now on :meth:`part` gives what changes."""
        self.game.keep()
        self.keeper = SessionKeeper(self)

    def note(self, *op: Any) -> None:
        """The game is called."""
        if self.keeper is not None:
            self.keeper.ops.append(op)

    def _tell_keeper(self) -> None:
        if self.keeper is not None:
            self.keeper.news = True

    # --- after the server was away ----------------------------------------------------------------------------------

    def shift(self, seconds: float) -> None:
        """The session was held back for so long: its clock, and its patience before the start, stood still.

        Windows of grace and reservations did not: one could come back meanwhile.
        """
        self.created_at += seconds
        self.start.shift(seconds)

    def release(self, now: float) -> None:
        """Nobody is waited for any longer: whoever is :meth:`missing` is away from now on."""
        for seat in self.missing():
            self.dropped(seat, now)
        self.entrance.missing.clear()

    def sweep(self, now: float) -> list[tuple[Seat, Refusal]]:
        """About once a second: connections that acknowledge nothing any more are to be closed."""
        if self.paused is not None:
            self.seating.calm(now)
            self.spectators.calm(now)
        return self.seating.slow(now)
