"""Steps are made one after the other and when they are due; what each connection is told of them only goes forward."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from rallypoint.core.session import SessionState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.messages import Pass, Resume, Seated
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import host_of, is_eased, server_clock, unfrozen_since

__all__ = [
    "BASE",
    "BOUNDED",
    "CLOCK",
    "CONSECUTIVE",
    "DUE",
    "DURABLE",
    "DURABLE_LATE",
    "EARLY",
    "EPOCHS",
    "FORWARD",
    "KEPT",
    "NEWEST",
    "RISES",
    "Ticks",
]

CONSECUTIVE: Final = "ticks are consecutive within an epoch"
EPOCHS: Final = "epochs never go back"
RISES: Final = "the epoch rises by one with each recovery"
KEPT: Final = "a session goes on after the steps that were told to be durable"
FORWARD: Final = "a connection is sent ticks in order"
NEWEST: Final = "a pass is of the newest step"
CLOCK: Final = "session time never goes back, and is the same for all"
DURABLE: Final = "a tick is durable once the journal has it, and stays so"
DURABLE_LATE: Final = "what the journal has is told with the next pass"
BASE: Final = "a part begins at a state that its client has"
BOUNDED: Final = "a session that was late makes up for five ticks at once"
EARLY: Final = "no step is made before its time"
DUE: Final = "a running session makes its steps when they are due"

_SLACK_MS: Final = 5.0
"""The first tick is put on the ticker's grid of 5 ms, which may be earlier by half of that."""


class _Session:
    """What the last steps and passes of one session were."""

    def __init__(self, host: SessionHost, epoch: int) -> None:
        self.host = host
        self.hz = host.core.settings.tick_hz
        self.catch_up_max = host.schedule.catch_up_max
        self.epoch = epoch
        self.tick = 0
        self.at = 0.0
        """When the last step was made, by the loop."""
        self.at_once = 0
        """How many steps were made at that moment."""
        self.head_tick = -1
        self.now_ms = 0
        self.durable = 0
        self.eased = True
        """At the last look it made no steps, or fewer."""
        self.uncommitted: deque[tuple[int, float]] = deque()
        """Steps that no pass has called durable, and when they were made; with a journal that takes its time."""


class _Line:
    """A seated player's connection."""

    __slots__ = ("newest", "session", "tick")

    def __init__(self, session: _Session, tick: int) -> None:
        self.session = session
        self.newest = False
        """It was sent a pass when that was made."""
        self.tick = tick
        """What its client has, or is about to have; -1: nothing."""


class Ticks(Observer):
    """Spectators' connections are somebody else's."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sessions: dict[str, _Session] = {}
        self._lines: dict[Wire, _Line] = {}
        self._resumes: dict[Wire, Resume] = {}
        self._late = world.plan.durability == "disk"
        self._starts = 0
        """How many servers there had been when the last one started."""

    def stepped(self, record: StepMade) -> None:
        session = self._sessions.get(record.session)
        if session is None:
            host = host_of(self.world, record.session)
            if host is None:
                return
            session = self._sessions[record.session] = _Session(host, record.epoch)
        self._check_order(session, record)
        now = self.world.loop.now
        if now == session.at:
            session.at_once += 1
            if session.hz and session.at_once > session.catch_up_max:
                self.violate(BOUNDED, f"{session.at_once} steps of {record.session} at once, the last is {record.tick}")
        else:
            session.at, session.at_once = now, 1
        session.tick = record.tick
        if self._late:
            session.uncommitted.append((record.tick, now))
        core = session.host.core
        lived_ms = (core.clock(server_clock(self.world)) - core.created_at) * 1000
        slack_ms = _SLACK_MS
        if session.hz:  # a recovery puts the next tick anywhere within a tick's time
            slack_ms += (record.epoch - 1) * 1000 / session.hz
        if core.now_ms > lived_ms + slack_ms:
            self.violate(
                EARLY, f"{record.session} is at {core.now_ms} ms with step {record.tick}, {lived_ms:.1f} ms old"
            )

    def _check_order(self, session: _Session, record: StepMade) -> None:
        if record.epoch < session.epoch:
            self.violate(EPOCHS, f"{record.session} went from epoch {session.epoch} to {record.epoch}")
        elif record.epoch > session.epoch:
            session.epoch, session.durable = record.epoch, 0
        elif record.tick != session.tick + 1:
            self.violate(CONSECUTIVE, f"{record.session} went from tick {session.tick} to {record.tick}")

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server and type(message) is Resume and wire.session:
            self._resumes[wire] = message

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        if type(message) is Pass:
            line = self._lines.get(wire)
            if line is not None:
                self._passed(wire, line, message)
        elif type(message) is Seated and message.seat >= 0:
            self._seated(wire, message)

    def _seated(self, wire: Wire, message: Seated) -> None:
        session = self._sessions.get(message.session)
        if session is None:
            host = host_of(self.world, message.session)
            if host is None:
                return
            session = self._sessions[message.session] = _Session(host, message.epoch)
        resume = self._resumes.pop(wire, None)
        known = resume is not None and message.outcome == "resumed"
        self._lines[wire] = _Line(session, resume.tick if known and resume is not None else -1)

    def _passed(self, wire: Wire, line: _Line, message: Pass) -> None:
        session, head = line.session, message.head
        tick = head.tick
        if self._late and not line.newest and head.epoch == session.epoch and tick < session.tick:
            self._old(wire, line, tick)  # it has waited for the journal, behind seated
            return
        line.newest = True
        if head.epoch != session.epoch or tick != session.tick:
            self.violate(
                NEWEST, f"{wire}: tick {tick} of epoch {head.epoch}; {session.tick} of {session.epoch} was made"
            )
        if tick <= line.tick:
            self.violate(FORWARD, f"{wire}: tick {tick} after {line.tick}")
        if tick != session.head_tick or head.now_ms != session.now_ms:
            self._clock(wire, session, tick, head.now_ms)
        for part in message.parts:
            if part.age and tick - part.age > line.tick:
                begin = tick - part.age
                self.violate(
                    BASE, f"{wire}: channel {part.channel} of tick {tick} begins at {begin}, not at {line.tick}"
                )
        line.tick = tick
        self._durable(wire, session, tick, head.undurable)

    def _old(self, wire: Wire, line: _Line, tick: int) -> None:
        if tick <= line.tick:
            self.violate(FORWARD, f"{wire}: tick {tick} after {line.tick}")
        line.tick = tick

    def _clock(self, wire: Wire, session: _Session, tick: int, now_ms: int) -> None:
        same = tick == session.head_tick
        if now_ms < session.now_ms or same:
            self.violate(CLOCK, f"{wire}: {now_ms} ms at tick {tick}, {session.now_ms} ms at tick {session.head_tick}")
        elif session.hz and abs(now_ms - tick * 1000 / session.hz) > 1:
            self.violate(CLOCK, f"{wire}: {now_ms} ms at tick {tick} of {session.hz} Hz")
        session.head_tick, session.now_ms = tick, now_ms

    def _durable(self, wire: Wire, session: _Session, tick: int, undurable: int) -> None:
        durable = tick - undurable
        if undurable < 0 or durable < session.durable:
            self.violate(DURABLE, f"{wire}: {durable} is durable at tick {tick}, {session.durable} was before")
        session.durable = max(session.durable, durable)
        if not self._late:
            if undurable:
                self.violate(DURABLE_LATE, f"{wire}: {undurable} ticks are not durable, with a journal that has all")
            return
        if session.host.core.state is SessionState.ENDED:
            return  # what the journal has of a session that is over, nobody tells it any more
        now = self.world.loop.now
        if not undurable and now == session.at and not self.world.storage.faults:
            self.violate(DURABLE, f"{wire}: tick {tick} is durable the moment that it is made")
        waiting = session.uncommitted
        while waiting and waiting[0][0] <= durable:
            waiting.popleft()
        if waiting and now - unfrozen_since(self.world, waiting[0][1]) > self.world.storage.commits_s:
            self.violate(
                DURABLE_LATE, f"{wire}: {waiting[0][0]} is not durable at tick {tick}, made at {waiting[0][1]}"
            )

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if at_server:
            self._lines.pop(wire, None)
            self._resumes.pop(wire, None)

    def server_gone(self, crashed: bool) -> None:
        if not self.world.kept:
            self._sessions.clear()
        self._lines.clear()
        self._resumes.clear()

    def server_started(self) -> None:
        """Each session goes on in its next epoch, after a step that was told to be durable at the earliest."""
        starts, self._starts = self.world.servers - self._starts, self.world.servers
        for id_, session in list(self._sessions.items()):
            host = host_of(self.world, id_)
            if host is None:
                del self._sessions[id_]
                continue
            core = host.core
            if core.state is not SessionState.ENDED and not session.epoch < core.epoch <= session.epoch + starts:
                text = f"{id_} was in epoch {session.epoch}, {starts} servers ago, and is in {core.epoch}"
                self.violate(RISES, text)
            if core.tick < session.durable:
                text = f"{id_} has come back at tick {core.tick}, and {session.durable} was told to be durable"
                self.violate(KEPT, text)
            session.host, session.epoch, session.tick = host, core.epoch, core.tick
            session.head_tick, session.now_ms = -1, min(session.now_ms, core.now_ms)
            session.at, session.at_once, session.eased = self.world.loop.now, 0, True
            session.durable = min(session.durable, core.tick)
            session.uncommitted.clear()

    def look(self) -> None:
        if self.world.port is None:
            return
        now = self.world.loop.now
        for id_ in [id_ for id_ in self._sessions if host_of(self.world, id_) is None]:
            del self._sessions[id_]
        for id_, session in self._sessions.items():
            core = session.host.core
            if session.hz and session.tick and core.state is not SessionState.ENDED:
                if is_eased(self.world, session.host) or session.eased:
                    session.at = now
                session.eased = is_eased(self.world, session.host)
                resumed_at = self.world.paused.get(id_, 0.0)
                intervals = 2 if resumed_at > session.at else 1  # many that go on at once are spread over one
                late_s = now - unfrozen_since(self.world, max(session.at, resumed_at)) - intervals / session.hz
                if late_s > 0.05:
                    self.violate(
                        DUE, f"{id_} has made no step since tick {session.tick}, which is late by {late_s:.3f} s"
                    )
            elif not session.hz:
                session.uncommitted.clear()  # between turns nobody is told
