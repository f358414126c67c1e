"""The last quarter of an hour of a node, once a second: what charts show. Pure: takes what was sampled."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ConfigDict

from rallypoint.runtime.histogram import DURATION_EDGES_S

__all__ = ["COLUMN_S", "KEPT_S", "SERIES", "Heat", "History", "HistoryOut"]

KEPT_S: Final = 900
COLUMN_S: Final = 10
SERIES: Final = (
    *("players", "sessions", "cpu_share", "loop_lag_ms", "resumes", "drops"),
    *("journal_flush_ms", "queue_waiting"),
)
_EDGES_MS: Final = tuple(round(edge * 1000, 1) for edge in DURATION_EDGES_S)


@dataclass(frozen=True, slots=True)
class Heat:
    """How late the ticks of one game were."""

    edges_ms: list[float]
    """Upper ends of the buckets; the last bucket, beyond these, has none."""
    cells: list[list[int]]
    """For each ten seconds, oldest first: how many ticks are in each bucket."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class HistoryOut:
    """What was sampled once a second."""

    from_at: float
    """Of the first sample: Unix seconds."""
    every_s: float
    """Between two samples."""
    series: dict[str, list[float | None]]
    """By name: `players`, `sessions`, `cpu_share`, `loop_lag_ms` and `journal_flush_ms` (the worst of each second),
    `resumes` and `drops` (in that second), `queue_waiting` (tickets of all queues). `null`: nothing was measured."""
    heat: dict[str, Heat]
    """By game. The newest column ends less than ten seconds before the newest sample."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


class History:
    """Bounded: :data:`KEPT_S` samples, and as many seconds of heat."""

    def __init__(self, games: Sequence[str]) -> None:
        self._samples: deque[tuple[float | None, ...]] = deque(maxlen=KEPT_S)
        self._columns: dict[str, deque[list[int]]] = {game: deque(maxlen=KEPT_S // COLUMN_S) for game in games}
        self._at_column: dict[str, list[int]] = {game: [0] * (len(_EDGES_MS) + 1) for game in games}
        self._made = 0
        self._last_at = 0.0

    def add(self, unix_s: float, values: Mapping[str, float | None], late: Mapping[str, list[int]]) -> None:
        """One sample: each of :data:`SERIES`; and how many ticks of each game ever were in each bucket."""
        if self._samples and unix_s - self._last_at > 2.0:
            # The process stood still, or its machine slept: what was not measured is shown as a gap.
            self._samples.extend([(None,) * len(SERIES)] * min(KEPT_S, round(unix_s - self._last_at) - 1))
        self._samples.append(tuple(values.get(name) for name in SERIES))
        self._last_at = unix_s
        self._made += 1
        if self._made % COLUMN_S == 0:
            for game, counts in late.items():
                before, self._at_column[game] = self._at_column[game], counts
                self._columns[game].append([now - then for now, then in zip(counts, before, strict=True)])

    def answer(self, seconds: int) -> HistoryOut:
        """The newest ``seconds`` of it."""
        samples = list(self._samples)[-seconds:]
        columns = -(-seconds // COLUMN_S)
        return HistoryOut(
            from_at=round(self._last_at - max(0, len(samples) - 1)),
            every_s=1.0,
            series={name: [sample[place] for sample in samples] for place, name in enumerate(SERIES)},
            heat={game: Heat(list(_EDGES_MS), list(kept)[-columns:]) for game, kept in self._columns.items()},
        )
