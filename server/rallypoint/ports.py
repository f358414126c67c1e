"""What the runtime needs from outside of it: Protocols that storage, tests and a simulation implement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = [
    "BotOffer",
    "BotRunner",
    "Clock",
    "Committed",
    "Guest",
    "Journal",
    "Outbox",
    "OutboxEvent",
    "Records",
    "SeatRecord",
    "SessionRecord",
    "Settlement",
    "StepRecord",
    "Store",
    "StoreDown",
    "StoreStatus",
    "StoreUnusable",
    "Timer",
]

Clock = Callable[[], float]
"""Seconds on a monotonic clock."""


class Timer(Protocol):
    """A call that was arranged."""

    def cancel(self) -> None:
        """It is not made."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of one session, as the journal gets it. What else a step leaves behind comes with durable sessions."""

    session: SessionId
    epoch: int
    tick: int


Committed = Callable[[Sequence[StepRecord]], None]
"""Told when these steps are as durable as the journal promises: at once, or later, in order."""


class Journal(Protocol):
    """Where steps are committed before what must not un-happen leaves the node."""

    @property
    def durability(self) -> str:
        """``off``, or what it promises."""

    def append(self, batch: Sequence[StepRecord], committed: Committed) -> None:
        """Takes one batch: all sessions that stepped in one bucket of the ticker."""

    async def close(self) -> None:
        """Finishes what was appended."""


@dataclass(frozen=True, slots=True)
class BotOffer:
    """A reserved seat that a bot is to take."""

    game: str
    bot: str
    session: SessionId
    url: str
    token: bytes
    name: str


class BotRunner(Protocol):
    """Plays seats with a game's bots."""

    def play(self, offer: BotOffer) -> None:
        """Starts a bot on a reserved seat; it plays until the session ends."""

    def stop(self) -> Awaitable[None]:
        """Ends all bots."""


@dataclass(frozen=True, slots=True)
class SeatRecord:
    """Somebody who had a seat in a session."""

    seat: int
    player: PlayerId
    name: str
    bot: bool
    outcome: str
    """``played`` (to the end), ``left``, ``kicked``, ``expired``."""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session, as it is stored and told to backends. Times are Unix time in seconds."""

    session: SessionId
    game: str
    created_at: float
    started_at: float | None = None
    """``None``: it never had enough players."""
    ended_at: float | None = None
    """``None``: it has not ended."""
    duration_ms: int = 0
    """Session time from its start to its end."""
    outcome: str = ""
    """How it ended, a close code's name in lower case: ``ended``, ``cancelled``, ``game_failed``, ``shutdown``."""
    reason: str = ""
    seats: tuple[SeatRecord, ...] = ()
    result: Mapping[str, Any] | None = None
    """``winners`` and ``scores`` by seat number, ``reason`` and ``data``, as the game said."""
    meta: Mapping[str, Any] = field(default_factory=dict)


class Records(Protocol):
    """Takes what is to be stored of sessions. Never waits, never raises."""

    def started(self, record: SessionRecord) -> None:
        """A session has enough players and runs."""

    def ended(self, record: SessionRecord) -> None:
        """A session has ended: to be stored exactly once, whatever happens to the database meanwhile."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest who is known again."""

    player: PlayerId
    name: str
    created_at: float


class StoreDown(Exception):
    """The database does not answer now."""


class StoreUnusable(Exception):
    """The database cannot be opened, or is not what this release can work with: a sentence says what to do."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """How the store is doing, for the status page."""

    kind: str
    """``none``, ``sqlite``, ``postgresql``."""
    pending: int = 0
    """Writes that wait for the database."""
    written: int = 0
    lost: int = 0
    """Writes given up because too many waited."""
    refused: int = 0
    """Writes given up because the database takes others, but not these."""
    error: str = ""
    """Why the last attempt failed; empty if it did not."""
    webhooks_pending: int = 0
    webhooks_failed: int = 0
    """Given up after their last attempt."""
    webhooks_error: str = ""
    """Why the last delivery failed; empty if it did not."""


class Store(Records, Protocol):
    """Players and results."""

    @property
    def keeps_guests(self) -> bool:
        """False: nothing is kept, so guests get no secret."""

    def new_guest(self, player: PlayerId, name: str, secret_hash: bytes) -> None:
        """A guest to be known again. Never waits, never raises; found at once, also before it is written."""

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        """The guest, if id and secret are right (compared in constant time). Raises :class:`StoreDown`."""

    async def result(self, session: SessionId) -> SessionRecord | None:
        """The stored record of a session that has ended. Raises :class:`StoreDown`."""

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        """The newest of a player's, newest first. Raises :class:`StoreDown`."""

    def status(self) -> StoreStatus:
        """How it is doing. Does not wait."""

    async def close(self) -> None:
        """Writes what waits, as far as the database takes it, within a few seconds."""


@dataclass(frozen=True, slots=True)
class OutboxEvent:
    """Something that backends are to be told."""

    id: int
    session: SessionId
    kind: str
    """``session.started``, ``session.ended``, ``session.result``."""
    key: str
    """The same for every attempt: receivers know by it what they have had."""
    body: bytes
    """JSON."""
    attempts: int
    """Made so far."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one attempt to tell backends of an event went."""

    event: OutboxEvent
    state: Literal["delivered", "pending", "failed"]
    """``pending``: it is tried again; ``failed``: it is not."""
    at: float
    """When that was; for ``pending``, when it is tried again."""
    error: str = ""
    """Why it did not arrive."""


class Outbox(Protocol):
    """What waits to be told to backends, in a table: a restart forgets none. All of it raises :class:`StoreDown`.

    Times are Unix time in seconds.
    """

    filled: Callable[[], None]
    """Called when there is something new."""
    error: str
    """Why the last delivery failed; whoever delivers sets it."""

    async def due(self, now: float, limit: int, busy: Collection[SessionId]) -> tuple[list[OutboxEvent], float | None]:
        """What is to be sent now, and when the next one after these is due.

        At most ``limit`` events, at most the oldest of each session, and none of the ``busy`` ones.
        """

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Notes how attempts went, all or none. Noting the same again changes nothing."""

    async def sweep(self, now: float) -> None:
        """Removes what has been kept long enough."""
