"""Who sits where: one seat of one player over all its connections, and one program of a player over all of its.

A *sitting* is the server's side: it begins with the first ``seated`` and is known by the seat's running number within
its session. A *chain* is the client's side: what one program has said and heard about one seat; its next connection is
known by the token that it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from rallypoint.core.seat import Seat
from rallypoint.core.session import SessionState
from rallypoint.ports import Pressure
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Hello, Resume, Seated, TakeSeat, Welcome
from rallypoint_simulation.wire import Wire
from rallypoint_simulation.world import World

__all__ = [
    "GONE",
    "Chain",
    "Chains",
    "Knocking",
    "Sitting",
    "Sittings",
    "host_of",
    "is_eased",
    "is_open",
    "server_clock",
    "unfrozen_since",
]

GONE: Final = -1
"""In place of a close code: the server is gone."""
_OVER_KEPT = 16
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


def is_eased(world: World, host: SessionHost) -> bool:
    """The session makes no steps, or fewer: it waits for its players after a recovery, or for a disk that is slow."""
    return (
        host.held_back or host._overdue or host.core.paused is not None or world.node.scribe.pressure is Pressure.STEPS
    )


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

    def gone(self) -> None:
        """The server is gone, with all connections; and the seats, if they are not kept."""
        self.by_wire.clear()
        if not self._world.kept:
            self.by_seat.clear()
        for sitting in self.by_seat.values():
            sitting.code = GONE

    def back(self) -> list[S]:
        """Another server has started: those that it has again, with its own objects; the others are forgotten."""
        for key, sitting in list(self.by_seat.items()):
            host = host_of(self._world, sitting.session)
            seat = None if host is None else host.core.seats[sitting.seat.index]
            if host is None or seat is None or seat.number != sitting.seat.number:
                del self.by_seat[key]
            else:
                sitting.host, sitting.seat = host, seat
        return list(self.by_seat.values())


class Knocking:
    """Connections that have said whose seat they want, and are not answered yet.

    With a journal that takes its time, the server may have let them in already: the answer waits for that.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[Wire, str] = {}
        self._over: dict[str, list[float]] = {}

    def received(self, wire: Wire, message: object, from_server: bool) -> None:
        """To be told of everything that is received, as of all else below."""
        if not from_server and wire.session and (type(message) is Resume or type(message) is TakeSeat):
            self._open[wire] = wire.session

    def sent(self, wire: Wire, message: object, from_server: bool) -> None:
        if from_server:
            self._open.pop(wire, None)

    def ended(self, wire: Wire, at_server: bool) -> None:
        session = self._open.pop(wire, None) if at_server else None
        if session is not None:
            over = self._over.setdefault(session, [])
            over.append(server_clock(self._world))
            del over[:-_OVER_KEPT]

    def clear(self) -> None:
        """The server is gone."""
        self._open.clear()
        self._over.clear()

    def at(self, session: str) -> bool:
        """Somebody knocks there now."""
        return session in self._open.values()

    def over_at(self, session: str) -> list[float]:
        """When connections there have ended without an answer, on the server's clock."""
        return self._over.get(session, [])


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
