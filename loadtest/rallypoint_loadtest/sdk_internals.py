"""What the load test needs of the client and the client does not offer to games: all of it here, so that it is seen."""

from __future__ import annotations

from typing import Protocol

from rallypoint_client.lobby import Lobby
from rallypoint_client.seat import Seat

__all__ = ["Ledger", "cut_lobby", "ledger_of"]


class Ledger(Protocol):
    """Which inputs of a seat were sent, and which of these the server has decided."""

    applied: int
    """Sequence number of the last input decided."""
    _last: int
    """Sequence number of the last input sent."""


def ledger_of(seat: Seat) -> Ledger:
    """The seat's ledger: one object for as long as the seat lives."""
    return seat._core._inputs


def cut_lobby(lobby: Lobby) -> None:
    """Breaks a lobby's connection as a failing network would, as ``Seat.cut`` does a seat's."""
    lobby._reconnect.cut()
