"""The grace window: how long a place is kept for somebody whose connection is lost. Seconds of one monotonic clock."""

from __future__ import annotations

__all__ = ["Grace"]


class Grace:
    """How long one may be away: a window each time, and a budget (seconds) for all times together."""

    __slots__ = ("_since", "deadline", "left_s", "window_s")

    def __init__(self, window_s: float, budget_s: float) -> None:
        self.window_s = window_s
        self.left_s = budget_s
        """What is left of the budget, as of the last return."""
        self.deadline: float | None = None
        """When the running window ends; ``None`` while none runs."""
        self._since = 0.0

    def restore(self, since: float, left_s: float, deadline: float | None) -> None:
        """Goes on from there; ``deadline``: of a window that runs since ``since``; ``None``: none does."""
        self._since, self.left_s, self.deadline = since, left_s, deadline

    @property
    def since(self) -> float:
        """When the window opened that was opened last."""
        return self._since

    @property
    def next_s(self) -> float:
        """How long the next window will be."""
        return min(self.window_s, self.left_s)

    def start(self, now: float) -> None:
        """The window opens at ``now``."""
        self._since = now
        self.deadline = now + self.next_s

    def stop(self, now: float) -> None:
        """The window closes, and what was used of it leaves the budget. Nothing happens if none runs."""
        if self.deadline is not None:
            self.left_s = max(0.0, self.left_s - (now - self._since))
            self.deadline = None

    def shift(self, seconds: float) -> None:
        """The window that runs is so much later."""
        if self.deadline is not None:
            self._since += seconds
            self.deadline += seconds

    def over(self, now: float) -> bool:
        """True from the exact end of the window on."""
        return self.deadline is not None and now >= self.deadline
