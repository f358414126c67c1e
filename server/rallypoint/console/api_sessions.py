"""The HTTP API's paths below ``/sessions``. All run on the node's event loop, and wait for nothing.

What was done must not un-happen once its answer is out: the door sees to that, with all that is done here without a
pause in one batch of the journal, together with the answer.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from rallypoint.core.orders import Order
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.invitations import Invited
from rallypoint.runtime.session_info import SessionDetail, SessionInfo
from rallypoint.runtime.session_pages import Page
from rallypoint_protocol.ids import PlayerId, SessionId

from .api_answers import CreatedSession, ReservedSeats, SessionOut, SessionPage, SessionWhole, created_out, reserved_out
from .api_errors import errors, granted
from .api_requests import (
    CreateSession,
    EndSession,
    GameFilter,
    IdempotencyKey,
    InvitedPlayer,
    KickPlayer,
    LockSession,
    NewMeta,
    PageCursor,
    PageLimit,
    ReserveSeats,
    SessionInPath,
    SignalSession,
    StateFilter,
    WithState,
)
from .paths import Paths
from .roles import Role, needs, principal_of
from .the_desks import TheDesks

__all__ = ["TheBackend", "sessions"]

_CHANGES = (404, 408, 409, 413, 422)
sessions = Paths(prefix="/sessions", tags=["sessions"])


async def _backend(desks: TheDesks) -> Backend:
    return desks.backend


TheBackend = Annotated[Backend, Depends(_backend)]


@sessions.get("", summary="List sessions", response_model=SessionPage, responses=errors(422))
@needs(Role.VIEWER)
async def list_sessions(
    backend: TheBackend, limit: PageLimit = 50, after: PageCursor = "", game: GameFilter = "", state: StateFilter = ""
) -> Page:
    """Sessions that go on, private ones too, oldest first. One that goes on all the while is in exactly one page."""
    return granted(backend.sessions(limit, after, game, state))


@sessions.post("", summary="Create a session", status_code=201, responses=errors(*_CHANGES))
@needs(Role.ADMIN)
async def create_session(backend: TheBackend, body: CreateSession, key: IdempotencyKey = None) -> CreatedSession:
    """Creates a session and reserves seats in it: all of them, or there is no session.

    It starts when the game's least number of players has come, and is cancelled if they have not within `wait_s`.
    """
    order = Order(options=body.options, meta=body.meta, private=body.private, patience_s=body.wait_s, quick=body.quick)
    return created_out(granted(backend.create(body.game, order, _invited(body.seats), body.keep_s)))


@sessions.get("/{session}", summary="Look at a session", response_model=SessionWhole, responses=errors(404, 422))
@needs(Role.VIEWER)
async def get_session(backend: TheBackend, session: SessionInPath, with_state: WithState = True) -> SessionDetail:
    """The session, its seats, and the game's state; also of a session that has ended, for as long as its players may
    still come back for the result (their grace). After that, see `/results`."""
    return granted(backend.session(SessionId(session), with_state=with_state))


@sessions.post("/{session}/seats", summary="Reserve seats", status_code=201, responses=errors(*_CHANGES))
@needs(Role.ADMIN)
async def reserve_seats(
    backend: TheBackend, session: SessionInPath, body: ReserveSeats, key: IdempotencyKey = None
) -> ReservedSeats:
    """Seats for named players: for all of them, or for none.

    Give each player's client its `url`, `session` and `token`. Who is in the lobby right now is told there (`told`).
    """
    reserved = granted(backend.reserve(SessionId(session), _invited(body.seats), body.keep_s))
    return ReservedSeats(seats=[reserved_out(one) for one in reserved])


@sessions.post(
    "/{session}/signal",
    summary="Signal a session",
    status_code=202,
    response_model=SessionOut,
    responses=errors(*_CHANGES),
)
@needs(Role.ADMIN)
async def signal_session(
    backend: TheBackend, session: SessionInPath, body: SignalSession, key: IdempotencyKey = None
) -> SessionInfo:
    """Tells the game something: `signalled(name, data)` is called with its next step, in order with what players do."""
    return granted(backend.signal(SessionId(session), body.name, body.data))


@sessions.post(
    "/{session}/end", summary="End a session", status_code=202, response_model=SessionOut, responses=errors(*_CHANGES)
)
@needs(Role.ADMIN)
async def end_session(
    request: Request, backend: TheBackend, session: SessionInPath, body: EndSession, key: IdempotencyKey = None
) -> SessionInfo:
    """Ends the session with its next step, without a result of the game's. Its players are told the reason."""
    return granted(backend.end(SessionId(session), body.reason, principal_of(request).name))


@sessions.post(
    "/{session}/kick",
    summary="Remove a player",
    status_code=202,
    response_model=SessionOut,
    responses=errors(*_CHANGES),
)
@needs(Role.ADMIN)
async def kick_player(
    request: Request, backend: TheBackend, session: SessionInPath, body: KickPlayer, key: IdempotencyKey = None
) -> SessionInfo:
    """Removes a player, who does not come back. The seat is free after the session's next step."""
    return granted(backend.kick(SessionId(session), PlayerId(body.player), principal_of(request).name))


@sessions.post(
    "/{session}/lock", summary="Lock or unlock a session", response_model=SessionOut, responses=errors(*_CHANGES)
)
@needs(Role.ADMIN)
async def lock_session(
    request: Request, backend: TheBackend, session: SessionInPath, body: LockSession, key: IdempotencyKey = None
) -> SessionInfo:
    """Nobody else is seated; or free seats are open again, unless the game itself has locked them."""
    return granted(backend.set_locked(SessionId(session), body.locked, principal_of(request).name))


@sessions.put("/{session}/meta", summary="Set metadata", response_model=SessionOut, responses=errors(*_CHANGES))
@needs(Role.ADMIN)
async def set_meta(backend: TheBackend, session: SessionInPath, body: NewMeta) -> SessionInfo:
    """Replaces the metadata. Whoever watches the list of sessions sees it."""
    return granted(backend.describe(SessionId(session), body.meta))


def _invited(players: list[InvitedPlayer]) -> list[Invited]:
    return [Invited(PlayerId(one.player), one.name) for one in players]
