"""Whose fault an error of the database is, and how it is told: never with what was to be written."""

from __future__ import annotations

import enum

from sqlalchemy import exc

from rallypoint.ports import StoreUnusable

__all__ = ["DatabaseGone", "Outcome", "outcome_of", "why"]

_WHY_CHARS_MAX = 200
_OF_THE_DATA = ("22", "23", "54")
"""Classes of SQLSTATE, which PostgreSQL's drivers give: data exceptions, violated constraints, and what is too large
(such as a text for an index)."""


class DatabaseGone(Exception):
    """The file that was opened is not there any more."""


class Outcome(enum.Enum):
    """How an attempt to write went."""

    WRITTEN = enum.auto()
    DATABASE = enum.auto()
    """The database's fault, as far as can be seen: another attempt may go well."""
    WRITE = enum.auto()
    """The fault of what was to be written: it will never go well."""


def outcome_of(error: Exception) -> Outcome:
    """Whose fault it is.

    Only what surely lies in the write itself is held against it. A missing table is an error of the statement, too; but
    it may be mended, and the write would be gone.
    """
    match error:
        case exc.IntegrityError() | exc.DataError():
            return Outcome.WRITE
        case exc.DBAPIError() if str(getattr(error.orig, "sqlstate", "")).startswith(_OF_THE_DATA):
            return Outcome.WRITE
        case exc.DBAPIError() | exc.TimeoutError() | OSError() | TimeoutError() | DatabaseGone() | StoreUnusable():
            return Outcome.DATABASE
        case _:  # what cannot be bound or encoded: of this process, not of the database
            return Outcome.WRITE


def why(error: Exception) -> str:
    """One line for the log and operators."""
    source: BaseException = error
    if isinstance(error, exc.DBAPIError) and error.orig is not None:  # its own text has the statement and the values
        source = error.orig
    line = str(source).partition("\n")[0].strip() or type(source).__name__
    return line[:_WHY_CHARS_MAX]
