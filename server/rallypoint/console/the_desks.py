"""How a path of the HTTP API gets at what it works with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from .desks import Desks

__all__ = ["TheDesks"]


async def _desks(request: Request) -> Desks:
    desks: Desks = request.app.state.desks
    return desks


TheDesks = Annotated[Desks, Depends(_desks)]
