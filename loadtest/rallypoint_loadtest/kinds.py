"""What kind of run it is, and which figures say nothing in it."""

from __future__ import annotations

import enum

__all__ = ["Kind", "missing"]


class Kind(enum.Enum):
    """How the bots are busy."""

    TICKS = "a game with ticks"
    """They send at the game's tick rate."""
    TURNS = "a turn-based game"
    """They send when something has happened, and they have thought about it."""
    LOBBY = "a run with --lobby-only"
    """They come into the lobby, and stay there."""


_OF_PLAY = (
    *("matched", "played", "seats", "seats_", "match_", "dropped", "resumed", "failed", "resume_"),
    *("input", "gap_", "passes", "moves_", "in_bytes_", "out_bytes_", "hash_", "desyncs", "event", "actions_"),
    *("tick_late_", "step_", "bucket_", "server_conflated", "server_skipped_ticks", "sessions_", "lag_"),
)
_CLOCKED = "nothing comes at a fixed rate there"
_MISSING: dict[Kind, dict[tuple[str, ...], str]] = {
    Kind.TICKS: {("moves_",): "an input comes with each tick there"},
    Kind.TURNS: {
        ("passes_missing_pct", "gap_"): "passes come when something has happened, and not at a rate",
        ("inputs_skipped",): "a late bot's move is made all the same",
        ("server_skipped_ticks",): "there are no ticks",
    },
    Kind.LOBBY: {_OF_PLAY: "nobody plays", ("server_cpu_us_per_pair", "bots_cpu_us_per_pair"): "nobody plays"},
}


def missing(figure: str, kind: Kind) -> str:
    """Why a figure says nothing in such a run; empty if it does."""
    for names, why in _MISSING[kind].items():
        if any(figure == name or (name.endswith("_") and figure.startswith(name)) for name in names):
            return f"{figure} says nothing in {kind.value}: {why}"
    return ""
