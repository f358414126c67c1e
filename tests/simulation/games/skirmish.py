"""Skirmish: Books in matches of a few seconds, made by queues with rules. Small ones, so that a handful of players do.

``teams``: 2v2 with a ready check; what players say of their ``level`` counts less the longer somebody waits. ``duel``:
1v1 by rating, rated, with nobody who is blocked. ``brawl``: two to four, each for themselves, with bots after a while;
its sessions ask for more players while they run. ``skirmish`` is the game's own queue of quick matches.
"""

from __future__ import annotations

from typing import Any, Final

from rallypoint import private

from .ledgers import Bookkeeper, Books

__all__ = ["BOTS_AFTER_S", "DUEL_ANY_S", "FILL_AFTER_S", "LEVELS", "LEVEL_ANY_S", "QUEUES", "READY_S", "Skirmish"]

READY_S: Final = 3.0
LEVELS: Final = 3
"""How far apart the levels of a match may be at first, as the queue of teams has it."""
LEVEL_ANY_S: Final = 4.0
"""From that wait on they may be anything."""
DUEL_ANY_S: Final = 3.0
FILL_AFTER_S: Final = 2.0
BOTS_AFTER_S: Final = 6.0

QUEUES: Final[dict[str, Any]] = {
    "teams": {
        "teams": "2v2",
        "ready_s": READY_S,
        "rated": True,
        "options": {"ends_s": 4.0},
        "rules": [
            {
                "distance": "level",
                "limit": LEVELS,
                "default": 0,
                "expand": [{"after_s": 2, "limit": 6}, {"after_s": LEVEL_ANY_S, "limit": 1000}],
            },
            {"avoid": "blocked"},
        ],
    },
    "duel": {
        "teams": "1v1",
        "rated": True,
        "options": {"ends_s": 3.0},
        "rules": [
            {"distance": "rating", "limit": 4, "uncertainty": 0.5, "optional_after_s": DUEL_ANY_S},
            {"avoid": "blocked"},
        ],
    },
    "brawl": {
        "teams": "2-4",
        "ready_s": READY_S,
        "fill_after_s": FILL_AFTER_S,
        "bots_after_s": BOTS_AFTER_S,
        "options": {"ends_s": 9.0, "more": True},
    },
}


class Skirmish(
    Books,
    seats=(2, 4),
    tick_hz=20,
    grace_s=3,
    grace_budget_s=9,
    start_after_s=4,
    room_wait_s=6,
    bot="tests.simulation.games.drivers:ServerBot",
    bots_after_s=4,
    queues=QUEUES,
):
    """With the option ``more`` it asks for players as long as it runs."""

    more: bool = private(False)

    def created(self, options: dict[str, Any]) -> None:
        super().created({"ends_s": 5.0, **options})
        self.more = bool(options.get("more"))

    def started(self) -> None:
        super().started()
        if self.more:
            self.backfill(True)

    def left(self, player: Bookkeeper, reason: str) -> None:
        super().left(player, reason)
        if self.more and len(self.players) < 2:
            self.backfill(False)
