"""What others are shown of a player's connection is true: who is there, who is away, and until when.

``away_until_ms`` is session time, which falls behind the clock when ticks are skipped. The server mends the countdown
once a second, if it is off by more than 250 ms: so much is right, and in between what the clock has drifted since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rallypoint.core.seat import SeatState
from rallypoint.core.session import COUNTDOWN_OFF_MS_MAX
from rallypoint.game.player import PlayerState
from rallypoint_protocol.messages import Seated
from rallypoint_simulation.observer import Observer

from .sittings import Knocking

if TYPE_CHECKING:
    from rallypoint.core.seat import Seat
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint_simulation.steps import StepMade
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Countdowns"]

BETWEEN_S = 0.02
"""A connection and what is shown of it may differ within one moment; not twice so far apart."""


class _Session:
    """What is remembered of a session's clock."""

    def __init__(self, drift_ms: float) -> None:
        self.drift_ms = drift_ms
        """The clock minus session time, when countdowns were last mended."""
        self.spread_ms = 0.0
        """How far that has gone since."""
        self.shown: dict[int, tuple[str, int]] = {}
        """By seat: a player who is away, and until when that is shown."""


class Countdowns(Observer):
    """Looks at every step at what the built-in fields of players say."""

    CONNECTED = "who is shown as connected has a connection"
    AWAY = "who is shown as away has no connection"
    SEAT = "what is shown of a seat is what the server believes"
    TRUE = "a countdown shown to others is true"
    GONE = "a countdown is gone after the return"
    EARLY = "nobody's grace ends before the countdown that others were shown"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.checked = 0
        self._sessions: dict[str, _Session] = {}
        self._wires: dict[tuple[str, int], list[Wire]] = {}
        """By session and seat: connections that were let in, and that nobody has ended."""
        self._closing: dict[Wire, None] = {}
        """Of these, those that somebody is about to end: for the seat they are lost then, or when they are over."""
        self._odd: dict[tuple[str, int], float] = {}
        self._knocking = Knocking(world)

    # --- connections ------------------------------------------------------------------------------------------------

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.received(wire, message, from_server)

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        if type(message) is Seated and message.seat >= 0:
            self._wires.setdefault((message.session, message.seat), []).append(wire)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._ends(wire)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._knocking.ended(wire, at_server)
        if at_server:
            self._forget(wire)
        else:
            self._ends(wire)

    def _ends(self, wire: Wire) -> None:
        if any(wire in wires for wires in self._wires.values()):
            self._closing[wire] = None

    def _forget(self, wire: Wire) -> None:
        self._closing.pop(wire, None)
        for key, wires in list(self._wires.items()):
            if wire in wires:
                wires.remove(wire)
                if not wires:
                    del self._wires[key]

    # --- steps ------------------------------------------------------------------------------------------------------

    def stepped(self, record: StepMade) -> None:
        port = self.world.port
        host = None if port is None else port.node.hosts.get(record.session)
        if host is None:
            return
        core = host.core
        now = core.clock(self.world.loop.time())
        drift_ms = now * 1000 - core.now_ms
        session = self._sessions.get(core.id)
        if session is None:
            session = self._sessions[core.id] = _Session(drift_ms)
        session.spread_ms = max(session.spread_ms, abs(drift_ms - session.drift_ms))
        hz = core.settings.tick_hz
        mended = hz and core.tick % hz == 0
        allowed_ms = COUNTDOWN_OFF_MS_MAX + 1 + (0 if mended else 2 * session.spread_ms)
        players = {player.seat: player for player in core.game.game.players}  # type: ignore[attr-defined]  # a GameDriver's
        if session.shown:
            self._look_for_ends(host, session, players)
        for seat in core.seated():
            if seat.in_game and not seat.is_given_up and seat.index in players:
                self._look_at(host, session, seat, players[seat.index], now, allowed_ms)
        if mended or not hz:
            session.drift_ms, session.spread_ms = drift_ms, 0.0

    def _look_at(
        self, host: SessionHost, session: _Session, seat: Seat, player: Any, now: float, allowed_ms: float
    ) -> None:
        core, index = host.core, seat.index
        self.checked += 1
        away = player.state == PlayerState.AWAY
        where = f"seat {index} of {core.id} at tick {core.tick}"
        if not core.stimuli_waiting and away is not (
            seat.state is SeatState.AWAY
        ):  # what waits comes with a later step
            self.violate(self.SEAT, f"{where} is {seat.state.value}, shown as {player.state!r}")
        if not away:
            session.shown.pop(index, None)
            if player.away_until_ms:
                self.violate(self.GONE, f"{where} is there, and shown to be away until {player.away_until_ms} ms")
        elif seat.deadline is not None:
            until_ms = core.now_ms + (seat.deadline - now) * 1000
            if not core.stimuli_waiting and abs(player.away_until_ms - until_ms) > allowed_ms:
                text = f"{where} is kept until {until_ms:.0f} ms, shown {player.away_until_ms} ms"
                self.violate(self.TRUE, f"{text}; {allowed_ms:.0f} ms may be off")
            session.shown[index] = (player.player_id, player.away_until_ms)
        if self._believes(core.id, index, away) or core.stimuli_waiting or self._knocking.at(core.id):
            self._odd.pop((core.id, index), None)
        else:
            since = self._odd.setdefault((core.id, index), self.world.elapsed_s)
            if self.world.elapsed_s - since > BETWEEN_S:
                wires = self._wires.get((core.id, index), [])
                self.violate(self.AWAY if away else self.CONNECTED, f"{where}: its connections are {wires}")

    def _believes(self, session: str, seat: int, away: bool) -> bool:
        """False if what is shown cannot be, by the connections that there are."""
        wires = self._wires.get((session, seat), ())
        return all(wire in self._closing for wire in wires) if away else bool(wires)

    def _look_for_ends(self, host: SessionHost, session: _Session, players: dict[int, Any]) -> None:
        core = host.core
        for index, (player, until_ms) in list(session.shown.items()):
            if index in players and players[index].player_id == player:
                continue
            del session.shown[index]
            gone = next((one for one in reversed(core.seating.departed) if one.player_id == player), None)
            tick_ms = 1000 / core.settings.tick_hz if core.settings.tick_hz else 0.0
            if gone is None or gone.reason != "expired" or core.stimuli_waiting:
                continue
            if until_ms - core.now_ms > COUNTDOWN_OFF_MS_MAX + 2 * session.spread_ms + tick_ms + 1:
                text = f"{player} in seat {index} of {core.id} is gone at {core.now_ms} ms, tick {core.tick}"
                self.violate(self.EARLY, f"{text}; shown was {until_ms} ms")

    def look(self) -> None:
        port = self.world.port
        for session in [key for key in self._sessions if port is None or key not in port.node.hosts]:
            del self._sessions[session]
            self._odd = {key: at for key, at in self._odd.items() if key[0] != session}

    def server_gone(self, crashed: bool) -> None:
        self._sessions.clear()
        self._wires.clear()
        self._closing.clear()
        self._odd.clear()
        self._knocking.clear()
