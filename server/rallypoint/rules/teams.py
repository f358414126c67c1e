"""The teams of a match, in the ways in which they can be written.

"4v4"  "1v4"  "2v2v2"  "3-4v3-4"     teams against each other
"2-8"  8                             a free-for-all: no teams
[4, 4]  [1, "3-4"]                   the sizes in a list
[{size = 1, name = "hunter"}, {size = [3, 4], name = "prey"}]
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rallypoint.core.matchmaking.rules import TeamSize

from .table import Table, shown

__all__ = ["SEATS_MAX", "read_teams"]

SEATS_MAX: Final = 1000
"""Players of a match: of a game, too."""
_NAME_CHARS_MAX: Final = 24
_HELP: Final = 'Write "4v4", "1v4", "2-8" for a free-for-all, [4, 4], or [{size = 1, name = "hunter"}, {size = [3, 4]}]'


def read_teams(table: Table, key: str = "teams") -> tuple[TeamSize, ...]:
    """One ``TeamSize`` for each team; a single one is a free-for-all.

    Raises:
        RulesError: no teams, or a size or a name that cannot be.
    """
    if key not in table.data:
        table.fail(f"{table.what} needs {key}. {_HELP}")
    value = table.data[key]
    if isinstance(value, tuple) and all(isinstance(item, int) for item in value):  # seats=(2, 8) is something else
        table.fail(f'{key} = {value!r} is not clear. Write [4, 4] for two teams, or "2-8" for a free-for-all', key)
    items: list[Any]
    if isinstance(value, str):
        items = re.split(r"\s*vs?\s*", value)
    elif isinstance(value, list | tuple):
        items = list(value)
    else:
        items = [value]
    if not 1 <= len(items) <= SEATS_MAX:
        table.fail(f"{key} = {shown(value)}. {_HELP}", key)
    teams: list[TeamSize] = []
    for place, item in enumerate(items):
        path = (key, place) if isinstance(value, list | tuple) else (key,)
        size, name = item, ""
        if isinstance(item, Mapping):
            team = Table(item, (*table.path, *path), table.where, "a team")
            team.check_keys(("size", "name"))
            size, name = item.get("size"), team.text("name", "", _NAME_CHARS_MAX)
        bounds = _size(size)
        if bounds is None:
            table.fail(f"{key} = {shown(value)}: {shown(item)} is no size of a team. {_HELP}", *path)
        if name and name in [other.name for other in teams]:
            table.fail(f'two teams are named "{name}"', *path)
        teams.append(TeamSize(*bounds, name))
    return tuple(teams)


def _size(size: Any) -> tuple[int, int] | None:
    """Least and most players, or nothing if that is no size."""
    if isinstance(size, str):
        found = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", size, re.ASCII)
        size = None if found is None else (int(found[1]), int(found[2] or found[1]))
    elif isinstance(size, int):
        size = (size, size)
    match size:
        case [int(least), int(most)] if not isinstance(least, bool) and not isinstance(most, bool):
            return (least, most) if 1 <= least <= most <= SEATS_MAX else None
        case _:
            return None
