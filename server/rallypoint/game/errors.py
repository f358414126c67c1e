"""Errors that a game developer sees.

DefinitionError(TypeError)   a class is written in a way that cannot work: raised where it is defined
Refused(Exception)           raised *by* a game in an action's handler: the player is told why
"""

from __future__ import annotations

__all__ = ["DefinitionError", "Refused"]


class DefinitionError(TypeError):
    """A game, entity, input or event class cannot work as it is written. The message says what to write instead."""


class Refused(Exception):
    """Raise in an action's handler to refuse the action: ``raise Refused("no ammunition")``.

    What the handler changed before stays changed: check first. The player gets the reason (at most 200 characters).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason[:200]
