"""How a session ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .player import Player

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """Give it to ``game.finish``; every player is told.

    ``winners`` may be empty (a draw). ``scores`` maps players to numbers. ``data`` is anything that can be sent:
    numbers, text, lists and maps of these.
    """

    winners: Sequence[Player] = ()
    scores: Mapping[Player, float] = field(default_factory=dict)
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """What players, results and webhooks are told: players by seat number."""
        return {
            "winners": [player.seat for player in self.winners],
            "scores": {player.seat: score for player, score in self.scores.items()},
            "reason": self.reason,
            "data": dict(self.data),
        }
