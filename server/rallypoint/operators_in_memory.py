"""Operators of a server that keeps nothing: gone when it ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from rallypoint.operator_ports import AuditFilter, AuditRow, KeptLogin, KeptOperator, KeptToken

__all__ = ["OperatorsInMemory"]


class OperatorsInMemory:
    """Implements :class:`rallypoint.operator_ports.OperatorStore`."""

    def __init__(self) -> None:
        self._operators: dict[str, KeptOperator] = {}
        self._tokens: dict[str, KeptToken] = {}
        self._logins: dict[bytes, KeptLogin] = {}
        self._audit: deque[AuditRow] = deque()
        self._rows = 0

    async def operators(self) -> list[KeptOperator]:
        """See the port."""
        return sorted(self._operators.values(), key=lambda one: one.name)

    async def operator(self, name: str) -> KeptOperator | None:
        """See the port."""
        return self._operators.get(name)

    async def add_operator(self, operator: KeptOperator) -> bool:
        """See the port."""
        return self._operators.setdefault(operator.name, operator) is operator

    async def set_password_hash(self, name: str, password_hash: str) -> bool:
        """See the port."""
        operator = self._operators.get(name)
        if operator is None:
            return False
        self._operators[name] = replace(operator, password_hash=password_hash)
        self._end_logins(name)
        return True

    async def remove_operator(self, name: str) -> bool:
        """See the port."""
        self._end_logins(name)
        self._tokens = {id_: token for id_, token in self._tokens.items() if token.name != name}
        return self._operators.pop(name, None) is not None

    async def tokens(self) -> list[KeptToken]:
        """See the port."""
        return list(self._tokens.values())

    async def token(self, hash_: bytes) -> KeptToken | None:
        """See the port."""
        return next((one for one in self._tokens.values() if one.hash == hash_), None)

    async def add_token(self, token: KeptToken) -> None:
        """See the port."""
        self._tokens[token.id] = token

    async def remove_token(self, id_: str) -> bool:
        """See the port."""
        return self._tokens.pop(id_, None) is not None

    async def login(self, hash_: bytes) -> KeptLogin | None:
        """See the port."""
        return self._logins.get(hash_)

    async def add_login(self, login: KeptLogin) -> None:
        """See the port."""
        self._logins[login.hash] = login

    async def saw_login(self, hash_: bytes, at: float) -> None:
        """See the port."""
        login = self._logins.get(hash_)
        if login is not None:
            self._logins[hash_] = replace(login, seen_at=at)

    async def remove_login(self, hash_: bytes) -> None:
        """See the port."""
        self._logins.pop(hash_, None)

    async def remove_old_logins(self, created_before: float) -> None:
        """See the port."""
        self._logins = {one.hash: one for one in self._logins.values() if one.created_at >= created_before}

    def _end_logins(self, operator: str) -> None:
        self._logins = {one.hash: one for one in self._logins.values() if one.operator != operator}

    async def add_audit(self, row: AuditRow, keep: int) -> None:
        """See the port."""
        self._rows += 1
        self._audit.appendleft(replace(row, id=self._rows))
        while len(self._audit) > keep:
            self._audit.pop()

    async def audit(self, which: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """See the port."""
        found = [row for row in self._audit if _fits(row, which)]
        return found[:limit]


def _fits(row: AuditRow, which: AuditFilter) -> bool:
    return (
        (which.before is None or row.id < which.before)
        and which.operator in ("", row.operator)
        and which.action in ("", row.action)
        and which.object in ("", row.object)
    )
