"""A list of sessions, as the server tells of it: the whole, and then what changes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint_protocol.messages import Listing, SessionRow

__all__ = ["Change", "Rows"]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the last time. All three are empty if only the totals changed."""

    added: list[SessionRow]
    changed: list[SessionRow]
    """As they are now."""
    removed: list[SessionRow]
    """As they were."""


class Rows:
    """The list, at most as long as was asked for, and what of it somebody has seen."""

    def __init__(self) -> None:
        self.total = 0
        self.counts: dict[str, int] = {}
        self.known = False
        """False until the whole list was told: what changes in another one is of no interest."""
        self._rows: dict[str, SessionRow] = {}
        self._seen: dict[str, SessionRow] = {}
        self._seen_totals: tuple[int, dict[str, int]] = (0, {})

    @property
    def rows(self) -> list[SessionRow]:
        """In the server's order."""
        return list(self._rows.values())

    def forget(self) -> None:
        """The whole list will be told anew; until then, it stays as it was."""
        self.known = False

    def apply(self, listing: Listing) -> None:
        """Takes in what the server says."""
        if listing.whole:
            self.known = True
            self._rows = {}
        elif not self.known:
            return
        for id_ in listing.gone:
            self._rows.pop(id_, None)
        for row in listing.rows:
            self._rows[row.id] = row  # one that is there keeps its place
        self.total = listing.total
        if listing.counts is not None:
            self.counts = listing.counts

    def take_change(self) -> Change | None:
        """What has changed since the last call, however often meanwhile; ``None`` if nothing has."""
        if not self.known:
            return None
        rows, seen = self._rows, self._seen
        change = Change(
            [row for id_, row in rows.items() if id_ not in seen],
            [row for id_, row in rows.items() if id_ in seen and row != seen[id_]],
            [row for id_, row in seen.items() if id_ not in rows],
        )
        totals = self.total, self.counts
        if not (change.added or change.changed or change.removed) and totals == self._seen_totals:
            return None
        self._seen, self._seen_totals = dict(rows), totals
        return change
