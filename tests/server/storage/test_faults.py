"""Whose fault an error is, and what is said of it."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import exc

from rallypoint.ports import StoreUnusable
from rallypoint.storage.faults import DatabaseGone, Outcome, outcome_of, why


class PostgresError(Exception):
    """As its drivers raise them."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(f"error {sqlstate}")
        self.sqlstate = sqlstate


def wrapped(kind: type[exc.DBAPIError], error: BaseException) -> exc.DBAPIError:
    return kind("INSERT INTO players VALUES (?)", {"secret_hash": b"secret"}, error)


@pytest.mark.parametrize(
    "error",
    [
        wrapped(exc.IntegrityError, sqlite3.IntegrityError("NOT NULL constraint failed")),
        wrapped(exc.DataError, sqlite3.DataError("string or blob too big")),
        wrapped(exc.DBAPIError, PostgresError("22003")),
        wrapped(exc.DBAPIError, PostgresError("23505")),
        OverflowError("Python int too large to convert to SQLite INTEGER"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ],
    ids=str,
)
def test_what_lies_in_the_write_itself_is_held_against_it(error):
    assert outcome_of(error) is Outcome.WRITE


@pytest.mark.parametrize(
    "error",
    [
        wrapped(exc.OperationalError, sqlite3.OperationalError("database is locked")),
        wrapped(exc.OperationalError, sqlite3.OperationalError("no such table: results")),
        wrapped(exc.DatabaseError, sqlite3.DatabaseError("file is not a database")),
        wrapped(exc.ProgrammingError, PostgresError("42P01")),
        wrapped(exc.DBAPIError, PostgresError("57P01")),
        exc.TimeoutError("QueuePool limit reached"),
        ConnectionRefusedError("connection refused"),
        TimeoutError(),
        DatabaseGone("gone"),
        StoreUnusable("newer"),
    ],
    ids=repr,
)
def test_everything_else_may_go_better_the_next_time(error):
    assert outcome_of(error) is Outcome.DATABASE


def test_what_is_said_of_an_error_has_nothing_of_what_was_to_be_written():
    said = why(wrapped(exc.OperationalError, sqlite3.OperationalError("disk I/O error\nmore " + "x" * 1000)))
    assert said == "disk I/O error"
    assert why(TimeoutError()) == "TimeoutError"
    assert len(why(ValueError("x" * 1000))) == 200
