"""What is done to many at once: to those that are named, or to all that a filter means, counted first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from .api_client import Misused, NotAllowed, Refused
from .confirm import confirmed
from .connected import EXIT_FAILED, Desk, complain
from .figures import counted

__all__ = ["Many", "do"]

TRIES: Final = 3
"""With ``--yes``, if there were others than counted each time."""


@dataclass(frozen=True, slots=True)
class Many:
    """What is done. ``path``: where bulk actions are sent; ``one``: does it to one by its id, and answers."""

    path: str
    what: str
    """``session``, ``player``."""
    action: str
    """As the API calls it."""
    verb: str
    """For people: ``End``."""
    done: str
    """Likewise: ``ended``."""
    one: Callable[[str], Any]
    told: Callable[[Desk, str, Any], None]
    """Says that it was done to one."""
    more: Mapping[str, Any]
    """What else the API is told: ``text``, ``minutes``."""
    only: Mapping[str, str] = field(default_factory=dict)
    """What else a filter always asks for."""


def do(
    desk: Desk, many: Many, ids: Sequence[str], filter_: Mapping[str, str], *, everything: bool, yes: bool
) -> int | None:
    """Does it; the exit code. Raises :class:`Misused` unless it is said of whom."""
    said = [bool(ids), any(filter_.values()), everything]
    if said.count(True) != 1:
        options = ", ".join(f"--{name}" for name in filter_)
        raise Misused(f"say which {many.what}s: by their ids, or by a filter ({options}), or --all")
    return _each(desk, many, ids) if ids else _all(desk, many, filter_, yes=yes)


def _each(desk: Desk, many: Many, ids: Sequence[str]) -> int | None:
    failed = False
    for id_ in ids:
        try:
            answer = many.one(id_)
        except NotAllowed:
            raise
        except Refused as error:
            if len(ids) == 1:
                raise
            desk.answered(error.answer)
            complain(f"{id_}: {error}")
            failed = True
            continue
        if not desk.answered(answer):
            many.told(desk, id_, answer)
    return EXIT_FAILED if failed else None


def _all(desk: Desk, many: Many, filter_: Mapping[str, str], *, yes: bool) -> int | None:
    wanted = {key: value for key, value in filter_.items() if value}
    asked = {"filter": {**wanted, **many.only}, "do": many.action, **many.more}
    for attempt in range(TRIES):
        counts = desk.api.post(many.path, {**asked, "expect": None})
        matched = counts["matched"]
        if not matched:
            if not desk.answered(counts):
                desk.say(f"No {many.what} matches.")
            return None
        number = counted(matched, many.what)
        if not confirmed(f"{number} {'matches' if matched == 1 else 'match'}", f"{many.verb} {number}?", yes=yes):
            return EXIT_FAILED
        try:
            answer = desk.api.post(many.path, {**asked, "expect": matched})
        except Refused as error:
            if error.error != "changed" or attempt == TRIES - 1 or not yes:
                raise
            continue
        if not desk.answered(answer):
            desk.say(f"{counted(answer['done'], many.what)} {many.done}")
        return None
    raise AssertionError("the last attempt answers or raises")
