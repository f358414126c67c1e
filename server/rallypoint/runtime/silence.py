"""Finds connections from which nothing is heard: pings them after 2 s, drops them after 6 s.

A sweep once a second over all connections, instead of a timer or a clock reading for each message. Times are therefore
up to a second longer than said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rallypoint_protocol.close import CloseCode

__all__ = ["Silence", "Watched"]


class Watched(Protocol):
    """What this needs of a connection."""

    heard: bool

    def probe(self) -> None:
        """Sends a ping."""

    def close_with(self, code: int, reason: str = "") -> None:
        """Closes it."""


class Silence:
    """Counts the sweeps since each connection was heard."""

    def __init__(self, ping_after: int = 2, drop_after: int = 6) -> None:
        self._ping_after = ping_after
        self._drop_after = drop_after
        self._silent: dict[Watched, int] = {}

    def sweep(self, connections: Iterable[Watched]) -> int:
        """Looks at all connections; gives how many were dropped."""
        silent: dict[Watched, int] = {}
        dropped = 0
        for connection in connections:
            if connection.heard:
                connection.heard = False
                continue
            seconds = silent[connection] = self._silent.get(connection, 0) + 1
            if seconds >= self._drop_after:
                connection.close_with(CloseCode.SILENT, CloseCode.SILENT.policy.meaning)
                dropped += 1
            elif seconds >= self._ping_after:
                connection.probe()
        self._silent = silent
        return dropped
