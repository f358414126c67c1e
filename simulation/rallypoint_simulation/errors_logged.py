"""What is logged as an error while a world runs: the server carries on, but something has gone wrong that must not."""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from .logged import Log

__all__ = ["GAME_FAILED", "errors_logged"]

GAME_FAILED: Final = "game failed"


class _OfLibraries(logging.Handler):
    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(f"{record.name}: {record.getMessage()}{_told(record.exc_info)}")


@contextlib.contextmanager
def errors_logged(
    log: Log,
    say: Callable[[str], None],
    *,
    games_may_fail: bool,
    expected: Callable[[object], bool] = lambda event: False,
) -> Iterator[None]:
    """Within the block ``say`` is told of each error, those of the libraries below included, which go nowhere else.

    ``games_may_fail``: a game that raises ends its own session, and there are scenarios for that. ``expected``: other
    events that may be.
    """

    def hear(entry: Mapping[str, Any]) -> None:
        event = entry.get("event")
        fine = (games_may_fail and event == GAME_FAILED) or expected(event)
        if entry.get("level") in ("error", "critical") and not fine:
            known = ("event", "level", "exc_info")
            fields = "".join(f" {key}={value}" for key, value in entry.items() if key not in known)
            say(f"{entry.get('event')}{fields}{_told(entry.get('exc_info'))}")

    handler = _OfLibraries(say)
    libraries = [logging.getLogger("websockets"), logging.getLogger("asyncio")]
    propagated = [logger.propagate for logger in libraries]
    log.heard.append(hear)
    for logger in libraries:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        log.heard.remove(hear)
        for logger, propagate in zip(libraries, propagated, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate


def _told(error: Any) -> str:
    """The traceback, of what logging takes as ``exc_info``."""
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    return "\n" + "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else ""
