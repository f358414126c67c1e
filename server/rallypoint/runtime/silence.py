"""Finds connections from which nothing is heard: pings them after 2 s, drops them after 6 s.

A sweep once a second over all connections, instead of a timer or a clock reading for each message. Times are therefore
up to a second longer than said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ending import Receiver

__all__ = ["Silence", "Watched"]


class Watched(Protocol):
    """What this needs of a connection."""

    heard: bool
    receiver: Receiver

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
            if seconds == self._drop_after:
                self._drop(connection)
                dropped += 1
            elif seconds > self._drop_after:
                continue  # its closing takes its time
            elif seconds >= self._ping_after:
                connection.probe()
        self._silent = silent
        return dropped

    def _drop(self, connection: Watched) -> None:
        code, why = CloseCode.SILENT, CloseCode.SILENT.policy.meaning
        connection.close_with(code, why)
        # Whoever does not answer a ping does not answer a close frame either: its owner need not wait for that.
        receiver, connection.receiver = connection.receiver, _Nobody()
        receiver.lost(code, why)


class _Nobody:
    """Receives what comes after the end."""

    def received(self, payload: bytes) -> None:
        """Too late."""

    def lost(self, code: int | None, reason: str) -> None:
        """It is known."""
