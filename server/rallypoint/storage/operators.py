"""Operators in the database. Their requests wait for it, unlike those of players: nobody else does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Delete, Insert, Table, Update, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.operator_ports import AuditFilter, AuditRow, KeptLogin, KeptOperator, KeptToken
from rallypoint.ports import StoreDown

from .database import Database
from .faults import why
from .tables import audit, operator_logins, operator_tokens, operators

__all__ = ["SqlOperators"]

T = TypeVar("T")
_PRUNED_EVERY = 100
"""Rows: so often those that are too many are looked for."""


class SqlOperators:
    """Implements :class:`rallypoint.operator_ports.OperatorStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._added = 0

    # --- operators --------------------------------------------------------------------------------------------------

    async def operators(self) -> list[KeptOperator]:
        """See the port."""
        rows = await self._rows(select(operators).order_by(operators.c.name))
        return [KeptOperator(*row) for row in rows]

    async def operator(self, name: str) -> KeptOperator | None:
        """See the port."""
        rows = await self._rows(select(operators).where(operators.c.name == name))
        return KeptOperator(*rows[0]) if rows else None

    async def add_operator(self, operator: KeptOperator) -> bool:
        """See the port."""
        statement = self._database.keep_first(operators).values(_values(operators, operator))
        return await self._done(statement) > 0

    async def set_password_hash(self, name: str, password_hash: str) -> bool:
        """See the port."""
        changed = await self._done(
            update(operators).where(operators.c.name == name).values(password_hash=password_hash),
            delete(operator_logins).where(operator_logins.c.operator == name),
        )
        return changed > 0

    async def remove_operator(self, name: str) -> bool:
        """See the port."""
        removed = await self._done(
            delete(operators).where(operators.c.name == name),
            delete(operator_logins).where(operator_logins.c.operator == name),
            delete(operator_tokens).where(operator_tokens.c.name == name),
        )
        return removed > 0

    # --- tokens -----------------------------------------------------------------------------------------------------

    async def tokens(self) -> list[KeptToken]:
        """See the port."""
        rows = await self._rows(select(operator_tokens).order_by(operator_tokens.c.created_at, operator_tokens.c.id))
        return [KeptToken(*row) for row in rows]

    async def token(self, hash_: bytes) -> KeptToken | None:
        """See the port."""
        rows = await self._rows(select(operator_tokens).where(operator_tokens.c.hash == hash_))
        return KeptToken(*rows[0]) if rows else None

    async def add_token(self, token: KeptToken) -> None:
        """See the port."""
        await self._done(insert(operator_tokens).values(_values(operator_tokens, token)))

    async def remove_token(self, id_: str) -> bool:
        """See the port."""
        return await self._done(delete(operator_tokens).where(operator_tokens.c.id == id_)) > 0

    # --- logins -----------------------------------------------------------------------------------------------------

    async def login(self, hash_: bytes) -> KeptLogin | None:
        """See the port."""
        rows = await self._rows(select(operator_logins).where(operator_logins.c.hash == hash_))
        return KeptLogin(*rows[0]) if rows else None

    async def add_login(self, login: KeptLogin) -> None:
        """See the port."""
        await self._done(insert(operator_logins).values(_values(operator_logins, login)))

    async def saw_login(self, hash_: bytes, at: float) -> None:
        """See the port."""
        await self._done(update(operator_logins).where(operator_logins.c.hash == hash_).values(seen_at=at))

    async def remove_login(self, hash_: bytes) -> None:
        """See the port."""
        await self._done(delete(operator_logins).where(operator_logins.c.hash == hash_))

    async def remove_old_logins(self, created_before: float) -> None:
        """See the port."""
        await self._done(delete(operator_logins).where(operator_logins.c.created_at < created_before))

    # --- audit ------------------------------------------------------------------------------------------------------

    async def add_audit(self, row: AuditRow, keep: int) -> None:
        """See the port."""
        values = _values(audit, row)
        del values["id"]
        self._added += 1
        prune = self._added % _PRUNED_EVERY == 1

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(audit).values(values))
            if prune:
                newest = await connection.scalar(select(func.max(audit.c.id)))
                await connection.execute(delete(audit).where(audit.c.id <= (newest or 0) - keep))

        await self._write(work)

    async def audit(self, which: AuditFilter, limit: int) -> Sequence[AuditRow]:
        """See the port."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if which.before is not None:
            query = query.where(audit.c.id < which.before)
        for name in ("operator", "action", "object"):
            if wanted := getattr(which, name):
                query = query.where(audit.c[name] == wanted)
        return [AuditRow(*row) for row in await self._rows(query)]

    # --- the database -----------------------------------------------------------------------------------------------

    async def _rows(self, query: Any) -> Sequence[Any]:
        async def work(connection: AsyncConnection) -> Sequence[Any]:
            return (await connection.execute(query)).all()

        return await self._database.read(work)

    async def _done(self, *statements: Insert | Update | Delete) -> int:
        """All of them, or none; gives how many rows the first has changed."""

        async def work(connection: AsyncConnection) -> int:
            counts = [(await connection.execute(statement)).rowcount for statement in statements]
            return counts[0]

        return await self._write(work)

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        try:
            return await self._database.write(work)
        except Exception as error:
            raise StoreDown(why(error)) from error


def _values(table: Table, value: object) -> dict[str, Any]:
    return {column.name: getattr(value, column.name) for column in table.c}
