"""Matchmaking by rules: who of those who wait plays with whom. Pure: see :mod:`.queue` for the story."""
