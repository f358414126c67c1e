"""Tokens: at most two of a seat are good, the newest that was issued and the newest that was proved; each is new.

The rules are those of the protocol: ``seated`` (and the lobby, for who is known there) issues one, ``proved`` on the
connection that brought it ends all older ones, and so does showing it.
"""

from __future__ import annotations

from typing import Any, Final

from rallypoint.core.seat import Seat, SeatState
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.messages import Answer, Proved, Push, Resume, Seated, TakeSeat
from rallypoint_simulation.observer import Observer
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

from .sittings import Knocking, host_of, server_clock

__all__ = ["GOOD", "KEPT", "NEW", "ONLY_GIVEN", "TELLS_NOTHING", "USED_UP", "Tokens"]

USED_UP: Final = "a token that is used up never works again"
GOOD: Final = "a good token lets its player in"
KEPT: Final = "a token that was given is good after a recovery"
NEW: Final = "a new token is never one that there was"
ONLY_GIVEN: Final = "only tokens that were given let somebody in"
TELLS_NOTHING: Final = "a token that is used up is answered like an unknown one"

_SILENT: Final = {CloseCode.UNKNOWN, CloseCode.SHUTDOWN, CloseCode.TOO_FAST, CloseCode.MALFORMED, CloseCode.UNEXPECTED}


class _Right:
    """To one seat."""

    def __init__(self, seat: Seat, session: str) -> None:
        self.seat = seat
        self.session = session
        self.proven = b""
        self.issued = b""
        """The newest, while it is not proved."""
        self.lost = False
        """The last server did not know the newest any more: there was a newer one, which nobody was told."""
        self.doubt = False
        """Somebody has shown one of them, and was gone before the answer: that may have used up the others."""
        self.doubted = b""
        """That one, if it was the newest: by that it was proved, if the server has seen it."""
        self.before = b""
        """The one that was proved before."""

    @property
    def key(self) -> tuple[str, int]:
        """Which seat."""
        return self.session, self.seat.number

    def __repr__(self) -> str:
        return f"seat {self.seat.index} of {self.seat.name} ({self.seat.player_id}) in {self.session}"

    def good(self, token: bytes) -> bool:
        return token in (self.proven, self.issued, self.doubted)


class Tokens(Observer):
    """Of seats."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._knocking = Knocking(world)
        self._rights: dict[tuple[str, int], _Right] = {}
        self._of: dict[bytes, _Right] = {}
        """Every token of this server's that was ever seen."""
        self._shown: dict[Wire, tuple[bytes, bool]] = {}
        """By connection that is not answered yet: its token, and whether that has to let it in."""
        self._brought: dict[Wire, tuple[_Right, bytes]] = {}
        """By connection: what its ``seated`` brought."""

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if from_server:
            return
        kind = type(message)
        if kind is Proved:
            brought = self._brought.get(wire)
            if brought is not None:
                self._proved(*brought)
        elif (kind is Resume or kind is TakeSeat) and wire.session:
            in_doubt = self._knocking.at(wire.session)  # that one may have used it up
            self._shown[wire] = message.token, not in_doubt and self._has_to_work(wire.session, message.token)
            self._knocking.received(wire, message, from_server)

    def _proved(self, right: _Right, token: bytes) -> None:
        if right.issued == token:
            right.before, right.proven, right.issued = right.proven, token, b""
        elif right.issued:
            right.before, right.proven = right.proven, token  # another one was issued meanwhile, elsewhere

    def _has_to_work(self, session: str, token: bytes) -> bool:
        right = self._of.get(token)
        host = host_of(self.world, session)
        if right is None or host is None or right.session != session or not right.good(token):
            return False
        seat = right.seat
        if right.doubt or host.core.seats[seat.index] is not seat or seat.is_over(server_clock(self.world)):
            return False
        if not host.running and seat.state is SeatState.RESERVED:
            return False  # it was not there when the session ended: there is nothing for it
        # An operator may have had another issued, which nobody has seen yet: the newest is none that is known here.
        return token == right.proven and (not right.issued or seat.tokens.knows(right.issued))

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._knocking.sent(wire, message, from_server)
        if not from_server:
            return
        kind = type(message)
        if kind is Seated:
            if message.seat >= 0:
                self._seated(wire, message)
            self._shown.pop(wire, None)
        elif kind is Answer:
            if type(message.value) is dict:
                self._offered(message.value)
        elif kind is Push:
            self._offered(message.data)

    def _offered(self, offer: dict[str, Any]) -> None:
        """The lobby gives somebody a seat; the same offer may come again."""
        token, index = offer.get("token"), offer.get("seat")
        host = host_of(self.world, str(offer.get("session", "")))
        if not isinstance(token, bytes) or not isinstance(index, int) or host is None or token in self._of:
            return
        seat = host.core.seats[index]
        if seat is None or not seat.tokens.knows(token):
            return  # it comes late: the seat is somebody else's by now, or there is a newer token
        key = (str(host.core.id), seat.number)
        right = self._rights.get(key)
        if right is None:
            right = self._rights[key] = _Right(seat, key[0])
            right.proven = token
        else:
            right.issued = token
        self._of[token] = right

    def _seated(self, wire: Wire, message: Seated) -> None:
        shown = self._shown.get(wire, (b"", False))[0]
        host = host_of(self.world, message.session)
        seat = None if host is None else host.core.seats[message.seat]
        if seat is None:
            return
        key = (message.session, seat.number)
        right = self._rights.get(key)
        if right is None:
            right = self._rights[key] = _Right(seat, message.session)
            right.proven = shown
            if not seat.bot:
                self.violate(ONLY_GIVEN, f"{wire} takes {right} with a token that nobody was given")
        elif self._of.get(shown) is not right and not seat.bot:  # those of a recovered session are given another
            self.violate(ONLY_GIVEN, f"{wire} takes {right} with a token that is none of that seat")
        elif not right.good(shown) and not seat.bot:
            self.violate(USED_UP, f"{wire} takes {right} with a token that was used up")
        if message.token in self._of or message.token == shown:
            self.violate(NEW, f"{wire} is given a token again that there was, for {right}")
        right.doubt = False
        if shown in (right.issued, right.doubted):
            right.before, right.proven = right.proven, shown
        right.issued, right.doubted = message.token, b""
        self._of[message.token] = self._of[shown] = right
        self._brought[wire] = right, message.token

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        if not from_server:
            return
        self._brought.pop(wire, None)  # what it says from here on is not heard
        shown = self._shown.pop(wire, None)
        if shown is None or wire.closed_by != "server":
            return
        token, has_to_work = shown
        right = self._of.get(token)
        if has_to_work and code == CloseCode.UNKNOWN:
            self.violate(GOOD, f"{wire} shows a good token of {right}, and is closed with {code}")
        elif right is not None and not right.good(token) and code not in _SILENT:
            self.violate(
                TELLS_NOTHING, f"{wire} shows a token of {right} that is used up, and is told {code}: {reason}"
            )

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._knocking.ended(wire, at_server)
        if at_server:
            shown = self._shown.pop(wire, (b"", False))[0]
            right = self._of.get(shown)
            if right is not None:
                right.doubt = True
                if shown == right.issued:
                    right.doubted = shown
            self._brought.pop(wire, None)

    def server_gone(self, crashed: bool) -> None:
        for right in self._rights.values():
            right.lost = not right.seat.tokens.knows(right.issued or right.proven)
        if not self.world.kept:
            self._rights.clear()
            self._of.clear()
        self._knocking.clear()
        self._shown.clear()
        self._brought.clear()

    def server_started(self) -> None:
        """A token that was given is good still. What a client had said last may not have been written."""
        for key, right in list(self._rights.items()):
            host = host_of(self.world, right.session)
            seat = None if host is None else host.core.seats[right.seat.index]
            if seat is None or seat.number != right.seat.number:
                del self._rights[key]
                continue
            right.seat = seat
            newest = right.issued or right.proven
            known = right.lost or seat.tokens.knows(newest)
            if not known and not seat.bot and not seat.is_given_up:
                self.violate(KEPT, f"{right}: the newest token that was given is not known after a recovery")
            if right.issued == b"" and right.before and seat.tokens.knows(right.before):
                right.proven, right.issued = right.before, right.proven  # that it was proved was not written
        self._of = {token: right for token, right in self._of.items() if right is self._rights.get(right.key)}

    def look(self) -> None:
        if self.world.port is not None and len(self._rights) > 64:
            self._rights = {
                key: right for key, right in self._rights.items() if host_of(self.world, right.session) is not None
            }
            self._of = {
                token: right for token, right in self._of.items() if (right.session, right.seat.number) in self._rights
            }
