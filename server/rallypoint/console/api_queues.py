"""The HTTP API's paths for queues: how they are doing, why tickets wait, their pausing, and other rules for them."""

from __future__ import annotations

from typing import Annotated, ClassVar

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rallypoint.runtime.dry_run import RULES_CHARS_MAX, DryRunOut
from rallypoint.runtime.queue_desk import QueueDesk
from rallypoint.runtime.queue_info import QueueInfo, RulesInfo, TicketPage, TicketWhy

from .api_errors import errors, granted
from .api_requests import IdempotencyKey, QueueInPath
from .desks import Desks
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs, principal_of
from .the_desks import TheDesks

__all__ = ["queues"]

queues = Paths(prefix="/queues", tags=["queues"])

TicketsOffset = Annotated[int, Query(ge=0, le=1_000_000, description="Skip so many.")]
TicketsLimit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
TicketsText = Annotated[
    str, Query(alias="q", max_length=64, description="Only tickets with this in their id, or in a player's name or id.")
]
TicketInPath = Annotated[str, Path(max_length=128, description="A ticket's id.")]


class DryRun(BaseModel):
    """Other rules of a queue."""

    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    rules: str = Field(
        max_length=RULES_CHARS_MAX,
        description="TOML of that one queue, as `/queues/{queue}/rules` has it.",
        examples=['[queue.ranked]\nteams = "1v1"\n'],
    )


def _desk(desks: Desks) -> QueueDesk:
    assert desks.queues is not None
    return desks.queues


@queues.get("", summary="List queues", response_model=list[QueueInfo], responses=errors())
@needs(Role.VIEWER)
async def list_queues(desks: TheDesks) -> Response:
    """Every queue, quick matches first: who waits, for how long, and what was matched of late."""
    return plain_answer(await _desk(desks).all())


@queues.get("/{queue}/tickets", summary="List tickets", response_model=TicketPage, responses=errors(404, 422))
@needs(Role.VIEWER)
async def list_tickets(
    desks: TheDesks, queue: QueueInPath, offset: TicketsOffset = 0, limit: TicketsLimit = 50, q: TicketsText = ""
) -> Response:
    """The tickets that wait in a queue, oldest first."""
    return plain_answer(granted(await _desk(desks).tickets(queue, offset, limit, q)))


@queues.get(
    "/{queue}/tickets/{ticket}", summary="Explain a ticket", response_model=TicketWhy, responses=errors(404, 422)
)
@needs(Role.VIEWER)
async def explain_ticket(desks: TheDesks, queue: QueueInPath, ticket: TicketInPath) -> Response:
    """Why a ticket waits, rule by rule, as its own players are told; `too_fast` if many are asked for."""
    return plain_answer(granted(_desk(desks).explain(queue, ticket)))


@queues.get("/{queue}/rules", summary="Read a queue's rules", response_model=RulesInfo, responses=errors(404, 422))
@needs(Role.VIEWER)
async def get_rules(desks: TheDesks, queue: QueueInPath) -> Response:
    """By what it matches, in words and as TOML."""
    return plain_answer(granted(_desk(desks).rules(queue)))


@queues.post("/{queue}/pause", summary="Pause a queue", response_model=QueueInfo, responses=errors(404, 422))
@needs(Role.ADMIN)
async def pause_queue(request: Request, desks: TheDesks, queue: QueueInPath, key: IdempotencyKey = None) -> Response:
    """Nobody is matched there until it is resumed, or the server starts again. Players may still come and go, keep
    their places, and are told that the queue is paused when they ask why they wait. A ready check goes on."""
    return plain_answer(granted(_desk(desks).pause(queue, principal_of(request).name)))


@queues.post("/{queue}/resume", summary="Resume a queue", response_model=QueueInfo, responses=errors(404, 422))
@needs(Role.ADMIN)
async def resume_queue(request: Request, desks: TheDesks, queue: QueueInPath, key: IdempotencyKey = None) -> Response:
    """Matches are made again."""
    return plain_answer(granted(_desk(desks).resume(queue, principal_of(request).name)))


@queues.post(
    "/{queue}/dry-run",
    summary="Try other rules",
    response_model=DryRunOut,
    responses=errors(404, 408, 409, 413, 422),
)
@needs(Role.ADMIN)
async def dry_run(desks: TheDesks, queue: QueueInPath, body: DryRun, key: IdempotencyKey = None) -> Response:
    """What other rules would make of those who wait, next to what the rules in force make of them: their tickets are
    copied and played 300 seconds ahead, as if nobody else came. Nothing is changed, so a key is not remembered. One at
    a time (`too_fast`); a queue of quick matches has no rules (`no_rules`)."""
    return plain_answer(granted(await _desk(desks).dry_run(queue, body.rules)))
