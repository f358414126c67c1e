"""What one player did and was told, held against what the server says: the bookkeeping of ``make crash``.

Actions are numbered 1, 2, 3... in the order in which they were done, and after a crash the client sends again what was
not durable. So the server's ledger is right exactly if it holds 1 to n, each once and in order: its hash then is the
one that is known here for n. Pure.
"""

from __future__ import annotations

import enum
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

__all__ = ["RECENT", "OwnLedger", "Verdict", "chained"]

RECENT: Final = 16
"""So many of the newest numbers are kept as they are: to say what is wrong, when something is."""


class Verdict(enum.Enum):
    """What is judged after each round."""

    RESUMED = "resumed"
    """Every session goes on: the same id, a higher epoch, and it makes steps."""
    HASHES = "hashes"
    """No client's state differs from the server's, and none got a pass that did not fit."""
    DURABLE = "durable"
    """What the client had reported as durable is in the recovered state."""
    ONCE = "once"
    """Every action is in the ledger once, in order: none twice, none lost, none that was resent misplaced."""
    EVENTS = "events"
    """What an event had told is so in the recovered state; their numbers go on without gaps."""
    SEATS = "seats"
    """Nobody lost their seat."""
    LOBBIES = "lobbies"
    """Every lobby session goes on, as the same player's."""


def chained(digest: int, number: int) -> int:
    """The running hash with one more number."""
    return zlib.crc32(number.to_bytes(8, "big"), digest)


class OwnLedger:
    """One player's. ``problems`` are found as things come in; :meth:`take_problems` gives them, once."""

    def __init__(self) -> None:
        self.durable = 0
        """The first so many actions were reported durable by the client."""
        self.told = 0
        """The longest ledger that an event told of."""
        self._digests = [0]
        """By how many numbers are in it: what the hash of a right ledger is."""
        self._event = 0
        self._noted = 0
        """The newest of our numbers that an event answered."""
        self._problems: list[tuple[Verdict, str]] = []

    @property
    def made(self) -> int:
        """Actions done so far; the next has the number after this."""
        return len(self._digests) - 1

    def act(self) -> int:
        """One more action is done: its number."""
        number = len(self._digests)
        self._digests.append(chained(self._digests[-1], number))
        return number

    def kept(self, count: int) -> None:
        """The client still keeps the newest ``count`` actions: those before are durable."""
        self.durable = max(self.durable, self.made - count)

    def numbered(self, n: int) -> None:
        """An event came, of any kind."""
        if n != self._event + 1:
            self._found(Verdict.EVENTS, f"event {n} came after event {self._event}")
        self._event = n

    def noted(self, number: int, count: int, digest: int) -> None:
        """An event says that this number is in the ledger."""
        if number != self._noted + 1:
            what = "twice" if number <= self._noted else "too early"
            self._found(Verdict.ONCE, f"action {number} was answered {what}: after action {self._noted}")
        self._noted = max(self._noted, number)
        self.told = max(self.told, count)
        self._check(Verdict.ONCE, "an event", count, digest)

    def refused(self, why: str) -> None:
        """An event says that an input was refused: there is no reason for that."""
        self._found(Verdict.ONCE, f"an input was refused: {why}")

    def recovered(self, count: int, digest: int) -> None:
        """The first state after a recovery has this."""
        if count < self.durable:
            self._found(Verdict.DURABLE, f"{self.durable} actions were durable, the recovered ledger has {count}")
        elif self._wrong(count, digest):
            self._check(Verdict.DURABLE, "the recovered ledger", count, digest)
        if count < self.told:
            self._found(Verdict.EVENTS, f"an event told of {self.told} actions, the recovered ledger has {count}")

    def shown(self, count: int, digest: int, recent: Sequence[int]) -> None:
        """What the private fields hold, with every action done, durable and answered."""
        if count != self.made:
            self._found(
                Verdict.ONCE, f"{self.made} actions were done, the ledger has {count}, the newest {list(recent)}"
            )
        elif self._wrong(count, digest) or list(recent) != list(range(max(1, count - RECENT + 1), count + 1)):
            self._found(
                Verdict.ONCE, f"the ledger of {count} actions is not 1 to {count}: the newest are {list(recent)}"
            )
        if self._noted != self.made:
            self._found(Verdict.EVENTS, f"{self.made} actions were done, events answered {self._noted}")

    def take_problems(self) -> Iterator[tuple[Verdict, str]]:
        """What was found since the last time."""
        found, self._problems = self._problems, []
        return iter(found)

    def _wrong(self, count: int, digest: int) -> bool:
        return not 0 <= count <= self.made or self._digests[count] != digest

    def _check(self, verdict: Verdict, who: str, count: int, digest: int) -> None:
        if count > self.made:
            self._found(verdict, f"{who} has {count} actions, {self.made} were done")
        elif self._wrong(count, digest):
            self._found(verdict, f"{who} of {count} actions does not hold 1 to {count} in order")

    def _found(self, verdict: Verdict, what: str) -> None:
        self._problems.append((verdict, what))
