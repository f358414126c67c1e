"""What has happened to players lately, for operators: bounded, in this process only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rallypoint_protocol.ids import PlayerId

__all__ = ["HAPPENINGS_MAX", "STORIES_MAX", "PlayerStories"]

HAPPENINGS_MAX: Final = 30
"""Of one player: the first, and the newest."""
STORIES_MAX: Final = 20_000
"""Players of whom anything is known. Beyond, the one that was heard of first is forgotten."""


class PlayerStories:
    """Of one node. ``unix_ms`` gives the time of day."""

    def __init__(self, unix_ms: Callable[[], int]) -> None:
        self._unix_ms = unix_ms
        self._stories: dict[PlayerId, list[tuple[int, str]]] = {}
        self._text = ""
        """The last one: what thousands are told at once is kept once."""

    def add(self, player: PlayerId, text: str, *, again: bool = True) -> None:
        """Something has happened to a player; not ``again``: unless that is what has happened last."""
        story = self._stories.get(player)
        if story is None:
            if len(self._stories) >= STORIES_MAX:
                del self._stories[next(iter(self._stories))]
            story = self._stories[player] = []
        elif not again and story[-1][1] == text:
            return
        elif len(story) >= HAPPENINGS_MAX:
            del story[1]
        if text != self._text:
            self._text = text
        story.append((self._unix_ms(), self._text))

    def of(self, player: PlayerId) -> list[tuple[int, str]]:
        """Unix milliseconds and words, oldest first."""
        return list(self._stories.get(player, ()))

    def first_ms(self, player: PlayerId) -> int | None:
        """When the player was first heard of; ``None``: nothing is known."""
        story = self._stories.get(player)
        return None if story is None else story[0][0]
