"""The door of the HTTP API: who may come in, how much they may carry, and whether they have been here before.

An ASGI application before the other one, so that a stranger's request is neither read nor looked at: first who asks
(by a token, or by an operator's login, and then not made to by another page), then the body (bounded in bytes and time,
and JSON as strict as everything else from outside), then the key of a backend's request that is sent again. What a
request has changed is committed before its answer goes out, in one batch with the answer if that is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rallypoint.core.limits import AddressAllowances
from rallypoint.ports import Clock, StoreDown
from rallypoint.runtime.scribe import Scribe

from .api_errors import error_response
from .api_token import check_token
from .audited import detail_of, object_of
from .kept_answers import KeptAnswer, KeptAnswers, KeyUse
from .operators import COOKIE, TOKEN_PREFIX, Operators
from .principals import BACKEND, NOBODY, PRINCIPAL, STILL, Principal

__all__ = ["BODY_BYTES_MAX", "LOGIN", "ApiDoor"]

BODY_BYTES_MAX: Final = 65_536
BODY_S: Final = 10.0
"""A body that takes longer to come is not waited for."""
KEY_CHARS_MAX: Final = 128
WRONG_PER_S: Final = 0.2
WRONG_BURST: Final = 10
"""Wrong tokens and logins of one address: so many at once, then one in five seconds. Beyond, not even a right one is
looked at."""
ADDRESSES_MAX: Final = 10_000
LOGIN: Final = "/login"
"""The one path for who has not shown who they are."""
_SECRETS: Final = (LOGIN, "/logout", "/me/password")
"""Answers of these are never kept to be given again."""
_PAUSING: Final = ("/dry-run", "/bulk")
"""Ends of paths that take their time: a key would have all sessions' commits wait for them. They change nothing, or
say themselves what they expect to change."""
_LOOKS: Final = ("GET", "HEAD")
"""Methods that change nothing."""
_SECRET_CHARS_MAX: Final = 200

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.api")


class ApiDoor:
    """Lets in requests with the server's ``token`` (empty: there is none), and those of operators."""

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        scribe: Scribe,
        *,
        clock: Clock = time.monotonic,
        kept: KeptAnswers | None = None,
        operators: Operators | None = None,
    ) -> None:
        """``scribe`` commits what the application does. It executes a POST without a pause, or holds up all sessions.

        Raises ``ValueError`` for a token that could be guessed, or that no header can carry.
        """
        check_token(token)
        self._app = app
        self._scribe = scribe
        self._operators = operators
        self._digest = hashlib.sha256(token.encode()).digest() if token else b""
        self._clock = clock
        self._wrong = AddressAllowances(WRONG_PER_S, WRONG_BURST, ADDRESSES_MAX, clock)
        self._kept = KeptAnswers() if kept is None else kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        who = await self._who(request)
        if isinstance(who, Response):
            await who(scope, receive, send)
            return
        scope[PRINCIPAL] = who
        body = await _body(request)
        if body is None:
            return  # whoever sent it is gone
        if isinstance(body, Response):
            await self._audit(request, b"", body.status_code)
            await body(scope, receive, send)
            return
        key = request.headers.get("idempotency-key")
        if request.method in _LOOKS:
            await self._app(scope, _Replay(body, receive), send)
        elif key is None or request.method != "POST" or _path(request) in _SECRETS or _path(request).endswith(_PAUSING):
            await self._change(request, body, send)
        else:
            await self._enter_once(request, body, send, key)

    async def _who(self, request: Request) -> Principal | Response:
        """Who asks; or the answer to a stranger, whose request is not looked at."""
        address = _address(request)
        if not self._wrong.spend(address):
            log.debug("api refused", peer=address, why="too many wrong tokens")
            retry_s = str(round(1 / WRONG_PER_S))
            return error_response(
                "too_fast", "too many wrong tokens from your address", headers={"Retry-After": retry_s}
            )
        if request.method == "POST" and _path(request) == LOGIN:
            return NOBODY if self._operators is not None else _unauthorised(address)
        self._wrong.give_back(address)  # many may be looked up at once
        try:
            principal = await self._known(request)
        except StoreDown as error:
            return error_response("store_down", str(error))
        if principal is None:
            self._wrong.spend(address)
            return _unauthorised(address)
        if self._operators is not None:
            request.scope[STILL] = partial(self._operators.still, principal)
        refusal = self._forged(request, principal)
        if refusal is None:
            return principal
        request.scope[PRINCIPAL] = principal
        await self._audit(request, b"", refusal.status_code)
        return refusal

    async def _known(self, request: Request) -> Principal | None:
        """By the token that is shown, or else by the cookie of a login."""
        if "authorization" in request.headers:
            scheme, _, given = request.headers["authorization"].partition(" ")
            if scheme.lower() != "bearer":
                return None
            token = given.strip()
            if self._operators is not None and token.startswith(TOKEN_PREFIX):
                return await self._operators.by_token(token)
            # Of hashes, so that neither the length nor a common beginning shows.
            digest = hashlib.sha256(token.encode("latin-1")).digest()
            return BACKEND if self._digest and hmac.compare_digest(digest, self._digest) else None
        secret = request.cookies.get(COOKIE, "")
        if self._operators is None or not secret or len(secret) > _SECRET_CHARS_MAX:
            return None
        return await self._operators.logged_in(secret)

    def _forged(self, request: Request, principal: Principal) -> Response | None:
        """The answer to what another page has made a logged-in operator's browser send."""
        if principal.via != "console" or request.method in _LOOKS:
            return None
        if _from_our_page(request) and hmac.compare_digest(
            request.headers.get("x-csrf-token", "").encode("latin-1"), principal.csrf.encode()
        ):
            return None
        log.warning("api refused", peer=_address(request), by=principal.name, why="no CSRF token, or another page")
        return error_response("csrf", "send the csrf of /me as X-CSRF-Token, from the console's own page")

    async def _enter_once(self, request: Request, body: bytes, send: Send, key: str) -> None:
        if not 1 <= len(key) <= KEY_CHARS_MAX or not key.isascii() or not key.isprintable():
            reason = f"Idempotency-Key: give 1 to {KEY_CHARS_MAX} printable characters"
            await error_response("invalid", reason)(request.scope, request.receive, send)
            return
        who: Principal = request.scope[PRINCIPAL]
        asked = f"{who.via} {who.name} {who.role}" if who is not BACKEND else ""
        whole = b"\0".join((asked.encode(), request.method.encode(), request.scope["path"].encode(), body))
        known = self._kept.begin(key, hashlib.sha256(whole).digest(), self._clock())
        match known:
            case KeptAnswer():
                await self._scribe.committed()  # whoever was first may wait for that, too
                await _again(known, send)
            case KeyUse.OTHER:
                reason = "this Idempotency-Key was used with another request"
                await error_response("key_used", reason)(request.scope, request.receive, send)
            case KeyUse.RUNNING:
                reason = "a request with this Idempotency-Key is being executed: ask again for its answer"
                await error_response("key_running", reason)(request.scope, request.receive, send)
            case KeyUse.NEW:
                await self._enter_new(request, body, send, key)

    async def _enter_new(self, request: Request, body: bytes, send: Send, key: str) -> None:
        """Has it executed, and keeps the answer before it is sent: who goes away now will come back for it."""
        sent: list[Message] = []
        answer: KeptAnswer | None = None
        try:
            with self._scribe.together():
                try:
                    await self._app(request.scope, _Replay(body, request.receive), _into(sent))
                    answer = _answer(sent)
                finally:
                    self._settle(key, answer)
        finally:
            await self._answered(request, body, sent, send)

    async def _change(self, request: Request, body: bytes, send: Send) -> None:
        """Has it executed."""
        sent: list[Message] = []
        try:
            await self._app(request.scope, _Replay(body, request.receive), _into(sent))
        finally:
            await self._answered(request, body, sent, send)

    async def _answered(self, request: Request, body: bytes, sent: list[Message], send: Send) -> None:
        """Sends an answer, once what it tells is committed and written down."""
        status = sent[0]["status"] if sent else 500
        if request.scope[PRINCIPAL] is NOBODY and status < 400:
            self._wrong.give_back(_address(request))
        await self._audit(request, body, status)
        await self._scribe.committed()
        for message in sent:
            await send(message)

    def _settle(self, key: str, answer: KeptAnswer | None) -> None:
        if answer is not None and 200 <= answer.status < 300:
            self._kept.keep(key, answer)
        else:
            self._kept.forget(key)  # an error has changed nothing
        self._scribe.touch(self._kept)
        self._scribe.commit([], _nothing)

    async def _audit(self, request: Request, body: bytes, status: int) -> None:
        """Operators' acts are kept; of backends, which do the same all day, the log tells. A login tells of itself."""
        who: Principal = request.scope[PRINCIPAL]
        peer, scope = _address(request), request.scope
        if request.method in _LOOKS or who is NOBODY:
            return
        if who is BACKEND:
            log.info("api", method=request.method, path=scope["path"][:200], status=status, peer=peer)
        elif self._operators is not None:
            action = getattr(scope.get("endpoint"), "__name__", f"{request.method} {_path(request)[:100]}")
            outcome = "ok" if status < 400 else str(status)
            object_ = object_of(scope.get("path_params", {}))
            await self._operators.audit(action, object_, peer, outcome, who, detail_of(body))


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _path(request: Request) -> str:
    """Below the API's own."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def _from_our_page(request: Request) -> bool:
    """Not sent from a page of another host, as far as the browser says."""
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False


def _into(sent: list[Message]) -> Send:
    async def collect(message: Message) -> None:
        sent.append(message)

    return collect


def _unauthorised(address: str) -> Response:
    log.warning("api refused", peer=address, why="no token, or a wrong one")
    reason = "log in, or show a token of this server: Authorization: Bearer ..."
    return error_response("unauthorised", reason, 401, {"WWW-Authenticate": "Bearer"})


async def _body(request: Request) -> bytes | Response | None:
    """The body, checked; or the answer to what it is; ``None`` if the client went."""
    too_large = error_response(
        "too_large", f"a body has at most {BODY_BYTES_MAX} bytes", headers={"Connection": "close"}
    )
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > BODY_BYTES_MAX:
        return too_large
    body = b""
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    return too_large
    except ClientDisconnect:
        return None
    except TimeoutError:
        return error_response("invalid", f"the body did not come within {BODY_S:g} s", 408, {"Connection": "close"})
    if body:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return error_response("invalid", "send the body with Content-Type: application/json")
        try:
            msgspec.json.decode(body)  # before the lenient one: no NaN, no lone surrogates, no numbers out of range
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return error_response("invalid", f"the body is no JSON: {error}"[:200])
    return body


async def _again(answer: KeptAnswer, send: Send) -> None:
    headers = [*answer.headers, (b"idempotent-replayed", b"true")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


class _Replay:
    """Gives a body that was read already, then what the connection says."""

    def __init__(self, body: bytes, rest: Receive) -> None:
        self._body: bytes | None = body
        self._rest = rest

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._rest()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _nothing() -> None:
    pass


def _answer(sent: list[Message]) -> KeptAnswer:
    start = sent[0]
    return KeptAnswer(start["status"], tuple(start["headers"]), b"".join(part.get("body", b"") for part in sent[1:]))
