"""Who is told that it is over has seen the end; nobody gives up before its time; nobody plays without knowing it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Final

from rallypoint.core.seat import SeatState
from rallypoint_client import SessionGone
from rallypoint_client.heartbeat import Timing
from rallypoint_client.seat_state import SeatState as ClientState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import Pass, Seated
from rallypoint_simulation.observer import Observer

from .sittings import host_of

if TYPE_CHECKING:
    from rallypoint_simulation.players import Player
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["KNOWN", "SAW", "TRIES", "Endings"]

SAW: Final = "who is told that the session has ended was sent its last state"
TRIES: Final = "a client tries to come back for as long as its seat is kept"
KNOWN: Final = "the library plays no seat that its user does not know of"

_UNKNOWN_S: Final = 1.0
_EXACT_S: Final = 1e-6


class Endings(Observer):
    """Looks at closes on the wire, and at what players are left with."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._ticks: dict[Wire, int] = {}
        """Of the last pass that was sent to a player."""
        self._seats: dict[Wire, int] = {}
        self._token: dict[Wire, bytes] = {}
        """What a client was given on each of its connections, until it knows the end."""
        self._heard: dict[bytes, float] = {}
        """By that token, when anything was last heard there: a program may have the same seat twice, one after the
        other, and the earlier one hears nothing of what the later one does."""
        self._read: dict[str, int] = {}
        """How many of a player's ended seats were looked at."""
        self._unknown: dict[Hashable, float] = {}

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server:
            kind = type(message)
            if kind is Pass:
                if wire in self._ticks:
                    self._ticks[wire] = message.head.tick
            elif kind is Seated and message.seat >= 0:
                self._ticks[wire], self._seats[wire] = -1, message.seat

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        if type(message) is Seated:
            self._token[wire] = message.token
        token = self._token.get(wire)
        if token is not None:
            self._heard[token] = self.world.elapsed_s

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if not from_server or code != CloseCode.ENDED or wire not in self._ticks:
            return
        host = host_of(self.world, wire.session)
        seat = None if host is None else host.core.seats[self._seats[wire]]
        if host is None or seat is None or seat.state is not SeatState.CONNECTED or not seat.in_game:
            return  # removed in the last step, or taken so late that the game never knew of it
        if self._ticks[wire] < host.core.tick:
            text = f"{wire} was sent tick {self._ticks[wire]}, the session ended with {host.core.tick}"
            self.violate(SAW, text)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        if at_server:
            self._ticks.pop(wire, None)
            self._seats.pop(wire, None)
        else:
            self._token.pop(wire, None)

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        unknown: dict[Hashable, float] = {}
        for player in self.world.players.values():
            self._look_at_ended(player)
            self._look_at_known(player, unknown)
        self._unknown = unknown

    def _look_at_ended(self, player: Player) -> None:
        for ended in player.ended[self._read.get(player.name, 0) :]:
            heard = self._heard.get(ended.seat.token)
            error = ended.error
            if not isinstance(error, SessionGone) or error.code is not None or heard is None:
                continue
            tried_s, patience_s = ended.at - heard, Timing().margin_s
            if tried_s < patience_s - _EXACT_S:
                text = f"{player.name} gives {ended.seat.session} up {tried_s:.3f} s after the last word: {error}"
                self.violate(TRIES, text)
        self._read[player.name] = len(player.ended)

    def _look_at_known(self, player: Player, unknown: dict[Hashable, float]) -> None:
        process = player.process
        if process is None or not process.host.alive or process.host.frozen_until > self.world.loop.now:
            return
        for lobby in process.lobbies:
            for seat in lobby.seats:
                playing = seat.state is ClientState.PLAYING and not seat._core._leaving
                if not playing or any(seat is known for known in player.seats):
                    continue
                since = unknown[seat] = self._unknown.get(seat, self.world.elapsed_s)
                lasts_s = self.world.elapsed_s - max(since, process.host.frozen_until - self.world.began)
                if lasts_s > _UNKNOWN_S:
                    text = f"{player.name} has had a seat in {seat.session} for {lasts_s:.2f} s"
                    self.violate(KNOWN, f"{text}, and nobody there has asked for it or still waits")
