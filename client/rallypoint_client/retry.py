"""What to do after a connection was lost: wait and connect again, ask where the session lives now, or stop.

One :class:`Retrying` belongs to a seat or a lobby session. Its clock runs from the first loss to the next time that
the server has let it in; when that takes longer than ``give_up_s``, the session is taken for gone. Pure.

A server that is started again is away for a second, and a game stands still until all of its players are back. So in
the first seconds, where nobody listened, the delays stay short: such an attempt costs the other side one packet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from rallypoint_protocol.close import CloseCode, Retry, policy

from .backoff import Backoff
from .errors import Closed, ConnectFailed, RallypointError, SessionGone, closed_error

__all__ = ["LOCATE_AFTER_ATTEMPTS", "REFUSED_MAX_S", "SETTLED_S", "SOON_S", "Drop", "Next", "Retrying", "Stop", "Wait"]

LOCATE_AFTER_ATTEMPTS: Final = 3
"""So many failures in a row, and the next attempt asks the lobby whether the session has moved."""
SETTLED_S: Final = 1.0
"""A connection that lasted so long was of use: the loss of it begins with the shortest delay again."""

SOON_S: Final = 5.0
"""So long after a loss, whom nobody listened to comes back after at most ``refused_max_s``."""
REFUSED_MAX_S: Final = 0.25
"""For a seat, whose game may be waiting for it."""

_ENDS_WELL: Final = frozenset({CloseCode.LEFT, CloseCode.ENDED})


@dataclass(frozen=True, slots=True)
class Wait:
    """Connect again in ``delay_s`` seconds; ``locate``: ask the lobby first where to."""

    delay_s: float
    locate: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """It is over; ``error`` says why, ``None`` if it is as it should be (left, ended)."""

    error: RallypointError | None


Next = Wait | Stop


class Drop(Exception):
    """This connection is of no use any more: close it with ``code``, and go on as if it had broken.

    ``cut``: do not wait for a closing handshake, nobody is there.
    """

    def __init__(self, code: CloseCode, reason: str, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.cut = cut


class Retrying:
    """The decisions of one seat or lobby session. Times are seconds of the caller's monotonic clock.

    ``connect_s`` is how long the very first connection may take, ``other`` the error for closes that have none of their
    own, ``refused_max_s`` the longest delay where nobody listened, for :data:`SOON_S`.
    """

    def __init__(
        self,
        random: Random,
        url: str,
        now: float,
        *,
        connect_s: float,
        other: type[Closed],
        refused_max_s: float = REFUSED_MAX_S,
    ) -> None:
        self.give_up_s = connect_s
        """How long a loss may last; after the first time in, set it to what the server grants."""
        self._url = url
        self._other = other
        self._refused_max_s = refused_max_s
        self._refused = False
        self._backoff = Backoff(random)
        self._since: float | None = now
        self._was_in = False
        self._in_at: float | None = None
        self._locate = False

    @property
    def deadline(self) -> float | None:
        """When it is given up; ``None`` while connected."""
        return None if self._since is None else self._since + self.give_up_s

    def established(self, now: float, give_up_s: float) -> None:
        """The server has let it in, and keeps its place for ``give_up_s`` after a loss."""
        self._since = None
        self._in_at = now
        self._was_in = True
        self._locate = False
        self.give_up_s = give_up_s

    def start_over(self, now: float, connect_s: float) -> None:
        """As if new: what was is gone, and something else is asked for."""
        self._since = now
        self._was_in = False
        self._locate = False
        self.give_up_s = connect_s

    def refused(self) -> None:
        """The loss that is told next was none: nobody listened there, and no handshake was begun."""
        self._refused = True

    def lost(self, code: int | None, reason: str, now: float) -> Next:
        """The connection ended with that close code (``None``: it broke, or was never made)."""
        refused, self._refused = self._refused, False
        retry = policy(code).retry
        if retry in (Retry.NEVER, Retry.FRESH, Retry.UPDATE):
            well = code in _ENDS_WELL and (self._was_in or code != CloseCode.ENDED)  # who was never in saw no end
            return Stop(None if well else closed_error(code, reason, self._other))
        if self._since is None:
            self._since = now
            if self._in_at is not None and now - self._in_at >= SETTLED_S:
                self._backoff.reset()
        left_s = self._since + self.give_up_s - now
        if left_s <= 0:
            return Stop(self._given_up(code, reason))
        if retry is Retry.MOVED:
            self._locate = True
        soon = refused and now - self._since < SOON_S
        delay_s = min(self._backoff.next_s(self._refused_max_s if soon else math.inf), left_s)
        return Wait(delay_s, self._locate or (self._was_in and self._backoff.attempts > LOCATE_AFTER_ATTEMPTS))

    def located(self) -> None:
        """The lobby has said where the session lives now."""
        self._locate = False

    def _given_up(self, code: int | None, reason: str) -> RallypointError:
        what = f"{policy(code).meaning}: {reason}" if reason else policy(code).meaning
        late = f"no way in for {self.give_up_s:g} s, last: {what}"
        return SessionGone(code, late) if self._was_in else ConnectFailed(self._url, late)
