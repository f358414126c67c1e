"""The HTTP API's paths for operators themselves: coming in, going out, who they are, and what they all have done."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Final

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from rallypoint.core.orders import Denial
from rallypoint.operator_ports import AuditFilter
from rallypoint.ports import StoreDown
from rallypoint.version import VERSION

from .api_errors import Denied, error_response, errors
from .api_requests import IdempotencyKey
from .desks import Desks
from .operator_out import AuditPage, AuditRowOut, Me, audit_out
from .operators import COOKIE, LOGIN_S, OperatorRefused, Operators
from .passwords import PASSWORD_CHARS_MAX
from .paths import Paths
from .plain_answer import plain_answer
from .principals import Principal, Role
from .roles import needs, principal_of
from .the_desks import TheDesks

__all__ = ["operators"]

AUDIT_PAGE_MAX: Final = 500
operators = Paths(tags=["operators"])


class LogIn(BaseModel):
    """Who wants to log in."""

    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=200, description="The operator's name.")
    password: str = Field(max_length=PASSWORD_CHARS_MAX, description="The operator's password.")


class NewPassword(BaseModel):
    """Another password."""

    model_config: ClassVar = ConfigDict(extra="forbid", strict=True)

    old: str = Field(max_length=PASSWORD_CHARS_MAX, description="The present one.")
    new: str = Field(max_length=PASSWORD_CHARS_MAX, description="From now on: at least 12 characters.")


def _operators(desks: Desks) -> Operators:
    if desks.operators is None:
        raise Denied(Denial("off", "this server has no operators"))
    return desks.operators


def _peer(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _me(desks: Desks, principal: Principal) -> Me:
    return Me(
        principal.name,
        principal.role.value,
        principal.via,
        principal.csrf,
        desks.node_name,
        VERSION,
        desks.play_url,
        desks.replays,
    )


@operators.post("/login", summary="Log in", response_model=Me, responses=errors(408, 413, 422))
@needs(Role.ANYBODY)
async def log_in(request: Request, desks: TheDesks, body: LogIn, key: IdempotencyKey = None) -> Response:
    """Gives the browser a cookie for twelve hours. After five failures each further one doubles a wait, up to a quarter
    of an hour (`locked_out`); a wrong name and a wrong password are answered alike (`wrong_login`)."""
    try:
        login = await _operators(desks).login(body.name, body.password, _peer(request))
    except StoreDown as error:
        raise Denied(Denial("store_down", str(error))) from None
    if login.wait_s > 0:
        wait_s = str(math.ceil(login.wait_s))
        return error_response("locked_out", f"too many failures: wait {wait_s} s", headers={"Retry-After": wait_s})
    if login.principal is None:
        return error_response("wrong_login", "there is no such operator, or the password is another one")
    answer = plain_answer(_me(desks, login.principal))
    answer.set_cookie(
        COOKIE,
        login.secret,
        max_age=int(LOGIN_S),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return answer


@operators.post("/logout", summary="Log out", status_code=204, response_class=Response, responses=errors(422))
@needs(Role.VIEWER)
async def log_out(request: Request, desks: TheDesks, key: IdempotencyKey = None) -> Response:
    """The browser's login ends, and so does what it watches."""
    try:
        await _operators(desks).logout(principal_of(request))
    except StoreDown as error:
        raise Denied(Denial("store_down", str(error))) from None
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


@operators.get("/me", summary="Who I am", response_model=Me, responses=errors())
@needs(Role.VIEWER)
async def get_me(request: Request, desks: TheDesks) -> Response:
    """Who asks, and in which role; and what a console has to know of the server."""
    return plain_answer(_me(desks, principal_of(request)))


@operators.post(
    "/me/password",
    summary="Change my password",
    status_code=204,
    response_class=Response,
    responses=errors(408, 413, 422),
)
@needs(Role.VIEWER)
async def change_password(request: Request, desks: TheDesks, body: NewPassword, key: IdempotencyKey = None) -> Response:
    """Ends all logins of this operator: log in again."""
    try:
        changed = await _operators(desks).change_password(principal_of(request), body.old, body.new, _peer(request))
    except OperatorRefused as refused:
        raise Denied(Denial("refused", str(refused))) from None
    except StoreDown as error:
        raise Denied(Denial("store_down", str(error))) from None
    if not changed:
        return error_response("wrong_login", "the present password is another one")
    return Response(status_code=204)


_NO_NUL = r"^[^\x00]*$"
AuditLimit = Annotated[int, Query(ge=1, le=AUDIT_PAGE_MAX, description="At most so many.")]
AuditBefore = Annotated[
    int | None, Query(ge=1, le=2**53, description="Older than the row with this id: a page's `next`.")
]
OfOperator = Annotated[str, Query(max_length=64, pattern=_NO_NUL, description="Only of this operator or token.")]
OfAction = Annotated[str, Query(max_length=64, pattern=_NO_NUL, description="Only this action, as `end_session`.")]
OfObject = Annotated[
    str, Query(max_length=200, pattern=_NO_NUL, description="Only what was done to this session, player or queue.")
]


@operators.get("/audit", summary="Read the audit log", response_model=AuditPage, responses=errors(422))
@needs(Role.VIEWER)
async def list_audit(
    desks: TheDesks,
    limit: AuditLimit = 100,
    before: AuditBefore = None,
    operator: OfOperator = "",
    action: OfAction = "",
    object: OfObject = "",  # what callers write
) -> Response:
    """What operators and their tokens have done, newest first: everything that is no `GET`, and every login."""
    try:
        rows = await _operators(desks).store.audit(AuditFilter(before, operator, action, object), limit + 1)
    except StoreDown as error:
        raise Denied(Denial("store_down", str(error))) from None
    shown: list[AuditRowOut] = [audit_out(row) for row in rows[:limit]]
    return plain_answer(AuditPage(shown, rows[limit - 1].id if len(rows) > limit else None))
