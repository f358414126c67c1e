"""The door of the HTTP API: who may come in, how much they may carry, and whether they have been here before.

An ASGI application before the other one, so that a stranger's request is neither read nor looked at: the token first,
then the body (bounded in bytes and time, and JSON as strict as everything else from outside), then the key of a
request that is sent again. What a request has changed is committed before its answer goes out, in one batch with the
answer if that is kept.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rallypoint.core.limits import AddressAllowances
from rallypoint.ports import Clock
from rallypoint.runtime.scribe import Scribe

from .api_errors import error_response
from .kept_answers import KeptAnswer, KeptAnswers, KeyUse
from .roles import BACKEND, PRINCIPAL

__all__ = ["BODY_BYTES_MAX", "TOKEN_CHARS_MIN", "ApiDoor"]

BODY_BYTES_MAX: Final = 65_536
BODY_S: Final = 10.0
"""A body that takes longer to come is not waited for."""
TOKEN_CHARS_MIN: Final = 16
KEY_CHARS_MAX: Final = 128
WRONG_PER_S: Final = 0.2
WRONG_BURST: Final = 10
"""Wrong tokens of one address: so many at once, then one in five seconds. Beyond, not even a right one is looked at."""
ADDRESSES_MAX: Final = 10_000

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.api")


class ApiDoor:
    """Lets in requests with the right ``token``."""

    def __init__(
        self,
        app: ASGIApp,
        token: str,
        scribe: Scribe,
        *,
        clock: Clock = time.monotonic,
        kept: KeptAnswers | None = None,
    ) -> None:
        """``scribe`` commits what the application does. It executes a POST without a pause, or holds up all sessions.

        Raises ``ValueError`` for a token that could be guessed, or that no header can carry.
        """
        if len(token) < TOKEN_CHARS_MIN or not all("!" <= char <= "~" for char in token):
            raise ValueError(f"api_token: give at least {TOKEN_CHARS_MIN} characters of ASCII, without spaces")
        self._app = app
        self._scribe = scribe
        self._digest = hashlib.sha256(token.encode()).digest()
        self._clock = clock
        self._wrong = AddressAllowances(WRONG_PER_S, WRONG_BURST, ADDRESSES_MAX, clock)
        self._kept = KeptAnswers() if kept is None else kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        refusal = self._stranger(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        body = await _body(request)
        if body is None:
            return  # whoever sent it is gone
        if isinstance(body, Response):
            await body(scope, receive, send)
            return
        key = request.headers.get("idempotency-key")
        if request.method in ("GET", "HEAD"):
            await self._enter(request, body, send)
        elif key is None or request.method != "POST":
            await self._enter(request, body, self._once_committed(send))
        else:
            await self._enter_once(request, body, send, key)

    def _stranger(self, request: Request) -> Response | None:
        """The answer to one who does not have the token; ``None`` for one who does."""
        address = request.client.host if request.client is not None else ""
        if not self._wrong.spend(address):
            log.debug("api refused", peer=address, why="too many wrong tokens")
            retry_s = str(round(1 / WRONG_PER_S))
            return error_response(
                "too_fast", "too many wrong tokens from your address", headers={"Retry-After": retry_s}
            )
        if self._knows(request.headers):
            self._wrong.give_back(address)
            return None
        log.warning("api refused", peer=address, why="no token, or a wrong one")
        reason = "show the token of this server: Authorization: Bearer ..."
        return error_response("unauthorised", reason, 401, {"WWW-Authenticate": "Bearer"})

    def _knows(self, headers: Mapping[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        # Of hashes, so that neither the length nor a common beginning shows.
        digest = hashlib.sha256(given.strip().encode("latin-1")).digest()
        return hmac.compare_digest(digest, self._digest) and scheme.lower() == "bearer"

    async def _enter_once(self, request: Request, body: bytes, send: Send, key: str) -> None:
        if not 1 <= len(key) <= KEY_CHARS_MAX or not key.isascii() or not key.isprintable():
            reason = f"Idempotency-Key: give 1 to {KEY_CHARS_MAX} printable characters"
            await error_response("invalid", reason)(request.scope, request.receive, send)
            return
        whole = b"\0".join((request.method.encode(), request.scope["path"].encode(), body))
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

        async def collect(message: Message) -> None:
            sent.append(message)

        try:
            with self._scribe.together():
                try:
                    await self._enter(request, body, collect)
                    answer = _answer(sent)
                finally:
                    self._settle(key, answer)
        finally:
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

    def _once_committed(self, send: Send) -> Send:
        async def send_then(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._scribe.committed()
            await send(message)

        return send_then

    async def _enter(self, request: Request, body: bytes, send: Send) -> None:
        """Has the request executed, and logs it unless it only reads."""
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        request.scope[PRINCIPAL] = BACKEND
        try:
            await self._app(request.scope, _Replay(body, request.receive), noted)
        finally:
            if request.method not in ("GET", "HEAD"):
                address = request.client.host if request.client is not None else ""
                log.info("api", method=request.method, path=request.scope["path"][:200], status=status, peer=address)


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
