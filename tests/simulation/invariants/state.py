"""The state that a player has is the server's: as docs/protocol.md reads on the wire, and as the SDK shows it."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any

from rallypoint_client.seat_state import SeatState
from rallypoint_protocol.messages import Pass, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer

from .told import DoesNotFit, Kind, Told, kinds_of
from .truth import Truth, channels_of, difference, may_see
from .view import compare_view

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["State"]

EVERY_TICKS = 10
VIEW_EVERY_LOOKS = 4
TOLD_MAX = 512
"""States by token, of seats that may still come back."""


class _Seated:
    """A connection that has a seat."""

    def __init__(self, session: str, seat: int, told: Told | None) -> None:
        self.session = session
        self.seat = seat
        self.told = told
        """``None``: what it has is not known, because it says to have what it was not seen to get."""
        self.due = True
        """Its next pass is compared."""
        self.truths: deque[tuple[Truth, tuple[str, ...]]] = deque()
        """Of passes under way: what there was to see, and in which channels."""


class State(Observer):
    """Follows every seat on the wire, and compares at samples."""

    FITS = "every pass fits the state that its client has"
    SAME = "a client's state is the server's"
    HIDDEN = "no hidden field reaches a seat"
    VIEW = "what the client library shows is what it was told"
    NO_DESYNC = "the client library never sees a desync"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.compared = self.views_compared = self.unknown = 0
        self._kinds: dict[bytes, tuple[Kind, ...]] = {
            definition.schema_hash: kinds_of(definition.schema_bytes) for definition in world.games
        }
        self._coming: dict[Wire, Told | None] = {}
        self._on: dict[Wire, _Seated] = {}
        self._by_token: OrderedDict[bytes, Told] = OrderedDict()
        self._truths: dict[str, Truth] = {}
        self._resumes: dict[Any, int] = {}
        self._looks = 0

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Pass:
            on = self._on.get(wire)
            if on is not None and on.seat >= 0:
                self._pass_sent(wire, on, message)
        elif type(message) is Seated and from_server:
            told = self._coming.pop(wire, None)
            self._on[wire] = _Seated(message.session, message.seat, told)
        elif wire.session and not from_server:
            if type(message) is TakeSeat:
                self._coming[wire] = Told()
            elif type(message) is Resume:
                self._coming[wire] = self._resumed(message)

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if type(message) is Pass:
            on = self._on.get(wire)
            if on is not None and on.seat >= 0 and on.told is not None:
                self._pass_received(wire, on, on.told, message)
        elif type(message) is Seated:
            self._seated(wire, message)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if not from_server and reason.startswith("desync"):
            self.violate(self.NO_DESYNC, f"{wire} closed with {code}: {reason}")

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if not at_server:  # from here on it is told nothing
            self._coming.pop(wire, None)
            self._on.pop(wire, None)

    def _resumed(self, message: Resume) -> Told | None:
        told = self._by_token.get(message.token)
        if message.tick < 0:
            return Told()
        if told is None or (told.tick, told.epoch) != (message.tick, message.epoch):
            self.unknown += 1
            return None
        for on in self._on.values():  # what comes over an older connection is not looked at any more
            if on.told is told:
                on.told = None
        return told

    def _seated(self, wire: Wire, message: Seated) -> None:
        on = self._on.get(wire)
        if on is None:
            return
        resumed = message.outcome == "resumed"
        if on.told is None:
            if resumed:
                return
            on.told = Told()
        if message.schema is not None and message.schema_hash not in self._kinds:
            self._kinds[message.schema_hash] = kinds_of(message.schema)
        on.told.seated(self._kinds.get(message.schema_hash, ()), resumed=resumed)
        self._by_token[message.token] = on.told
        while len(self._by_token) > TOLD_MAX:
            self._by_token.popitem(last=False)

    # --- passes -----------------------------------------------------------------------------------------------------

    def _host(self, session: str, tick: int) -> SessionHost | None:
        """The session, if its objects are as that tick has left them."""
        port = self.world.port
        host = None if port is None else port.node.find(session)  # type: ignore[arg-type]  # a SessionId
        return host if host is not None and host.core.tick == tick else None

    def _pass_sent(self, wire: Wire, on: _Seated, message: Pass) -> None:
        tick = message.head.tick
        sampled = on.due or (tick + len(on.session) + ord(on.session[-1])) % EVERY_TICKS == 0
        enters = any(part.enters for part in message.parts)
        if not sampled and not enters:
            return
        host = self._host(on.session, tick)
        if host is None:
            return
        game = host.core.game.game  # type: ignore[attr-defined]  # a GameDriver's
        player = next((one for one in game.players if one.seat == on.seat), None)
        if player is None:
            return
        channels = channels_of(player)
        if enters:
            self._look_for_hidden(wire, host, message, channels)
        if sampled:
            on.due = False
            truth = self._truths.get(on.session)
            if truth is None or truth.tick != tick:
                truth = self._truths[on.session] = Truth(host)
            on.truths.append((truth, channels))

    def _look_for_hidden(self, wire: Wire, host: SessionHost, message: Pass, channels: tuple[str, ...]) -> None:
        game = host.core.game.game  # type: ignore[attr-defined]  # a GameDriver's
        for part in message.parts:
            for id_, kind, _, mask, *_ in part.enters or ():
                entity = game if id_ == 0 else game.get(id_)
                hidden = mask if entity is None else mask & ~may_see(host.definition, entity, channels)
                if hidden:
                    text = f"entity {id_} of class {kind}, fields {hidden:b}, in channel {part.channel}"
                    self.violate(self.HIDDEN, f"{wire} is told at tick {message.head.tick} of {text}")
                    return

    def _pass_received(self, wire: Wire, on: _Seated, told: Told, message: Pass) -> None:
        try:
            told.apply(message)
        except DoesNotFit as error:
            self.violate(self.FITS, f"{wire}, seat {on.seat}: {error}")
            on.told = None
            return
        truths = on.truths
        while truths and truths[0][0].tick < told.tick:
            truths.popleft()
        if truths and truths[0][0].tick == told.tick:
            truth, channels = truths.popleft()
            self.compared += 1
            wrong = difference(truth.seen_in(channels), told.rows(), told.name_of)
            if wrong:
                self.violate(self.SAME, f"{wire}, seat {on.seat}, at tick {told.tick}: {wrong}")
                on.told = None

    # --- the client library -----------------------------------------------------------------------------------------

    def look(self) -> None:
        self._looks += 1
        if self._looks % 40 == 0:  # sessions that are over
            port = self.world.port
            self._truths = {key: truth for key, truth in self._truths.items() if port and port.node.find(key)}  # type: ignore[arg-type]  # as above
        everybody = self._looks % VIEW_EVERY_LOOKS == 0
        for player in self.world.players.values():
            for seat in player.seats[-3:]:
                stats = seat.stats
                if stats.desyncs or stats.hash_mismatches:
                    self._desynced(player.name, seat)
                wanted = everybody or self._resumes.get(seat) != stats.resumes
                if wanted and self._compare(player.name, seat):
                    self._resumes[seat] = stats.resumes

    def at_rest(self) -> None:
        for player in self.world.players.values():
            for seat in player.seats:
                if seat.stats.desyncs or seat.stats.hash_mismatches:
                    self._desynced(player.name, seat)

    def _desynced(self, name: str, seat: Any) -> None:
        counts = f"{seat.stats.desyncs} desyncs, {seat.stats.hash_mismatches} of them by a hash"
        self.violate(self.NO_DESYNC, f"{name}'s seat {seat.index} of {seat.session}: {counts}")

    def _compare(self, name: str, seat: Any) -> bool:
        if seat.state is not SeatState.PLAYING:
            return False
        told = self._by_token.get(seat.token)
        if told is None or told.tick < 0 or seat.latest.tick != told.tick:
            return False
        self.views_compared += 1
        wrong = compare_view(seat.latest, told)
        if wrong:
            self.violate(self.VIEW, f"{name}'s seat {seat.index} of {seat.session}, tick {told.tick}: {wrong}")
        return True
