"""What a developer's own services may do with this node: create sessions, reserve seats, signal, end, look.

A facade over the node, for the HTTP API. Methods wait for nothing (only :class:`.Results` does), and give data or a
:class:`~rallypoint.core.orders.Denial`. **A denial has changed nothing**: what could be in the way is looked at first,
for all seats of a request, and then it is done without a pause in between.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from rallypoint.core.names import normalised_bag, normalised_text
from rallypoint.core.orders import Denial, Order
from rallypoint.core.session import SessionState
from rallypoint.game.meta import checked_meta
from rallypoint.ports import Clock, Store
from rallypoint.runtime.invitations import Invitations, Invited, Reservation, TellOffer
from rallypoint.runtime.node import Node
from rallypoint.runtime.results import Results
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.session_info import (
    GameInfo,
    SessionDetail,
    SessionInfo,
    game_info,
    session_detail,
    session_info,
)
from rallypoint.runtime.session_pages import Page, page_of
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["Backend", "Created"]

STIMULI_WAITING_MAX: Final = 1000
"""With so many stimuli waiting for a session's next steps, a signal is denied."""
REASON_CHARS_MAX: Final = 100

_STOPPING: Final = Denial("stopping", "this server is stopping")
_UNKNOWN: Final = Denial("unknown", "there is no such session")


@dataclass(frozen=True, slots=True)
class Created:
    """A new session, and the seats in it."""

    session: SessionInfo
    seats: tuple[Reservation, ...]


class Backend:
    """One node, as a developer's own services may handle it. ``store`` is ``None`` where nothing is kept."""

    def __init__(self, node: Node, store: Store | None, tell_offer: TellOffer, clock: Clock = time.monotonic) -> None:
        self._node = node
        self.scribe = node.scribe
        """What was done is to be committed by it before its answer is given."""
        self.results = Results(store)
        self._invitations = Invitations(node, tell_offer)
        self._clock = clock

    # --- looking ----------------------------------------------------------------------------------------------------

    def games(self) -> list[GameInfo]:
        """The games of this node, in the order in which it was given them."""
        counts = {name: [0, 0] for name in self._node.games}
        for host in self._node.hosts.values():
            counts[host.definition.options.name][host.core.state is not SessionState.WAITING] += 1
        return [game_info(definition, *counts[name]) for name, definition in self._node.games.items()]

    def sessions(self, limit: int, after: str = "", game: str = "", state: str = "") -> Page | Denial:
        """At most ``limit`` sessions that go on, oldest first; ``after`` is a page's ``next``. Denied: ``invalid``."""

        def fits(host: SessionHost) -> bool:
            return (not game or host.definition.options.name == game) and (not state or host.core.state.value == state)

        return page_of(list(self._node.hosts.values()), fits, limit, after)

    def session(self, session: SessionId, *, with_state: bool = True) -> SessionDetail | Denial:
        """A session, also one that has ended, while its players may still come back for the result."""
        host = self._node.find(session)
        return _UNKNOWN if host is None else session_detail(host, with_state=with_state)

    # --- creating, seating ------------------------------------------------------------------------------------------

    def create(
        self, game: str, order: Order, invited: Sequence[Invited] = (), keep_s: float | None = None
    ) -> Created | Denial:
        """A new session, with seats for ``invited``: all of them, or there is no session.

        ``order.patience_s`` ``None``: the game's ``room_wait_s``. ``keep_s``: as for :meth:`reserve`. Denied:
        ``unknown_game``, ``invalid``, ``full``, ``already_seated``, ``refused``, ``locked``, ``node_full``,
        ``cordoned``, ``stopping``, ``game_failed``.
        """
        node = self._node
        definition = node.games.get(game)
        if definition is None:
            return Denial("unknown_game", "this server does not have that game")
        if node.draining:
            return _STOPPING
        own = definition.options
        if len(invited) > own.seats_max:
            return Denial("full", f"{game} has {own.seats_max} seats")
        try:
            meta = checked_meta(normalised_bag(order.meta))
        except ValueError as error:
            return Denial("invalid", str(error))
        obstacle = self._invitations.obstacle(game, invited)
        if obstacle is not None:
            return obstacle
        patience_s = own.room_wait_s if order.patience_s is None else order.patience_s
        session = node.create(game, self._clock(), replace(order, meta=meta, patience_s=patience_s))
        if isinstance(session, Denial):
            return session
        host = node.hosts[session]
        reserved = self.reserve(session, invited, keep_s)
        if isinstance(reserved, Denial):  # the game has locked itself in `created`
            host.end("its players could not be seated")
            return reserved
        node.capacity_changed(host)  # whoever is in the queue may have one of its other seats
        return Created(session_info(host), reserved)

    def reserve(
        self, session: SessionId, invited: Sequence[Invited], keep_s: float | None = None
    ) -> tuple[Reservation, ...] | Denial:
        """Seats for all of ``invited``, or for none; those who have one there already get it, with a new token.

        ``keep_s``: how long the seats are kept for them; ``None``: as long as after a match. Denied: ``unknown``,
        ``ended``, ``stopping``, ``invalid``, ``locked``, ``full``, ``kicked``, ``already_seated``.
        """
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        return self._invitations.reserve(host, invited, self._clock(), keep_s)

    # --- handling ---------------------------------------------------------------------------------------------------

    def signal(self, session: SessionId, name: str, data: Any) -> SessionInfo | Denial:
        """Tells the game something, with its next step: ``data`` is plain.

        Denied: ``unknown``, ``ended``, ``too_fast``.
        """
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        if host.core.stimuli_waiting >= STIMULI_WAITING_MAX:
            return Denial("too_fast", f"{STIMULI_WAITING_MAX} stimuli wait for the session's next steps")
        host.signal(name, data)
        return session_info(host)

    def end(self, session: SessionId, reason: str, by: str = "") -> SessionInfo | Denial:
        """Ends the session with its next step, without a result of the game's. Denied: ``unknown``, ``ended``."""
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        host.end(normalised_text(reason, REASON_CHARS_MAX) or "ended by its backend", by)
        return session_info(host)

    def kick(self, session: SessionId, player: PlayerId, by: str = "") -> SessionInfo | Denial:
        """Removes a player, who does not come back. Denied: ``unknown`` (session or player), ``ended``."""
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        seat = host.core.seating.of(player)
        if seat is None:
            return Denial("unknown", "there is no such player in that session")
        host.kick(seat, by)
        return session_info(host)

    def set_locked(self, session: SessionId, locked: bool, by: str = "") -> SessionInfo | Denial:
        """Nobody else is seated, or free seats are open again (unless the game itself has locked).

        Denied: ``unknown``, ``ended``.
        """
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        host.set_locked(locked, by)
        return session_info(host)

    def describe(self, session: SessionId, meta: Mapping[str, Any]) -> SessionInfo | Denial:
        """Other metadata, whole. Denied: ``unknown``, ``ended``, ``invalid``."""
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        try:
            host.describe(normalised_bag(meta))
        except ValueError as error:
            return Denial("invalid", str(error))
        return session_info(host)

    def _running(self, session: SessionId) -> SessionHost | Denial:
        host = self._node.find(session)
        if host is None:
            return _UNKNOWN
        if host.core.ended is not None:  # or is to end with its next step
            return Denial("ended", "the session has ended")
        if self._node.draining:  # it makes no more steps
            return _STOPPING
        return host
