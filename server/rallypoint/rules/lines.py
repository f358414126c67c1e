"""Where something stands in a TOML file. The library that reads the file does not say, so it is scanned once more.

A *path* leads to a value: ``("queue", "ranked", "rule", 0, "limit")``. The scanner takes it for granted that the text
is valid: it is only used on what ``tomllib`` has read.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from typing import Final

__all__ = ["Path", "lines_of"]

Path = tuple[str | int, ...]
"""Keys of tables and places in lists, from the top."""

_BARE: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1 on, of each key, header and list item of a valid TOML text.

    Of a table that has several lines, it is its header's; of one that has none, the first line that speaks of it.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}  # arrays of tables, and the place of the last one
        self._ends = [at for at, char in enumerate(self.text) if char == "\n"]

    def document(self) -> None:
        table: Path = ()
        while self._blank():
            if self._next("[["):
                *above, last = self._key()
                array = (*self._through(above), last)
                self._arrays[array] = self._arrays.get(array, -1) + 1
                table = (*array, self._arrays[array])
                self._note(table)
                self._skip("]]")
            elif self._next("["):
                table = self._through(self._key())
                self._note(table)
                self.lines[table] = self._line()  # rather than that of a table within, which came before
                self._skip("]")
            else:
                self._pair(table)

    def _pair(self, table: Path) -> None:
        path = table + tuple(self._key())
        self._note(path)
        self._skip("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        self._space()
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif self._next("["):
            place = 0
            while not self._closed("]"):
                self._note((*path, place))
                self._value((*path, place))
                place += 1
        elif self._next("{"):
            while not self._closed("}"):
                self._pair(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def _closed(self, end: str) -> bool:
        """Whether the list or table ends here; else the next item does begin here."""
        self._blank()
        if self._next(","):
            self._blank()
        return self._next(end)

    def _key(self) -> list[str]:
        keys = []
        while True:
            self._space()
            start = self.at
            if self.text[start] in "\"'":
                self._string()
                keys.append(tomllib.loads("key = " + self.text[start : self.at])["key"])
            else:
                while self.text[self.at] in _BARE:
                    self.at += 1
                keys.append(self.text[start : self.at])
            self._space()
            if not self._next("."):
                return keys

    def _string(self) -> None:
        quote = self.text[self.at]
        end = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(end)
        while not self.text.startswith(end, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(end)
        while len(end) == 3 and self._next(quote):  # up to two quotes may stand before the three that end it
            pass

    def _through(self, keys: list[str]) -> Path:
        """The path of a header: through an array of tables, it leads to its last one."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self._arrays:
                path = (*path, self._arrays[path])
        return path

    def _note(self, path: Path) -> None:
        for length in range(len(path), 0, -1):  # `a.b = 1` speaks of `a` as well
            if path[:length] in self.lines:
                return
            self.lines[path[:length]] = self._line()

    def _line(self) -> int:
        return bisect_right(self._ends, self.at - 1) + 1

    def _next(self, part: str) -> bool:
        found = self.text.startswith(part, self.at)
        self.at += len(part) if found else 0
        return found

    def _skip(self, part: str) -> None:
        self._space()
        self.at += len(part)

    def _space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def _blank(self) -> bool:
        """Goes over spaces, lines and comments; whether anything is left."""
        while self.at < len(self.text) and self.text[self.at] in " \t\n#":
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                self.at += 1
        return self.at < len(self.text)
