"""How the HTTP API says no: one form for all, ``{"error": "...", "reason": "..."}``, and the status of each error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from rallypoint.core.orders import Denial

from .api_json import AsciiJSON

__all__ = ["STATUS", "ApiError", "Denied", "answer_errors", "describe_errors", "error_response", "errors", "granted"]

T = TypeVar("T")

STATUS: Final[Mapping[str, int]] = {
    "wrong_login": 401,
    "forbidden": 403,
    "csrf": 403,
    "locked_out": 429,
    "cordoned": 503,
    "unknown": 404,
    "unknown_game": 404,
    "full": 409,
    "locked": 409,
    "kicked": 409,
    "already_seated": 409,
    "not_paused": 409,
    "recovering": 409,
    "changed": 409,
    "ended": 409,
    "key_running": 409,
    "too_large": 413,
    "invalid": 422,
    "refused": 422,
    "key_used": 422,
    "too_fast": 429,
    "game_failed": 500,
    "node_full": 503,
    "stopping": 503,
    "store_down": 503,
    "not_kept": 503,
    "off": 503,
}
"""Any other denial is a 409: the request is fine, and the state of things is against it."""

_DESCRIPTIONS: Final[Mapping[int, str]] = {
    401: "No token and no login, or a wrong one (`unauthorised`); wrong name or password (`wrong_login`).",
    403: "Your role may not do that (`forbidden`); or a login's `X-CSRF-Token` is missing (`csrf`).",
    404: "There is no such session, player, match or game on this node (`unknown`, `unknown_game`).",
    409: "The state of things is against it: `full`, `locked`, `kicked`, `already_seated`, `ended`, `not_paused`, "
    "`recovering` (it waits for its players after a restart), `changed` (others match the filter now); or "
    "`key_running`: a request with this `Idempotency-Key` is being executed.",
    408: "The body did not come within 10 seconds (`invalid`).",
    413: "A body of more than 64 KiB (`too_large`).",
    422: "The request is not what it must be (`invalid`), the game said no to it (`refused`), or its "
    "`Idempotency-Key` was used with another request (`key_used`). Sent again as it is, it fails again.",
    429: "Too many wrong tokens from this address, or too many signals for a session (`too_fast`); too many failed "
    "logins (`locked_out`). Try again after `Retry-After` seconds.",
    500: "A fault of the server's own (`failed`), or of the game's (`game_failed`). The log has the traceback.",
    503: "Not now: `node_full`, `cordoned`, `stopping`, `store_down`; or not on this server: `not_kept` (it keeps no "
    "results), `off` (it has no API token). Nothing was changed.",
}
_EXAMPLES: Final[Mapping[int, tuple[str, str]]] = {
    401: ("unauthorised", "log in, or show a token of this server: Authorization: Bearer ..."),
    403: ("forbidden", "that needs the role admin, and yours is viewer"),
    404: ("unknown", "there is no such session"),
    409: ("full", "every seat is taken"),
    408: ("invalid", "the body did not come within 10 s"),
    413: ("too_large", "a body has at most 65536 bytes"),
    422: ("invalid", "body.game: Field required"),
    429: ("too_fast", "too many wrong tokens from your address"),
    500: ("failed", "the server failed: its log says why"),
    503: ("node_full", "this node takes no more sessions"),
}
_SCHEMAS: Final = "#/components/schemas/"
_RETRY_S: Final[Mapping[str, int]] = {"node_full": 5, "store_down": 5, "key_running": 1, "too_fast": 1}


class ApiError(BaseModel):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"error": "full", "reason": "every seat is taken"}]})

    error: str = Field(description="For programs: one of a few words, listed with each status.")
    reason: str = Field(description="For people: a sentence. Its wording may change.")


class Denied(Exception):
    """A denial, on its way to whoever turns it into an answer."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(f"{denial.error}: {denial.reason}")
        self.denial = denial


def granted(answer: T | Denial) -> T:
    """What was asked for. Raises :class:`Denied` if it was denied."""
    if isinstance(answer, Denial):
        raise Denied(answer)
    return answer


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For ``responses=``: these errors, and those that every request may get. See :func:`describe_errors`."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in sorted({401, 403, 429, 500, 503, *statuses}):
        error, reason = _EXAMPLES[status]
        content = {"example": {"error": error, "reason": reason}, "schema": {"$ref": f"{_SCHEMAS}ApiError"}}
        described[status] = {"description": _DESCRIPTIONS[status], "content": {"application/json": content}}
    return described


def describe_errors(app: FastAPI) -> None:
    """What :func:`errors` refers to, once in the description: of a model, FastAPI would make a field for each status of
    each path, which took half of the time in which the API is made."""
    schemas = app.openapi()["components"]["schemas"]
    schemas["ApiError"] = ApiError.model_json_schema(ref_template=_SCHEMAS + "{model}")
    app.openapi()["components"]["schemas"] = dict(sorted(schemas.items()))


def error_response(
    error: str, reason: str, status: int | None = None, headers: Mapping[str, str] | None = None
) -> AsciiJSON:
    """The answer to what cannot be done."""
    own = {"Retry-After": str(_RETRY_S[error])} if error in _RETRY_S else {}
    return AsciiJSON({"error": error, "reason": reason}, status or STATUS.get(error, 409), {**own, **(headers or {})})


def answer_errors(app: FastAPI) -> None:
    """Has ``app`` answer every error in the one form."""

    async def denied(request: Request, error: Exception) -> AsciiJSON:
        assert isinstance(error, Denied)
        return error_response(error.denial.error, error.denial.reason)

    async def invalid(request: Request, error: Exception) -> AsciiJSON:
        assert isinstance(error, RequestValidationError)
        return error_response("invalid", _sentence(error.errors()))

    async def http(request: Request, error: Exception) -> AsciiJSON:
        assert isinstance(error, HTTPException)
        words = {404: ("unknown", "there is no such path"), 405: ("wrong_method", "this path has other methods")}
        word, reason = words.get(error.status_code, ("invalid", str(error.detail)))
        return error_response(word, reason, error.status_code, error.headers)

    async def failed(request: Request, error: Exception) -> AsciiJSON:
        return error_response(*_EXAMPLES[500], 500)  # the traceback is logged by who called the application

    app.add_exception_handler(Denied, denied)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)


def _sentence(found: Sequence[Any]) -> str:
    """The first few of pydantic's complaints, without what was given: it may be a secret, or long."""
    said = [f"{'.'.join(str(part) for part in item['loc'])[:120]}: {item['msg']}" for item in found[:3]]
    if len(found) > 3:
        said.append(f"and {len(found) - 3} more")
    return "; ".join(said)[:500]
