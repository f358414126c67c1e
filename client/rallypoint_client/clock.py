"""The session's clock, as seen from here.

Each ping brings home the session time at some moment between its sending and its return: so the offset between the two
clocks lies in an interval as wide as the round trip, and the quickest of the last few pings gives the best estimate,
the middle of its interval (Cristian 1989; NTP's clock filter, RFC 5905, chooses the same way).

Session time stands still while a session is paused or its server is away. Then the interval of a new ping no longer
meets those of the old ones, which are forgotten. Pure: all times are given, in milliseconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

__all__ = ["SAMPLES_MAX", "SessionClock"]

SAMPLES_MAX: Final = 8
_STEP_BACK_MAX_MS: Final = 250.0
"""A correction backwards up to here is waited out, so that rendered time does not run backwards."""


@dataclass(frozen=True, slots=True)
class _Sample:
    low: float
    """Smallest offset (session time minus local time) that this ping allows."""
    high: float


class SessionClock:
    """Offset and round trip from the last :data:`SAMPLES_MAX` pings.

    ``slack_ms`` is how far two pings may disagree without meaning that the clock was stopped: the server's clock may be
    as coarse as its ticks.
    """

    __slots__ = ("_last_ms", "_offset_ms", "_samples", "_slack_ms", "round_trip_ms")

    def __init__(self, slack_ms: float = 50.0) -> None:
        self._slack_ms = slack_ms
        self._samples: deque[_Sample] = deque(maxlen=SAMPLES_MAX)
        self._offset_ms: float | None = None
        self._last_ms = 0.0
        self.round_trip_ms: float | None = None
        """Of the newest ping; ``None`` before the first."""

    @property
    def one_way_ms(self) -> float | None:
        """Half the round trip of the quickest of the last pings; ``None`` before the first."""
        if not self._samples:
            return None
        return min(sample.high - sample.low for sample in self._samples) / 2

    def pong(self, sent_ms: float, now_ms: float, received_ms: float) -> None:
        """A ping sent at local time ``sent_ms`` came back at ``received_ms`` with session time ``now_ms``.

        One that was sent after it came back (not ours, or the clock was set) is ignored.
        """
        if received_ms < sent_ms:
            return
        self.round_trip_ms = received_ms - sent_ms
        new = _Sample(now_ms - received_ms, now_ms - sent_ms)
        slack = self._slack_ms
        if any(new.low > old.high + slack or old.low > new.high + slack for old in self._samples):
            self._samples.clear()
        self._samples.append(new)
        best = min(self._samples, key=lambda sample: sample.high - sample.low)
        self._offset_ms = (best.low + best.high) / 2

    def reset(self) -> None:
        """Forget everything: another epoch may have another clock."""
        self._samples.clear()
        self._offset_ms = None
        self._last_ms = 0.0

    def now_ms(self, local_ms: float) -> float | None:
        """Session time at local time ``local_ms``; ``None`` before the first pong.

        It never runs backwards, except by more than 250 ms at once: then the clock was really set.
        """
        if self._offset_ms is None:
            return None
        now_ms = local_ms + self._offset_ms
        if self._last_ms - _STEP_BACK_MAX_MS < now_ms < self._last_ms:
            return self._last_ms
        self._last_ms = now_ms
        return now_ms
