"""A session's timeline, as operators read it. Plain data; times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ConfigDict

from rallypoint.runtime.session_host import SessionHost

__all__ = ["TimelineItem", "TimelineOut", "timeline_of"]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """Something that has happened."""

    at: float
    """Unix time."""
    tick: int
    """The session's last step then."""
    kind: str
    """`created`, `recovered`, `reserved`, `joined`, `dropped`, `returned`, `left`, `expired`, `kicked`, `started`,
    `paused`, `stepped`, `resumed`, `message`, `locked`, `unlocked`, `slow step`, `ended`."""
    text: str
    """What else there is to say; may be empty."""
    player: str | None
    """Who it is about; null: nobody."""
    by: str | None
    """The operator who did it; null: nobody did."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class TimelineOut:
    """What has happened to a session, oldest first."""

    items: list[TimelineItem]
    """The newest; of a recovered session, since its recovery."""
    left_out: int
    """Older ones, which are not told."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


def timeline_of(host: SessionHost, limit: int, wall_at_zero: float) -> TimelineOut:
    """The newest ``limit``. ``wall_at_zero``: what Unix time was when the node's clock was 0."""
    story = host.story
    shown = list(story.happenings)[-limit:]
    items = [
        TimelineItem(round(wall_at_zero + one.at, 3), one.tick, one.kind, one.text, one.player or None, one.by or None)
        for one in shown
    ]
    return TimelineOut(items, story.count - len(items))
