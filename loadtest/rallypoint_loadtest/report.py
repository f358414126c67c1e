"""The report of a run, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from .figures import saturation
from .histogram import samples_needed

__all__ = ["show_report"]

Figures = Mapping[str, float]
_PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9}
_DURATIONS: Final = {
    "input": "input to snapshot",
    "gap": "between snapshots",
    "resume": "drop to resumed",
    "match": "match to seat",
    "tick_late": "server: tick lateness",
    "step": "server: step",
    "bucket": "server: all steps due",
    "lag": "generator's own lag",
}
_AWAY: Final = ("not sent while away", "sent after coming back")


def show_report(console: Console, game: str, figures: Figures, errors: Mapping[str, int]) -> None:
    """Prints everything that was measured; ``errors`` are what went wrong, in words, and how often."""
    processes = int(figures["processes"])
    console.print(
        f"\n[bold]{game}[/bold]: {figures['bots']:,.0f} bots in {processes} process{'es' if processes > 1 else ''}, "
        f"measured for {figures['duration_s']:g} s",
        highlight=False,
    )
    console.print(_facts(_bots(figures)))
    durations = _durations(figures)
    if durations.row_count:
        console.print(durations)
    console.print(_facts(_rest(figures)))
    for text, count in sorted(errors.items(), key=lambda item: -item[1]):
        console.print(f"{count:,} x {text}", style="red", highlight=False, markup=False)
    why = saturation(figures)
    if why:
        console.print(
            f"The generator was saturated: {why}. Its figures are not to be trusted: use fewer bots, or more "
            "--processes on free cores.",
            style="bold yellow",
            highlight=False,
        )


def _facts(rows: Sequence[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    for row in rows:
        table.add_row(*row)
    return table


def _bots(f: Figures) -> list[tuple[str, str]]:
    bots = f"{f['connected']:,.0f} connected"
    rows = [("bots", bots)]
    if "matched" in f:
        drops = f"{f['dropped']:,.0f} dropped, {f['resumed']:,.0f} resumed, {f['failed']:,.0f} failed"
        rows = [("bots", f"{bots}, {f['matched']:,.0f} matched, {f['played']:,.0f} played"), ("drops", drops)]
    if f["lobby_dropped"]:
        lobby = f"{f['lobby_dropped']:,.0f} dropped, {f['lobby_resumed']:,.0f} resumed, {f['lobby_failed']:,.0f} failed"
        rows.append(("lobby drops", lobby))
    return rows


def _durations(f: Figures) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("milliseconds")
    for name in ("p50", "p90", "p99", "p99.9", "max", "samples"):
        table.add_column(name, justify="right")
    thin = False
    for name, title in _DURATIONS.items():
        samples = f.get(f"{name}_samples", 0)
        if not samples:
            continue
        cells = []
        for part, percent in _PERCENTILES.items():
            value = f.get(f"{name}_{part}_ms")
            mark = "~" if samples < samples_needed(percent) else ""
            thin |= bool(mark) and value is not None
            cells.append("" if value is None else f"{mark}{value:,.1f}")
        table.add_row(title, *cells, f"{f[f'{name}_max_ms']:,.1f}" if f"{name}_max_ms" in f else "", f"{samples:,.0f}")
    if thin:
        table.caption = "~ rests on too few samples to mean much"
        table.caption_justify = "left"
    return table


def _rest(f: Figures) -> list[tuple[str, str]]:
    return [*(_play(f) if "passes" in f else []), *_machines(f)]


def _play(f: Figures) -> list[tuple[str, str]]:
    missing = f", {f['passes_missing_pct']:.2f}% missing" if "passes_missing_pct" in f else ""
    skipped = f", {f['inputs_skipped']:,.0f} skipped by a late generator" if f.get("inputs_skipped") else ""
    lost = f"{f['inputs_away']:,.0f} {_AWAY['moves_per_s' in f]}, {f['inputs_cut']:,.0f} cut off"
    rows = [
        ("snapshots", f"{f['passes']:,.0f} received{missing}"),
        ("inputs", f"{f['inputs']:,.0f} sent, {f['inputs_refused']:,.0f} refused, {lost}{skipped}"),
    ]
    if "moves_per_s" in f:
        rows.append(("moves/s", f"{f['moves_per_s']:,.1f} applied, of all bots together"))
    if f["seats_ended"]:
        sessions = f"; {f['sessions_ended']:,.0f} sessions in the window" if "sessions_ended" in f else ""
        rows.append(("ended", f"{f['seats_ended']:,.0f} of {f['seats']:,.0f} seats{sessions}"))
    if "in_bytes_per_s" in f:
        rows.append(("bytes/bot/s", f"{f['in_bytes_per_s']:,.0f} in, {f['out_bytes_per_s']:,.0f} out"))
    late = f", {f['actions_late']:,.0f} too late" if f["actions_late"] else ""
    decided = f"{f['actions_applied']:,.0f} applied, {f['actions_refused']:,.0f} refused{late}"
    rows += [
        ("hashes", f"{f['hash_checks']:,.0f} made, {f['hash_mismatches']:,.0f} failed; {f['desyncs']:,.0f} desyncs"),
        ("events", f"{f['events']:,.0f} received, {f['event_gaps']:,.0f} gaps"),
        ("actions", f"{f['actions_sent']:,.0f} sent, {decided}, {f['actions_open']:,.0f} open"),
    ]
    return rows


def _machines(f: Figures) -> list[tuple[str, str]]:
    rows = []
    server = []
    if "server_cpu_pct" in f:
        pair = f" ({f['server_cpu_us_per_pair']:.1f} us per input and pass)" if "server_cpu_us_per_pair" in f else ""
        server.append(f"{f['server_cpu_pct']:.0f}% of a core{pair}")
    if "server_rss_bytes" in f:
        server.append(f"{f['server_rss_bytes'] / 2**20:,.0f} MiB")
    if "server_conflated" in f:
        server.append(f"{f['server_conflated']:,.0f} passes conflated")
    if server:
        rows.append(("server", ", ".join(server)))
    if "bots_cpu_pct" in f:
        pair = f" ({f['bots_cpu_us_per_pair']:.1f} us per input and pass)" if "bots_cpu_us_per_pair" in f else ""
        rows.append(("bots", f"{f['bots_cpu_pct']:.0f}% of a core{pair}, {f['bots_rss_bytes'] / 2**20:,.0f} MiB"))
    return rows
