"""Spectators see what everybody sees, as it was, never before its time, and nothing after the end."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from rallypoint.core.spectators import KEY_EVERY_S
from rallypoint_protocol.messages import Ack, Pass, Seated
from rallypoint_simulation.observer import Observer

from .awake import Awake, Lasting
from .told import DoesNotFit, Row, Told, kinds_of
from .truth import EVERYBODY, Truth, difference

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.steps import StepMade
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Spectators"]

EVERY_TICKS = 5
CLOSED_WITHIN_S = 3.0
"""After the end and the delay."""
SHOWN_WITHIN_S = KEY_EVERY_S + 1.0
"""Who was skipped for being slow goes on with the next whole state."""
_STEPS_KEPT = 4096
_TRUTHS_KEPT = 512


class _Watched:
    """What is remembered of a session that is watched."""

    def __init__(self) -> None:
        self.stepped: dict[int, float] = {}
        """By tick, when its step was made: seconds since the world began."""
        self.truths: deque[tuple[int, dict[int, Row]]] = deque(maxlen=_TRUTHS_KEPT)


class _Watcher:
    """A connection that watches."""

    def __init__(self, session: str, delay_s: float, told: Told) -> None:
        self.session = session
        self.delay_s = delay_s
        self.told: Told | None = told
        self.over = False
        self.sent = -1
        """The tick of the last pass to it."""
        self.acked = -1


class Spectators(Observer):
    """Follows those who watch, on the wire."""

    SAME = "a spectator sees what everybody sees, as it was"
    FITS = "every pass fits the state that its spectator has"
    DELAYED = "no spectator sees anything before its time"
    PUBLIC = "a spectator is told of channel 0 and nothing else"
    END = "a spectator is told nothing after the end"
    CLOSED = "spectators are closed when all was shown"
    SHOWN = "a spectator who keeps up is shown every step in time"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.compared = 0
        self._watched: dict[str, _Watched] = {}
        self._on: dict[Wire, _Watcher] = {}
        self._kinds = {definition.schema_hash: kinds_of(definition.schema_bytes) for definition in world.games}
        self._awake = Awake(world)
        self._late = Lasting(self._awake)

    # --- the server -------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        port = self.world.port
        host = None if port is None else port.node.find(record.session)
        if host is None or not len(host.core.spectators):
            return
        watched = self._watched.get(record.session)
        if watched is None:
            watched = self._watched[record.session] = _Watched()
        watched.stepped[record.tick] = self.world.elapsed_s
        if len(watched.stepped) > _STEPS_KEPT:
            del watched.stepped[next(iter(watched.stepped))]
        if record.tick % EVERY_TICKS == 0 or host.core.settings.turn_based:
            watched.truths.append((record.tick, Truth(host, (EVERYBODY,)).seen_in((EVERYBODY,))))

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        on = self._on.get(wire)
        if on is not None:
            if on.over:
                self.violate(self.END, f"{wire} is sent {type(message).__name__} after its close frame")
            elif type(message) is Pass:
                self._look_at(wire, on, message)
        elif type(message) is Seated and message.seat < 0:
            port = self.world.port
            host = None if port is None else port.node.find(message.session)  # type: ignore[arg-type]  # a SessionId
            delay_s = 0.0 if host is None else host.core.settings.spectate_delay_s
            told = Told()
            told.seated(self._kinds.get(message.schema_hash, ()), resumed=False)
            self._on[wire] = _Watcher(message.session, delay_s, told)

    def _look_at(self, wire: Wire, on: _Watcher, message: Pass) -> None:
        tick, seat = message.head.tick, message.seat
        on.sent = tick
        events = seat is not None and seat.events
        channels = [0] if seat is None or seat.channels is None else seat.channels
        parts = [part.channel for part in message.parts if part.channel]
        if events or channels != [0] or parts:
            text = f"events {events or 'none'}, channels {channels}, parts of channels {parts}"
            self.violate(self.PUBLIC, f"{wire} is sent at tick {tick}: {text}")
        watched = self._watched.get(on.session)
        made_at = None if watched is None else watched.stepped.get(tick)
        if made_at is not None and self.world.elapsed_s < made_at + on.delay_s - 1e-6:
            age_s = self.world.elapsed_s - made_at
            self.violate(self.DELAYED, f"{wire} is sent tick {tick} after {age_s:.3f} s, not {on.delay_s:g} s")

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        on = self._on.get(wire)
        if type(message) is Ack and on is not None:
            on.acked = max(on.acked, message.tick)
        if type(message) is not Pass:
            return
        if on is None or on.told is None:
            return
        try:
            on.told.apply(message)
        except DoesNotFit as error:
            self.violate(self.FITS, f"{wire}: {error}")
            on.told = None
            return
        watched = self._watched.get(on.session)
        if watched is not None:
            self._compare(wire, on, on.told, watched)

    def _compare(self, wire: Wire, on: _Watcher, told: Told, watched: _Watched) -> None:
        if told.tick % EVERY_TICKS and told.kinds and watched.truths and watched.truths[-1][0] % EVERY_TICKS == 0:
            return  # of a real-time session, this one is not kept
        truth = next((rows for tick, rows in reversed(watched.truths) if tick == told.tick), None)
        if truth is None:
            return
        self.compared += 1
        wrong = difference(truth, told.rows(), told.name_of)
        if wrong:
            self.violate(self.SAME, f"{wire} at tick {told.tick}: {wrong}")
            on.told = None

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if from_server and wire in self._on:
            self._on[wire].over = True

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        on = self._on.get(wire)
        if on is None:
            return
        if at_server:
            on.over = True
        else:
            on.told = None
        if on.over and on.told is None:
            del self._on[wire]

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        self._awake.look()
        port = self.world.port
        if port is None:
            return
        for wire, on in self._on.items():
            host = port.node.hosts.get(on.session)  # type: ignore[call-overload]  # a SessionId
            if host is None and not on.over and wire.closed_by != "client":
                late_s = self._late.seen(wire)
                if late_s > on.delay_s + CLOSED_WITHIN_S:
                    text = f"{wire} is open {late_s:.1f} s after the end, with a delay of {on.delay_s:g} s"
                    self.violate(self.CLOSED, text)
            elif host is not None and not on.over and not wire.closed_by:
                self._look_at_shown(wire, on, host)
        self._late.looked()
        for session in [session for session in self._watched if port.node.find(session) is None]:  # type: ignore[arg-type]  # as above
            if not any(on.session == session for on in self._on.values()):
                del self._watched[session]

    def _look_at_shown(self, wire: Wire, on: _Watcher, host: SessionHost) -> None:
        hz = host.core.settings.tick_hz
        behind_s = (host.core.tick - on.sent) / hz - on.delay_s if hz and on.sent >= 0 else 0.0
        if behind_s > SHOWN_WITHIN_S and on.acked >= on.sent:
            late_s = self._late.seen((wire, "shown"))
            if late_s > SHOWN_WITHIN_S:
                text = f"{wire} has all up to tick {on.sent}, and the session is at {host.core.tick}"
                self.violate(self.SHOWN, f"{text}, {late_s:.1f} s after it could have had more")

    def server_gone(self, crashed: bool) -> None:
        self._on.clear()
        self._watched.clear()
