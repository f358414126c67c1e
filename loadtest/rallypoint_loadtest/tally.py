"""What the bots of one process have counted; the tallies of all processes add up to the run's."""

from __future__ import annotations

import msgspec

from .histogram import Histogram

__all__ = ["Tally"]


def _histogram() -> Histogram:
    return Histogram()


class Tally(msgspec.Struct):
    """Counts of one process.

    Inputs, passes, bytes and lag are those of the measured window. All else is of the whole run, from the first bot on.
    """

    bots: int = 0
    connected: int = 0
    """Bots that got into the lobby."""
    matched: int = 0
    """Bots that got a seat."""
    played: int = 0

    seats: int = 0
    """Seats taken, also those in a next session after one has ended."""
    seats_ended: int = 0
    """Of these, whose session has ended in order."""
    match_ms: Histogram = msgspec.field(default_factory=_histogram)
    """From asking for a match to having the seat, of every seat of the run."""

    dropped: int = 0
    """Session connections that were cut, by us or by whatever else."""
    resumed: int = 0
    failed: int = 0
    resume_ms: Histogram = msgspec.field(default_factory=_histogram)
    """From the cut to the first pass after it."""
    lobby_dropped: int = 0
    lobby_resumed: int = 0
    lobby_failed: int = 0

    inputs: int = 0
    input_ms: Histogram = msgspec.field(default_factory=_histogram)
    """From the planned time of an input to the first pass that shows it decided."""
    inputs_away: int = 0
    """Planned, but the connection was away. (A move in a turn-based game is sent later.)"""
    inputs_cut: int = 0
    """Sent, and not decided yet when the connection was cut."""
    inputs_skipped: int = 0
    """Given up because the generator was too far behind."""
    inputs_refused: int = 0
    moves: int = 0
    """Applied in the window, in a turn-based game."""

    passes: int = 0
    passes_due: int = 0
    passes_arrived: int = 0
    gap_ms: Histogram = msgspec.field(default_factory=_histogram)
    """Between two passes of one connection."""
    bytes_in: int = 0
    bytes_out: int = 0

    hash_checks: int = 0
    hash_mismatches: int = 0
    desyncs: int = 0
    """Passes that did not fit the bot's state: above all, hashes that differed."""
    events: int = 0
    event_gaps: int = 0
    """Event numbers that were left out or came twice."""
    actions_sent: int = 0
    actions_applied: int = 0
    actions_refused: int = 0
    actions_late: int = 0
    """Sent, and neither applied nor refused when the session ended."""
    actions_open: int = 0
    """Sent, and neither applied nor refused when the seat was over for any other reason."""

    lag_ms: Histogram = msgspec.field(default_factory=_histogram)
    """How late this process itself was at each moment of its plan."""
    errors: dict[str, int] = msgspec.field(default_factory=dict)
    """What went wrong, in words, and how often."""

    def add(self, other: Tally) -> None:
        """Adds another process's counts."""
        for name in self.__struct_fields__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, Histogram):
                mine.add(theirs)
            elif isinstance(mine, dict):
                for key, count in theirs.items():
                    mine[key] = mine.get(key, 0) + count
            else:
                setattr(self, name, mine + theirs)

    def failed_with(self, error: object) -> None:
        """Counts an error by its text. Only so many different ones: what differs by a number must not fill memory."""
        text = str(error)[:200] or type(error).__name__
        if text not in self.errors and len(self.errors) >= 20:
            text = "other errors"
        self.errors[text] = self.errors.get(text, 0) + 1
