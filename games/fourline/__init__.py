"""Four in a line. ``rallypoint serve games.fourline``; the game is in ``game.py``, the rules of it in ``rules.py``."""

from .game import FourLine

__all__ = ["FourLine"]
