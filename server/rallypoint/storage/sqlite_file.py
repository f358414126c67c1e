"""The file of a SQLite database: where it is, who may read it, and whether it is still the one that was opened.

SQLite goes on writing into a file that was deleted, and makes a new one for whoever opens it next: both would lose what
is written without a word. So the file is made here, once, at the start; connections may not make one; and
:meth:`identity` is looked at before writes. As long as connections are open, no other file gets the same identity.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL

__all__ = ["BUSY_S", "Identity", "SqliteFile"]

Identity = tuple[int, int] | None

BUSY_S = 2.0
"""How long a statement waits for a lock that another process holds. The caller tries again after that."""


class SqliteFile:
    """One database file."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def url(self) -> URL:
        """For connections: it opens the file, and makes none."""
        return URL.create(
            "sqlite+aiosqlite", database=f"file:{quote(str(self.path))}", query={"mode": "rw", "uri": "true"}
        )

    def prepare(self) -> None:
        """Makes the folder and an empty file, for the owner alone, where there are none. Raises ``OSError``."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # SQLite's own files take its mode

    def identity(self) -> tuple[Identity, Identity]:
        """Which file that is now, and which one its WAL; ``None``: there is none."""
        return _identity(self.path), _identity(self._beside("-wal"))

    def set_wal_aside(self) -> None:
        """For a WAL that belongs to a file that was here before: played into another one it would destroy that."""
        os.replace(self._beside("-wal"), self._beside("-wal.stale"))
        self._beside("-shm").unlink(missing_ok=True)

    def _beside(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    @staticmethod
    def connected(connection: Any, _record: object) -> None:
        """Sets a new connection up.

        WAL: readers do not wait for the writer. ``FULL``: a commit is on the disk when it returns. With ``NORMAL`` a
        power failure could take back a result that a backend has been told of; and batches make the flush cheap, one
        for all writes that wait.
        """
        cursor = connection.cursor()
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # the pool does not know it yet
            raise

    @staticmethod
    def begin(connection: Any) -> None:
        """Opens a transaction. One that writes takes its lock at once: a lock wanted later may be refused."""
        writes = connection.get_execution_options().get("rallypoint_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _identity(path: Path) -> Identity:
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino
