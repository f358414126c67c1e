"""Identifiers. Each is a distinct type for the checker and a plain value on the wire."""

from typing import NewType

SessionId = NewType("SessionId", str)
LobbyId = NewType("LobbyId", str)
PlayerId = NewType("PlayerId", str)

SeatIndex = NewType("SeatIndex", int)
"""0-based place of a player in a session."""

Token = NewType("Token", bytes)
"""256 random bits. A secret: it travels in frames only, never in URLs or logs."""

EntityId = NewType("EntityId", int)
"""Positive for spawned entities, 0 for the game itself, ``-1 - seat`` for the player in a seat. Never reused."""

GAME_ID = EntityId(0)


def player_entity_id(seat: int) -> EntityId:
    """The entity id under which the player in ``seat`` is synchronised (one byte on the wire up to seat 31)."""
    return EntityId(-1 - seat)
