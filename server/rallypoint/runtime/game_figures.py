"""What is counted of one game's sessions on a node, since its start."""

from __future__ import annotations

from typing import Final

from .histogram import Recent

__all__ = ["OUTCOMES", "WINDOW_S", "GameFigures"]

WINDOW_S: Final = 30.0
OUTCOMES: Final = ("resumed", "resync", "fresh", "refused")
"""Of a resume: everything missed was sent; the whole state was; the player had not been in the game yet; nobody came
in."""


class GameFigures:
    """One record a step in each of these: no more is done while games are stepped."""

    __slots__ = ("bytes_out", "drops", "input_waits", "late", "resumes", "skipped_ticks", "steps", "takeovers")

    def __init__(self, now: float) -> None:
        self.late = Recent(WINDOW_S, now)
        """How much after its time each tick was begun."""
        self.steps = Recent(WINDOW_S, now)
        """How long each step took."""
        self.input_waits = Recent(WINDOW_S, now)
        """Of each step with inputs: from the arrival of the first one since the step before, until the step was
        made. The others have waited for less time; those that a game's input buffer keeps for a later tick wait on."""
        self.resumes = dict.fromkeys(OUTCOMES, 0)
        self.drops = 0
        """Connections of seated players that were lost or cut."""
        self.takeovers = 0
        """Newer connections of a player in place of one that was there."""

        self.skipped_ticks = 0
        """In sessions that have ended; likewise the next."""
        self.bytes_out = 0

    def turn(self, now: float) -> None:
        """Call now and then."""
        for recent in (self.late, self.steps, self.input_waits):
            recent.turn(now)
