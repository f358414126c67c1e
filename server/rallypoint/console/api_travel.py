"""The HTTP API's paths for time travel: which ticks of a session are known, and what each was."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from rallypoint.core.orders import Denial

from .api_errors import errors, granted
from .api_requests import SessionInPath
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs
from .the_desks import TheDesks
from .travel_out import TickOut, TicksOut

__all__ = ["travel"]

travel = Paths(prefix="/sessions/{session}/ticks", tags=["sessions"])

TickInPath = Annotated[int, Path(ge=0, le=2**53, description="A tick of the session.")]


@travel.get("", summary="List the ticks of a session", response_model=TicksOut, responses=errors(404, 422))
@needs(Role.VIEWER)
async def list_ticks(desks: TheDesks, session: SessionInPath) -> Response:
    """Which ticks of a session can be gone to, running or ended: all that its replay has; without one, of a running
    session, those that are in the journal."""
    return _answer(await desks.travels.ticks(session) if desks.travels else _OFF)


@travel.get("/{tick}", summary="Go to a tick", response_model=TickOut, responses=errors(404, 422))
@needs(Role.VIEWER)
async def get_tick(desks: TheDesks, session: SessionInPath, tick: TickInPath) -> Response:
    """The session's whole state after that tick's step, what the step has changed, and what had reached it."""
    return _answer(await desks.travels.tick(session, tick) if desks.travels else _OFF)


_OFF = Denial("not_kept", "this server keeps nothing of its sessions: give it a data folder")


def _answer(found: dict[str, Any] | Denial) -> Response:
    return plain_answer(granted(found))
