"""Why a ticket waits: what each rule of each of its queues lets through now, what comes next, and how long it may take.

    why = await lobby.explain()
    print(why.text)                          # "3 players near your rating, widening in 8 s"
    for rule in why.queues[0].rules:
        print(rule.rule, rule.passes, "of", rule.of, "next change in", rule.next_s)

Counts are of tickets: a party is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from .errors import RequestRefused

__all__ = ["Basis", "Explanation", "QueueExplanation", "RuleExplanation", "read_explanation"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an estimate rests on: so many ``matches`` of that queue in the last so many ``minutes``."""

    matches: int = 0
    minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule, as it is for this ticket now."""

    rule: str
    """Its name."""
    passes: int = 0
    """Tickets that it lets through..."""
    of: int = 0
    """...of so many others that wait there."""
    excludes: int = 0
    """Tickets that this rule alone keeps away."""
    limit: float | None = None
    """In force now; ``None``: the rule does not count any more."""
    next_s: float | None = None
    """In so many seconds it changes; ``None``: never."""
    next_limit: float | None = None
    """What the limit is then; ``None``: the rule does not count from then on."""


@dataclass(frozen=True, slots=True)
class QueueExplanation:
    """One of the ticket's queues."""

    queue: str
    waited_s: float = 0.0
    waiting: int = 0
    """Tickets that wait there."""
    rules: tuple[RuleExplanation, ...] = ()
    tightest: str | None = None
    """The rule that keeps most away."""
    nearby: int = 0
    """Tickets that pass all rules."""
    players_needed: int = 0
    """How many players a match has, or at least has."""
    estimate_s: float | None = None
    """How long it probably takes from now; ``None``: nobody knows."""
    basis: Basis | None = None
    text: str = ""
    """In words: "3 players near your rating, widening in 8 s"."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Of a ticket: queue by queue."""

    queues: tuple[QueueExplanation, ...] = ()

    @property
    def text(self) -> str:
        """In words; with the queues' names if there are several."""
        if len(self.queues) == 1:
            return self.queues[0].text
        return "; ".join(f"{queue.queue}: {queue.text}" for queue in self.queues if queue.text)


def read_explanation(value: Any) -> Explanation:
    """From what the server said. Raises :class:`RequestRefused` (``malformed``) for what cannot be read."""
    try:
        return msgspec.convert(value, Explanation)
    except msgspec.ValidationError as error:
        raise RequestRefused("malformed", f"an explanation that cannot be read: {error}") from None
