"""How long somebody who has failed to log in has to wait: a few tries are free, then each failure doubles the wait.

Counted by whatever the caller names: an operator's name, an address. Who waits is not even looked at, so that a wait
cannot be prolonged by others who go on guessing: an operator is kept out for at most ``WAIT_MAX_S`` at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FREE", "KEYS_MAX", "WAIT_MAX_S", "Lockout"]

FREE: Final = 5
"""Failures without a wait."""
WAIT_FIRST_S: Final = 1.0
WAIT_MAX_S: Final = 900.0
FORGOTTEN_S: Final = 3600.0
"""After so long without another failure, all are free again."""
KEYS_MAX: Final = 10_000
"""Beyond it, whoever has failed longest ago is forgotten."""


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last_at: float = 0.0


class Lockout:
    """Failures by key. ``now``: seconds of a clock that does not go back; if it does, waits are never longer."""

    def __init__(self) -> None:
        self._by_key: dict[str, _Failures] = {}

    def wait_s(self, key: str, now: float) -> float:
        """How long until the next try is looked at; 0: now."""
        failures = self._known(key, now)
        if failures is None or failures.count < FREE:
            return 0.0
        wait_s = min(WAIT_MAX_S, WAIT_FIRST_S * 2.0 ** min(failures.count - FREE, 20))
        return min(wait_s, max(0.0, failures.last_at + wait_s - now))

    def failed(self, key: str, now: float) -> None:
        """Another failure."""
        failures = self._known(key, now) or _Failures()
        failures.count += 1
        failures.last_at = now
        self._by_key.pop(key, None)
        self._by_key[key] = failures  # the last in order
        if len(self._by_key) > KEYS_MAX:
            del self._by_key[next(iter(self._by_key))]

    def succeeded(self, key: str) -> None:
        """All are free again."""
        self._by_key.pop(key, None)

    def _known(self, key: str, now: float) -> _Failures | None:
        failures = self._by_key.get(key)
        if failures is not None and now - failures.last_at >= FORGOTTEN_S:
            del self._by_key[key]
            return None
        return failures
