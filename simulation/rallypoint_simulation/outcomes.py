"""What came of many simulated matches: counted, as data, and as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["MatchOutcome", "Outcomes", "SeatOutcome"]

_PERCENTILES: Final = (50, 90, 99)
_OUTCOMES: Final = ("ended", "abandoned", "unfinished", "cancelled", "broken")
_REASONS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class SeatOutcome:
    """One player of a match."""

    name: str
    seat: int | None
    """Its number; ``None``: it never had one."""
    bot: str
    """``module:Class`` of what played it."""
    network: str
    """``good``, ``home``, ``mobile``, ``train``."""
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
    """``ended`` (by the game), ``abandoned`` (it was over before the game had ended it: everybody was gone),
    ``unfinished`` (it took too long), ``cancelled`` (too few came), ``broken``."""
    reason: str
    """The game's own word for how it ended, or what broke, in a line."""
    broke: str
    """What broke: ``check``, ``game``, ``bot``, ``desync``, ``stuck``, ``process`` or ``rallypoint``; else empty."""
    details: str
    """The traceback of what broke."""
    duration_s: float
    """Session time from the start to the end."""
    ticks: int
    seats: tuple[SeatOutcome, ...]
    """By seat, as the scenario names them; who plays is there also if it had no seat."""
    simulated_s: float
    """From the first hello until everybody had gone."""
    cpu_s: float
    digest: str
    """Of all that was sent, and when: it is the same each time, or something is not decided by the seed."""

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
        for outcome in _OUTCOMES:
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
                for seat in match.seats:
                    if seat.seat is not None:
                        rows.setdefault(str(getattr(seat, what)), []).append((seat, match.drawn))
        return {key: _row(rows[key]) for key in sorted(rows, key=lambda key: (len(key) if what == "seat" else 0, key))}

    def to_json(self) -> dict[str, Any]:
        """Everything."""
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
        console.print(f"{self.game}: {_counted(figures['matches'], 'match', 'matches')}", style="bold", highlight=False)
        console.print(_outcomes_table(figures, self.matches), highlight=False)
        for what in ("bot", "seat", "network"):
            rows = self.by(what)
            if len(rows) > 1 or (what == "bot" and rows):
                console.print()
                console.print(_seats_table(what, rows), highlight=False)
        console.print(f"\n{_in_words(figures)}", highlight=False, soft_wrap=True)


def _in_words(figures: dict[str, Any]) -> str:
    """What the tables do not say."""
    came = _counted(figures["resumes"], "lost connection", "lost connections")
    lost = _counted(figures["seats_lost"], "seat", "seats")
    played = f"{figures['played_s'] / 3600:,.2f} hours of play in {figures['cpu_s']:,.1f} s of CPU time"
    faster = f", {figures['ratio']:,.0f} times faster than real time" if figures["ratio"] else ""
    return f"{came} came back, {lost} {'was' if figures['seats_lost'] == 1 else 'were'} lost. {played}{faster}."


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


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


def _outcomes_table(figures: dict[str, Any], matches: Sequence[MatchOutcome]) -> Table:
    table = _table("outcome", "matches", "share", "p50 s", "p90 s", "p99 s")
    total = max(1, figures["matches"])
    for outcome in _OUTCOMES:
        count = figures[outcome]
        if not count:
            continue
        times = [f"{figures[f'duration_p{p}_s']:,.1f}" for p in _PERCENTILES] if outcome == "ended" else []
        style = "bold red" if outcome == "broken" else ""
        table.add_row(outcome, f"{count:,}", f"{count / total:.1%}", *times, style=style)
        if outcome != "broken":
            reasons = Counter(match.reason for match in matches if match.outcome == outcome)
            for reason, number in reasons.most_common(_REASONS_SHOWN):
                if reason:
                    table.add_row(f"  {escape(reason)}", f"{number:,}", f"{number / total:.1%}", style="dim")
    return table


def _seats_table(what: str, rows: dict[str, dict[str, Any]]) -> Table:
    table = _table(what, "seats", "won", "drawn", "mean score", "resumes")
    for key, row in rows.items():
        won, drawn = (f"{row[part] / row['seats']:.1%}" for part in ("won", "drawn"))
        score = "" if row["mean_score"] is None else f"{row['mean_score']:,.2f}"
        table.add_row(escape(key), f"{row['seats']:,}", won, drawn, score, f"{row['resumes']:,}")
    return table
