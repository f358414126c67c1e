"""The figures of a run: flat, by name, for people, scripts and ``--fail-if``. What was not measured is absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .histogram import Histogram, samples_needed
from .kinds import Kind, missing
from .orders import Result
from .status import Status
from .tally import Tally

__all__ = ["CPU_PCT_MAX", "FIGURES", "LAG_MS_MAX", "Run", "figures_of", "saturation"]

LAG_MS_MAX: Final = 10.0
"""At the 99th percentile; or at the 90th, where there are too few values for that."""
CPU_PCT_MAX: Final = 90.0

_PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9}


def _durations(name: str, what: str, percentiles: Sequence[str]) -> dict[str, str]:
    named = {f"{name}_{p}_ms": what for p in (*percentiles, "max")}
    return {**named, f"{name}_samples": f"how many values the percentiles of `{name}` rest on"}


FIGURES: Final[dict[str, str]] = {
    "bots": "bots that were started",
    "processes": "processes that they were spread over",
    "duration_s": "length of the measured window",
    "connected": "bots that got into the lobby",
    "matched": "bots that got a seat",
    "played": "bots whose inputs changed their own state, and who got 99% of the passes due to them; in a turn-based "
    "game, bots with a move that was applied and changed what they see",
    "seats": "seats taken: more than `matched` if sessions ended meanwhile",
    "seats_ended": "of these, whose session ended in order",
    **_durations("match", "from asking for a match to having the seat, of every seat of the run", ("p50", "p99")),
    "dropped": "session connections lost",
    "resumed": "of these, back in their seat",
    "failed": "of these, not back",
    **_durations("resume", "from the loss to the first pass after it", ("p50", "p99")),
    "lobby_dropped": "lobby connections lost",
    "lobby_resumed": "of these, back",
    "lobby_failed": "of these, not back",
    **_durations("input", "from the planned time of an input to the pass that shows it", tuple(_PERCENTILES)),
    "inputs": "inputs sent",
    "inputs_away": "planned inputs not sent because the connection was away (moves in a turn-based game: sent later)",
    "inputs_cut": "inputs whose connection was lost before they were shown: not in the latencies",
    "inputs_skipped": "planned inputs given up because the generator was too late",
    "inputs_refused": "inputs that the game refused",
    "moves_per_s": "actions applied each second, of all bots together, in a turn-based game",
    **_durations("gap", "between two passes of one connection", ("p50", "p99", "p99_9")),
    "passes": "passes received",
    "passes_missing_pct": "passes due and not received",
    "in_bytes_per_s": "bytes a bot received each second on its session, frame headers not counted",
    "out_bytes_per_s": "bytes a bot sent each second on its session, frame headers not counted",
    "hash_checks": "hashes of the state compared with the server's",
    "hash_mismatches": "of these, different: the bot's state was not the server's",
    "desyncs": "passes that did not fit the bot's state, hashes that differed included",
    "events": "events received",
    "event_gaps": "events left out or received twice",
    "actions_sent": "actions sent",
    "actions_applied": "of these, applied",
    "actions_refused": "of these, refused by the game",
    "actions_late": "of these, under way when their session ended",
    "actions_open": "of these, neither applied nor refused when the seat was over: must be 0",
    **_durations(
        "tick_late", "how late the server began its ticks (or steps), of its last 30 s or more", tuple(_PERCENTILES)
    ),
    **_durations("step", "how long one session's step took the server", tuple(_PERCENTILES)),
    **_durations("bucket", "how long the server took for all that was due at once", tuple(_PERCENTILES)),
    "server_cpu_pct": "processor time of the server: 100 is one core",
    "server_cpu_us_per_pair": "the same for each input and pass together",
    "server_rss_bytes": "resident memory of the server at the end",
    "server_conflated": "passes that the server skipped because a client was behind, in sessions that still run",
    "server_skipped_ticks": "ticks that the server gave up because it was too late, in sessions that still run",
    "sessions_ended": "sessions that ended in the window",
    "sessions_failed": "sessions that ended because the game raised an error",
    "bots_cpu_pct": "processor time of all processes of bots together",
    "bots_cpu_max_pct": "the same of the busiest one",
    "bots_cpu_us_per_pair": "the same of all for each input and pass together",
    "bots_rss_bytes": "resident memory of all processes of bots together",
    **_durations("lag", "how late the generator itself was", ("p50", "p90", "p99")),
    "saturated": "1 if the generator was too busy for its figures to be trusted, else 0",
}
"""Every figure there is, and what it says."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run has brought to light. ``before`` and ``after`` are the server's, around the measured window."""

    results: Sequence[Result]
    duration_s: float
    before: Status | None = None
    after: Status | None = None
    kind: Kind = Kind.TICKS


def figures_of(run: Run) -> dict[str, float]:
    """All figures of a run, in the order of :data:`FIGURES`."""
    tally = Tally()
    for result in run.results:
        tally.add(result.tally)
    pairs = (tally.inputs + tally.passes) / 2
    found = {**_of_bots(tally, run.duration_s), **_of_processes(run.results, pairs), **_of_server(run, pairs)}
    found["processes"] = len(run.results)
    found["duration_s"] = run.duration_s
    found["saturated"] = float(bool(saturation(found)))
    return {name: round(found[name], 3) for name in FIGURES if name in found and not missing(name, run.kind)}


_COUNTS: Final = (
    *("bots", "connected", "matched", "played", "seats", "seats_ended", "dropped", "resumed", "failed"),
    *("lobby_dropped", "lobby_resumed", "lobby_failed", "inputs", "inputs_away", "inputs_cut", "inputs_skipped"),
    *("inputs_refused", "passes", "hash_checks", "hash_mismatches", "desyncs", "events", "event_gaps"),
    *("actions_sent", "actions_applied", "actions_refused", "actions_late", "actions_open"),
)


def _of_bots(tally: Tally, duration_s: float) -> dict[str, float]:
    found: dict[str, float] = {name: getattr(tally, name) for name in _COUNTS}
    for name in ("match", "resume", "input", "gap", "lag"):
        found.update(_percentiles(name, getattr(tally, f"{name}_ms")))
    if tally.passes_due:
        found["passes_missing_pct"] = 100 * (1 - tally.passes_arrived / tally.passes_due)
    if duration_s > 0:
        found["moves_per_s"] = tally.moves / duration_s
    if tally.matched and duration_s > 0:
        found["in_bytes_per_s"] = tally.bytes_in / tally.matched / duration_s
        found["out_bytes_per_s"] = tally.bytes_out / tally.matched / duration_s
    return found


def _percentiles(name: str, histogram: Histogram) -> dict[str, float]:
    found: dict[str, float] = {f"{name}_samples": histogram.count}
    if histogram.count:
        found[f"{name}_max_ms"] = histogram.max_ms
        values = histogram.percentiles_ms(tuple(_PERCENTILES.values()))
        found.update({f"{name}_{part}_ms": value for part, value in zip(_PERCENTILES, values, strict=True)})
    return found


def _of_processes(results: Sequence[Result], pairs: float) -> dict[str, float]:
    shares = [100 * result.cpu_s / result.wall_s for result in results if result.wall_s > 0]
    if not shares:
        return {}
    found = {"bots_cpu_pct": sum(shares), "bots_cpu_max_pct": max(shares)}
    found["bots_rss_bytes"] = sum(result.rss_bytes for result in results)
    if pairs:
        found["bots_cpu_us_per_pair"] = sum(result.cpu_s for result in results) * 1e6 / pairs
    return found


def _of_server(run: Run, pairs: float) -> dict[str, float]:
    before, after = run.before, run.after
    if after is None:
        return {}
    found = {name: value for name, value in after.figures.items() if name in _SERVER_SAYS}
    if "rss_bytes" in after.figures:
        found["server_rss_bytes"] = after.figures["rss_bytes"]
    if before is None:
        return found
    grown = {name: after.figures[name] - before.figures[name] for name in after.figures if name in before.figures}
    for name in ("conflated", "skipped_ticks"):
        if name in grown:
            found[f"server_{name}"] = max(0.0, grown[name])  # a session that ended took its own count along
    if "sessions_ended" in grown:
        found["sessions_ended"] = grown["sessions_ended"]
    if "cpu_s" in grown:
        share = grown["cpu_s"] / (after.at - before.at)
        found["server_cpu_pct"] = 100 * share
        if pairs:
            found["server_cpu_us_per_pair"] = share * run.duration_s * 1e6 / pairs
    return found


_SERVER_SAYS: Final = frozenset(
    name for name in FIGURES if name.startswith(("tick_late_", "step_", "bucket_")) or name == "sessions_failed"
)


def saturation(figures: Mapping[str, float]) -> str:
    """Why the generator was too busy for its figures to be trusted; empty if it was not."""
    percent = 99 if figures.get("lag_samples", 0) >= samples_needed(99) else 90
    lag_ms, cpu_pct = figures.get(f"lag_p{percent}_ms", 0.0), figures.get("bots_cpu_max_pct", 0.0)
    skipped = figures.get("inputs_skipped", 0)
    reasons = []
    if skipped:
        reasons.append(f"it fell so far behind that it gave up {skipped:,.0f} inputs")
    if lag_ms > LAG_MS_MAX:
        reasons.append(f"it was {lag_ms:.0f} ms late at its {percent}th percentile (more than {LAG_MS_MAX:g})")
    if cpu_pct > CPU_PCT_MAX:
        reasons.append(f"one of its processes took {cpu_pct:.0f}% of a core (more than {CPU_PCT_MAX:g})")
    return " and ".join(reasons)
