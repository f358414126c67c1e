"""When to ping, and when a silent server is given up. Pure.

Pings serve the clock and the round trip: three quick ones after each way in, then one every ``ping_s``. Each is
answered, so a server that says nothing for ``silence_s`` is not there, whatever the socket believes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Heartbeat", "Timing"]

_QUICK_PINGS: Final = 3
_LATE_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How patient a client is, in seconds. The defaults suit everybody but tests."""

    connect_s: float = 15.0
    """For the first way in, all attempts together: as long as a reserved seat is kept."""
    open_s: float = 5.0
    """For one attempt to open a connection."""
    margin_s: float = 5.0
    """Added to the grace window that the server grants, before a lost session is given up."""
    give_up_s: float | None = None
    """Replaces grace and margin: longer, if the server may be away for longer (then the grace stands still)."""
    silence_s: float = 6.0
    ping_s: float = 2.0
    ping_quick_s: float = 0.2
    leave_s: float = 3.0
    """How long leaving waits for the server's word."""

    def patience_s(self, grace_s: float) -> float:
        """How long to try to resume what is kept for ``grace_s``."""
        return grace_s + self.margin_s if self.give_up_s is None else self.give_up_s


class Heartbeat:
    """The pings and the silence of one connection after another. Times are seconds of the caller's monotonic clock."""

    __slots__ = ("_next_ping", "_open", "_quick", "_timing", "heard")

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._open = False
        self._next_ping: float | None = None
        self._quick = 0
        self.heard = 0.0
        """When the server last said something; set by whoever hears it."""

    def opened(self, now: float) -> None:
        """A connection is open, and the first frame sent. No ping before the server has let us in."""
        self._open = True
        self.heard = now
        self._next_ping = None

    def let_in(self, now: float) -> None:
        """The server has answered the first frame."""
        self._quick = _QUICK_PINGS
        self._next_ping = now

    def ended(self) -> None:
        """There is no connection."""
        self._open = False

    @property
    def due(self) -> float | None:
        """When to look again; ``None`` without a connection."""
        if not self._open:
            return None
        silent_at = self.heard + self._timing.silence_s
        return silent_at if self._next_ping is None else min(silent_at, self._next_ping)

    def silent(self, now: float) -> bool:
        """True if nothing was heard for too long. To be asked when it is :attr:`due`.

        If that comes late, this process was stopped, or too busy to listen: what it could not hear does not count.
        """
        due = self.due
        if due is None:
            return False
        if now - due > _LATE_S:
            self.heard = min(now, self.heard + now - due)
        return now >= self.heard + self._timing.silence_s  # as `due` adds it up: rounded otherwise, it would spin

    def take_ping(self, now: float) -> bool:
        """True if a ping is due; the next one is planned by asking."""
        if not self._open or self._next_ping is None or now < self._next_ping:
            return False
        self._quick -= 1
        self._next_ping = now + (self._timing.ping_quick_s if self._quick > 0 else self._timing.ping_s)
        return True
