"""What the server says of a party, at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from .errors import RequestRefused

__all__ = ["PartyMember", "PartyState", "read_party"]


@dataclass(frozen=True, slots=True)
class PartyMember:
    """One player of a party."""

    player: str
    """The player's id."""
    name: str
    ready: bool = False
    """Has said so. The leader is without saying it."""
    here: bool = True
    """Connected; who is away keeps the place for a while."""
    seated: bool = False
    """Plays just now."""


@dataclass(frozen=True, slots=True)
class PartyState:
    """Grows ``n`` with each change: what comes late is known by it."""

    code: str
    leader: str
    members: tuple[PartyMember, ...]
    n: int


def read_party(value: Any) -> PartyState:
    """From what the server said. Raises :class:`RequestRefused` (``malformed``) for what cannot be read."""
    try:
        return msgspec.convert(value, PartyState)
    except msgspec.ValidationError as error:
        raise RequestRefused("malformed", f"a party that cannot be read: {error}") from None
