"""What a server finds around it: clocks and chance. A simulation brings its own."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random, SystemRandom

from rallypoint.core.tokens import TOKEN_BYTES
from rallypoint.ports import Clock
from rallypoint_protocol.ids import Token

__all__ = ["Ambient"]

_CODE_CHARS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Room codes are made of these: no two of them look or sound alike."""
_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Ambient:
    """Everything that comes neither from a client nor from the settings."""

    clock: Clock = time.monotonic
    wall: Clock = time.time
    """Unix time in seconds."""
    random: Random = field(default_factory=SystemRandom)
    """Tokens come from it, too: outside of a simulation it is the system's."""

    def unix_ms(self) -> int:
        """Unix time in milliseconds."""
        return int(self.wall() * 1000)

    def new_token(self) -> Token:
        """256 random bits."""
        return Token(self.random.randbytes(TOKEN_BYTES))

    def new_id(self) -> str:
        """A name for a session, a lobby session or a player: not secret, never the same twice."""
        return self.random.randbytes(8).hex()

    def new_code(self) -> str:
        """A room code: one of 729 million."""
        return "".join(self.random.choice(_CODE_CHARS) for _ in range(_CODE_LENGTH))
