"""What operators are told of queues and tickets: plain data. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ConfigDict

__all__ = ["QueueInfo", "RulesInfo", "TicketInfo", "TicketPage", "TicketPlayer", "TicketWhy"]

_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class QueueInfo:
    """One queue. With more than a thousand tickets, they are counted once a second."""

    queue: str
    """Its name; a game's quick matches have the game's."""
    game: str
    """What is played."""
    kind: str
    """`quick` (first come first seated) or `rules`."""
    paused: bool
    """An operator has paused it: nobody is matched, places are kept."""
    paused_since: float | None
    """Unix time; null: it is not."""
    waiting: int
    """Tickets."""
    players: int
    """Players of these tickets."""
    oldest_since: float | None
    """Since when the oldest ticket waits, Unix time; null: nobody waits."""
    minutes: int
    """The next five figures are of so many minutes up to now: of a busy queue, of as many as are remembered."""
    matches: int
    """Matches made; of quick matches, sessions created."""
    matches_per_min: float
    """And a minute."""
    wait_p50_s: float | None
    """Half of the tickets that got their seats had waited at most so long, in seconds; null: none did."""
    wait_p90_s: float | None
    """And nine tenths."""
    quality: float | None
    """Mean quality of the matches, from 0 to 1; null: of quick matches, and without any."""
    ready_checks: int
    """Matches whose players are being asked whether they are ready."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class TicketPlayer:
    """A player of a ticket."""

    player: str
    """The player's id."""
    name: str
    """The player's name."""
    here: bool
    """False: the connection is lost; the ticket is passed over until it is back."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class TicketInfo:
    """A ticket that waits."""

    ticket: str
    """Its id."""
    players: list[TicketPlayer]
    """The player, or the whole party."""
    queues: list[str]
    """Every queue that it waits in."""
    queued_at: float
    """Unix time."""
    state: str
    """`waiting`; `away` (somebody's connection is lost); `held` (a match is being made, or players are asked)."""
    text: str
    """The same in words. Why it waits, rule by rule, is told of one ticket at a time."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Tickets of a queue, oldest first."""

    total: int
    """All tickets of the queue."""
    matched: int
    """Those that were looked for: rows of all pages."""
    rows: list[TicketInfo]
    """Those of this page."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class TicketWhy:
    """Why a ticket waits in a queue."""

    queue: str
    """That queue."""
    ticket: str
    """The ticket's id."""
    players: list[TicketPlayer]
    """The player, or the whole party."""
    queued_at: float
    """Unix time."""
    state: str
    """`waiting`, `away`, `held`: as in the list."""
    waited_s: float
    """For so long it waits."""
    waiting: int
    """Tickets in the queue, this one included."""
    rules: list[dict[str, Any]]
    """Of each rule: `rule`, `passes` (tickets) `of` (so many), `excludes` (so many that it alone excludes), `limit` in
    force, `next_s` until it relaxes, and to what (`next_limit`)."""
    tightest: str | None
    """The rule that excludes most by itself; null: none does."""
    nearby: int
    """Tickets that pass all rules with this one."""
    players_needed: int
    """How many more than these a match needs."""
    estimate_s: float | None
    """How much longer it is likely to wait; null: nobody knows."""
    basis: dict[str, int]
    """What that is based on: `matches` of so many `minutes`."""
    text: str
    """What its players are told."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class RulesInfo:
    """By what a queue matches."""

    queue: str
    """Its name."""
    game: str
    """What is played."""
    kind: str
    """`quick` or `rules`."""
    text: str
    """The rules in words, a line each."""
    toml: str
    """The rules as they can be written, to be changed and tried; empty: it has none."""

    __pydantic_config__ = _DESCRIBED
