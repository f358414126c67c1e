"""Seats for named players, whom a backend wants in a session: for all of them, or for none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from rallypoint.core.names import player_name
from rallypoint.core.orders import Denial
from rallypoint.core.quick_match import SeatOffer
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint_protocol.ids import PlayerId, SeatIndex

__all__ = ["Invitations", "Invited", "Reservation", "TellOffer"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.api")

TellOffer = Callable[[PlayerId, SeatOffer], bool]
"""Tells a player of a seat, as after a match, if that player is in the lobby right now: true if so."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A player for whom a seat is to be reserved. ``name`` may be anything: it is made fit to be shown."""

    player: PlayerId
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A seat that is kept for a player, who was ``told`` of it if in the lobby."""

    player: PlayerId
    name: str
    offer: SeatOffer
    told: bool


class Invitations:
    """Reserves seats of one node's sessions. Whatever could be in the way of one is looked at before the first."""

    def __init__(self, node: Node, tell_offer: TellOffer) -> None:
        self._node = node
        self._tell_offer = tell_offer

    def obstacle(self, game: str, invited: Sequence[Invited]) -> Denial | None:
        """What is in the way already before there is a session: ``invalid`` (named twice), ``already_seated``."""
        return _twice(invited) or self._seated_elsewhere(game, invited)

    def _seated_elsewhere(self, game: str, invited: Sequence[Invited]) -> Denial | None:
        for one in invited:
            if not self._node.may_sit(one.player, game):
                return Denial("already_seated", f"player {one.player} has a seat in another session")
        return None

    def reserve(
        self, host: SessionHost, invited: Sequence[Invited], now: float, keep_s: float | None
    ) -> tuple[Reservation, ...] | Denial:
        """Seats for all; those who have one there already get it, with a new token.

        Denied: ``invalid``, ``locked``, ``full``, ``kicked``, ``already_seated``.
        """
        core = host.core
        seats = [(one, core.seating.of(one.player)) for one in invited]
        new = [one for one, seat in seats if seat is None]
        if any(seat is not None and seat.is_over(core.clock(now)) for _, seat in seats):
            return Denial("already_seated", "a player's seat there ends with the next step: ask again then")
        if new and core.locked:
            return Denial("locked", "the session takes nobody else")
        if any(one.player in core.seating.banned for one in new):
            return Denial("kicked", "one of the players was removed from that session")
        obstacle = _twice(invited) or self._seated_elsewhere(host.definition.options.name, new)
        if obstacle is not None:
            return obstacle
        if len(new) > core.seating.free:
            return Denial("full", f"{len(new)} seats were asked for, and {core.seating.free} are free")
        # All seats before anybody is told: the lobby may fill free ones as soon as it is called.
        reserved = [self._seat(host, one, now, keep_s) for one in invited]
        return tuple([replace(seat, told=self._tell(seat)) for seat in reserved])

    def _seat(self, host: SessionHost, one: Invited, now: float, keep_s: float | None) -> Reservation:
        """Seats one of whom it is known that nothing is in the way."""
        node, session = self._node, host.core.id
        seat = host.core.seating.of(one.player)
        if seat is not None:
            name = seat.name
            node.scribe.touch(host)  # the token is to be known after a crash, too
            offer = node.offer(session, SeatIndex(seat.index), host.core.seating.reissue(seat))
        else:
            name = player_name(one.name, one.player)
            reserved = node.seat(session, one.player, name, now, keep_s=keep_s)
            assert not isinstance(reserved, Denial), reserved.reason
            offer = node.offer(session, *reserved)
        return Reservation(one.player, name, offer, told=False)

    def _tell(self, seat: Reservation) -> bool:
        try:
            return self._tell_offer(seat.player, seat.offer)
        except Exception:  # the seats are reserved: who asked for them is to know
            log.exception("player not told", session=seat.offer.session_id, player=seat.player)
            return False


def _twice(invited: Sequence[Invited]) -> Denial | None:
    if len({one.player for one in invited}) < len(invited):
        return Denial("invalid", "a player is named twice")
    return None
