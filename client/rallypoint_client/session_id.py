"""How a session is named: by its id, or by anything of it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from rallypoint_protocol.messages import SessionRow

__all__ = ["MySeat", "SessionName", "session_id"]


class MySeat(NamedTuple):
    """A seat that this player has, as the server says: ``await lobby.join(seat)`` takes it."""

    session: str
    game: str


class OfSession(Protocol):
    """A seat, an offer..."""

    @property
    def session(self) -> str:
        """The session's id."""


SessionName = str | SessionRow | OfSession
"""A session's id, its row in a list, or a seat in it."""


def session_id(session: SessionName) -> str:
    """The id itself."""
    if isinstance(session, str):
        return session
    return session.id if isinstance(session, SessionRow) else session.session
