"""What the command and its worker processes say to each other: one JSON object a line, over the worker's pipes.

A worker whose input pipe ends has lost its parent, and stops at once.
"""

from __future__ import annotations

import msgspec

from .tally import Tally

__all__ = [
    "Finish",
    "Measure",
    "Order",
    "Progress",
    "Report",
    "Result",
    "Work",
    "decode_order",
    "decode_report",
    "line",
]


class Work(msgspec.Struct, frozen=True, tag="work"):
    """The first order: let ``bots`` bots join ``game`` at ``url``, ``ramp_per_s`` a second, and play."""

    game: str
    """As on the command line: ``module:Class``."""
    bot: str
    """``module:Class`` of another bot than the game's own; empty for that."""
    url: str
    bots: int
    first: int
    """Running number of its first bot in the whole run."""
    ramp_per_s: float
    drop_per_s: float
    lobby_drop_per_s: float
    seed: int
    think_s: tuple[float, float] | None
    """Least and most, a move, in a turn-based game; ``None``: as the bot itself says."""
    lobby_only: bool
    """They come into the lobby, and nobody plays."""


class Measure(msgspec.Struct, frozen=True, tag="measure"):
    """Count what happens in this window. Seconds of ``time.monotonic()``, which all processes of a machine share."""

    start: float
    end: float


class Finish(msgspec.Struct, frozen=True, tag="finish"):
    """Leave in order, and report the result."""


Order = Work | Measure | Finish


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How a worker is getting on, twice a second."""

    connected: int
    matched: int
    playing: int
    """Bots whose seat has a connection right now."""
    away: int
    """Bots that are on their way back after a drop, to their seat or to their lobby."""
    out: int
    """Bots that have given up."""
    decided: int
    """Bots that have had a seat, or have given up: nothing more is to be waited for."""
    dropped: int
    resumed: int
    passes: int
    input_p50_ms: float | None
    input_p99_ms: float | None
    lag_p99_ms: float | None
    cpu_pct: float


class Result(msgspec.Struct, frozen=True, tag="result"):
    """A worker's last word. Processor time and wall time are those of the measured window."""

    tally: Tally
    cpu_s: float
    wall_s: float
    rss_bytes: int


Report = Progress | Result

_encode = msgspec.json.Encoder().encode
_order = msgspec.json.Decoder(Order)
_report = msgspec.json.Decoder(Report)


def line(message: Order | Report) -> bytes:
    """A message as one line."""
    return _encode(message) + b"\n"


def decode_order(data: bytes) -> Order:
    """Reads what a worker is told. Raises ``msgspec.DecodeError``."""
    order: Order = _order.decode(data)
    return order


def decode_report(data: bytes) -> Report:
    """Reads what a worker says. Raises ``msgspec.DecodeError``."""
    report: Report = _report.decode(data)
    return report
