"""Matchmaking in virtual time: a day of players through the rules of a queue, and figures of what came of it."""
