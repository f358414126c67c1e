"""Who asks the HTTP API, and in which role.

A *viewer* looks at everything; an *admin* changes things, too.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["BACKEND", "NOBODY", "PRINCIPAL", "STILL", "Principal", "Role"]

PRINCIPAL: Final = "rallypoint.principal"
"""Where the door puts it in the scope of a request."""
STILL: Final = "rallypoint.still"
"""And, for streams, what says whether they still may."""


class Role(enum.StrEnum):
    """In order of what they may."""

    ANYBODY = "anybody"
    """Who has not shown who they are, and may do so."""
    VIEWER = "viewer"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whoever has this one may do what the other may."""
        return _RANK[self] >= _RANK[other]


_RANK: Final = {Role.ANYBODY: 0, Role.VIEWER: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever has shown who they are."""

    name: str
    """Of the operator; ``backend`` for the server's API token."""
    role: Role
    via: Literal["", "backend", "token", "console", "command"]
    """By the server's API token, an operator's token, a login; or whoever has the database in their hands."""
    csrf: str = ""
    """Of a login: what the console sends with everything that changes something."""
    key: bytes = b""
    """Hash of what they have shown, by which it is looked up again."""


BACKEND: Final = Principal("backend", Role.ADMIN, "backend")
NOBODY: Final = Principal("", Role.ANYBODY, "")
