"""Brings a database to the version of this code, in one transaction, before anything is served.

Alembic does it, from steps inside of this package: there is no ``alembic.ini``. It is imported only when there is
something to do, since that takes a third of a second.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from rallypoint.ports import StoreUnusable

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["HEAD", "config", "to_head", "upgrade"]

HEAD: Final = "0003"
"""The newest step; a test compares it with what is there."""

_one_at_a_time = asyncio.Lock()
"""Alembic keeps the step it is at in a module's global."""


async def to_head(connection: AsyncConnection) -> str | None:
    """Makes the missing steps within the connection's transaction. Gives the version before; ``None``: it was empty.

    Raises:
        StoreUnusable: the database is newer than this code.
    """
    before = await connection.run_sync(_version)
    if before != HEAD:
        async with _one_at_a_time:
            await connection.run_sync(_checked_upgrade, before)
    return before


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _checked_upgrade(connection: Connection, before: str | None) -> None:
    from alembic.script import ScriptDirectory

    known = {step.revision for step in ScriptDirectory.from_config(config(connection)).walk_revisions()}
    if before is not None and before not in known:
        raise StoreUnusable(
            f"the database has version {before}, and this release knows versions up to {HEAD}: a newer Rallypoint has"
            " used it. Install that release again, or put back a backup from before it"
        )
    upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Makes the steps up to ``revision`` within the connection's transaction."""
    from alembic import command

    command.upgrade(config(connection), revision)


def config(connection: Connection | None = None) -> Config:
    """What Alembic has to know, without a file. The connection is for making steps; looking at them needs none."""
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", "rallypoint.storage:migrations")
    return made
