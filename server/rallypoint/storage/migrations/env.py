"""Alembic runs this; :mod:`rallypoint.storage.migrate` gives it a connection that is in a transaction already."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # also on SQLite: we say BEGIN ourselves, and a half-made step is undone
    render_as_batch=True,
)
context.run_migrations()
