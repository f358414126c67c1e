"""Whose connections have a bad network on this node, for trying a game out: everybody's, or one player's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import structlog

from rallypoint.core.network_conditions import NetworkConditions
from rallypoint.runtime.audience import SpectatorLink
from rallypoint.runtime.lobby_receiver import LobbyConnection, LobbyReceiver
from rallypoint.runtime.session_link import SessionLink
from rallypoint.transport.conditioned import ConditionedLink, conditioned_class
from rallypoint.transport.connection import Connection

__all__ = ["SimulatedNetworks"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.simulate")
_AS_IT_IS: Final = NetworkConditions()


class SimulatedNetworks:
    """Of one node. ``everybody``: as :meth:`NetworkConditions.parse` reads it; empty: the networks that are there."""

    def __init__(self, everybody: str, dice: Callable[[], float]) -> None:
        """``dice`` gives numbers from 0 to 1. Raises ``BadConditions``."""
        self._dice = dice
        self._players: dict[str, NetworkConditions] = {}
        self.everybody = NetworkConditions.parse(everybody) if everybody else None

    @property
    def connection_class(self) -> type[Connection]:
        """For a listener: of new connections."""
        return Connection if self.everybody is None else conditioned_class(self.everybody, self._dice)

    def set(self, who: str, text: str | None, connections: Iterable[Connection]) -> int:
        """For a player, by name or id: those of these connections that are theirs, and (:meth:`met`) all to come.

        ``None``: like everybody again. Gives how many of the connections are that player's. Raises ``BadConditions``.
        """
        if text is None:
            self._players.pop(who, None)
            conditions = self.everybody or _AS_IT_IS
        else:
            conditions = self._players[who] = NetworkConditions.parse(text)
        log.warning("a network is simulated", of=who, network=str(conditions))
        theirs = [connection for connection in connections if who in _player_of(connection)]
        for connection in theirs:
            ConditionedLink.between(connection, conditions, self._dice)
        return len(theirs)

    def met(self, connection: LobbyConnection) -> None:
        """It is known whose connection this is."""
        assert isinstance(connection, Connection)  # all are, but for those of tests
        for name in _player_of(connection) if self._players else ():
            conditions = self._players.get(name)
            if conditions is not None:
                ConditionedLink.between(connection, conditions, self._dice)
                return


def _player_of(connection: Connection) -> tuple[str, ...]:
    """Id and name of the player, once they are known."""
    match connection.receiver:
        case SessionLink(seat=who) | SpectatorLink(spectator=who):
            return who.player_id, who.name
        case LobbyReceiver(session=who) if who is not None:
            return who.player, who.name
        case _:
            return ()
