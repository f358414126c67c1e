"""Crazy Eights. ``rallypoint serve games.cards``; the game is in ``game.py``, the rules of it in ``rules.py``."""

from .game import Cards

__all__ = ["Cards"]
