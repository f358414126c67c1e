"""The HTTP API's paths for operators' sessions: the table of all, one as it is right now, and its pausing."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rallypoint.runtime.session_desk import REASON_CHARS_MAX, STEPS_MAX, TEXT_CHARS_MAX, BulkDone, BulkWord, SessionDesk
from rallypoint.runtime.session_info import SessionInfo
from rallypoint.runtime.session_look import SessionLook
from rallypoint.runtime.session_row import SessionFilter, SessionTablePage
from rallypoint.runtime.session_story import STORY_MAX
from rallypoint.runtime.session_timeline import TimelineOut
from rallypoint_protocol.ids import SessionId

from .api_answers import SessionOut
from .api_errors import errors, granted
from .api_requests import GameFilter, IdempotencyKey, SessionInPath
from .desks import Desks
from .paths import Paths
from .plain_answer import plain_answer
from .roles import Role, needs, principal_of
from .the_desks import TheDesks

__all__ = ["session_desk"]

_CHANGES = (404, 408, 409, 413, 422)
session_desk = Paths(tags=["sessions"])

_TEXT_MAX = 64
TableText = Annotated[
    str,
    Query(
        alias="q",
        max_length=_TEXT_MAX,
        description="Only sessions with this as the beginning of their id, as room code, or in a player's name or id.",
    ),
]
TableState = Annotated[Literal["", "waiting", "running", "paused"], Query(description="Only sessions in this state.")]
TableSort = Annotated[
    Literal["created", "game", "players", "away", "cost", "step_max", "behind", "skipped", "spectators"],
    Query(description="By what; equal ones in the order of their creation."),
]
TableDesc = Annotated[bool, Query(description="The largest, or newest, first.")]
TableOffset = Annotated[int, Query(ge=0, le=1_000_000, description="Skip so many.")]
TableLimit = Annotated[int, Query(ge=1, le=200, description="At most so many.")]
TimelineLimit = Annotated[int, Query(ge=1, le=STORY_MAX, description="At most so many, the newest.")]


class _Body(BaseModel):
    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)


class PauseSession(_Body):
    """Why."""

    reason: str = Field("", max_length=REASON_CHARS_MAX, description="Players are told.", examples=["a moment please"])


class StepSession(_Body):
    """How far."""

    ticks: int = Field(1, ge=1, le=STEPS_MAX, description="So many steps.")


class MessageSession(_Body):
    """What to say."""

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX, description="Plain text.", examples=["Back in a minute"])


class BulkFilter(_Body):
    """Which sessions are meant; as in the table."""

    q: str = Field(
        "", max_length=_TEXT_MAX, description="Begins the id, is the room code, or is in a player's name or id."
    )
    game: str = Field("", max_length=32, description="The game's name.")
    state: Literal["", "waiting", "running", "paused"] = Field("", description="In this state.")


class BulkSessions(_Body):
    """Something to be done to many sessions."""

    filter: BulkFilter = Field(description="Which are meant.")
    do: BulkWord = Field(description="What to do to them.")
    text: str = Field("", max_length=TEXT_CHARS_MAX, description="The message, or the reason.")
    expect: int | None = Field(
        None, ge=0, description="How many they are; null: they are only counted. If they are others, nothing is done."
    )


def _desk(desks: Desks) -> SessionDesk:
    assert desks.sessions is not None
    return desks.sessions


@session_desk.get(
    "/tables/sessions", summary="Table of sessions", response_model=SessionTablePage, responses=errors(422)
)
@needs(Role.VIEWER)
async def table_sessions(
    desks: TheDesks,
    q: TableText = "",
    game: GameFilter = "",
    state: TableState = "",
    sort: TableSort = "created",
    desc: TableDesc = True,
    offset: TableOffset = 0,
    limit: TableLimit = 100,
) -> Response:
    """Sessions that go on, with what they cost and how their players are; at most a second old."""
    wanted = SessionFilter(q.strip().casefold(), game, state)
    return plain_answer(await _desk(desks).table(wanted, sort, desc, offset, limit))


@session_desk.get(
    "/sessions/{session}/look",
    summary="Look closely at a session",
    response_model=SessionLook,
    responses=errors(404, 422),
)
@needs(Role.VIEWER)
async def look_at_session(desks: TheDesks, session: SessionInPath) -> Response:
    """A session as it is right now, with its connections, its state, and what reaches it. Steps, inputs and events are
    noted from the first look on, and until ten seconds after the last."""
    return plain_answer(granted(_desk(desks).look(SessionId(session))))


@session_desk.get(
    "/sessions/{session}/timeline", summary="Read a timeline", response_model=TimelineOut, responses=errors(404, 422)
)
@needs(Role.VIEWER)
async def get_timeline(desks: TheDesks, session: SessionInPath, limit: TimelineLimit = STORY_MAX) -> Response:
    """What has happened to a session on this server, oldest first; kept while the session is remembered."""
    return plain_answer(granted(_desk(desks).timeline(SessionId(session), limit)))


@session_desk.post(
    "/sessions/bulk",
    summary="Act on many sessions",
    response_model=BulkDone,
    responses=errors(408, 409, 413, 422),
)
@needs(Role.ADMIN)
async def bulk_sessions(request: Request, desks: TheDesks, body: BulkSessions, key: IdempotencyKey = None) -> Response:
    """Pauses, resumes, tells or ends all sessions that a filter means. First without `expect`: that only counts. Then
    with the number that was counted: if others match by then, nothing is done (`changed`). A key is not remembered."""
    wanted = SessionFilter(body.filter.q.strip().casefold(), body.filter.game, body.filter.state)
    by = principal_of(request).name
    return plain_answer(granted(await _desk(desks).bulk(wanted, body.do, by, body.text, body.expect)))


@session_desk.post(
    "/sessions/{session}/pause", summary="Pause a session", response_model=SessionOut, responses=errors(*_CHANGES)
)
@needs(Role.ADMIN)
async def pause_session(
    request: Request, desks: TheDesks, session: SessionInPath, body: PauseSession, key: IdempotencyKey = None
) -> SessionInfo:
    """No steps by itself from now on: session time, grace windows, reservations and countdowns stand still, also over a
    restart of the server. Players stay connected; those in the lobby are told. Nobody is sent there by a queue."""
    return granted(_desk(desks).pause(SessionId(session), principal_of(request).name, body.reason))


@session_desk.post(
    "/sessions/{session}/resume", summary="Resume a session", response_model=SessionOut, responses=errors(404, 409, 422)
)
@needs(Role.ADMIN)
async def resume_session(
    request: Request, desks: TheDesks, session: SessionInPath, key: IdempotencyKey = None
) -> SessionInfo:
    """It goes on from where it stands. What players did meanwhile is applied with the next step."""
    return granted(_desk(desks).resume(SessionId(session), principal_of(request).name))


@session_desk.post(
    "/sessions/{session}/step",
    summary="Step a session",
    status_code=202,
    response_model=SessionOut,
    responses=errors(*_CHANGES),
)
@needs(Role.ADMIN)
async def step_session(
    request: Request, desks: TheDesks, session: SessionInPath, body: StepSession, key: IdempotencyKey = None
) -> SessionInfo:
    """Has a paused session (else `not_paused`) make that many steps, one each 5 ms; a turn-based one makes one for each
    thing that waits, or is due next. At most 100 may wait (`too_fast`)."""
    return granted(_desk(desks).step(SessionId(session), principal_of(request).name, body.ticks))


@session_desk.post(
    "/sessions/{session}/message",
    summary="Tell a session's players",
    response_model=SessionOut,
    responses=errors(*_CHANGES),
)
@needs(Role.ADMIN)
async def message_session(
    request: Request, desks: TheDesks, session: SessionInPath, body: MessageSession, key: IdempotencyKey = None
) -> SessionInfo:
    """A notice to each of its players who is in the lobby right now. Bots are told nothing."""
    return granted(_desk(desks).message(SessionId(session), principal_of(request).name, body.text))
