"""The HTTP API's paths for the node: how it is, and its emptying. One now; several fit in."""

from __future__ import annotations

from typing import ClassVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rallypoint.runtime.node_desk import NodeDesk
from rallypoint.runtime.node_info import CordonInfo, NodeInfo, NodeRow

from .api_errors import errors
from .api_requests import IdempotencyKey
from .desks import Desks
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs, principal_of
from .settings_in_force import SettingsOut
from .the_desks import TheDesks

__all__ = ["node"]

END_AFTER_S_MAX = 86_400.0
node = Paths(tags=["node"])


class Drain(BaseModel):
    """How long to wait."""

    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    end_after_s: float | None = Field(
        default=None, ge=0, le=END_AFTER_S_MAX, description="Then what is left is ended; null: it is waited for."
    )


def _desk(desks: Desks) -> NodeDesk:
    assert desks.node is not None
    return desks.node


@node.get("/nodes", summary="List nodes", response_model=list[NodeRow], responses=errors())
@needs(Role.VIEWER)
async def list_nodes(desks: TheDesks) -> Response:
    """Every node: this one."""
    return plain_answer(await _desk(desks).all())


@node.get("/node", summary="Look at the node", response_model=NodeInfo, responses=errors())
@needs(Role.VIEWER)
async def get_node(desks: TheDesks) -> Response:
    """How this node is doing, which sessions cost most, and whether it is being emptied."""
    return plain_answer(await _desk(desks).look())


@node.post("/node/cordon", summary="Cordon the node", response_model=CordonInfo, responses=errors(422))
@needs(Role.ADMIN)
async def cordon_node(request: Request, desks: TheDesks, key: IdempotencyKey = None) -> Response:
    """No session is created here until it is uncordoned, or the server starts again: `/readyz` says 503. Sessions that
    go on are still filled by quick matches, and end when they end. Who waits in a queue keeps the place, and is told
    why when asking."""
    return plain_answer(_desk(desks).cordon(principal_of(request).name))


@node.post("/node/drain", summary="Drain the node", response_model=CordonInfo, responses=errors(408, 413, 422))
@needs(Role.ADMIN)
async def drain_node(request: Request, desks: TheDesks, body: Drain, key: IdempotencyKey = None) -> Response:
    """As a cordon; sessions are not filled by quick matches any more, and those that are left are waited for. After
    `end_after_s`, if that is given, they are ended. Asked for again, it is another time."""
    return plain_answer(_desk(desks).drain(principal_of(request).name, body.end_after_s))


@node.post("/node/uncordon", summary="Uncordon the node", response_model=CordonInfo, responses=errors(422))
@needs(Role.ADMIN)
async def uncordon_node(request: Request, desks: TheDesks, key: IdempotencyKey = None) -> Response:
    """Sessions are created again."""
    return plain_answer(_desk(desks).uncordon(principal_of(request).name))


@node.get("/settings", summary="Settings in force", response_model=SettingsOut, responses=errors())
@needs(Role.VIEWER)
async def get_settings(desks: TheDesks) -> Response:
    """Every setting: its value now, its default, and where the value comes from; and what each game's class says.
    Secrets are not shown."""
    assert desks.settings is not None
    return plain_answer(await desks.settings.look())
