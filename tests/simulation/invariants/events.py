"""Each event arrives once, in order, with the pass of its step, and is the same whenever it is sent again."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from rallypoint.core.seat import Seat
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST
from rallypoint_protocol.messages import Ack, EventItem, Pass, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Sitting, Sittings

__all__ = ["ALL", "BEGINS", "CONSECUTIVE", "KEPT", "LOST", "SAME", "TOLD_IN_ORDER", "USER", "WITH_ITS_TICK", "Events"]

CONSECUTIVE: Final = "each event is delivered once and in order"
BEGINS: Final = "after a return, events go on after the last that was received"
SAME: Final = "an event that is sent again is the same"
WITH_ITS_TICK: Final = "an event comes with the first pass that its step is durable in"
ALL: Final = "whatever the game has told a player is in the pass"
TOLD_IN_ORDER: Final = "events are numbered in the order in which the game emits them"
LOST: Final = "events are lost only if more than 256 wait, and then it is said"
KEPT: Final = "an event that was sent is there after a recovery"
USER: Final = "the library's user is told each event once and in order"

_KEPT_MAX: Final = 256
_BYTES_FULL: Final = 60_000
"""Nearly the 64 KiB that are kept."""


class _Seat(Sitting):
    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        super().__init__(host, seat, wire)
        self.last = 0
        """The newest event that was ever sent."""
        self.acked = 0
        """The newest that the server was told to have arrived."""
        self.unsure = False
        """The server has closed a connection, or is another one: it may not have heard the last words before that."""
        self.contents: dict[int, tuple[int, int, list[Any]]] = {}
        """Of the events that were sent and not acknowledged."""
        names = [each.name for each in host.definition.schema.events]
        self.told_kind = GAME_EVENT_KIND_FIRST + names.index("Told") if "Told" in names else -1
        self.told = 0
        """The newest number among the game's own events."""
        self.next: int | None = None
        """The event that has to come next on this connection; ``None``: any."""
        self.pass_tick = -1
        """Durable with the last pass on this connection; -1: there was none."""
        self.gap = False
        """Some were lost."""
        self.player: Any = None
        self.tellings: deque[tuple[int, int]] = deque()
        """Of steps that were not committed when last looked at: tick, and how often the game had told the player."""


class Events(Observer):
    """The test games number their own events, and write down how many there were."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sittings = Sittings(world, _Seat)
        self._first: dict[Wire, TakeSeat | Resume] = {}
        self._heard: dict[Any, tuple[int, int]] = {}
        """By the library's seat: the newest event that its user was told, and how many were missing until then."""
        self._read: dict[Any, int] = {}
        """By player: how many of the events were looked at."""

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server:
            return
        kind = type(message)
        if kind is Ack:
            sitting = self._sittings.newest(wire)
            # One of another epoch counts for nothing, also that of a client that has no state yet.
            if sitting is not None and message.event > sitting.acked and message.epoch == sitting.host.core.epoch:
                self._ack(sitting, message.event)
        elif (kind is Resume or kind is TakeSeat) and wire.session:
            self._first[wire] = message

    def _ack(self, sitting: _Seat, event: int) -> None:
        sitting.acked, sitting.unsure = event, False
        contents = sitting.contents
        while contents and (oldest := next(iter(contents))) <= event:
            del contents[oldest]

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        if type(message) is Pass:
            sitting = self._sittings.by_wire.get(wire)
            if sitting is not None:
                self._passed(sitting, message)
        elif type(message) is Seated and message.seat >= 0:
            self._seated(wire, message)

    def _seated(self, wire: Wire, message: Seated) -> None:
        first = self._first.pop(wire, None)
        sitting = self._sittings.seated(wire, message)
        if sitting is None:
            return
        sitting.pass_tick = -1
        if message.lost:
            sitting.gap = True
            self._lost(sitting, message, first)
        if type(first) is Resume and message.outcome != "fresh":
            # A stranger may know nothing of what was acknowledged before: then it begins there.
            sitting.next = first.event + message.lost + 1 if first.event >= sitting.acked else None
            if sitting.acked < first.event <= sitting.last:
                self._ack(sitting, first.event)
        elif message.lost:
            sitting.next = None
        else:
            sitting.next = None if sitting.unsure else sitting.acked + 1

    def _lost(self, sitting: _Seat, message: Seated, first: TakeSeat | Resume | None) -> None:
        base = first.event if type(first) is Resume and message.outcome != "fresh" else sitting.acked
        events = sitting.seat.events
        kept = events.since(base + message.lost)
        size = sum(16 + len(bytes(fields)) for _, (_, _, fields) in kept)
        if len(kept) < _KEPT_MAX and size < _BYTES_FULL and base >= sitting.acked:
            self.violate(LOST, f"{sitting}: {message.lost} after {base} are lost, and {len(kept)} are kept")

    def _passed(self, sitting: _Seat, message: Pass) -> None:
        part, tick = message.seat, message.head.tick
        if part is not None and part.events:
            for event in part.events:
                self._event(sitting, event, tick - message.head.undurable)
        sitting.pass_tick = tick - message.head.undurable
        player = sitting.player
        if player is None:
            players = getattr(sitting.host.core.game, "player_list", ())
            player = next((each for each in players if each.seat == sitting.seat.index), None)
            if not hasattr(player, "told"):
                return
            sitting.player = player
            assert player is not None
            if tick == sitting.host.core.tick:
                sitting.tellings.append((tick, player.told))
        tellings, told = sitting.tellings, None
        while tellings and tellings[0][0] <= tick - message.head.undurable:
            told = tellings.popleft()[1]
        if told is not None and told != sitting.told and sitting.seat.in_game:
            self.violate(ALL, f"{sitting} was told {told} times by tick {tick}, and sent {sitting.told}")
            sitting.told = told

    def stepped(self, record: StepMade) -> None:
        for sitting in self._sittings.by_seat.values():
            if sitting.session == record.session and sitting.player is not None:
                sitting.tellings.append((record.tick, sitting.player.told))

    def _event(self, sitting: _Seat, event: EventItem, tick: int) -> None:
        n = event.n
        if sitting.next is not None and n != sitting.next:
            name = BEGINS if sitting.pass_tick < 0 else CONSECUTIVE
            self.violate(name, f"{sitting}: event {n} in the pass of tick {tick}, {sitting.next} was to come")
        sitting.next = n + 1
        if event.tick > tick or event.tick <= sitting.pass_tick:
            passes = f"durable tick {tick}, the one before of {sitting.pass_tick}"
            self.violate(WITH_ITS_TICK, f"{sitting}: event {n} of tick {event.tick} in the pass of {passes}")
        what = (event.tick, event.kind, event.fields)
        if n <= sitting.last:
            before = sitting.contents.get(n)
            if before is not None and before != what:
                self.violate(SAME, f"{sitting}: event {n} was {before} and is {what}")
            return
        sitting.last = n
        sitting.contents[n] = what
        if len(sitting.contents) > _KEPT_MAX:
            del sitting.contents[next(iter(sitting.contents))]
        if event.kind == sitting.told_kind:
            if event.fields[0] != sitting.told + 1 and not sitting.gap:
                self.violate(
                    TOLD_IN_ORDER, f"{sitting}: event {n} is the game's {event.fields[0]} after {sitting.told}"
                )
            sitting.told, sitting.gap = event.fields[0], False

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if from_server:
            sitting = self._sittings.newest(wire)
            if sitting is not None:
                sitting.unsure = True
        self._sittings.closing(wire, code, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._sittings.ended(wire, at_server)
        if not at_server:
            return
        first = self._first.pop(wire, None)
        if type(first) is Resume:  # gone before the answer, and what it said to have has counted
            for sitting in self._sittings.by_seat.values():
                if sitting.session == wire.session and sitting.acked < first.event:
                    sitting.unsure = True

    def server_gone(self, crashed: bool) -> None:
        self._sittings.gone()
        self._first.clear()

    def server_started(self) -> None:
        """What was sent stays as it was; what the server had heard last, it may have to hear again."""
        for sitting in self._sittings.back():
            sitting.player, sitting.unsure = None, True
            sitting.tellings.clear()
            if sitting.seat.events.last < sitting.last:
                text = f"event {sitting.last} was sent, and {sitting.seat.events.last} is the last"
                self.violate(KEPT, f"{sitting}: {text} after a recovery")

    def look(self) -> None:
        if self.world.port is not None:
            self._sittings.prune()
        for player in self.world.players.values():
            self._hear(player)

    def _hear(self, player: Any) -> None:
        """What the library has told its user since the last look."""
        heard, seen = self._heard, self._read.get(player, 0)
        for seat, event in player.events[seen:]:
            # The first may have any number: what came before was for an earlier program.
            last, missing = heard.get(seat, (event.n - 1, 0))
            missing += event.n - last - 1
            if event.n <= last or missing > seat.stats.events_lost:
                self.violate(USER, f"{player.name} was told event {event.n} after {last} in {seat.session}")
            heard[seat] = event.n, missing
        self._read[player] = len(player.events)
