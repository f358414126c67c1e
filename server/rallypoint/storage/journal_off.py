"""The journal of ``durability = "off"``: keeps nothing, and says so at once."""

from __future__ import annotations

from collections.abc import Sequence

from rallypoint.ports import Committed, StepRecord

__all__ = ["JournalOff"]


class JournalOff:
    """Every step counts as durable as soon as it is made: ``durable`` follows ``applied``, and a crash loses all."""

    durability = "off"

    def append(self, batch: Sequence[StepRecord], committed: Committed) -> None:
        """Nothing is written."""
        committed(batch)

    async def close(self) -> None:
        """Nothing is open."""
