"""What the console's overview shows. Times are Unix seconds; figures are rounded, so that they rest when nothing
happens: who watches them is told only what has changed."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict

from .alerts import Alert

__all__ = [
    "GameOut",
    "GarbageOut",
    "JournalOut",
    "Overview",
    "PlayersOut",
    "QueueOut",
    "SessionsOut",
    "StoreOut",
]

_DESCRIBED = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class PlayersOut:
    """Players and those who watch."""

    connected: int
    """Seats with a connection, bots included."""
    away: int
    """Seats whose connection is lost, in their grace windows."""
    reserved: int
    """Seats that nobody has taken yet."""
    lobby: int
    """Lobby sessions, those that are away included."""
    spectators: int
    """Spectators of all sessions."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class SessionsOut:
    """Sessions of all games."""

    running: int
    """Those that have their players."""
    waiting: int
    """Those that wait for their least number of players."""
    paused: int
    """Of these, those that an operator has paused."""
    created: int
    """Since the node's start; likewise the next two."""
    ended: int
    """Those that are over."""
    failed: int
    """Of these, those that ended because their game raised an error."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class GameOut:
    """One game. What is in milliseconds is of the last 30 to 60 seconds."""

    game: str
    """Its name."""
    tick_hz: int
    """Ticks a second; 0: it is turn-based."""
    running: int
    """Sessions that have their players."""
    waiting: int
    """Sessions that wait for players."""
    players: int
    """Seats that were taken, and are kept."""
    late_p50_ms: float
    """How much after its time the median tick was begun."""
    late_p99_ms: float
    """Likewise: only one of a hundred was later."""
    late_max_ms: float
    """Likewise: the latest."""
    step_p99_ms: float
    """How long a step took: only one of a hundred took longer."""
    skipped: int
    """Ticks that were never made, because the node was too late for them; since its start."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class QueueOut:
    """One queue."""

    queue: str
    """Its name: of a quick queue, that of its game."""
    game: str
    """What its players are going to play."""
    waiting: int
    """Tickets."""
    players: int
    """Players of these tickets."""
    oldest_since: float | None
    """Since when the oldest ticket waits; `null`: nobody does."""
    paused: bool = False
    """An operator has paused it: nobody is matched, places are kept."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class GarbageOut:
    """The interpreter's garbage collections, which stop everything."""

    collections: int
    """Since the node's start."""
    pause_max_ms_last_min: float
    """The longest of the last 30 to 60 seconds."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class JournalOut:
    """What keeps sessions if the server dies."""

    durability: str
    """`off`, `process`, `disk`: what sessions survive."""
    failure: str
    """Why nothing is written; empty while it is."""
    pressure: str
    """`none`, `half`, `quarter`, `steps`: what gives way because the disk is behind."""
    flush_p99_ms: float
    """How long a write (of `disk`: a sync) took in the last 30 to 60 seconds."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class StoreOut:
    """The database."""

    kind: str
    """`sqlite`, `postgresql`, `none`."""
    pending: int
    """Writes that wait."""
    error: str
    """What it said last; empty while all is well."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class Overview:
    """One node, at a glance."""

    node: str
    """Its name."""
    version: str
    """Of Rallypoint."""
    started_at: float
    """When it was started."""
    ready: bool
    """New players are welcome."""
    reasons: list[str]
    """Why they are not."""
    alerts: list[Alert]
    """What to look at, the worst first."""
    players: PlayersOut
    """Players and those who watch."""
    sessions: SessionsOut
    """Sessions of all games."""
    games: list[GameOut]
    """Each game of this node."""
    queues: list[QueueOut]
    """Each queue: first the quick ones, one a game."""
    resumes: dict[str, int]
    """Returns to a seat since the node's start, by outcome: `resumed`, `resync`, `fresh`, `refused`."""
    drops: int
    """Connections of seated players that were lost, since the node's start."""
    conflated: int
    """Snapshots that were not sent to clients which were behind, since the node's start."""
    cpu_share: float
    """Of one core, over the last ten seconds."""
    rss_bytes: int
    """Memory of the process."""
    loop_lag_p99_ms: float
    """How late the event loop was, in the last 10 to 20 seconds."""
    gc: GarbageOut
    """Garbage collections."""
    journal: JournalOut
    """The journal."""
    store: StoreOut
    """The database."""

    __pydantic_config__ = _DESCRIBED
