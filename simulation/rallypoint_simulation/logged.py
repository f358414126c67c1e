"""What the server logs in a world: kept instead of printed."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import structlog

__all__ = ["Log"]

_KEPT_MAX: Final = 1000


class Log:
    """Warnings and errors of everything that logs, while it is open. There is one at a time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.entries: deque[tuple[float, Mapping[str, Any]]] = deque(maxlen=_KEPT_MAX)
        """When, and what: ``event``, ``level``, and whatever else was said; an error as ``exc_info``."""
        self.heard: list[Callable[[Mapping[str, Any]], None]] = []
        """Told of each entry when it is made."""
        self._now = now
        self._former = structlog.get_config()
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
            processors=[structlog.processors.add_log_level, self._keep],
        )
        self._client = logging.getLogger("rallypoint_client")
        self._was_disabled = self._client.disabled
        self._client.disabled = True  # it says what it raises, too

    def _keep(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        entry = dict(event)
        self.entries.append((self._now(), entry))
        for hear in self.heard:
            hear(entry)
        raise structlog.DropEvent

    def errors(self, event: str) -> list[BaseException]:
        """The exceptions that were logged with ``event``, oldest first."""
        found = [entry.get("exc_info") for _, entry in self.entries if entry["event"] == event]
        return [error for error in found if isinstance(error, BaseException)]

    def close(self) -> None:
        """All is as it was."""
        structlog.configure(**self._former)
        self._client.disabled = self._was_disabled
