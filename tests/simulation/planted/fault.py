"""A planted fault: a change of the production code that a good engineer could have made by mistake."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Edit", "Fault"]


@dataclass(frozen=True, slots=True)
class Edit:
    """In ``file`` (from the repository's root), ``old``, which is there exactly once, becomes ``new``."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fault:
    """``name`` is a short slug; ``what`` says in one sentence what goes wrong for the players."""

    name: str
    what: str
    edits: tuple[Edit, ...]
    first: int = 1
    """The first seed in which it could be caught: below that there is nothing of what it breaks."""
