"""What operators are told of a node: plain data. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import ConfigDict

__all__ = ["CordonInfo", "CostlyInfo", "JournalInfo", "NodeInfo", "NodeRow", "ReplaysInfo", "StoreInfo"]

_DESCRIBED: Final = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class CordonInfo:
    """Whether the node is being emptied, and how far that is."""

    state: str
    """`serving`; `cordoned` (no new sessions), `draining` (and those that are left are waited for), `drained`."""
    since_at: float | None
    """Since when; null: it is serving."""
    by: str | None
    """Who did it; null: nobody."""
    sessions_at_start: int
    """How many there were then."""
    sessions_left: int
    """How many there are now."""
    eta_s: float | None
    """In how long the last one is over, if they take as long as those before (of the last look at the node); null:
    nobody knows."""
    end_at: float | None
    """When what is left is ended; null: it is waited for, or was ended."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class CostlyInfo:
    """A session that takes much of the node's time."""

    session: str
    """Its id."""
    game: str
    """Its game."""
    step_ms_per_s: float
    """How long its steps take together, each second: since the look before, or all its life."""
    players: int
    """Seats that somebody has."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class JournalInfo:
    """What keeps sessions if the server dies."""

    durability: str
    """`off`, `process`, `disk`: what sessions survive."""
    failure: str
    """Why nothing is written; empty while it is."""
    pressure: str
    """`none`, `half`, `quarter`, `steps`: what gives way because the disk is behind."""
    segments: int
    """Files on the disk."""
    bytes: int
    """Together."""
    flush: dict[str, float]
    """How long a write (of `disk`: a sync) took in the last 30 to 60 seconds, in milliseconds: `p50`, `p99`, `max`."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """The database."""

    kind: str
    """`sqlite`, `postgresql`, `none`."""
    pending: int
    """Writes that wait."""
    written: int
    """Writes since the start."""
    lost: int
    """Given up because too many waited."""
    refused: int
    """Given up because the database did not take them."""
    error: str
    """What it said last; empty while all is well."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class ReplaysInfo:
    """Replays that are being written."""

    kept: bool
    """Replays of sessions are kept."""
    writing: int
    """Sessions whose replay is being written."""
    bytes_waiting: int
    """What is not on the disk yet."""
    given_up: int
    """Replays without their end, because the disk was too slow or failed."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class NodeRow:
    """A node, in a list of all."""

    node: str
    """Its name."""
    version: str
    """Of Rallypoint."""
    state: str
    """`serving`, `cordoned`, `draining`, `drained`, `stopping`."""
    started_at: float
    """When it was started."""
    cpu_share: float
    """Of one core, over the last ten seconds."""
    sessions: int
    """Sessions that go on."""
    players: int
    """Seats in them that somebody has, bots too."""
    url: str | None
    """Where its console is; null: here."""

    __pydantic_config__ = _DESCRIBED


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A node. Durations are milliseconds, by `p50`, `p90`, `p99`, `p99.9`, `max`, with their `count`."""

    node: str
    """Its name."""
    version: str
    """Of Rallypoint."""
    python: str
    """The interpreter's version."""
    pid: int
    """Its process."""
    state: str
    """`serving`, `cordoned`, `draining`, `drained`, `stopping`."""
    started_at: float
    """When it was started."""
    cpu_share: float
    """Of one core, over the last ten seconds."""
    rss_bytes: int
    """Memory of the process."""
    sessions: int
    """Sessions that go on."""
    sessions_max: int
    """More are not created."""
    players: int
    """Seats in them that somebody has, bots too."""
    connections: int
    """Open connections, of lobby and sessions."""
    loop_lag: dict[str, float]
    """How late the event loop was, in the last 10 to 20 seconds."""
    tick_late: dict[str, float]
    """How much after its time each tick was begun, in the last 30 to 60 seconds."""
    bucket: dict[str, float]
    """How long each round of steps of all sessions took, likewise."""
    gc: dict[str, float]
    """Garbage collections, which stop everything, likewise."""
    gc_collections: int
    """Since the start."""
    journal: JournalInfo
    """The journal."""
    store: StoreInfo
    """The database."""
    replays: ReplaysInfo
    """Replays."""
    costly: list[CostlyInfo]
    """The ten sessions whose steps take most of its time, that which takes most first."""
    cordon: CordonInfo
    """Whether it is being emptied."""

    __pydantic_config__ = _DESCRIBED
