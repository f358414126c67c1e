"""All that the paths of the HTTP API work with: one desk for each part of the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from rallypoint.runtime.backend import Backend

__all__ = ["Desks", "TheDesks"]


@dataclass
class Desks:
    """What one server has. A desk takes no request, and gives data or a denial."""

    backend: Backend


async def _desks(request: Request) -> Desks:
    desks: Desks = request.app.state.desks
    return desks


TheDesks = Annotated[Desks, Depends(_desks)]
