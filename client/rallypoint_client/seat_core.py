"""A seat, as far as it can be thought without a network: what to say, what to believe, when to come back.

    connecting -> playing <-> resuming -> closed

It begins *connecting* with the token that the match issued. The server's ``seated`` makes it *playing*. A lost
connection makes it *resuming*: it comes back with the newest token, the last pass applied and the last event received,
and goes on where it was, or with the whole state if the server says ``resync``. So does a pass that does not fit the
state here (a desync), which ends the connection. It is *closed* for good by the end of the session, by leaving, by a
close code that says so, or when the server has not let it in again while the seat is kept.

Pure: bytes and the time (seconds of a monotonic clock) come in; what is to be sent is appended to ``outbox``.
"""

from __future__ import annotations

import enum
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from rallypoint_protocol.close import CloseCode, Retry, policy
from rallypoint_protocol.codec import BadMessage, decode_session_reply, encode
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    EventItem,
    Leave,
    Pass,
    Ping,
    Pong,
    Proved,
    Resume,
    Seated,
    TakeSeat,
)
from rallypoint_protocol.replica import Desync, HashMismatch, Replica
from rallypoint_protocol.schema import Schema

from .acks import Acks
from .classes import Classes, InputClass, SchemaCache
from .clock import SessionClock
from .errors import NotConnected, OnlyWatching, SeatClosed
from .events import Ended, Event
from .heartbeat import Heartbeat, Timing
from .outgoing import OutgoingInputs
from .prediction import Prediction
from .retry import Drop, Next, Retrying, Stop
from .seat_offer import SeatOffer
from .seat_state import TRANSITIONS, SeatHappening, SeatState
from .seat_stats import SeatStats
from .shown import Shown
from .view import View

__all__ = ["Got", "SeatCore", "SeatOffer", "SeatState", "SeatStats"]

STALE_MS: Final = 200.0
"""A state that is older than that, beyond the way here, lets a prediction doubt the session's clock."""
ASK_EVERY_S: Final = 0.5
_RUNNING: Final = 1
"""Of a game's ``status``, which every game has: before and after it there are no steps to predict."""


class Got(enum.Enum):
    """What a message was about, for whoever handed it in."""

    NOTHING = 0
    SEATED = 1
    PASS = 2


class SeatCore:
    """One seat. :meth:`received` and :meth:`timer` raise :class:`Drop` when the connection is of no use any more."""

    def __init__(self, offer: SeatOffer, schemas: SchemaCache, random: Random, timing: Timing, now: float) -> None:
        self.state = SeatState.CONNECTING
        self.outbox: list[bytes] = []
        self.stats = SeatStats()
        self.heart = Heartbeat(timing)
        self.retry = Retrying(random, offer.url, now, connect_s=timing.connect_s, other=SeatClosed)
        self.clock = SessionClock()
        self.session = offer.session
        self.index = -1
        """Which seat; -1 for a spectator, and before the server has let us in."""
        self.player = ""
        self.error: Exception | None = None
        self.ended: Ended | None = None
        self.events: list[Event] = []
        """Received and not yet taken by the shell."""
        self._schemas = schemas
        self._timing = timing
        self.token = offer.token
        """The newest. A secret."""
        self._classes = schemas.get(offer.schema_hash)
        self._replica: Replica | None = None
        self._view: View | None = None
        self._shown: Shown | None = None
        """The interpolated picture, of a game with ticks."""
        self.prediction: Prediction | None = None
        self._ask_at = 0.0
        """When the session's clock may be asked for out of turn again."""
        self._predicts = ""
        """The entity class that is predicted."""
        self._inputs = OutgoingInputs()
        self._epoch: int | None = None
        self._event = 0
        self._pass_at = now
        self._leaving = False
        self._acks = Acks()
        self._delay_ms = offer.delay_s * 1000

    # --- what a user sees -------------------------------------------------------------------------------------------

    @property
    def classes(self) -> Classes:
        """The classes of the game. Raises :class:`NotConnected` before the seat was taken for the first time."""
        if self._classes is None or self._view is None:
            raise NotConnected("the game", "nothing is known of it before the seat is taken")
        return self._classes

    @property
    def schema(self) -> Schema:
        """The game as a client sees it. Raises as :attr:`classes`."""
        return self.classes.schema

    @property
    def view(self) -> View:
        """The latest state. Raises as :attr:`classes`."""
        if self._view is None:
            raise NotConnected("the game", "nothing is known of it before the seat is taken")
        return self._view

    @property
    def was_in(self) -> bool:
        """True once the server has let us in."""
        return self._view is not None

    @property
    def spectator(self) -> bool:
        """True for one who only watches."""
        return self.was_in and self.index < 0

    @property
    def tick(self) -> int:
        """The newest tick that is here; -1 for none."""
        return -1 if self._replica is None else self._replica.tick

    @property
    def seen_tick(self) -> int:
        """The tick that the player is shown, which an input says; -1 for none."""
        return self.tick if self._shown is None else self._shown.seen(self.tick)

    @property
    def delay_ms(self) -> float:
        """How far behind the session's clock the interpolated view is to be; 0 without ticks. Raises as classes."""
        return 0.0 if not self.schema.tick_hz or self._shown is None else self._shown.delay_ms

    @property
    def actions_kept(self) -> int:
        """Actions that are not durable yet, or wait for a connection."""
        return len(self._inputs)

    @property
    def sent(self) -> int:
        """Number of the last input sent."""
        return self._inputs.sent

    @property
    def applied(self) -> int:
        """Number of the last input that the server has decided, as far as is known here."""
        return self._inputs.applied

    def session_ms(self, now: float) -> float:
        """Session time, by the pings or (before the first) by the newest pass."""
        at_ms = self.clock.now_ms(now * 1000)
        return self.view.now_ms + (now - self._pass_at) * 1000 if at_ms is None else at_ms

    def interpolated(self, now: float) -> View:
        """The state a little while ago, between two passes. The first call begins to keep what that takes."""
        view, shown = self.view, self._shown
        frame = None if shown is None else shown.frame(view.state, now * 1000, self.session_ms(now))
        return view if frame is None else View(frame, self.classes, view.seat)

    def hold(self, x: Input, force: bool = False, now: float | None = None) -> int | None:
        """The player now holds ``x``; gives its number if it is sent now. See ``Seat.hold``.

        ``now`` is needed for a prediction only.
        """
        kind = self._kind(x, hold=True)
        if self.state is SeatState.CLOSED or self._leaving:
            return None
        tick, at = self.seen_tick, self._at(kind, x, now)
        frame = self._inputs.hold(kind, x, tick, self.state is SeatState.PLAYING, force, at)
        if frame is None:
            return None
        self.outbox.append(frame)
        self._acks.input(tick)
        if self.prediction is not None and now is not None:
            self._predict_held(self.prediction, now)
        return self._inputs.sent

    def act(self, x: Input, now: float, queue_s: float | None = None) -> int:
        """The player does ``x``, once; gives its number. See :meth:`rallypoint_client.seat.Seat.act`."""
        kind = self._kind(x, hold=False)
        if self.state is SeatState.PLAYING and not self._leaving:
            tick, at = self.seen_tick, self._at(kind, x, now)
            seq, frame = self._inputs.act(kind, x, tick, at)
            self.outbox.append(frame)
            self._acks.input(tick)
            if self.prediction is not None:
                self.prediction.sent(seq, at, kind.name, x, hold=False, session_ms=self.session_ms(now))
            return seq
        if queue_s is None or self.state is SeatState.CLOSED or self._leaving:
            raise NotConnected(kind.name)
        return self._inputs.queue(kind, x, now, queue_s)

    # --- prediction -------------------------------------------------------------------------------------------------

    def predict(self, prediction: Prediction, kind: str, now: float) -> None:
        """From now on that says which ticks inputs are meant for; ``kind`` is the class of what it predicts."""
        if self.index < 0:
            raise OnlyWatching(f"a predicted {kind}")
        self.prediction, self._predicts = prediction, kind
        if self.state is SeatState.PLAYING and self.tick >= 0:
            self.reconcile(now)

    def reconcile(self, now: float) -> None:
        """After a pass: compares what was predicted. What the game's own step raises, this raises."""
        prediction, view = self.prediction, self.view
        if prediction is None:
            return
        way_ms = self.clock.one_way_ms
        if way_ms is not None:
            prediction.pacing.measured(way_ms)
            if self.session_ms(now) - view.now_ms > way_ms + STALE_MS and now >= self._ask_at:
                self._ask_at = now + ASK_EVERY_S  # a stall, or the session stood still: then its clock is another
                self.outbox.append(encode(Ping(now * 1000)))
        status = getattr(view.game, "status", None)
        status = _RUNNING if status is None else status
        if status > _RUNNING:
            prediction.halt()  # it has ended: what is in the picture stays there
            return
        own = None if view.me is None or status < _RUNNING else view.me.one(self._predicts)
        state = None if own is None else SimpleNamespace(**{name: own[name] for name in own.fields})
        id_ = 0 if own is None else own.id
        self._predict_held(prediction, now)
        prediction.passed(view.tick, self._inputs.applied, id_, state, self.session_ms(now))

    def predicted(self, now: float) -> Any:
        """The predicted entity as it is to be drawn now."""
        prediction = self.prediction
        return None if prediction is None else prediction.view(now * 1000, self.session_ms(now))

    def _predict_held(self, prediction: Prediction, now: float) -> None:
        """Tells it of holds that it does not know: those that are sent after a pass or a resume are among them."""
        for seq, at, x in self._inputs.held:
            prediction.sent(seq, at, type(x).__name__, x, hold=True, session_ms=self.session_ms(now))

    def _at(self, kind: InputClass, x: Input, now: float | None) -> int:
        """The tick that an input is meant for."""
        if self.prediction is None or self.prediction.halted or now is None:
            return kind.at(x)
        return self.prediction.input_at(self.session_ms(now))

    def input_class(self, x: Input) -> InputClass:
        """What is known of its class. Raises ``TypeError`` for what is no input of this game, and OnlyWatching."""
        kind = self.classes.input_class(x)
        if self.index < 0:
            raise OnlyWatching(kind.name)
        return kind

    def _kind(self, x: Input, *, hold: bool) -> InputClass:
        kind = self.input_class(x)
        if kind.hold is not hold:
            right = "a hold: use seat.hold()" if kind.hold else "an action: use seat.act()"
            raise TypeError(f"{kind.name} is {right}")
        return kind

    def leave(self) -> None:
        """Give the seat up, for good: now, or as soon as there is a connection again."""
        if self.state is not SeatState.CLOSED and not self._leaving:
            self._leaving = True
            if self.state is SeatState.PLAYING:
                self.outbox.append(encode(Leave()))

    def close(self, error: Exception | None = None) -> None:
        """It is over here, whatever the server thinks. Twice is once."""
        if self.state is not SeatState.CLOSED:
            self.error = error
            self._happen(SeatHappening.STOPPED)

    # --- connections ------------------------------------------------------------------------------------------------

    def first_frame(self, now: float) -> bytes:
        """A connection is open: what to send first."""
        self.outbox.clear()
        self.heart.opened(now)
        schema = b"" if self._classes is None else self._classes.hash
        if self._replica is None:
            return encode(TakeSeat(PROTOCOL_VERSION, self.session, self.token, schema))
        epoch, tick = self._replica.epoch, self._replica.tick
        return encode(Resume(PROTOCOL_VERSION, self.session, self.token, epoch, tick, self._event, schema))

    def lost(self, code: int | None, reason: str, now: float) -> Next:
        """The connection is gone, or could not be made (``None``: without a close code): what next."""
        self.heart.ended()
        self.outbox.clear()
        if self.state is SeatState.CLOSED:
            return Stop(None)
        if self.state is SeatState.PLAYING:
            self.stats.losses += 1
            if self.prediction is not None:
                self.prediction.halt()
        left = self._leaving and policy(code).retry is Retry.FRESH  # the server has forgotten a seat that was given up
        step: Next = Stop(None) if self.ended is not None or left else self.retry.lost(code, reason, now)
        match step:
            case Stop(error):
                self.close(error)
            case _:
                self._happen(SeatHappening.LOST)
        return step

    def timer(self, now: float) -> None:
        """The time that ``heart.due`` named has come. Raises :class:`Drop` if the server is silent."""
        if self.heart.silent(now):
            raise Drop(CloseCode.SILENT, f"the server was silent for {self._timing.silence_s:g} s", cut=True)
        if self.heart.take_ping(now):
            self.outbox.append(encode(Ping(now * 1000)))
            self._acks.urgent = True  # a paused session makes no ticks to count
            self.pass_done()

    def received(self, payload: bytes, now: float) -> Got:
        """A message of the server. Raises :class:`Drop` if it cannot be used."""
        self.heart.heard = now
        self.stats.bytes_in += len(payload)
        try:
            message = decode_session_reply(payload)
            if type(message) is Pass:
                self._pass(message, now)
                return Got.PASS
            if type(message) is Seated:
                self._seated(message, now)
                return Got.SEATED
            if type(message) is Pong:
                self.clock.pong(message.sent_ms, message.now_ms - self._delay_ms, now * 1000)
        except BadMessage as error:
            raise Drop(CloseCode.MALFORMED, f"malformed: {error.reason}") from error
        except Desync as error:
            self.stats.desyncs += 1
            self.stats.hash_mismatches += isinstance(error, HashMismatch)
            self._forget_state()
            raise Drop(CloseCode.UNEXPECTED, f"desync: {error}") from error
        return Got.NOTHING

    def pass_done(self) -> None:
        """A pass was shown to everybody: acknowledges it, unless an input has just done so."""
        tick = self.tick
        if tick >= 0 and self._acks.due(tick, self._event):
            assert self._replica is not None
            self.outbox.append(encode(Ack(self._replica.epoch, tick, self._event)))

    # --- messages ---------------------------------------------------------------------------------------------------

    def _pass(self, message: Pass, now: float) -> None:
        replica, view = self._replica, self._view
        if replica is None or view is None or self.state is not SeatState.PLAYING:
            raise BadMessage("a pass before the seat")
        replica.apply(message)
        seat, table, tick = message.seat, message.head.applied, replica.tick
        inputs = self._inputs
        if self.index < 0:
            pass  # the table is of those who play
        elif table is None:
            inputs.passed(tick, None if seat is None else seat.applied, replica.durable_tick)
        else:
            at = 2 * self.index
            if len(table) < at + 2:
                raise BadMessage("a pass without this seat")
            inputs.passed_low(tick, table[at] << 8 | table[at + 1], replica.durable_tick)
        if seat is not None and seat.events:
            self._take_events(seat.events)
        view.show(replica)
        self._pass_at = now
        if self._shown is not None:
            self._shown.passed(replica, self.session_ms(now))
        waited = inputs.pass_ended(self.seen_tick)
        if waited:
            self.outbox += waited
            self._acks.input(self.seen_tick)
        self.stats.passes += 1
        self.stats.hash_checks += replica.checks_made
        replica.checks_made = 0

    def _take_events(self, items: list[EventItem]) -> None:
        for item in items:
            if item.n <= self._event:
                continue
            event = self.classes.event(item)
            self.stats.events += 1
            self.stats.events_lost += item.n - self._event - 1
            self._event = item.n
            if event is not None:
                self.events.append(event)
            if isinstance(event, Ended):
                self.ended = event
                self._acks.urgent = True

    def _seated(self, message: Seated, now: float) -> None:
        classes = self._classes_for(message)
        again = self._replica is not None
        new_epoch = message.epoch != self._epoch
        resumed = message.outcome == "resumed"
        if resumed and (new_epoch or classes is not self._classes):
            raise BadMessage("resumed into another epoch or schema")
        self._happen(SeatHappening.SEATED)
        if again and classes is not self._classes:
            self.stats.actions_lost += self._inputs.forget()
        self._set_up(message, classes, keep_state=resumed)
        tick = self.tick
        self._acks.seated(tick, self._event)
        self._event += message.lost
        self.stats.events_lost += message.lost
        self.stats.resumes += again
        self.stats.resyncs += again and not resumed
        if new_epoch:
            self._epoch = message.epoch
            self.clock.reset()
        if self._shown is not None:
            self._shown.let_in(new_clock=new_epoch)
        self.retry.established(now, self._timing.patience_s(classes.schema.grace_s))
        self.heart.let_in(now)
        self.outbox.append(encode(Proved()))
        self.outbox += self._inputs.seated(
            new_epoch=new_epoch, applied=message.applied, received=message.received, tick=tick, now=now
        )
        self.stats.actions_expired = self._inputs.expired
        if self._leaving:
            self.outbox.append(encode(Leave()))

    def _classes_for(self, message: Seated) -> Classes:
        mine = self._classes
        if mine is not None and mine.hash == message.schema_hash:  # the cache may have forgotten them
            return mine
        known = self._schemas.get(message.schema_hash)
        if known is not None:
            return known
        if message.schema is None:
            raise BadMessage("a schema that is not here")
        return self._schemas.add(message.schema_hash, message.schema)

    def _set_up(self, message: Seated, classes: Classes, *, keep_state: bool) -> None:
        self.index = message.seat
        self.player = message.player
        self.token = message.token
        if self._view is None or classes is not self._classes:
            self._classes = classes
            self.prediction = None  # it is of another game's classes
            self._replica = Replica(classes.schema)
            self._view = View(self._replica, classes, message.seat if message.seat >= 0 else None)
            hz = classes.schema.tick_hz
            self._acks.set_tick_hz(hz)
            self.clock = SessionClock(slack_ms=1000 / hz + 5 if hz else 50.0)
            self._shown = Shown(classes.schema) if hz else None
        elif not keep_state:
            self._forget_state()

    def _forget_state(self) -> None:
        """Begin again from nothing; what is shown stays until the next pass."""
        assert self._classes is not None
        self._replica = Replica(self._classes.schema)

    def _happen(self, happening: SeatHappening) -> None:
        state = TRANSITIONS.get((self.state, happening))
        if state is None:
            raise BadMessage(f"{happening.value} while {self.state.value}")
        self.state = state
