"""Orbit: ships around a star. ``rallypoint serve games.orbit``; the rules are in ``game.py``, a bot in ``bot.py``."""

from .game import Orbit

__all__ = ["Orbit"]
