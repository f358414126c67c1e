"""Sessions that players create, find, join, watch and lead: implements :class:`rallypoint.core.rooms.Rooms`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rallypoint.core.orders import Denial, Group, Member, Order, SpectatorOffer
from rallypoint.core.quick_match import SeatOffer
from rallypoint.core.session import SessionState
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import LobbyId, PlayerId, SeatIndex, SessionId
from rallypoint_protocol.messages import SessionRow

__all__ = ["NodeRooms", "row_of"]

_UNKNOWN: Final = Denial("unknown", "there is no such session, or it is not for you")
_NOT_LEADER: Final = Denial("not_allowed", "only the session's leader may do that")


class NodeRooms:
    """The sessions of one node, as its players may handle them."""

    def __init__(self, node: Node) -> None:
        self._node = node

    # --- coming in --------------------------------------------------------------------------------------------------

    def create_for(
        self, player: PlayerId, name: str, lobby_id: LobbyId, game: str, order: Order, now: float, /
    ) -> SeatOffer | Denial:
        """A new session, with the player as its leader in its first seat."""
        node = self._node
        definition = node.games.get(game)
        if definition is None:
            return Denial("unknown_game", "this server does not have that game")
        if not node.may_sit(player, game):
            return Denial("already_seated", "you have a seat in a session: leave it first")
        own = definition.options
        patience_s = own.room_wait_s if order.patience_s is None else order.patience_s
        session = node.create(game, now, replace(order, leader=player, patience_s=patience_s))
        if isinstance(session, Denial):
            return session
        offer = node.reserve(session, player, name, lobby_id, now)
        if isinstance(offer, Denial):  # the game has locked itself in `created`
            node.hosts[session].end("its creator could not be seated")
        else:
            node.capacity_changed(node.hosts[session])  # whoever is in the queue may have one of its other seats
        return offer

    def join(
        self, player: PlayerId, name: str, lobby_id: LobbyId, session: SessionId, code: str, now: float, /
    ) -> SeatOffer | Denial:
        """A seat there; the player's own, with a new token, if there is one already."""
        node = self._node
        own = node.hosts.get(session) if session else None
        host = own if own is not None and own.core.seating.of(player) is not None else self._find(session, code)
        if host is None:
            return _UNKNOWN
        seat = host.core.seating.of(player)
        if seat is not None and not seat.is_over(host.core.clock(now)):
            node.scribe.touch(host)  # the token is to be known after a crash, too
            return node.offer(host.core.id, SeatIndex(seat.index), host.core.seating.reissue(seat))
        return node.reserve(host.core.id, player, name, lobby_id, now)

    def spectate(
        self, player: PlayerId, name: str, session: SessionId, code: str, now: float, /
    ) -> SpectatorOffer | Denial:
        """A place to watch from."""
        host = self._find(session, code)
        if host is None:
            return _UNKNOWN
        if host.core.seating.of(player) is not None:
            return Denial("already_seated", "you play there")  # what is hidden from a seat is not shown to its player
        if player in host.core.seating.banned:
            return Denial("kicked", "you were removed from that session")
        token = host.core.spectators.reserve(player, name, now)
        if isinstance(token, Denial):
            return token
        self._node.linked(host)
        host.core.row_changed = True
        host.stir()
        own = host.definition
        return SpectatorOffer(
            host.core.id,
            own.options.name,
            token,
            self._node.url(host.core.id),
            own.schema_hash,
            own.options.spectate_delay_s,
        )

    # --- leading ----------------------------------------------------------------------------------------------------

    def lock(self, player: PlayerId, session: SessionId, locked: bool, now: float, /) -> Denial | None:
        """The leader locks or unlocks."""
        host = self._led(player, session)
        if isinstance(host, Denial):
            return host
        host.set_locked(locked)
        return None

    def describe(self, player: PlayerId, session: SessionId, meta: Mapping[str, Any], now: float, /) -> Denial | None:
        """The leader sets the metadata, whole."""
        host = self._led(player, session)
        if isinstance(host, Denial):
            return host
        host.describe(meta)
        return None

    def kick(self, player: PlayerId, session: SessionId, target: PlayerId, now: float, /) -> Denial | None:
        """The leader removes a player for good."""
        host = self._led(player, session)
        if isinstance(host, Denial):
            return host
        seat = host.core.seating.of(target)
        if seat is None:
            return Denial("unknown", "there is no such player in that session")
        host.kick(seat)
        return None

    def takes_part(self, player: PlayerId, session: SessionId, /) -> bool:
        """True if the player has a seat there, or watches."""
        host = self._node.find(session)
        if host is None:
            return False
        seat = host.core.seating.of(player)
        return (seat is not None and not seat.is_given_up) or player in host.core.spectators.all

    # --- looking ----------------------------------------------------------------------------------------------------

    def seats_of(self, player: PlayerId, /) -> list[tuple[SessionId, str]]:
        """The sessions (and their games) that the player has a seat in, oldest first."""
        return self._node.book.seats_of(player)

    def group(self, session: SessionId, now: float, /) -> Group | None:
        """Who played a session that has ended, while it is still remembered."""
        host = self._node.find(session)
        if host is None or host.running:
            return None
        members = tuple(Member(seat.player_id, seat.name, seat.bot) for seat in host.core.seating)
        return Group(host.definition.options.name, host.core.order, members)

    def rows(self) -> Iterator[SessionRow]:
        """All sessions that are listed, oldest first."""
        return (row_of(host) for host in self._node.hosts.values() if _is_listed(host))

    def row(self, session: SessionId, /) -> SessionRow | None:
        """One of them."""
        host = self._node.hosts.get(session)
        return row_of(host) if host is not None and _is_listed(host) else None

    def playing(self) -> int:
        """How many players have a seat, bots not counted."""
        return self._node.book.players

    # --- steps ------------------------------------------------------------------------------------------------------

    def _find(self, session: SessionId, code: str) -> SessionHost | None:
        """The running session that is named, if who named it so may know of it."""
        hosts = self._node.hosts
        if code:
            found = self._node.codes.get(code.strip().upper())
            return hosts.get(found) if found is not None and session in ("", found) else None
        host = hosts.get(session)
        return host if host is not None and _is_listed(host) else None

    def _led(self, player: PlayerId, session: SessionId) -> SessionHost | Denial:
        host = self._node.hosts.get(session)
        if host is None or host.core.seating.of(player) is None:
            return _UNKNOWN
        return host if host.core.seating.leader == player else _NOT_LEADER


def _is_listed(host: SessionHost) -> bool:
    return host.running and not host.core.order.private


def row_of(host: SessionHost) -> SessionRow:
    """The session as lists have it."""
    core = host.core
    leader = None if core.seating.leader is None else core.seating.of(core.seating.leader)
    return SessionRow(
        core.id,
        host.definition.options.name,
        "waiting" if core.state is SessionState.WAITING else "running",
        len(core.seats) - core.seating.free,
        len(core.seats),
        core.free_seats,
        len(core.spectators),
        "" if leader is None else leader.name,
        dict(core.game.meta),
        round(host.created_unix_s * 1000),
    )
