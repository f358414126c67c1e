"""What is kept of operators: who they are, their tokens, where they are logged in, and what they have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["AuditFilter", "AuditRow", "KeptLogin", "KeptOperator", "KeptToken", "OperatorStore"]


@dataclass(frozen=True, slots=True)
class KeptOperator:
    """Somebody who may log in. Times are Unix time in seconds."""

    name: str
    role: str
    """``viewer`` or ``admin``."""
    password_hash: str
    """Of argon2, with its salt and costs."""
    created_at: float


@dataclass(frozen=True, slots=True)
class KeptToken:
    """For programs of operators. The token itself is kept nowhere."""

    id: str
    """What it is called in lists; not secret."""
    name: str
    """Who made it, or what for."""
    role: str
    hash: bytes
    created_at: float
    expires_at: float | None
    """``None``: never."""


@dataclass(frozen=True, slots=True)
class KeptLogin:
    """A browser in which somebody is logged in."""

    hash: bytes
    """Of what its cookie says."""
    operator: str
    created_at: float
    seen_at: float


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Something that somebody did, or tried. ``id`` 0: it is not kept yet."""

    id: int
    at: float
    operator: str
    role: str
    via: str
    action: str
    object: str
    detail: str
    """JSON, without secrets."""
    outcome: str
    peer: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows: newest first, older than ``before`` (an id), of that operator, action, object. Empty: any."""

    before: int | None = None
    operator: str = ""
    action: str = ""
    object: str = ""


class OperatorStore(Protocol):
    """Where it is kept. Every method raises :class:`rallypoint.ports.StoreDown` if that does not answer."""

    async def operators(self) -> list[KeptOperator]:
        """All, by name."""

    async def operator(self, name: str) -> KeptOperator | None:
        """One of them."""

    async def add_operator(self, operator: KeptOperator) -> bool:
        """A new one. False: there is one of that name."""

    async def set_password_hash(self, name: str, password_hash: str) -> bool:
        """Another password; ends all logins. False: there is no such operator (any more)."""

    async def remove_operator(self, name: str) -> bool:
        """With all logins, and all tokens of that name. False: there was none."""

    async def tokens(self) -> list[KeptToken]:
        """All, oldest first."""

    async def token(self, hash_: bytes) -> KeptToken | None:
        """The one with that hash."""

    async def add_token(self, token: KeptToken) -> None:
        """A new one."""

    async def remove_token(self, id_: str) -> bool:
        """False: there was none."""

    async def login(self, hash_: bytes) -> KeptLogin | None:
        """The one with that hash."""

    async def add_login(self, login: KeptLogin) -> None:
        """A new one."""

    async def saw_login(self, hash_: bytes, at: float) -> None:
        """It was used. One that is over stays so."""

    async def remove_login(self, hash_: bytes) -> None:
        """It is over."""

    async def remove_old_logins(self, created_before: float) -> None:
        """Those that are older than that."""

    async def add_audit(self, row: AuditRow, keep: int) -> None:
        """Another row; the newest ``keep`` stay."""

    async def audit(self, which: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """Rows, newest first."""
