"""What fails a run: ``--fail-if 'input_p99_ms>75'`` and the like.

A figure that is absent fails as well, and so does a percentile that rests on too few samples: a check that could not
look must not pass.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from .histogram import samples_needed
from .kinds import Kind, missing

__all__ = ["Condition", "parse_condition"]

_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM: Final = re.compile(r"\s*(?P<name>[a-z]\w*)\s*(?P<operator>>=|<=|==|!=|>|<)\s*(?P<limit>[\w.+-]+)\s*")
_PERCENTILE: Final = re.compile(r"(?P<base>\w+?)_p(?P<whole>\d+)(?:_(?P<part>\d+))?_ms")


@dataclass(frozen=True, slots=True)
class Condition:
    """``figure operator limit``, where the limit is a number or another figure's name."""

    figure: str
    operator: str
    limit: float | str

    def __str__(self) -> str:
        limit = self.limit if isinstance(self.limit, str) else f"{self.limit:g}"
        return f"{self.figure}{self.operator}{limit}"

    def failure(self, figures: Mapping[str, float]) -> str | None:
        """Why a run with these figures has failed, or ``None`` if it has not."""
        values = []
        for side in (self.figure, self.limit):
            if isinstance(side, str):
                missing = _unusable(side, figures)
                if missing is not None:
                    return f"{self}: {missing}"
                side = figures[side]
            values.append(side)
        if not _OPERATORS[self.operator](*values):
            return None
        told = f" ({self.limit} is {values[1]:g})" if isinstance(self.limit, str) else ""
        return f"{self}: {self.figure} is {values[0]:g}{told}"


def _unusable(name: str, figures: Mapping[str, float]) -> str | None:
    if name not in figures:
        return f"{name} was not measured"
    match = _PERCENTILE.fullmatch(name)
    if match is None:
        return None
    needed = samples_needed(float(f"{match['whole']}.{match['part'] or 0}"))
    samples = figures.get(f"{match['base']}_samples", 0)
    if samples >= needed:
        return None
    return f"{name} rests on {samples:g} samples, and needs {needed} to mean something"


def parse_condition(text: str, names: Collection[str], kind: Kind = Kind.TICKS) -> Condition:
    """Reads ``input_p99_ms>75`` or ``played<bots``. ``names`` are the figures that exist.

    Raises ``ValueError`` with what to write instead, or why the figure says nothing in a run of that kind.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no condition: write figure, operator and limit, as in 'input_p99_ms>75'")
    _check_name(match["name"], names, kind)
    limit: float | str = match["limit"]
    try:
        limit = float(limit)
    except ValueError:
        _check_name(match["limit"], names, kind)
    else:
        if limit != limit:
            raise ValueError(f"{text!r}: nothing can be compared with nan")
    return Condition(match["name"], match["operator"], limit)


def _check_name(name: str, names: Collection[str], kind: Kind) -> None:
    if name not in names:
        close = difflib.get_close_matches(name, names, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"there is no figure {name!r}{hint}")
    why = missing(name, kind)
    if why:
        raise ValueError(why)
