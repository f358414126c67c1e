"""What the load test needs of a seat and the client does not offer to games: here alone, so that it is seen."""

from __future__ import annotations

from typing import Protocol

from rallypoint_client import Seat

__all__ = ["Ledger", "ledger_of"]


class Ledger(Protocol):
    """Which inputs of a seat were sent, and which of these the server has decided."""

    applied: int
    """Sequence number of the last input decided."""
    _last: int
    """Sequence number of the last input sent."""


def ledger_of(seat: Seat) -> Ledger:
    """The seat's ledger: one object for as long as the seat lives."""
    return seat._core._inputs
