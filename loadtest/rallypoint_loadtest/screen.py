"""What a run looks like while it goes on: a live display on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from .orders import Progress

__all__ = ["LineScreen", "LiveScreen", "Phase", "Screen", "screen_for", "summary"]

LINE_EVERY_S: Final = 5.0


class Phase(enum.Enum):
    """Where a run is."""

    START = "starting"
    JOIN = "joining"
    PLAY = "playing"
    LEAVE = "leaving"


class Screen(Protocol):
    """Shows how a run goes on."""

    def enter(self, phase: Phase, length_s: float = 0.0) -> None:
        """A phase begins; it is to take ``length_s`` seconds, if that is known."""

    def show(self, progress: Sequence[Progress]) -> None:
        """What the processes of bots say by now."""


def summary(progress: Sequence[Progress]) -> str:
    """The state of all processes in one line. Percentiles are the worst process's."""

    def total(name: str) -> int:
        return sum(getattr(each, name) for each in progress)

    def worst(name: str) -> float | None:
        return max((value for each in progress if (value := getattr(each, name)) is not None), default=None)

    parts = [f"{total('connected'):,} connected, {total('matched'):,} matched, {total('playing'):,} playing"]
    if total("dropped"):
        parts.append(f"{total('dropped'):,} dropped, {total('resumed'):,} resumed")
    if total("out"):
        parts.append(f"{total('out'):,} gave up")
    p50_ms, p99_ms, lag_ms = worst("input_p50_ms"), worst("input_p99_ms"), worst("lag_p99_ms")
    if p50_ms is not None and p99_ms is not None:
        parts.append(f"input p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms")
    if lag_ms is not None:
        parts.append(f"bots {worst('cpu_pct') or 0:.0f}% cpu, {lag_ms:.0f} ms late")
    return "; ".join(parts)


class LineScreen:
    """A line at the start of each phase, and one every few seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._phase = Phase.START
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        """Nothing is left on the screen that would have to go."""

    def enter(self, phase: Phase, length_s: float = 0.0) -> None:
        """A phase begins."""
        self._phase = phase
        self._began = self._told = time.monotonic()
        self._console.print(f"{phase.value}" + (f" for {length_s:.0f} s" if length_s else ""), highlight=False)

    def show(self, progress: Sequence[Progress]) -> None:
        """Says how it goes, if that was not said lately."""
        now = time.monotonic()
        if now - self._told >= LINE_EVERY_S:
            self._told = now
            text = f"{self._phase.value} {now - self._began:3.0f} s: {summary(progress)}"
            self._console.print(text, highlight=False, soft_wrap=True)


class LiveScreen:
    """A bar for the phase, and the newest figures below it. Use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._phase = Phase.START
        self._length_s = 0.0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._live.stop()

    def enter(self, phase: Phase, length_s: float = 0.0) -> None:
        """A phase begins."""
        self._phase, self._length_s, self._began = phase, length_s, time.monotonic()
        self.show([])

    def show(self, progress: Sequence[Progress]) -> None:
        """Draws anew."""
        gone_s = time.monotonic() - self._began
        bar = ProgressBar(total=self._length_s or None, completed=gone_s, width=40, pulse=not self._length_s)
        table = Table.grid(padding=(0, 1))
        of = f" of {self._length_s:.0f}" if self._length_s else ""
        table.add_row(f"{self._phase.value:<8}", bar, f"{gone_s:.0f} s{of}")
        outer = Table.grid()
        outer.add_row(table)
        if progress:
            outer.add_row(summary(progress))
        self._live.update(outer, refresh=True)


def screen_for(console: Console) -> LiveScreen | LineScreen:
    """The one that suits where ``console`` writes to."""
    return LiveScreen(console) if console.is_terminal else LineScreen(console)
