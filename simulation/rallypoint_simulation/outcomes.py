"""What came of many simulated matches: counted, as data, and as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.table import Table

__all__ = ["MatchOutcome", "Outcomes", "SeatOutcome"]

_PERCENTILES: Final = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class SeatOutcome:
    """One player of a match."""

    name: str
    bot: str
    """``module:Class`` of what played it."""
    network: str
    outcome: str
    """``played`` (to the end), ``left``, ``kicked``, ``expired``; empty: it never had the seat."""
    won: bool
    score: float | None
    """As the game's result says; ``None`` if it does not."""
    resumes: int
    """How often it came back."""


@dataclass(frozen=True, slots=True)
class MatchOutcome:
    """One match."""

    seed: int
    """``--match`` with this plays it again."""
    outcome: str
    """``ended``, ``cancelled`` (too few came), ``unfinished`` (it took too long), ``broken``."""
    reason: str
    """The game's own word for how it ended, or what broke."""
    duration_s: float
    """Session time from the start to the end."""
    ticks: int
    seats: tuple[SeatOutcome, ...]
    simulated_s: float
    cpu_s: float
    digest: str

    @property
    def drawn(self) -> bool:
        """It ended, and nobody won."""
        return self.outcome == "ended" and not any(seat.won for seat in self.seats)


@dataclass
class Outcomes:
    """Of all matches of a run, in the order of their seeds."""

    game: str
    matches: list[MatchOutcome] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Flat figures, for machines."""
        matches = self.matches
        durations = sorted(match.duration_s for match in matches if match.outcome == "ended")
        cpu_s = sum(match.cpu_s for match in matches)
        played_s = sum(match.duration_s for match in matches)
        figures: dict[str, Any] = {"matches": len(matches)}
        for outcome in ("ended", "cancelled", "unfinished", "broken"):
            figures[outcome] = sum(match.outcome == outcome for match in matches)
        figures["drawn"] = sum(match.drawn for match in matches)
        for percent in _PERCENTILES:
            figures[f"duration_p{percent}_s"] = _percentile(durations, percent)
        figures["resumes"] = sum(seat.resumes for match in matches for seat in match.seats)
        figures["seats_lost"] = sum(seat.outcome == "expired" for match in matches for seat in match.seats)
        figures["played_s"] = round(played_s, 1)
        figures["cpu_s"] = round(cpu_s, 2)
        figures["ratio"] = round(played_s / cpu_s, 1) if cpu_s else 0.0
        return figures

    def by(self, what: str) -> dict[str, dict[str, Any]]:
        """By ``bot``, ``network`` or ``seat``: matches that ended, wins, draws, mean score, resumes."""
        rows: dict[str, list[tuple[SeatOutcome, bool]]] = {}
        for match in self.matches:
            if match.outcome == "ended":
                for index, seat in enumerate(match.seats):
                    key = str(index) if what == "seat" else getattr(seat, what)
                    rows.setdefault(key, []).append((seat, match.drawn))
        return {key: _row(rows[key]) for key in sorted(rows)}

    def to_json(self) -> dict[str, Any]:
        """Everything."""
        from dataclasses import asdict

        return {
            "game": self.game,
            "summary": self.summary(),
            "by_bot": self.by("bot"),
            "by_seat": self.by("seat"),
            "by_network": self.by("network"),
            "reasons": dict(Counter(match.reason for match in self.matches if match.outcome == "ended")),
            "matches": [asdict(match) for match in self.matches],
        }

    def show(self, console: Console) -> None:
        """Prints it."""
        figures = self.summary()
        console.print(f"\n[bold]{self.game}[/bold]: {figures['matches']:,} matches", highlight=False)
        console.print(_outcomes_table(figures, self.matches), highlight=False)
        for what in ("bot", "seat", "network"):
            rows = self.by(what)
            if len(rows) > 1 or what == "bot":
                console.print(_seats_table(what, rows), highlight=False)
        console.print(
            f"{figures['played_s'] / 3600:,.2f} hours of play in {figures['cpu_s']:,.1f} s of CPU:"
            f" {figures['ratio']:,.0f} times faster than real time."
            f" {figures['resumes']:,} lost connections came back, {figures['seats_lost']:,} seats were lost.",
            highlight=False,
        )


def _row(seats: Sequence[tuple[SeatOutcome, bool]]) -> dict[str, Any]:
    scores = [seat.score for seat, _ in seats if seat.score is not None]
    return {
        "seats": len(seats),
        "won": sum(seat.won for seat, _ in seats),
        "drawn": sum(drawn for _, drawn in seats),
        "mean_score": round(sum(scores) / len(scores), 2) if scores else None,
        "resumes": sum(seat.resumes for seat, _ in seats),
    }


def _percentile(ordered: Sequence[float], percent: int) -> float:
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1) if ordered else 0.0


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _outcomes_table(figures: dict[str, Any], matches: Iterable[MatchOutcome]) -> Table:
    table = _table("outcome", "matches", "share", "p50 s", "p90 s", "p99 s")
    reasons = Counter(match.reason or "without a reason" for match in matches if match.outcome == "ended")
    total = max(1, figures["matches"])
    for outcome in ("ended", "cancelled", "unfinished", "broken"):
        count = figures[outcome]
        if count or outcome == "ended":
            times = [f"{figures[f'duration_p{p}_s']:,.1f}" for p in _PERCENTILES] if outcome == "ended" else []
            style = "bold red" if outcome == "broken" else ""
            table.add_row(outcome, f"{count:,}", f"{count / total:.1%}", *times, style=style)
        if outcome == "ended":
            for reason, number in reasons.most_common(8):
                table.add_row(f"  {reason}", f"{number:,}", f"{number / total:.1%}", style="dim")
    return table


def _seats_table(what: str, rows: dict[str, dict[str, Any]]) -> Table:
    table = _table(what, "seats", "won", "drawn", "mean score", "resumes")
    for key, row in rows.items():
        won, drawn = (f"{row[part] / row['seats']:.1%}" for part in ("won", "drawn"))
        score = "" if row["mean_score"] is None else f"{row['mean_score']:,.2f}"
        table.add_row(key, f"{row['seats']:,}", won, drawn, score, f"{row['resumes']:,}")
    return table
