"""Each action is decided once, in order, soon after the server has it, and its player is told so truthfully."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import SessionState
from rallypoint.game.definition import Definition
from rallypoint.runtime.session_host import SessionHost
from rallypoint_client.seat_state import SeatState as ClientState
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import BuiltinEvent, Pass, Proved, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.steps import StepMade
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .dues import Dues, fields_of, meant_for
from .sittings import Chain, Chains, Sitting, Sittings, host_of, is_eased, unfrozen_since

__all__ = [
    "DECIDED",
    "DURABLE",
    "FORGOTTEN",
    "NUMBERED",
    "ONCE",
    "REFUSED",
    "RESENT",
    "SAME",
    "TOLD",
    "TRUE",
    "TWICE",
    "WITHIN_STEP",
    "Actions",
]

ONCE: Final = "each action is applied at most once and in order"
WITHIN_STEP: Final = "an action that the server has is decided by the next step"
"""Or by the one that it is meant for, if it may wait for that."""
DECIDED: Final = "an input that the server has is decided soon"
TRUE: Final = "what is told to be applied was sent and decided, and never goes back"
TOLD: Final = "a player is told at once what was decided"
REFUSED: Final = "a refusal names an action of that player, once"
NUMBERED: Final = "inputs of a client are numbered upward"
SAME: Final = "an action that is sent again is the same"
RESENT: Final = "after a return, undecided actions are sent again, in order and before all else"
DURABLE: Final = "what was told to be applied and durable is applied after a recovery"
TWICE: Final = "no action is applied twice, whatever crashes in between"
FORGOTTEN: Final = "a client forgets an action once it is durable"

_KEPT_MAX: Final = 64
"""Undecided actions of one client; the library keeps 32."""
_SLACK_S: Final = 0.3
_KEPT_PASSES: Final = 10
"""Besides what the journal takes: more than the ticks that are made up for at once."""


class _Seat(Sitting):
    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        super().__init__(host, seat, wire)
        self.hz = host.core.settings.tick_hz
        self.received = 0
        """The newest number that the server has been given on a connection that it listened to."""
        self.told = 0
        self.waiting: dict[int, int] = {}
        """Of what the server has: the actions by sequence, with their numbers, that the books do not show."""
        self.dues = Dues()
        """By the clock: in which step each input is due."""
        self.may_wait_s = 0.0
        """So long its inputs wait for the tick that they are meant for."""
        self.refused: set[int] = set()
        self.actions: set[int] = set()
        """The sequences of all actions that the server has."""
        self.behind: tuple[int, float] | None = None
        """An input that was not decided when last looked at, and since when."""
        self.player: Any = None
        """With the books."""
        self.applied_seen = self.refused_seen = 0
        self.durable = 0
        """The newest that was told to be applied in a step that was told to be durable."""
        self.provisional: deque[tuple[int, int]] = deque()
        """Ticks that were not told to be durable, and what was told to be applied with each."""

    def recovered(self) -> None:
        """As the server has it that has recovered the session."""
        self.told = self.durable
        self.provisional.clear()
        self.waiting.clear()
        self.dues.clear()
        self.behind = None
        players = getattr(self.host.core.game, "player_list", ())
        player = next((each for each in players if each.seat == self.seat.index), None) if self.seat.in_game else None
        self.player = player if hasattr(player, "applied") else None
        self.applied_seen = 0 if self.player is None else len(self.player.applied)
        self.refused_seen = 0 if self.player is None else len(self.player.refused)


class _Program(Chain):
    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[int, list[Any]] = {}
        """Actions by sequence: what was sent, from the kind on."""
        self.sent = 0
        self.epoch = 0
        self.said: dict[int, list[Any]] = {}
        """The newest actions by sequence, decided or not: in another epoch, those that are not durable come again."""
        self.owed: list[int] = []
        """Sequences that have to be sent again, before anything else."""
        self.again = False
        """It is in another epoch than before."""


class Actions(Observer):
    """The books of the test games are compared with what the server was given."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._sittings = Sittings(world, _Seat)
        self._by_session: dict[str, list[_Seat]] = {}
        self._programs = Chains(_Program)
        self._put_kinds: dict[Definition, int] = {}
        self._action_kinds: dict[str, frozenset[int]] = {}
        """By session, and not only while the server runs."""
        self._kept_since: dict[Any, tuple[int, int]] = {}
        """By the library's seat: how many passes it had when all that it keeps was applied, and inputs it had sent."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        kind = type(message)
        if from_server:
            if kind is Pass:
                sitting = self._sittings.by_wire.get(wire)
                if sitting is not None:
                    self._passed(sitting, message)
            elif kind is Seated and message.seat >= 0:
                self._seated(wire, message)
            return
        if kind is list:
            program = self._programs.by_wire.get(wire)
            if program is not None and message[0] >= GAME_INPUT_KIND_FIRST:
                self._said(wire, program, message)
        elif kind is Resume or kind is TakeSeat:
            if wire.session:
                self._programs.first(wire, message).owed = []
        elif kind is not Proved:
            program = self._programs.by_wire.get(wire)
            if program is not None and program.owed:
                self.violate(RESENT, f"{wire}: {program.owed} are still to be sent again, and it says {message!r:.60}")
                program.owed = []

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        kind = type(message)
        if not from_server:
            if kind is list:
                self._arrived(wire, message)
        elif kind is Seated and message.seat >= 0:
            program = self._programs.seated(wire, message)
            if program is not None:
                kept = program.said if program.epoch not in (0, message.epoch) else program.kept
                program.kept = {seq: body for seq, body in kept.items() if seq > message.applied}
                program.owed = list(program.kept)
                program.epoch, program.again = message.epoch, kept is program.said
                program.sent = max(program.sent, message.received)

    # --- what clients say -------------------------------------------------------------------------------------------

    def _said(self, wire: Wire, program: _Program, message: list[Any]) -> None:
        kind, seq = message[0], message[1]
        if program.owed:
            if seq == program.owed[0]:
                del program.owed[0]
            elif not program.again or seq > program.owed[0]:
                self.violate(RESENT, f"{wire}: input {seq} comes while {program.owed} are still to be sent again")
                program.owed = []
        if seq > program.sent:
            program.sent = seq
            if kind in self._actions_of(wire.session):
                program.kept[seq] = program.said[seq] = message
                for table in (program.kept, program.said):
                    if len(table) > _KEPT_MAX:
                        del table[next(iter(table))]
            return
        before = (program.said if program.again else program.kept).get(seq)
        if before is None:
            self.violate(NUMBERED, f"{wire}: input {seq} after {program.sent}, and it is no undecided action")
        elif before[0] != kind or not self._same(wire.session, before, message):
            self.violate(SAME, f"{wire}: input {seq} was {before} and is {message}")

    def _same(self, session: str, before: list[Any], message: list[Any]) -> bool:
        """What is sent again is meant for the same tick, or for the next."""
        if before[3:] == message[3:]:
            return True
        host = host_of(self.world, session)
        if host is None:
            return False
        own = host.definition
        return fields_of(own, before) == fields_of(own, message) and meant_for(own, message) == -1

    def _actions_of(self, session: str) -> frozenset[int]:
        kinds = self._action_kinds.get(session)
        if kinds is None:
            port = self.world.last_port  # clients may go on for a moment when the server is gone
            host = None if port is None else port.node.find(SessionId(session))
            if host is None:
                return frozenset()
            inputs = enumerate(host.definition.schema.inputs, GAME_INPUT_KIND_FIRST)
            kinds = self._action_kinds[session] = frozenset(kind for kind, each in inputs if not each.hold)
        return kinds

    # --- what the server gets ---------------------------------------------------------------------------------------

    def _arrived(self, wire: Wire, message: list[Any]) -> None:
        sitting = self._sittings.newest(wire)
        if sitting is None or message[0] < GAME_INPUT_KIND_FIRST or message[1] <= sitting.received:
            return
        sitting.received = message[1]
        if sitting.hz:
            due = sitting.dues.came(sitting.host, sitting.seat, message)
            sitting.may_wait_s = max(sitting.may_wait_s, (due - sitting.host.core.tick - 1) / sitting.hz)
        if message[0] in self._actions_of(sitting.session):
            sitting.actions.add(message[1])
            if message[0] == self._put_kind(sitting.host.definition):
                sitting.waiting[message[1]] = message[3]

    def _put_kind(self, definition: Definition) -> int:
        kind = self._put_kinds.get(definition)
        if kind is None:
            names = [each.name for each in definition.schema.inputs]
            kind = GAME_INPUT_KIND_FIRST + names.index("Put") if "Put" in names else -1
            self._put_kinds[definition] = kind
        return kind

    def _seated(self, wire: Wire, message: Seated) -> None:
        before = self._sittings.before(message)
        surely = before is not None and before.code is None
        sitting = self._sittings.seated(wire, message)
        if sitting is None:
            return
        if before is None:
            self._by_session.setdefault(sitting.session, []).append(sitting)
        if message.received > sitting.received or message.applied > message.received or message.applied < sitting.told:
            told = f"applied {message.applied} and received {message.received}"
            self.violate(TRUE, f"{sitting}: {told} are told; {sitting.received} came, {sitting.told} was told before")
        if message.received < sitting.received:
            if surely:
                self.violate(TRUE, f"{sitting}: {message.received} is received, and {sitting.received} came")
            # Else: what came in one go with what the connection was closed for may not have been looked at.
            sitting.received = message.received
            for seq in [seq for seq in sitting.waiting if seq > message.received]:
                del sitting.waiting[seq]
        sitting.dues.taken_back(message.received)
        sitting.dues.release(sitting.host.core.tick + 1)
        sitting.told = max(sitting.told, message.applied)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._sittings.closing(wire, code, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._sittings.ended(wire, at_server)
        self._programs.ended(wire, at_server)

    def server_gone(self, crashed: bool) -> None:
        self._sittings.gone()
        if not self.world.kept:
            self._by_session.clear()

    def server_started(self) -> None:
        """What was applied and durable is applied still; what was not, clients say again."""
        self._by_session.clear()
        for sitting in self._sittings.back():
            self._by_session.setdefault(sitting.session, []).append(sitting)
            if sitting.seat.applied < sitting.durable:
                text = f"{sitting.durable} was told to be applied, and durable; {sitting.seat.applied} is"
                self.violate(DURABLE, f"{sitting}: {text} after a recovery")
            sitting.recovered()

    # --- what the server says ---------------------------------------------------------------------------------------

    def _passed(self, sitting: _Seat, message: Pass) -> None:
        table, part = message.head.applied, message.seat
        if table is not None:
            at = 2 * sitting.seat.index
            ahead = ((table[at] << 8 | table[at + 1]) - sitting.told) & 0xFFFF
            if ahead:
                if ahead >= 0x8000 or sitting.told + ahead > sitting.received:
                    self.violate(TRUE, f"{sitting}: {ahead} ahead of {sitting.told}, {sitting.received} came")
                sitting.told += ahead
        self._note_durable(sitting, message.head.tick, message.head.undurable)
        if sitting.hz and sitting.code is None and sitting.running:
            tick = message.head.tick
            due = sitting.dues.by(tick)
            if sitting.told < due:
                self.violate(TOLD, f"{sitting}: {sitting.told} is applied at tick {tick}, {due} was due before it")
        if part is not None and part.events:
            for event in part.events:
                if event.kind == BuiltinEvent.REFUSED:
                    self._refusal(sitting, event.n, event.fields[0])

    def _note_durable(self, sitting: _Seat, tick: int, undurable: int) -> None:
        provisional = sitting.provisional
        if undurable:
            provisional.append((tick, sitting.told))
        else:
            sitting.durable = sitting.told
        while provisional and provisional[0][0] <= tick - undurable:
            sitting.durable = max(sitting.durable, provisional.popleft()[1])

    def _refusal(self, sitting: _Seat, n: int, seq: int) -> None:
        if seq not in sitting.actions:
            self.violate(REFUSED, f"{sitting}: event {n} refuses input {seq}, which is no action that came")
        elif n in sitting.refused:
            return  # the same event again
        elif -seq in sitting.refused:
            self.violate(REFUSED, f"{sitting}: event {n} refuses input {seq} a second time")
        sitting.refused |= {n, -seq}

    # --- the books --------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        for sitting in self._by_session.get(record.session, ()):
            if sitting.waiting or sitting.player is not None:
                self._read_books(sitting, record)

    def _read_books(self, sitting: _Seat, record: StepMade) -> None:
        seat = sitting.seat
        if not seat.in_game:
            return
        player = sitting.player
        if player is None:
            players = getattr(sitting.host.core.game, "player_list", ())
            player = sitting.player = next((each for each in players if each.seat == seat.index), None)
            if player is None or not hasattr(player, "applied"):
                return
        if len(player.applied) > sitting.applied_seen:
            new, sitting.applied_seen = player.applied[sitting.applied_seen :], len(player.applied)
            self._settle(sitting, new, "applied", record.tick)
        if len(player.refused) > sitting.refused_seen:
            new, sitting.refused_seen = player.refused[sitting.refused_seen :], len(player.refused)
            self._settle(sitting, new, "refused", record.tick)
        if sitting.waiting:
            self._none_lost(sitting, record.tick)

    def _none_lost(self, sitting: _Seat, tick: int) -> None:
        """Whatever a step has decided is in the books by now. By the clock, that is all that was due."""
        waiting = sitting.waiting
        due = sitting.dues.by(tick) if sitting.hz else sitting.seat.applied
        decided = [seq for seq in waiting if seq <= due]
        if not decided:
            return
        # The framework refuses before the start and after the end by itself.
        running = sitting.host.core.state is SessionState.RUNNING and not self._began_now(sitting)
        if running and sitting.code is None:
            self.violate(WITHIN_STEP, f"{sitting}: {decided} came before tick {tick}, and are in no book: {waiting}")
        for seq in decided:
            del waiting[seq]

    def _began_now(self, sitting: _Seat) -> bool:
        core = sitting.host.core
        return core.started_ms is None or core.started_ms == core.now_ms

    def _settle(self, sitting: _Seat, numbers: list[int], how: str, tick: int) -> None:
        last = 0
        for number in numbers:
            seq = next((seq for seq, waiting in sitting.waiting.items() if waiting == number), None)
            if seq is None or seq < last:
                waiting = f"what came and was not decided: {sitting.waiting}"
                self.violate(ONCE, f"{sitting}: action {number} is {how} at tick {tick}; {waiting}")
            else:
                last = seq
                del sitting.waiting[seq]
        book = sitting.player.applied
        new = book[-len(numbers) - 1 :]
        if how == "applied" and last and not sitting.seat.bot and any(one >= other for one, other in pairwise(new)):
            self.violate(TWICE, f"{sitting}: at tick {tick} its book says {book[-len(numbers) - 2 :]}")

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        now = self.world.loop.now
        if self.world.port is not None:
            self._sittings.prune()
            for session in [session for session in self._by_session if host_of(self.world, session) is None]:
                del self._by_session[session]
                self._action_kinds.pop(session, None)
            for sitting in self._sittings.by_seat.values():
                self._look_at(sitting, now)
        self._look_at_players()

    def _look_at(self, sitting: _Seat, now: float) -> None:
        seat = sitting.seat
        listening = sitting.code is None and seat.state is SeatState.CONNECTED and sitting.running
        listening = listening and not is_eased(self.world, sitting.host)
        behind = sitting.behind
        if not listening or seat.applied >= sitting.received:
            sitting.behind = None
        elif behind is None or seat.applied >= behind[0]:
            sitting.behind = sitting.received, now
        elif now - unfrozen_since(self.world, behind[1]) > _SLACK_S + sitting.may_wait_s:
            self.violate(DECIDED, f"{sitting}: {behind[0]} came, and {seat.applied} is the last that is decided")

    def _look_at_players(self) -> None:
        """What the library keeps of the actions of players whose session goes on by the clock."""
        since, self._kept_since = self._kept_since, {}
        for player in self.world.players.values():
            for seat in player.seats[-1:]:
                if seat.state is not ClientState.PLAYING or seat.spectator or not seat.schema.tick_hz:
                    continue
                if not seat.actions_kept or seat.applied < seat.sent:
                    continue
                passes, sent = seat.stats.passes, seat.sent
                begin, sent_then = since.get(seat, (passes, sent))
                if sent != sent_then:  # it may be another that is kept now
                    begin = passes
                self._kept_since[seat] = begin, sent
                if passes - begin > self.world.storage.commits_s * seat.schema.tick_hz + _KEPT_PASSES:
                    text = (
                        f"{player.name} keeps {seat.actions_kept} actions at tick {seat.latest.tick}, all are applied"
                    )
                    self.violate(FORGOTTEN, text)
