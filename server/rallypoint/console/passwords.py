"""Operators' passwords: argon2, in a thread, one at a time, because each takes 64 MiB and a twentieth of a second."""

from __future__ import annotations

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["PASSWORD_CHARS_MAX", "PASSWORD_CHARS_MIN", "Passwords", "new_password"]

PASSWORD_CHARS_MIN: Final = 12
PASSWORD_CHARS_MAX: Final = 200
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""No two of them look alike."""
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=1$yxkHlt1Isy2ihvpyMcLY0Q$T2zl4ivdbNb6iC0DJazNeE0Gs5NgQgUqXa3eI1gxGbo"
"""Of a password that nobody knows: what is compared with where there is no operator, so that it takes the same time."""


def new_password() -> str:
    """Four groups of five: 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


class Passwords:
    """Makes hashes, and compares with them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """``hasher``: with other costs, for tests. Its own are those of RFC 9106 for little memory, in one thread."""
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
        self._one = asyncio.Lock()

    async def hash(self, password: str) -> str:
        """To be kept."""
        async with self._one:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of that hash. ``None``: of nobody's."""
        async with self._one:
            return await asyncio.to_thread(self._verified, password, kept or _NOBODY) and kept is not None

    def _verified(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
