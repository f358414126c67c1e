"""What kind of run it is, and which figures say nothing in it."""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["Kind", "missing"]


class Kind(enum.Enum):
    """How the bots are busy."""

    TICKS = "a game with ticks"
    """They send at the game's tick rate."""
    TURNS = "a turn-based game"
    """They send when something has happened, and they have thought about it."""
    LOBBY = "a run with --lobby-only"
    """They come into the lobby, and stay there."""


_OF_PLAY: Final = (
    *("matched", "played", "seats", "match_", "dropped", "resumed", "failed", "resume_", "input", "moves_", "gap_"),
    *("passes", "in_bytes_", "out_bytes_", "hash_", "desyncs", "event", "actions_", "sessions_", "lag_"),
    *("tick_late_", "step_", "bucket_", "server_conflated", "server_skipped_ticks", "server_cpu_us_", "bots_cpu_us_"),
)
_MISSING: Final[dict[Kind, dict[tuple[str, ...], str]]] = {
    Kind.TICKS: {("moves_",): "an input comes with each tick there"},
    Kind.TURNS: {
        ("passes_missing_", "gap_"): "a pass comes when something has happened, and not at a rate",
        ("inputs_skipped",): "a late bot makes its move all the same",
        ("server_skipped_ticks",): "there are no ticks",
    },
    Kind.LOBBY: {_OF_PLAY: "nobody plays"},
}
"""Beginnings of the names of figures, and why these are not there."""


def missing(figure: str, kind: Kind) -> str:
    """Why a figure says nothing in such a run, as a sentence; empty if it does."""
    for beginnings, why in _MISSING[kind].items():
        if figure.startswith(beginnings):
            return f"{figure} says nothing in {kind.value}: {why}"
    return ""
