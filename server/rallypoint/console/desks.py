"""All that the paths of the HTTP API work with: one desk for each part of the console."""

from __future__ import annotations

from dataclasses import dataclass

from rallypoint.runtime.backend import Backend

from .travel import Travels

__all__ = ["Desks"]


@dataclass
class Desks:
    """What one server has. A desk takes no request, and gives data or a denial."""

    backend: Backend
    travels: Travels | None = None
