"""The client library sends what its user said: what is held now, nothing that was to be sent earlier, each request."""

from __future__ import annotations

from typing import Any, Final

from rallypoint_protocol.limits import GAME_INPUT_KIND_FIRST
from rallypoint_protocol.messages import Answer, Hello, Leave, Proved, Resume, Seated, TakeSeat, Welcome
from rallypoint_simulation.hands import Acted
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Chain, Chains, host_of

__all__ = ["AGAIN", "EXPIRED", "NEWEST", "Said"]

NEWEST: Final = "a client says what its player holds now, and nothing from before"
EXPIRED: Final = "an action that was to be sent within some seconds is not sent later"
AGAIN: Final = "after a return to the lobby, requests without an answer are sent again, in order and first"

_EXACT_S: Final = 1e-6


class _Visit(Chain):
    """One program's lobby session."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[int, Any] = {}
        """Requests without an answer."""
        self.owed: list[int] = []


class Said(Observer):
    """What players did is compared with what goes over the wire."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seats: Chains[Chain] = Chains(Chain)
        self._visits = Chains(_Visit)
        self._kinds: dict[str, dict[int, bool]] = {}
        """By session: each kind of input, and whether it is a hold."""
        self._sent: dict[Chain, int] = {}
        """The newest number of an action that was sent."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server:
            return
        kind = type(message)
        if wire.lobby:
            self._lobby(wire, message)
        elif kind is list:
            self._input(wire, message)
        elif (kind is Resume or kind is TakeSeat) and wire.session:
            self._seats.first(wire, message)

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not from_server:
            return
        kind = type(message)
        if kind is Seated:
            self._seats.seated(wire, message)
        elif kind is Welcome:
            visit = self._visits.seated(wire, message)
            if visit is not None:
                if not message.resumed:
                    visit.asked.clear()
                visit.owed = list(visit.asked)
        elif kind is Answer:
            visit = self._visits.by_wire.get(wire)
            if visit is not None:
                visit.asked.pop(message.id, None)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._seats.ended(wire, at_server)
        self._visits.ended(wire, at_server)

    # --- seats ------------------------------------------------------------------------------------------------------

    def _input(self, wire: Wire, message: list[Any]) -> None:
        chain = self._seats.by_wire.get(wire)
        is_hold = self._kinds_of(wire.session).get(message[0])
        player = self.world.players.get(wire.client)
        if chain is None or is_hold is None or player is None or not chain.tokens or len(message) < 4:
            return
        seat = next((seat for seat in reversed(player.seats) if seat.token == chain.tokens[-1]), None)
        mine = [acted for acted in player.acted if acted.seat is seat]
        if seat is None or not mine:
            return
        if is_hold and not seat._core._leaving:  # who leaves is not asked any more
            newest = next((acted.value for acted in reversed(mine) if acted.hold), None)
            if newest is not None and message[3] not in (newest, player.counters.value):  # it may be doing so now
                self.violate(NEWEST, f"{wire}: {player.name} holds {newest} by now, and {message[3]} is said")
        elif not is_hold:
            self._action(wire, chain, message, next((acted for acted in mine if acted.seq == message[1]), None))

    def _action(self, wire: Wire, chain: Chain, message: list[Any], acted: Acted | None) -> None:
        again = message[1] <= self._sent.get(chain, 0)
        self._sent[chain] = max(message[1], self._sent.get(chain, 0))
        if again or acted is None or acted.hold or acted.queue_s is None:
            return
        waited_s = self.world.loop.now - wire.link.client_host.behind_s - acted.at
        if waited_s > acted.queue_s + _EXACT_S:
            text = f"action {acted.value} was to be sent within {acted.queue_s} s, and is after {waited_s:.3f} s"
            self.violate(EXPIRED, f"{wire}: {text}")

    def _kinds_of(self, session: str) -> dict[int, bool]:
        kinds = self._kinds.get(session)
        if kinds is None:
            host = host_of(self.world, session)
            if host is None:
                return {}
            inputs = host.definition.schema.inputs
            if not any(each.name == "value" for one in inputs if one.hold for each in one.fields) and not any(
                each.name == "number" for one in inputs for each in one.fields
            ):
                inputs = ()
            kinds = self._kinds[session] = {kind: each.hold for kind, each in enumerate(inputs, GAME_INPUT_KIND_FIRST)}
        return kinds

    # --- the lobby --------------------------------------------------------------------------------------------------

    def _lobby(self, wire: Wire, message: Any) -> None:
        kind = type(message)
        if kind is Resume or kind is Hello:
            self._visits.first(wire, message).owed = []
            return
        visit = self._visits.by_wire.get(wire)
        if visit is None or kind is Proved:
            return
        if kind is Leave:
            visit.owed = []
            return
        number = getattr(message, "id", None)
        if visit.owed:
            if number != visit.owed[0]:
                text = f"{visit.owed} are to be asked again, and it says {message!r:.60}"
                self.violate(AGAIN, f"{wire}: {text}")
                visit.owed = []
            else:
                visit.owed.pop(0)
        if isinstance(number, int):
            visit.asked[number] = message

    # --- time -------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        for session in [session for session in self._kinds if host_of(self.world, session) is None]:
            del self._kinds[session]
