"""A table of rules, read key by key: what is not as it should be is refused, with its place and what to write."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, Final, NoReturn, Protocol, overload

from .lines import Path

__all__ = ["LISTED_MAX", "NUMBER_MAX", "WAIT_S_MAX", "Locator", "RulesError", "Table", "shown"]

NUMBER_MAX: Final = 1e9
"""Of limits and defaults: beyond it, differences of floats say nothing."""
WAIT_S_MAX: Final = 86_400
"""A day: nobody waits longer."""
LISTED_MAX: Final = 32
"""Items of a list: rules of a queue, expansions of a rule, queues of a game."""
_SHOWN_CHARS_MAX: Final = 60


class RulesError(ValueError):
    """Rules that cannot be. The sentence begins with the place, as ``arena.toml:12``, and says what to write."""


class Locator(Protocol):
    """Knows where the value with some path was written."""

    def __call__(self, path: Path, /) -> str: ...


class Table:
    """Keys and values of one table. ``what`` it is, in words: ``a queue``."""

    def __init__(self, data: Mapping[Any, Any], path: Path, where: Locator, what: str) -> None:
        self.data = data
        self.path = path
        self.where = where
        self.what = what

    def fail(self, sentence: str, *path: str | int) -> NoReturn:
        """Raises ``RulesError`` for the value at ``path`` within this table, or for the table itself."""
        raise RulesError(f"{self.where(self.path + path)}: {sentence}")

    def check_keys(self, known: Sequence[str]) -> None:
        """Refuses keys that are not known."""
        for key in self.data:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1, 0.6)
                meant = f"Did you mean `{near[0]}`? " if near else ""
                self.fail(f"{self.what} has no key `{key}`. {meant}Its keys are {', '.join(known)}", key)

    def wrong(self, key: str, wanted: str) -> NoReturn:
        """Raises ``RulesError``: the value is there, and cannot be used."""
        self.fail(f"{key} = {shown(self.data[key])}. Write {wanted}", key)

    @overload
    def number(self, key: str, least: float, most: float, default: float, *, whole: bool = False) -> float: ...
    @overload
    def number(self, key: str, least: float, most: float, default: None, *, whole: bool = False) -> float | None: ...
    @overload
    def number(self, key: str, least: float, most: float, *, whole: bool = False) -> float: ...

    def number(self, key: str, least: float, most: float, default: Any = ..., *, whole: bool = False) -> float | None:
        """A finite number within bounds; without a default, it has to be there."""
        if key not in self.data:
            if default is ...:
                self.fail(f"{self.what} needs {key}. Write {_range(least, most, whole)}, as in `{key} = ...`")
            return None if default is None else float(default)
        value = self.data[key]
        fits = isinstance(value, int) or (isinstance(value, float) and (not whole or value.is_integer()))
        if isinstance(value, bool) or not fits or not least <= value <= most:  # no NaN is between them
            self.wrong(key, _range(least, most, whole))
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, "true or false")
        return value

    def text(self, key: str, default: str, chars_max: int) -> str:
        """A text that can be shown, without spaces around it."""
        value = self.data.get(key, default)
        fits = isinstance(value, str) and 0 < len(value) <= chars_max
        if key in self.data and not (fits and value.isprintable() and value == value.strip()):
            self.wrong(key, f"a text of 1 to {chars_max} characters")
        return str(value)

    def choice(self, key: str, default: str, choices: Sequence[str]) -> str:
        value = self.data.get(key, default)
        if value not in choices:
            self.wrong(key, _one_of(choices))
        return str(value)

    def choices(self, key: str, default: tuple[str, ...], choices: Sequence[str]) -> tuple[str, ...]:
        """Several of ``choices``, each at most once."""
        values = self.data.get(key, list(default))
        if not isinstance(values, list | tuple) or not values:
            self.wrong(key, f'a list, as in {key} = ["{choices[0]}"], of {", ".join(choices)}')
        for place, value in enumerate(values):
            if value not in choices:
                self.fail(f"{key} has {shown(value)}. Write {_one_of(choices)}", key, place)
            if value in values[:place]:
                self.fail(f"{key} has {shown(value)} twice", key, place)
        return tuple(values)

    def table(self, key: str, what: str) -> Table:
        """The table at that key; an empty one if there is none."""
        value = self.data.get(key, {})
        if not isinstance(value, Mapping):
            self.wrong(key, f"a table: {what}")
        return Table(value, (*self.path, key), self.where, what)

    def tables(self, key: str, what: str) -> list[Table]:
        """The tables of a list; none if there is no such key."""
        values = self.data.get(key, [])
        if not isinstance(values, list | tuple):
            self.wrong(key, "a list of tables")
        if len(values) > LISTED_MAX:
            self.fail(f"{key} has {len(values)} tables. Write {LISTED_MAX} at most", key)
        for place, value in enumerate(values):
            if not isinstance(value, Mapping):
                self.fail(f"{key} has {shown(value)}. Write a table: {what}", key, place)
        return [Table(value, (*self.path, key, place), self.where, what) for place, value in enumerate(values)]


def shown(value: Any) -> str:
    """A value as it might stand in the file, cut if it is long."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, int) and value.bit_length() > 200:
        text = "a number of more than 60 digits"  # which Python may refuse to write out
    elif isinstance(value, str):
        text = '"' + value + '"'
    else:
        text = repr(value)
    return text if len(text) <= _SHOWN_CHARS_MAX else text[: _SHOWN_CHARS_MAX - 3] + "..."


def _range(least: float, most: float, whole: bool) -> str:
    return f"a {'whole ' if whole else ''}number from {least:.15g} to {most:.15g}"


def _one_of(choices: Sequence[str]) -> str:
    return " or ".join(f'"{choice}"' for choice in choices)
