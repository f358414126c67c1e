"""Runs one session: its core on one side, its players' connections on the other."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from rallypoint.core.game_like import Answer
from rallypoint.core.schedule import SLACK_S, AnySchedule, PausedSchedule, Schedule, TurnSchedule
from rallypoint.core.seat import Seat
from rallypoint.core.session import Ended, Refusal, SessionCore, SessionState, Step, Taken, Watching
from rallypoint.game.definition import Definition
from rallypoint.ports import Clock, Entry, SessionRecord
from rallypoint.runtime.asks import Asks
from rallypoint.runtime.audience import Audience
from rallypoint.runtime.game_figures import GameFigures
from rallypoint.runtime.scribe import Scribe
from rallypoint.runtime.session_entries import SessionEntries
from rallypoint.runtime.session_lens import SessionLens
from rallypoint.runtime.session_link import SessionLink
from rallypoint.runtime.session_story import SessionStory
from rallypoint.runtime.step_limit import StepLimit
from rallypoint.runtime.ticker import BUCKET_S, next_bucket
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import BadMessage, encode
from rallypoint_protocol.framing import frame
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.inputs import Input
from rallypoint_protocol.messages import Ack, Leave, Ping, Pong, Proved, Resume, TakeSeat

if TYPE_CHECKING:
    from rallypoint.transport.connection import Connection

__all__ = ["HostOwner", "SessionHost"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.session")


SLOW_STEP_S: Final = 0.05
"""A step that takes so long is in the session's timeline."""
_OVERDUE_S: Final = 0.25
"""When turns come faster than the disk writes, one is always uncommitted and none is shown: then they wait for it."""


class HostOwner(Protocol):
    """What a host tells its node."""

    def seat_given_up(self, host: SessionHost, seat: Seat) -> None:
        """A player has left, or was removed: the seat is freed by the next step."""

    def seat_freed(self, host: SessionHost, seat: Seat) -> None:
        """A player is in this session no longer."""

    def record_of(self, host: SessionHost, ended: Ended) -> SessionRecord:
        """What is to be stored of it."""

    def session_ended(self, host: SessionHost, ended: Ended, record: SessionRecord) -> None:
        """No more steps."""

    def came_back(self, host: SessionHost) -> None:
        """All who were connected before the server was away are back."""

    def came_to_paused(self, host: SessionHost, player: PlayerId) -> None:
        """Somebody has taken a seat, or watches, while it is paused."""

    def session_started(self, host: SessionHost) -> None:
        """It has its least number of players."""

    def capacity_changed(self, host: SessionHost) -> None:
        """It takes players again, or takes no more."""

    def row_changed(self, host: SessionHost) -> None:
        """What lists show of it is new."""

    def linked(self, host: SessionHost) -> None:
        """It has connections: it is to be swept."""

    def wake(self, host: SessionHost) -> None:
        """Its schedule has something due, perhaps earlier than before."""


class SessionHost:
    """One running session of this node."""

    def __init__(
        self,
        core: SessionCore,
        definition: Definition,
        schedule: AnySchedule,
        owner: HostOwner,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        limit: StepLimit,
        figures: GameFigures,
        scribe: Scribe,
        entries: SessionEntries | None = None,
        created_unix_s: float = 0.0,
    ) -> None:
        """``entries``: for a journal that keeps something."""
        self.core = core
        self.definition = definition
        self.schedule: AnySchedule = schedule
        self._owner = owner
        self._loop = loop
        self._clock = clock
        self._limit = limit
        self.figures = figures
        """Of its game."""
        self._input_at: float | None = None
        """When the first input since the last step came; ``None``: none has."""
        self._scribe = scribe
        self.entries = entries
        self._links: list[SessionLink | None] = [None] * len(core.seats)
        self._undone: list[tuple[int, Step]] = []
        """Steps whose consequences wait for their commit, or for being sent, and their ticks."""
        self._shown = -1
        """Tick that :meth:`send` was called for last."""
        self._ended_by = ""
        self._unsent: float | None = None
        """Since when that has waited for its commit; ``None``: it does not."""
        self._overdue = False
        """Of a turn-based session: no steps before that."""
        self.listed_at = core.created_at
        """When it appeared here, on the node's clock: its place in lists, whatever happens to its own time."""
        self._record: SessionRecord | None = None
        self.held_back = False
        """Recovered, and waiting for its players: no steps are made."""
        self._recovered_at = clock()
        self.log = log.bind(session=core.id, game=definition.options.name, epoch=core.epoch)
        self._asks = Asks(definition.game, loop, self._answered, core.id, self.log)
        self._had_room = core.free_seats > 0
        self._turns = schedule if isinstance(schedule, TurnSchedule) else None
        self.audience = Audience(self, loop, clock)
        """The connections of spectators."""
        self.code = ""
        """Its room code, if it is private."""
        self.created_unix_s = created_unix_s
        self.started_unix_s: float | None = None
        self.step_max_s = 0.0
        """The longest step so far."""
        self.step_sum_s = 0.0
        """Of all steps so far."""
        self.bytes_out = 0
        self.story = SessionStory(clock)
        """What has happened to it, for operators."""
        self.story.add(core.tick, "created" if core.epoch == 1 else "recovered")
        self.lens: SessionLens | None = None
        """Notes steps, inputs and events while an operator looks; ``None``: nobody does."""
        if self._turns is not None:
            self._plan(clock())

    # --- for the ticker ---------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """False once the session has ended."""
        return self.core.state is not SessionState.ENDED

    @property
    def key(self) -> str:
        """What the journal calls it."""
        return "" if self.entries is None else self.entries.key

    @property
    def tick(self) -> int:
        """Of the last step."""
        return self.core.tick

    def step(self, now: float) -> bool:
        """Makes one step. What a game raises ends its session alone, and is logged once."""
        core, entries = self.core, self.entries
        if core.state is SessionState.ENDED:
            return False
        began = self._clock()
        try:
            with self._limit:
                if entries is not None:
                    entries.before_step(now)
                step = core.step(now)
                if entries is not None:
                    entries.after_step(now)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also a game that calls sys.exit(): it ends its own session
            with self._limit:
                pass  # if it struck at the very end of the step, it would strike again, outside of any
            self._fail(error)
            return False
        self._undone.append((core.tick, step))
        if step.ended is not None:
            self._record = self._owner.record_of(self, step.ended)
            if entries is not None:
                entries.ended(self._record)
        if self._turns is not None:
            self._plan(now)
        ended = self._clock()
        took = ended - began
        if took >= SLOW_STEP_S:
            self.story.slow_step(core.tick, took)
        if self.lens is not None:
            self.lens.stepped(self, began, took)
        self.figures.steps.current.record(took)
        if self._input_at is not None:
            self.figures.input_waits.current.record(ended - self._input_at)
            self._input_at = None
        self.step_sum_s += took
        if took > self.step_max_s:
            self.step_max_s = took
        return True

    def take_entries(self) -> list[Entry]:
        """What the journal is to get, once. A game whose ``save`` raises has failed."""
        entries = self.entries
        if entries is None:
            return []
        now = self._clock()
        try:
            if entries.begun:
                return entries.take(now)
            with self._limit:
                return entries.take(now)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self._fail(error)
            self._shown = self.core.tick
            self._scribe.later(lambda: self.committed(self.core.tick))
            return entries.take(now)

    def whole(self, now: float) -> Entry | None:
        """All of it, for the journal; ``None``: nothing of it is kept, or not any more."""
        entries = self.entries
        if entries is None or entries.is_gone:
            return None
        try:
            with self._limit:
                return entries.whole(now)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the game's ``save``
            if self.running:
                self.fail(error)
            else:
                self.log.error("game failed", during="saved", exc_info=error)
                entries.forget()
                self._scribe.touch(self)
            return None

    def _plan(self, now: float) -> None:
        """Of a turn-based session: sets when its next step is due."""
        assert self._turns is not None
        at = self.core.next_step_at()
        if self.core.paused is not None:
            if at is None and isinstance(self.schedule, PausedSchedule):
                self.schedule.forget()  # what was asked for has nothing to be made for
            return
        self._overdue = self._unsent is not None and now - self._unsent >= _OVERDUE_S
        if at is None or self._overdue:
            bucket = math.inf
        elif at <= now:
            bucket = next_bucket(now)
        else:  # not before it, however it is rounded: a step that comes too early does nothing, and is due again
            bucket = next_bucket(at + SLACK_S)
        self._turns.set(bucket, self.core.stimuli_waiting)

    def stir(self) -> None:
        """Something has reached the session. One that is turn-based makes a step for it."""
        self._scribe.touch(self)
        if self._turns is not None and self.running and not self.held_back:
            self._plan(self._clock())
            self._owner.wake(self)
        self._tell_row()

    def _tell_row(self) -> None:
        if self.core.row_changed:
            self.core.row_changed = False
            self._owner.row_changed(self)

    def _fail(self, error: BaseException) -> None:
        # In a server, undeclared attributes are refused by the slots alone: say what to write instead.
        if isinstance(error, AttributeError) and "object has no attribute" in str(error):
            error.add_note(
                "An entity has only the fields that its class declares: declare it there, with field(...), private(...)"
                " or transient()."
            )
        self.log.error("game failed", tick=self.core.tick, exc_info=error)
        step = self.core.fail()
        self._undone.append((self.core.tick, step))
        assert step.ended is not None
        self._record = self._owner.record_of(self, step.ended)
        if self.entries is not None:
            self.entries.failed(self._record)

    def fail(self, error: BaseException) -> None:
        """The game has raised outside of a step: its session ends."""
        self._fail(error)
        self._shown = self.core.tick
        self._scribe.touch(self)
        self._scribe.commit([], lambda: self.committed(self.core.tick))

    def committed(self, tick: int) -> None:
        """The journal has the step: what waited for that is done."""
        self.core.committed(tick)
        if self._unsent is not None:
            self.send()
        elif self._undone and self._shown >= tick:
            try:
                self._follow_ups()
            except Exception as error:  # as in `send`: others of the same batch are still to be told
                if self._failed:
                    raise
                self.fail(error)

    def send(self, *, snapshot: bool = True) -> None:
        """Sends each connected player their pass, then acts on what the step asked for. Never raises.

        Before the commit, passes go out without their events, and nothing else is done; those of a turn-based session,
        and the last ones, wait for it. Without ``snapshot`` nobody is sent a pass, unless it is the last.
        """
        core = self.core
        self._shown = core.tick
        if core.durable_tick < core.tick and (self._turns is not None or not self.running):
            if self._unsent is None:
                self._unsent = self._clock()
            return
        self._unsent = None
        if self._overdue:
            self._plan(self._clock())
            self._owner.wake(self)
        failed = self._failed
        try:
            if not failed and (snapshot or self._turns is not None or not self.running):
                self._send_passes()
            self._follow_ups()
        except Exception as error:  # an error of ours: let it end this session, and no other
            if failed:
                raise
            self.fail(error)

    @property
    def _failed(self) -> bool:
        return self.core.ended is not None and self.core.ended.code is CloseCode.GAME_FAILED

    def _send_passes(self) -> None:
        links, last, framed, size = self._links, None, b"", 0
        for seat, message in self.core.passes():
            link = links[seat.index]
            if link is None:
                continue
            if message is not last:
                last, framed = message, frame(message)
            size += len(framed)
            if link.held is None:
                link.connection.write(framed)
            else:
                link.held.append(framed)
        self.bytes_out += size
        if self.core.spectators.all:
            self.audience.send()

    def _follow_ups(self) -> None:
        """What the steps have asked for that are committed and sent."""
        durable = self.core.durable_tick
        while self._undone and self._undone[0][0] <= durable:
            self._follow_up(self._undone.pop(0)[1])

    def _follow_up(self, step: Step) -> None:
        if step.started:
            self.story.add(self.core.tick, "started")
            self._owner.session_started(self)
        for ask in step.asks:
            self._asks.start(ask)
        for seat in step.freed:
            self._close_link(seat, CloseCode.KICKED, "removed from the session")
            self.story.gone(self.core.tick, seat)
            self._owner.seat_freed(self, seat)
        if step.ended is not None:
            self._end(step.ended)
            return
        self._tell_row()
        self._look_at_capacity()

    def _look_at_capacity(self) -> None:
        has_room = self.core.free_seats > 0
        if has_room is not self._had_room:
            self._had_room = has_room
            self._owner.capacity_changed(self)

    def _end(self, ended: Ended) -> None:
        for seat in list(self.core.seated()):
            if ended.code is not CloseCode.GAME_FAILED and self.core.missed_the_end(seat):
                # Too far behind for the last state and the result: it comes back for them.
                self._close_link(seat, CloseCode.TOO_SLOW, CloseCode.TOO_SLOW.policy.meaning)
            else:
                self._close_link(seat, ended.code, ended.reason)
        self._asks.cancel()
        self.audience.end()
        self.story.add(self.core.tick, "ended", ended.reason, by=self._ended_by)
        assert self._record is not None
        self._owner.session_ended(self, ended, self._record)
        self._tell_row()

    # --- connections ------------------------------------------------------------------------------------------------

    def take(self, connection: Connection, message: TakeSeat | Resume, now: float) -> Refusal | None:
        """A connection's first frame: it gets its seat, or the reason why not."""
        taken = self.core.take(message, now)
        if isinstance(taken, Refusal):
            self.figures.resumes["refused"] += isinstance(message, Resume)
            return taken
        self._owner.linked(self)
        if isinstance(taken, Watching):
            self.audience.attach(connection, taken)
            self.stir()
            if self.core.paused is not None and isinstance(message, TakeSeat):
                self._owner.came_to_paused(self, taken.spectator.player_id)
            return None
        self.figures.resumes[taken.message.outcome] += isinstance(message, Resume)
        self.story.came(self.core.tick, taken)
        link = self._attach(connection, taken)
        self.stir()
        if not self.running and self.core.ended is not None and self.core.durable_tick >= self.core.tick:
            self.send()  # it has the last state and the result still to come; before the commit, with all others
            self._close_link(taken.seat, self.core.ended.code, self.core.ended.reason)
        elif self.core.paused is not None:
            self._show(link)
            if taken.message.outcome == "fresh":  # whoever resumes was told before
                self._owner.came_to_paused(self, taken.seat.player_id)
        self._scribe.commit([], link.release)
        self._look_who_is_missing()
        return None

    def refuse(self, connection: Connection, refusal: Refusal) -> None:
        """Closes a connection that has come too late: once the session's end is committed."""
        self.log.info("refused", peer=connection.remote_ip, code=refusal.code.name, why=refusal.reason)
        self._scribe.commit([], lambda: connection.close_with(refusal.code, refusal.reason))

    def _attach(self, connection: Connection, taken: Taken) -> SessionLink:
        seat = taken.seat
        if taken.takes_over:
            self.figures.takeovers += 1
            self._close_link(seat, CloseCode.TAKEN_OVER, CloseCode.TAKEN_OVER.policy.meaning)
        link = self._links[seat.index] = SessionLink(self, connection, seat, self._clock())
        link.write_message(encode(taken.message))
        connection.receiver = link
        self.log.debug("seat taken", seat=seat.index, outcome=taken.message.outcome, took_over=taken.takes_over)
        return link

    def _close_link(self, seat: Seat, code: CloseCode, reason: str) -> None:
        link = self._links[seat.index]
        if link is not None and link.seat is seat:
            self._links[seat.index] = None
            link.close(code, reason)

    def link_of(self, seat: Seat) -> SessionLink | None:
        """The connection of whoever has the seat; ``None``: there is none."""
        link = self._links[seat.index]
        return link if link is not None and link.seat is seat else None

    def is_linked(self, link: SessionLink) -> bool:
        """False once the connection was replaced or closed."""
        return self._links[link.seat.index] is link

    def lost(self, link: SessionLink) -> None:
        """A connection has ended, by whichever side."""
        if self._links[link.seat.index] is link:
            self._links[link.seat.index] = None
            self.figures.drops += 1
            self.story.add(self.core.tick, "dropped", player=link.seat.player_id)
            self.core.dropped(link.seat, self._clock())
            self.stir()

    def cut(self, link: SessionLink, code: CloseCode, reason: str) -> None:
        """Closes a connection that did what it must not; its seat is kept for the grace window."""
        if self._links[link.seat.index] is link:
            self.log.info("connection closed", seat=link.seat.index, code=code.name, why=reason)
            self.lost(link)
            link.connection.close_with(code, reason)

    def kick(self, seat: Seat, by: str = "") -> None:
        """Removes a player for good."""
        self.story.gone(self.core.tick, seat, "kicked", by)
        link = self._links[seat.index]
        if link is not None and link.seat is seat:
            self._links[seat.index] = None
        self.core.leave(seat, self._clock(), "kicked")
        self.stir()  # first: what the lobby makes of the free player goes in the same batch, or a later one
        if link is not None and link.seat is seat:
            self._scribe.later(lambda: link.close(CloseCode.KICKED, CloseCode.KICKED.policy.meaning))
        self._owner.seat_given_up(self, seat)
        self._look_who_is_missing()

    def _look_who_is_missing(self) -> None:
        if self.held_back and not self.core.missing():
            self._owner.came_back(self)

    def go_on(self, now: float, phase_s: float) -> None:
        """Recovered, and held back until now: steps are made again; who has not come back has lost the connection."""
        self.held_back = False
        core = self.core
        if core.paused is None:
            core.shift(now - self._recovered_at)
        core.release(now)
        self._schedule(now, phase_s)
        if core.ended is not None:
            self._ask_steps(1)
        self._scribe.touch(self)

    def _schedule(self, now: float, phase_s: float) -> None:
        """Its next steps, after a time in which none were made."""
        core, skipped = self.core, self.schedule.skipped
        if core.paused is not None:
            self.schedule = PausedSchedule(self.schedule.origin, skipped)
        elif self._turns is not None:
            self.schedule = self._turns = TurnSchedule(core.created_at)  # the former may be queued somewhere
            self._plan(now)
        else:
            hz = self.definition.options.tick_hz
            self.schedule = Schedule(hz, round((now + phase_s) / BUCKET_S) * BUCKET_S, made=core.tick)
            self.schedule.skipped = skipped

    # --- from operators and backends --------------------------------------------------------------------------------

    def pause(self, by: str, reason: str, since_at: float) -> None:
        """No steps by itself, and its time stands still, until it is resumed. ``since_at``: Unix time."""
        self.core.pause(self._clock(), by, reason, since_at)
        self._input_at = None
        self._schedule(self._clock(), 0.0)
        self.story.add(self.core.tick, "paused", reason, by=by)
        self.stir()
        self._look_at_capacity()

    def resume(self, by: str, phase_s: float) -> None:
        """It goes on from where it stands. ``phase_s``: its first tick comes so much later, to spread many."""
        self.core.resume(self._clock())
        self._schedule(self._clock(), phase_s)
        self.story.add(self.core.tick, "resumed", by=by)
        self.stir()
        self._owner.wake(self)
        self._look_at_capacity()

    def make_steps(self, count: int, by: str) -> None:
        """Of a paused session: so many steps; of one that is turn-based, if there is something to make them for."""
        self.story.add(self.core.tick, "stepped", f"{count} step{'s' * (count > 1)}", by=by)
        self._ask_steps(count)

    def _ask_steps(self, count: int) -> None:
        if isinstance(self.schedule, PausedSchedule):
            if self._turns is not None and self.core.ended is None and self.core.next_step_at() is None:
                return
            self.schedule.ask(count, next_bucket(self._clock()))
            self._owner.wake(self)

    def _show(self, link: SessionLink) -> None:
        """A player has come to a paused session, and sees it as it stands."""
        if self._turns is not None and self.core.durable_tick < self.core.tick:
            return  # it gets what all others get then
        message = self.core.shown(link.seat)
        if message is not None:
            link.write_message(message)

    def set_locked(self, locked: bool, by: str = "") -> None:
        """Nobody else is seated, or free seats are open again (unless the game itself has locked)."""
        self.core.set_locked(locked)
        self.story.add(self.core.tick, "locked" if locked else "unlocked", by=by)
        self.stir()
        self._look_at_capacity()

    def describe(self, meta: Mapping[str, Any]) -> None:
        """Other metadata, whole. Raises ``ValueError`` for what metadata cannot be."""
        self.core.describe(meta)
        self.stir()

    def signal(self, name: str, data: Any) -> None:
        """Tells the game something, with its next step: ``signalled(name, data)``."""
        self.core.signalled(name, data)
        self.stir()

    def end(self, reason: str, by: str = "") -> None:
        """Ends the session with its next step, without a result of the game's."""
        self._ended_by = by
        self.core.end(reason)
        self.stir()
        self._ask_steps(1)

    def state(self, entities_max: int) -> tuple[dict[str, Any], int]:
        """The game's declared state as plain data, with at most so many entities; and how many more there are."""
        return self.core.game.some_state(entities_max)

    # --- connections, all at once -----------------------------------------------------------------------------------

    def close_all(self, code: CloseCode) -> None:
        """Closes every connection (shutdown); the seats are kept as after any lost connection."""
        for link in [link for link in self._links if link is not None]:
            self.lost(link)
            link.connection.close_with(code, code.policy.meaning)
        self.audience.close_all(code, code.policy.meaning)

    @property
    def has_links(self) -> bool:
        """True while there are connections to be swept."""
        return bool(self.core.spectators.all) or any(link is not None for link in self._links)

    def sweep(self, now: float) -> None:
        """About once a second: cuts the connections that acknowledge nothing any more."""
        for seat, refusal in self.core.sweep(now):
            link = self._links[seat.index]
            if link is not None:
                self.cut(link, refusal.code, refusal.reason)
        if self.core.spectators.all:
            self.audience.sweep(now)
            self._tell_row()

    # --- from clients -----------------------------------------------------------------------------------------------

    def received(self, link: SessionLink, payload: bytes) -> None:
        """One whole message of a seated player."""
        core, seat = self.core, link.seat
        try:
            message = self.definition.decode(payload)
        except BadMessage as bad:
            self.cut(link, bad.code, bad.reason)
            return
        if isinstance(message, Input):
            if self.lens is not None:
                self.lens.received(core.tick, seat.index, message)
            if self._input_at is None and core.paused is None:
                self._input_at = self._clock()
            refusal = core.input(seat, message)
            if self._turns is not None:
                self.stir()
        elif isinstance(message, Ack):
            refusal = core.ack(seat, message.epoch, message.tick, message.event)
        else:
            refusal = self._other(link, message)
        if refusal is not None:
            self.cut(link, refusal.code, refusal.reason)

    def _other(self, link: SessionLink, message: Any) -> Refusal | None:
        match message:
            case Ping():
                link.write_message(encode(Pong(message.sent_ms, self.clock_ms(), self.core.tick)))
            case Proved():
                self.core.proved(link.seat, link.token_hash)
                self._scribe.touch(self)  # or the older token would be good again after a crash
            case Leave():
                self._links[link.seat.index] = None
                self.story.gone(self.core.tick, link.seat, "left")
                self.core.leave(link.seat, self._clock())
                self.stir()  # first: what the lobby makes of the free player goes in the same batch, or a later one
                self._owner.seat_given_up(self, link.seat)
                self._scribe.commit([], lambda: link.close(CloseCode.LEFT, CloseCode.LEFT.policy.meaning))
            case _:
                return Refusal(CloseCode.UNEXPECTED, "a second first frame")
        return None

    def clock_ms(self) -> float:
        """Session time right now, between two ticks. While the session is held back or paused, it stands still."""
        pause = self.core.paused
        if pause is not None:  # the time of turns has gone on since the last one, until the pause
            return (pause.at - self.core.created_at) * 1000 if self._turns is not None else float(self.core.now_ms)
        now = self._recovered_at if self.held_back else self._clock()
        return (now - self.schedule.origin) * 1000

    def _answered(self, answer: Answer) -> None:
        if self.running:
            self.core.answered(answer)
            self.stir()
