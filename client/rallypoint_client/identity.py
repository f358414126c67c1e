"""How a guest is known again: an id and a secret, which the server gives once and this side keeps.

    connect(url, name="Ann", identity=Identity.file("~/.config/mygame.json"))

A server that does not know them (or keeps nobody) lets the player in as a new guest; if it gives a new secret, that
replaces the former. An identity belongs to one server: another one gets one of its own. Of two programs that use one at
the same time, the newer takes the lobby over. To keep it elsewhere, in a keyring for instance, subclass
:class:`Identity` and write :meth:`Identity.keep`.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

__all__ = ["Identity"]


class Identity:
    """A player's id and secret, kept in memory; both empty for a new guest. The secret is in no repr and no log."""

    def __init__(self, player: str = "", secret: bytes = b"") -> None:
        self.player = player
        self.secret = secret

    def keep(self, player: str, secret: bytes) -> None:
        """The server knows this guest by these from now on. What it raises is logged: the player plays on."""
        self.player = player
        self.secret = secret

    @staticmethod
    def file(path: str | os.PathLike[str]) -> Identity:
        """One that is kept in a file (``~`` is understood), which only this user may read. It need not exist yet.

        Raises:
            ValueError: there is something else in that file; it is not touched.
            OSError: the file cannot be read.
        """
        return _FileIdentity(Path(os.path.realpath(Path(path).expanduser())))

    def __repr__(self) -> str:
        return f"{type(self).__name__.lstrip('_')}(player={self.player!r})"


class _FileIdentity(Identity):
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            super().__init__()
        else:
            super().__init__(*_read(path, data))

    def keep(self, player: str, secret: bytes) -> None:
        super().keep(player, secret)
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self._path, json.dumps({"player": player, "secret": secret.hex()}).encode() + b"\n")


def _read(path: Path, data: bytes) -> tuple[str, bytes]:
    try:
        kept: Any = json.loads(data)
        match kept:
            case {"player": str(player), "secret": str(secret)} if len(kept) == 2:
                return player, bytes.fromhex(secret)
    except ValueError:
        pass  # nothing of what is in there is repeated: it may be a secret
    raise ValueError(f"{path} holds no player's id and secret: name another file, or remove it")


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whatever happens meanwhile."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
