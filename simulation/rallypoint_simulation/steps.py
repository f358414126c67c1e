"""What observers are told of a step."""

from __future__ import annotations

from typing import NamedTuple

from rallypoint_protocol.ids import SessionId

__all__ = ["StepMade"]


class StepMade(NamedTuple):
    """A step that a session has made; nothing of it is written or sent yet."""

    session: SessionId
    epoch: int
    tick: int
