"""What broke in a match, in the words of whoever wrote the game: whose fault it is, what was raised, and where."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final

from .errors_logged import GAME_FAILED
from .life import ACT_RAISED
from .observer import Violation
from .run import STANDS_STILL

if TYPE_CHECKING:
    from .world import World

__all__ = ["CHECK", "DESYNC", "Breakage", "breakage_of", "frames_of_theirs"]

CHECK: Final = "the game's check() holds"
DESYNC: Final = "a client's state is the server's"
_OURS: Final = frozenset(
    {"rallypoint", "rallypoint_client", "rallypoint_protocol", "rallypoint_simulation", "msgspec", "websockets"}
)
"""Top packages that are not the game."""
_DRIVES: Final = (("rallypoint_client.bot", ""), ("rallypoint_simulation.life", "_drive"))
"""Module, and function if only that: what raises in there was done by a bot."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """Why a match is broken."""

    kind: str
    """``check``, ``game``, ``bot``, ``desync``, ``stuck``, ``process`` (it died), or ``rallypoint``: not the game's
    fault, but ours."""
    text: str
    """One line."""
    details: str = ""
    """The traceback, from the game's or bot's own first line on; or whatever else there is to know. May be empty."""
    where: str = ""
    """``file.py:12 KeyError``: two matches with the same break in the same way."""


def breakage_of(violation: Violation, world: World, ticks: int) -> Breakage:
    """Reads what a run has ended with. ``ticks``: of the last step."""
    cause = violation.__cause__
    if violation.invariant == CHECK and cause is not None:
        return _raised("check", f"check() fails after tick {ticks}: {_failed(cause)}", cause)
    failed = world.log.errors(GAME_FAILED)
    if failed:
        error = failed[0]
        frames = frames_of_theirs(error.__traceback__)
        place = f"in {frames[0][0].tb_frame.f_code.co_name}(), " if frames else ""
        return _raised("game", f"the game raises {_named(error)}, {place}at tick {ticks + 1}", error)
    if violation.invariant == ACT_RAISED and cause is not None and _by_bot(cause):
        who = violation.text.partition(":")[0]
        return _raised("bot", f"{who}'s bot raises {_named(cause)}", cause)
    if violation.invariant == DESYNC:
        return Breakage("desync", violation.text, where=DESYNC)
    if violation.invariant == STANDS_STILL:
        places = [
            place for place in re.findall(r'File "(.*)", (line \d+, in .*)', violation.text) if not _is_ours(place[0])
        ]
        place = f", in {places[-1][0]}, {places[-1][1]}" if places else ""
        return Breakage("stuck", f"it does not go on{place}", violation.text.rstrip(), STANDS_STILL)
    return Breakage("rallypoint", violation.invariant, violation.text, violation.invariant)


def _is_ours(file: str) -> bool:
    packages = (sys.modules[name].__file__ or "" for name in _OURS if name in sys.modules)
    return any(package and file.startswith(os.path.dirname(package) + os.sep) for package in packages)


def _named(error: BaseException) -> str:
    """Its type and the first line of what it says."""
    said = str(error).partition("\n")[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _failed(error: BaseException) -> str:
    """The same, for people who write ``assert``: what they say, or else the line itself."""
    if not isinstance(error, AssertionError):
        return _named(error)
    said = str(error).partition("\n")[0]
    frames = frames_of_theirs(error.__traceback__)
    if said or not frames:
        return said
    frame, line = frames[-1]
    return linecache.getline(frame.tb_frame.f_code.co_filename, line).strip()


def _raised(kind: str, text: str, error: BaseException) -> Breakage:
    frames = frames_of_theirs(error.__traceback__)
    first = frames[0][0] if frames else _driving(error.__traceback__) or error.__traceback__
    lines = traceback.format_exception(type(error), error, first)
    where = type(error).__name__
    if frames:
        last, line = frames[-1]
        where = f"{last.tb_frame.f_code.co_filename}:{line} {where}"
    return Breakage(kind, text, "".join(lines).rstrip(), where)


def frames_of_theirs(trace: TracebackType | None) -> list[tuple[TracebackType, int]]:
    """The frames of a traceback that belong neither to Rallypoint nor to Python, with their lines; outermost first."""
    found = []
    while trace is not None:
        top = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if top not in _OURS and top not in sys.stdlib_module_names:
            found.append((trace, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _by_bot(error: BaseException) -> bool:
    return bool(frames_of_theirs(error.__traceback__)) or _driving(error.__traceback__) is not None


def _driving(trace: TracebackType | None) -> TracebackType | None:
    """The first frame that has to do with a bot."""
    while trace is not None:
        module, function = trace.tb_frame.f_globals.get("__name__", ""), trace.tb_frame.f_code.co_name
        if any(module == name and only in ("", function) for name, only in _DRIVES):
            return trace
        trace = trace.tb_next
    return None
