"""Lends the census of tickets to the desk of queues."""

from __future__ import annotations

from collections.abc import Mapping

from .census import Counting, QueueCensus

__all__ = ["QueueCounts"]


class QueueCounts:
    """Implements :class:`rallypoint.runtime.queue_desk.QueueCounter`."""

    def __init__(self, counting: Counting) -> None:
        self._counting = counting

    def last(self) -> Mapping[str, QueueCensus]:
        """The newest that there is."""
        return self._counting.last.queues

    async def counted(self) -> Mapping[str, QueueCensus]:
        """At most a second old."""
        return (await self._counting.census()).queues
