"""A game without a queue of its own."""

from __future__ import annotations

from rallypoint import Game


class Plain(Game, seats=2):
    """Nothing happens in it."""
