"""The HTTP API's paths for a node at a glance. Cheap: what is counted is counted once a second, for all who look."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from rallypoint.core.orders import Denial

from .api_errors import Denied, errors
from .history import KEPT_S, HistoryOut
from .overview import OverviewDesk
from .overview_out import Overview
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs
from .the_desks import TheDesks

__all__ = ["overview"]

overview = Paths(prefix="/overview", tags=["overview"])

Seconds = Annotated[int, Query(ge=1, le=KEPT_S, description="How many of the newest samples: one a second.")]


def _desk(desks: TheDesks) -> OverviewDesk:
    if desks.overview is None:
        raise Denied(Denial("unknown", "there is no overview here"))
    return desks.overview


@overview.get("", summary="Look at the node", response_model=Overview, responses=errors(404))
@needs(Role.VIEWER)
async def get_overview(desks: TheDesks) -> Response:
    """Players, sessions, queues, lateness and everything that is wrong, in words. At most a second old."""
    return plain_answer(await _desk(desks).overview())


@overview.get("/history", summary="Look back", response_model=HistoryOut, responses=errors(404, 422))
@needs(Role.VIEWER)
async def get_history(desks: TheDesks, seconds: Seconds = KEPT_S) -> Response:
    """The last quarter of an hour, or its newest seconds: one sample a second, and how late each game's ticks were."""
    return plain_answer(_desk(desks).history(seconds))
