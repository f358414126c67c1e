"""Who sits where: one seat of one player over all its connections, and one program of a player over all of its.

A *sitting* is the server's side: it begins with the first ``seated`` and is known by the seat's running number within
its session. A *chain* is the client's side: what one program has said and heard about one seat; its next connection is
known by the token that it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from rallypoint.core.seat import Seat
from rallypoint.core.session import SessionState
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Hello, Resume, Seated, TakeSeat, Welcome
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

__all__ = ["Chain", "Chains", "Sitting", "Sittings", "host_of", "is_open", "server_clock", "unfrozen_since"]

_TOKENS_KEPT = 3
"""Of a chain: a client may not have come to use the newest that has arrived."""


def host_of(world: World, session: str) -> SessionHost | None:
    """The session, also one that has ended and lingers; ``None`` if there is none, or no server."""
    return None if world.port is None else world.port.node.find(SessionId(session))


def server_clock(world: World) -> float:
    """Seconds on the server's monotonic clock, whoever's callback this is."""
    return world.loop.now - world.server_host.behind_s


def unfrozen_since(world: World, at: float) -> float:
    """``at`` (the loop's ``now``), or the end of the server's last freeze if that was later."""
    return max(at, world.server_host.frozen_until)


def is_open(wire: Wire) -> bool:
    """The server has it open, as far as bytes go."""
    transport = wire.link.server
    return transport is not None and not transport.is_closing()


class Sitting:
    """One player's seat. Observers add what they remember of it."""

    def __init__(self, host: SessionHost, seat: Seat, wire: Wire) -> None:
        self.host = host
        self.session = str(host.core.id)
        self.seat = seat
        """The server's: its public state is looked at."""
        self.wire = wire
        """The newest connection that was let in."""
        self.code: int | None = None
        """What the server has closed the newest connection with."""

    def __repr__(self) -> str:
        return f"seat {self.seat.index} of {self.seat.name} ({self.seat.player_id}) in {self.session}"

    @property
    def running(self) -> bool:
        """The session has not ended."""
        return self.host.core.state is not SessionState.ENDED


S = TypeVar("S", bound=Sitting)


class Sittings(Generic[S]):
    """All sittings of the server that runs."""

    def __init__(self, world: World, make: Callable[[SessionHost, Seat, Wire], S]) -> None:
        self._world = world
        self._make = make
        self.by_wire: dict[Wire, S] = {}
        """As long as the server has the connection, also replaced ones."""
        self.by_seat: dict[tuple[str, int], S] = {}

    def seated(self, wire: Wire, message: Seated) -> S | None:
        """The server lets somebody in: the sitting, with ``wire`` as its newest. ``None`` for spectators."""
        host = host_of(self._world, message.session)
        seat = None if host is None or message.seat < 0 else host.core.seats[message.seat]
        if host is None or seat is None:
            return None
        key = (message.session, seat.number)
        sitting = self.by_seat.get(key)
        if sitting is None:
            sitting = self.by_seat[key] = self._make(host, seat, wire)
        sitting.wire, sitting.code = wire, None
        self.by_wire[wire] = sitting
        return sitting

    def before(self, message: Seated) -> S | None:
        """As it was before this ``seated``; ``None`` if there was none."""
        host = host_of(self._world, message.session)
        seat = None if host is None or message.seat < 0 else host.core.seats[message.seat]
        return None if seat is None else self.by_seat.get((message.session, seat.number))

    def newest(self, wire: Wire) -> S | None:
        """The sitting that has ``wire`` as its newest connection, which the server has not closed."""
        sitting = self.by_wire.get(wire)
        return sitting if sitting is not None and sitting.wire is wire and sitting.code is None else None

    def closing(self, wire: Wire, code: int, from_server: bool) -> None:
        """To be told of each close frame."""
        if from_server:
            sitting = self.by_wire.get(wire)
            if sitting is not None and sitting.wire is wire and sitting.code is None:
                sitting.code = code

    def ended(self, wire: Wire, at_server: bool) -> None:
        """To be told of each end."""
        if at_server:
            self.by_wire.pop(wire, None)

    def prune(self) -> None:
        """Forgets those of sessions that are gone. To be called now and then."""
        for key in [key for key in self.by_seat if host_of(self._world, key[0]) is None]:
            del self.by_seat[key]

    def clear(self) -> None:
        """There is another server."""
        self.by_wire.clear()
        self.by_seat.clear()


class Chain:
    """One program's seat. Observers add what they remember of it."""

    def __init__(self) -> None:
        self.tokens: list[bytes] = []
        self.wire: Wire | None = None
        """The connection that it has open."""


C = TypeVar("C", bound=Chain)


class Chains(Generic[C]):
    """All programs' seats."""

    def __init__(self, make: Callable[[], C]) -> None:
        self._make = make
        self._by_token: dict[bytes, C] = {}
        self.by_wire: dict[Wire, C] = {}

    def first(self, wire: Wire, message: TakeSeat | Hello | Resume) -> C:
        """A client has said its first word on a connection."""
        chain = self._by_token.get(message.token) if type(message) is Resume else None
        if chain is None or chain.wire is not None:  # another program shows a copy of the token
            chain = self._make()
        chain.wire = wire
        self.by_wire[wire] = chain
        return chain

    def seated(self, wire: Wire, message: Seated | Welcome) -> C | None:
        """The answer has arrived."""
        chain = self.by_wire.get(wire)
        if chain is not None:
            chain.tokens.append(message.token)
            self._by_token[message.token] = chain
            for token in chain.tokens[:-_TOKENS_KEPT]:
                self._by_token.pop(token, None)
            del chain.tokens[:-_TOKENS_KEPT]
        return chain

    def ended(self, wire: Wire, at_server: bool) -> None:
        """To be told of each end."""
        if not at_server:
            chain = self.by_wire.pop(wire, None)
            if chain is not None:
                chain.wire = None
