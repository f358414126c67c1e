"""A bad network, to try a game out on: what it is like, in words, and when what is sent on it arrives.

It is a model of what a *stream* shows of its network. Bytes keep their order and none is missing, as TCP has it; so a
lost packet shows as a wait of everything behind it, until the sender notices and sends it again. That takes two round
trips (the probe of RFC 8985, 7.2), and no less than 200 ms (Linux' ``TCP_RTO_MIN``); lost again, twice as long (RFC
6298, 5.5). With much under way a real sender notices sooner: the model is on the hard side there.

``rallypoint simulate`` has networks of its own, below a whole world in virtual time: ``Weather`` in its ``link``. There
times are of one way; here they are what a player sees, of the round trip.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["BadConditions", "NetworkConditions", "NetworkPath", "Way"]

PACKET_BYTES: Final = 1448
"""What a packet of 1500 bytes carries: without 20 bytes for IP, 20 for TCP and 12 for TCP's timestamps."""
RETRANSMIT_S_MIN: Final = 0.2
_RETRANSMITS_MAX: Final = 5
ROUND_TRIP_S_MAX: Final = 10.0
STALL_S_MIN: Final = 0.001
STALL_S_MAX: Final = 60.0
EVERY_S_MIN: Final = 0.1
EVERY_S_MAX: Final = 86_400.0
LOSS_MAX: Final = 0.5

_EXAMPLE: Final = "latency=80±30ms,loss=1%,stall=200ms@5s,drop=60s"
_NUMBER: Final = r"(\d{1,9}(?:\.\d{1,9})?)"
_UNIT: Final = r"\s*(ms|s|min)"
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}
_DURATION: Final = re.compile(_NUMBER + _UNIT)
_LATENCY: Final = re.compile(rf"{_NUMBER}(?:\s*(ms|s|min))?(?:\s*(?:±|\+-|\+/-)\s*{_NUMBER}{_UNIT})?")
_PERCENT: Final = re.compile(rf"{_NUMBER}\s*%")


class BadConditions(ValueError):
    """A text that says no network: a sentence says what to write instead."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"simulate={text!r}: {why}. Write some of {_EXAMPLE!r} (+- will do for ±)")
        self.text = text
        self.why = why


@dataclass(frozen=True, slots=True)
class NetworkConditions:
    """What a network adds to the one that is there. Nothing, unless told otherwise. Seconds."""

    round_trip_s: float = 0.0
    """Half of it each way."""
    jitter_s: float = 0.0
    """The round trip is longer or shorter by up to this; each piece anew, evenly distributed."""
    loss: float = 0.0
    """Of each packet, 0 to 0.5."""
    stall_s: float = 0.0
    stall_every_s: float = 0.0
    """So long after a stall, on average, the next begins (a Poisson process); nothing moves either way. 0: never."""
    drop_every_s: float = 0.0
    """So long after it began, on average, a connection breaks (a Poisson process); 0: never."""

    @classmethod
    def parse(cls, text: str) -> NetworkConditions:
        """Reads ``latency=80±30ms,loss=1%,stall=200ms@5s,drop=60s``, or some of these. Raises ``BadConditions``."""
        values: dict[str, float] = {}
        seen: list[str] = []
        for part in text.split(","):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if not equals or name not in _READERS:
                raise BadConditions(text, f"{part.strip()!r} is none of {', '.join(_READERS)}")
            if name in seen:
                raise BadConditions(text, f"{name} is there twice")
            seen.append(name)
            try:
                values |= _READERS[name](value)
            except ValueError as error:
                raise BadConditions(text, f"{name}={value}: {error}") from None
        return cls(**values)

    def __str__(self) -> str:
        """As :meth:`parse` reads it; ``none`` if it adds nothing."""
        parts = []
        if self.round_trip_s:
            jitter = f"±{self.jitter_s * 1000:g}" if self.jitter_s else ""
            parts.append(f"latency={self.round_trip_s * 1000:g}{jitter}ms")
        if self.loss:
            parts.append(f"loss={self.loss * 100:g}%")
        if self.stall_every_s:
            parts.append(f"stall={self.stall_s * 1000:g}ms@{self.stall_every_s:g}s")
        if self.drop_every_s:
            parts.append(f"drop={self.drop_every_s:g}s")
        return ",".join(parts) or "none"


def _latency(value: str) -> dict[str, float]:
    found = _LATENCY.fullmatch(value)
    if found is None or not (found[2] or found[4]):
        raise ValueError("a time is 80ms, 80±30ms or 0.1s")
    unit = found[2] or found[4]
    latency_s = float(found[1]) * _SECONDS[unit]
    jitter_s = float(found[3]) * _SECONDS[found[4]] if found[3] else 0.0
    if latency_s > ROUND_TRIP_S_MAX:
        raise ValueError(f"{ROUND_TRIP_S_MAX:g}s are the most")
    if jitter_s > latency_s:
        raise ValueError("what comes after ± must not be more than what comes before")
    return {"round_trip_s": latency_s, "jitter_s": jitter_s}


def _loss(value: str) -> dict[str, float]:
    found = _PERCENT.fullmatch(value)
    if found is None or float(found[1]) > LOSS_MAX * 100:
        raise ValueError(f"a share of packets is from 0% to {LOSS_MAX * 100:g}%")
    return {"loss": float(found[1]) / 100}


def _stall(value: str) -> dict[str, float]:
    long, at, every = value.partition("@")
    if not at:
        raise ValueError("how long, and every how much on average, is 200ms@5s")
    return {"stall_s": _seconds(long.strip(), STALL_S_MIN, STALL_S_MAX), "stall_every_s": _every(every.strip())}


def _drop(value: str) -> dict[str, float]:
    return {"drop_every_s": _every(value)}


def _every(text: str) -> float:
    return _seconds(text, EVERY_S_MIN, EVERY_S_MAX)


def _seconds(text: str, least: float, most: float) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no time: it is 200ms, 5s or 1min")
    seconds = float(found[1]) * _SECONDS[found[2]]
    if not least <= seconds <= most:
        raise ValueError(f"a time from {least:g}s to {most:g}s is wanted")
    return seconds


_READERS: Final[dict[str, Callable[[str], dict[str, float]]]] = {
    "latency": _latency,
    "loss": _loss,
    "stall": _stall,
    "drop": _drop,
}


class Way:
    """One direction of a connection."""

    __slots__ = ("last",)

    def __init__(self, last: float = -math.inf) -> None:
        self.last = last
        """When what was sent last arrives: nothing overtakes it."""


class NetworkPath:
    """What happens to one connection. Times are seconds of the caller's clock; ``dice`` gives numbers from 0 to 1."""

    def __init__(self, conditions: NetworkConditions, dice: Callable[[], float], now: float) -> None:
        self.conditions = conditions
        self._dice = dice
        every_s = conditions.drop_every_s
        self.drop_at = now + self._after(every_s) if every_s else math.inf
        """When the connection breaks."""
        every_s = conditions.stall_every_s
        self._next_stall = now + self._after(every_s) if every_s else math.inf
        self._stalls: deque[tuple[float, float]] = deque()
        """From when to when: those that are known, and are not over."""

    def arrival(self, way: Way, size: int, now: float) -> float:
        """When ``size`` bytes arrive that are sent now: never before ``now``, nor before what was sent before them."""
        conditions = self.conditions
        at = now
        if conditions.round_trip_s:
            jitter_s = conditions.jitter_s
            at += (conditions.round_trip_s + (jitter_s * (2 * self._dice() - 1) if jitter_s else 0.0)) / 2
        if conditions.loss:
            at += self._retransmission_s(size)
        at = max(at, way.last)
        if conditions.stall_every_s:
            at = self._stalled_until(at, now)
        way.last = at
        return at

    def _retransmission_s(self, size: int) -> float:
        """How much later bytes arrive because some of their packets are lost: these are sent again together."""
        packets = max(1, math.ceil(size / PACKET_BYTES))
        lost = 1 - (1 - self.conditions.loss) ** packets
        wait_s = max(RETRANSMIT_S_MIN, 2 * self.conditions.round_trip_s)
        later_s = 0.0
        for _ in range(_RETRANSMITS_MAX):
            if self._dice() >= lost:
                break
            later_s += wait_s
            wait_s *= 2
            lost = self.conditions.loss
        return later_s

    def _stalled_until(self, at: float, now: float) -> float:
        """What would arrive in a stall arrives at its end."""
        conditions, stalls = self.conditions, self._stalls
        if self._next_stall + conditions.stall_s < now:  # nobody has noticed those of a long silence
            self._next_stall = now + self._after(conditions.stall_every_s)
        while self._next_stall <= at:
            end = self._next_stall + conditions.stall_s
            stalls.append((self._next_stall, end))
            self._next_stall = end + self._after(conditions.stall_every_s)
        while stalls and stalls[0][1] < now:
            stalls.popleft()
        for begin, end in stalls:
            if begin <= at < end:
                return end
        return at

    def _after(self, every_s: float) -> float:
        """The time to the next event of a Poisson process."""
        return -math.log(1 - min(self._dice(), 1 - 1e-12)) * every_s
