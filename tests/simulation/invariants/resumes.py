"""Who comes in is answered with ``seated``, and then gets all that the answer promises."""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import HISTORY_TICKS
from rallypoint_protocol.messages import Ack, Pass, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Chain, Chains, Sitting, Sittings, host_of, is_eased, unfrozen_since

__all__ = [
    "CHANNELS",
    "CLAIMS",
    "FIRST",
    "FOLLOWS",
    "FRESH",
    "NEEDLESS",
    "REACHES",
    "WHO",
    "WHOLE",
    "Resumes",
]

FIRST: Final = "seated is the first message on a session's connection, and comes once"
WHO: Final = "seated tells whose seat it is, in which session and epoch, and the schema if it is not known"
FRESH: Final = "fresh is only a first entry, or one without knowledge"
REACHES: Final = "resumed is only what the session still knows"
NEEDLESS: Final = "what the session still knows is resumed"
CHANNELS: Final = "the first pass of a connection tells its channels"
WHOLE: Final = "after fresh and resync, every channel comes whole"
FOLLOWS: Final = "a pass follows seated"
CLAIMS: Final = "a client claims only what it was sent"

_FOLLOWS_S: Final = 0.5


class _Seat(Sitting):
    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        super().__init__(host, seat, wire)
        self.tick = -1
        """The newest that was ever sent to this seat."""
        self.outcome = ""
        self.fresh_wire = True
        """No pass was sent on the newest connection."""
        self.since = 0.0


class _Program(Chain):
    def __init__(self) -> None:
        super().__init__()
        self.tick = -1
        self.event = 0


class Resumes(Observer):
    """Of seats; spectators are somebody else's."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sittings = Sittings(world, _Seat)
        self._first: dict[Wire, TakeSeat | Resume] = {}
        self._programs = Chains(_Program)

    # --- from clients -----------------------------------------------------------------------------------------------

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        kind = type(message)
        if not from_server:
            if (kind is Resume or kind is TakeSeat) and wire.session:
                self._first[wire] = message
            return
        if kind is Pass:
            program = self._programs.by_wire.get(wire)
            if program is not None:
                program.tick = message.head.tick
                if message.seat is not None and message.seat.events:
                    program.event = max(program.event, message.seat.events[-1].n)
        elif kind is Seated:
            program = self._programs.seated(wire, message)
            if program is not None:
                program.event += message.lost

    def _claims(self, wire: Wire, program: _Program, message: Ack | Resume) -> None:
        if message.tick > program.tick or message.event > program.event:
            text = f"tick {message.tick} and event {message.event}; {program.tick} and {program.event} have arrived"
            self.violate(CLAIMS, f"{wire} says to have {text}")

    # --- from the server --------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        kind = type(message)
        if not from_server:
            if kind is Ack and wire.session:
                program = self._programs.by_wire.get(wire)
                if program is not None:
                    self._claims(wire, program, message)
            elif (kind is Resume or kind is TakeSeat) and wire.session:
                program = self._programs.first(wire, message)
                if kind is Resume and program.tokens:
                    self._claims(wire, program, message)
                elif kind is Resume:  # somebody else has shown this token, so what arrived is not known here
                    program.tick, program.event = message.tick, message.event
            return
        sitting = self._sittings.by_wire.get(wire)
        if kind is Pass:
            if sitting is not None:
                if sitting.fresh_wire:
                    self._first_pass(sitting, message)
                sitting.tick = message.head.tick
        elif kind is Seated:
            if sitting is not None:
                self.violate(FIRST, f"{sitting} is let in twice on {wire}")
            if message.seat >= 0:
                self._seated(wire, message)
            self._first.pop(wire, None)
        if wire in self._first and wire.session:
            self.violate(FIRST, f"{wire} is sent {message!r:.80} before seated")

    def _seated(self, wire: Wire, message: Seated) -> None:
        first = self._first.get(wire)
        sitting = self._sittings.seated(wire, message)
        if sitting is None and self.world.port is None:
            return  # the server is stopping: what it has cannot be looked at any more
        if first is not None and sitting is None and self._is_free_by_now(message):
            return
        if first is None or sitting is None:
            self.violate(FIRST, f"{wire} is let in without having asked, or nowhere: {message!r:.80}")
            return
        core = sitting.host.core
        right = (wire.session, sitting.seat.player_id, core.epoch)
        knows = first.schema == message.schema_hash
        if (message.session, message.player, message.epoch) != right or knows is not (message.schema is None):
            self.violate(WHO, f"{sitting}: seated says {message.session}, {message.player}, epoch {message.epoch}")
        self._outcome(sitting, first, message)
        sitting.outcome, sitting.fresh_wire, sitting.since = message.outcome, True, self.world.loop.now

    def _is_free_by_now(self, message: Seated) -> bool:
        """What waited for the disk is sent also to who was kicked meanwhile: the seat may be nobody's by then."""
        host = host_of(self.world, message.session)
        if host is None or self.world.plan.durability != "disk" or host.core.seats[message.seat] is not None:
            return False
        gone = (one for one in host.core.seating.departed if one.player_id == message.player)
        return any(one.seat == message.seat for one in gone)

    def _outcome(self, sitting: _Seat, first: TakeSeat | Resume, message: Seated) -> None:
        outcome, core = message.outcome, sitting.host.core
        said = f"{sitting}: {outcome} at tick {core.tick} after {first!r:.120}"
        if isinstance(first, TakeSeat):
            if outcome != "fresh":
                self.violate(FRESH, said)
            return
        if outcome == "fresh":
            if sitting.tick >= 0:
                self.violate(FRESH, f"{said}; it was sent passes up to tick {sitting.tick}")
            return
        oldest = core.tick - HISTORY_TICKS
        reaches = first.epoch == core.epoch and max(0, oldest) <= first.tick <= sitting.tick
        if outcome == "resumed" and (not reaches or message.lost):
            self.violate(
                REACHES, f"{said}; it was sent passes up to {sitting.tick}, and {message.lost} events are lost"
            )
        elif outcome == "resync" and reaches and not message.lost and sitting.running:
            self.violate(NEEDLESS, f"{said}; it was sent passes up to {sitting.tick}")

    def _first_pass(self, sitting: _Seat, message: Pass) -> None:
        sitting.fresh_wire = False
        part, tick = message.seat, message.head.tick
        channels = None if part is None else part.channels
        if channels is None or 0 not in channels:
            self.violate(CHANNELS, f"{sitting}: the first pass, of tick {tick}, tells channels {channels}")
            return
        if sitting.outcome == "resumed":
            return
        whole = [each.channel for each in message.parts if each.age == 0]
        if len(whole) != len(message.parts) or sorted(whole) != sorted(channels):
            self.violate(WHOLE, f"{sitting}: {sitting.outcome}, and of {channels} {whole} come whole at tick {tick}")

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sittings.closing(wire, code, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._sittings.ended(wire, at_server)
        self._programs.ended(wire, at_server)
        if at_server:
            self._first.pop(wire, None)

    def server_gone(self, crashed: bool) -> None:
        self._sittings.gone()
        self._first.clear()

    def server_started(self) -> None:
        for sitting in self._sittings.back():
            sitting.fresh_wire = False
            sitting.tick = min(sitting.tick, sitting.host.core.tick)

    def look(self) -> None:
        if self.world.port is None:
            return
        self._sittings.prune()
        for sitting in self._sittings.by_seat.values():
            if not sitting.fresh_wire or sitting.code is not None or sitting.seat.state is not SeatState.CONNECTED:
                continue
            if is_eased(self.world, sitting.host):
                sitting.since = self.world.loop.now
            waited_s = self.world.loop.now - unfrozen_since(self.world, sitting.since)
            if sitting.running and waited_s > _FOLLOWS_S + self.world.storage.commits_s:
                self.violate(FOLLOWS, f"{sitting}: no pass in {waited_s:.3f} s")
