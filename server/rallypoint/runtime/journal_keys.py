"""How the keys of the journal begin, by what they are of. The lobby's own are in :mod:`rallypoint.core.lobby_image`."""

from __future__ import annotations

from typing import Final

__all__ = ["ANSWER", "GUEST", "MARK", "RESULT", "SESSION"]

SESSION: Final = "session/"
RESULT: Final = "result/"
"""Of a session that has ended, until the store has it."""
GUEST: Final = "guest/"
"""A new guest, until the store has them."""
ANSWER: Final = "answer/"
"""To a backend, by its `Idempotency-Key`."""
MARK: Final = "mark/"
"""A session in whose step a node has died."""
