"""What the runtime needs from outside of it: Protocols that storage, tests and a simulation implement."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from mmap import mmap
from typing import Any, Literal, NamedTuple, Protocol

from rallypoint.core.matchmaking.profile import Leaders, Profile
from rallypoint.core.matchmaking.records import MatchRecord, TicketRecord
from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.mutes import Mute
from rallypoint.core.orders import MatchOrder
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = [
    "BotOffer",
    "BotRunner",
    "Clock",
    "Committed",
    "Entry",
    "EntryKind",
    "Guest",
    "Journal",
    "JournalFile",
    "JournalFiles",
    "JournalUnusable",
    "Outbox",
    "OutboxEvent",
    "Pressure",
    "RatingChange",
    "Records",
    "Recovered",
    "SeatRecord",
    "SessionRecord",
    "Settlement",
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


class EntryKind(enum.IntEnum):
    """What an entry of the journal is of the thing that its key names."""

    WHOLE = 1
    """All of it: what was written of it before is not needed any more. The first entry of every key."""
    PART = 2
    """What has changed since the entry before."""
    GONE = 3
    """It is no more."""


class Entry(NamedTuple):
    """One entry of the journal. The journal does not look into ``data``."""

    key: str
    """``session/<id>``, ``lobby/<id>``, ``result/<id>`` and the like: at most 255 bytes of UTF-8."""
    kind: EntryKind
    data: bytes


Committed = Callable[[], None]
"""Called when a batch is as durable as is promised: before :meth:`Journal.append` returns, or later, in order."""


class Pressure(enum.IntEnum):
    """How far the disk is behind, and what gives way: snapshots before steps."""

    NONE = 0
    HALF = 1
    """Every second snapshot is left out."""
    QUARTER = 2
    """Three of four."""
    STEPS = 3
    """Steps are made at a quarter of their pace, too; session time falls behind."""


class Journal(Protocol):
    """Where steps are committed before what must not un-happen leaves the node. Made for one event loop; never raises.

    If it can write no more (``failure``), it commits at once, undurably: whoever drives it decides what that means.
    """

    failed: Callable[[str], None]
    """Called once each time when it can write no more: a sentence. Whoever drives it sets it."""
    mended: Callable[[], None]
    """Called when it can write again: everything that lives is to be appended whole now."""
    flushed: Callable[[float], None]
    """Called with how many seconds a flush took: each write with ``process``, each sync with ``disk``."""

    @property
    def durability(self) -> str:
        """``off``, ``process``, ``disk``: what is promised of what was committed."""

    @property
    def keeps(self) -> bool:
        """False: it keeps nothing, and needs no entries (``off``)."""

    @property
    def failure(self) -> str:
        """Why it writes no more; empty while it does."""

    @property
    def pressure(self) -> Pressure:
        """How far the disk is behind."""

    def on_disk(self) -> tuple[int, int]:
        """How many files there are, and how many bytes in them."""

    def append(self, entries: Sequence[Entry], now: float, committed: Committed) -> None:
        """Takes one batch, all or nothing: what happened in one bucket of the ticker, or to one request.

        ``now`` is the node's clock: what recovery knows of how long the server was away. An empty batch is a sign of
        life, to be given every second.
        """

    def stepping(self, key: str) -> None:
        """This session's step begins: if the process ends before :meth:`stepped`, it was in there. Costs 0.2 us."""

    def stepped(self) -> None:
        """No step is being made."""

    def stale(self, most: int) -> list[str]:
        """At most so many keys whose whole is to be appended again, so that old segments can be deleted."""

    async def close(self) -> None:
        """Finishes what was appended."""


@dataclass(slots=True)
class Recovered:
    """What a journal held when it was opened."""

    entries: dict[str, list[bytes]] = field(default_factory=dict)
    """Of everything that lives, by key in the order of first appearance: its last whole, and the parts after it."""
    now: float = 0.0
    """The clock of the node that wrote it, at its last sign of life."""
    stepping: str = ""
    """The key of the session whose step was being made when that node ended."""
    undurable: str = ""
    """Why the journal could write no more before its node ended; empty if it could."""
    notes: list[str] = field(default_factory=list)
    """For the log: what was cut off at the end, and the like."""


class JournalUnusable(Exception):
    """The journal cannot be opened, or cannot be trusted, and was left as it is: a sentence says what to do."""


class JournalFile(Protocol):
    """A file that is being written. All of it raises ``OSError``."""

    def write(self, data: bytes) -> None:
        """Appends all of ``data``: it survives the process once this returns. Partly, if it raises."""

    def sync(self) -> None:
        """What was written survives the machine once this returns. Takes milliseconds: not on the event loop."""

    def close(self) -> None:
        """No more is written."""


class JournalFiles(Protocol):
    """The folder of a journal: real files, or a simulation's. All of it raises ``OSError``."""

    def names(self) -> list[str]:
        """All files, sorted."""

    def read(self, name: str) -> bytes:
        """All of a file."""

    def create(self, name: str) -> JournalFile:
        """A new, empty file; its name survives the machine once its first ``sync`` returns."""

    def sync(self, name: str) -> None:
        """What an earlier process wrote to a file, and its name, survive the machine once this returns."""

    def remove(self, name: str) -> None:
        """Deletes a file; that survives the machine once this returns."""

    def note(self) -> bytearray | mmap:
        """64 bytes that survive the process as soon as they are assigned, and need no more room on the disk."""

    def close(self) -> None:
        """Lets go of the folder: another process may write there now."""


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
    match: MatchOrder | None = None
    """The match that it was created for, with those who came later. Not there in a record that was read."""


class Records(Protocol):
    """Takes what is to be stored of sessions. Never waits, never raises."""

    def started(self, record: SessionRecord) -> None:
        """A session has enough players and runs."""

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        """A session has ended: to be stored exactly once, whatever happens to the database meanwhile.

        ``stored`` is called once it is; told again before that, as after a recovery, it is stored once all the same.
        """


@dataclass(frozen=True, slots=True)
class RatingChange:
    """What one session has changed of a player's rating in one queue."""

    session: SessionId
    queue: str
    at: float
    """Unix time: the session's end."""
    rank: int
    """Of the player's team; 0 is the best."""
    before: Rating
    after: Rating


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
    """How the store is doing, for operators."""

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

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        """A guest to be known again. Never waits, never raises; found at once, also before it is written.

        ``stored`` is called once it is; told again before or after that, as after a recovery, nothing changes.
        """

    async def find_guest(self, player: PlayerId, secret: bytes) -> Guest | None:
        """The guest, if id and secret are right (compared in constant time). Raises :class:`StoreDown`."""

    async def result(self, session: SessionId) -> SessionRecord | None:
        """The stored record of a session that has ended. Raises :class:`StoreDown`."""

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        """The newest of a player's, newest first. Raises :class:`StoreDown`."""

    async def profile(self, player: PlayerId, queues: Sequence[str]) -> Profile:
        """What rules want to know of a player: ratings in these queues, and more. Raises :class:`StoreDown`."""

    def block(self, player: PlayerId, other: PlayerId, blocked: bool) -> None:
        """``other`` is on the player's block list, or no longer. Never waits, never raises."""

    def mute(self, mute: Mute) -> None:
        """An operator has muted a player, in place of any mute before. Never waits, never raises."""

    def unmute(self, player: PlayerId) -> None:
        """An operator lets a player chat again. Never waits, never raises."""

    async def mutes(self) -> list[Mute]:
        """Those that are not over; at most ``MUTES_MAX``, those that end last. Raises :class:`StoreDown`."""

    def dodged(self, player: PlayerId, at: float) -> None:
        """The player has declined or missed a ready check, at that Unix time. Never waits, never raises."""

    def match_made(self, record: MatchRecord) -> None:
        """A match has its session. Never waits, never raises."""

    def ticket_ended(self, record: TicketRecord) -> None:
        """A ticket of a queue with rules is over. Never waits, never raises."""

    async def leaders(self, queue: str, limit: int, around: PlayerId | None = None) -> Leaders:
        """The best of a queue; or those next to ``around``, if that player is rated. Raises :class:`StoreDown`."""

    async def rating_history(self, player: PlayerId, queue: str, limit: int = 20) -> list[RatingChange]:
        """How that rating has changed, newest first. Raises :class:`StoreDown`."""

    async def ratings_of(self, player: PlayerId) -> dict[str, tuple[Rating, int]]:
        """By queue: the rating, and how many games it comes from. Raises :class:`StoreDown`."""

    async def match(self, match: str) -> MatchRecord | None:
        """A match that was made. Raises :class:`StoreDown`."""

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
