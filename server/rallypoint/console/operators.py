"""Who may use the console and the HTTP API: operators who log in, and tokens for their programs.

What is secret is kept as a hash. A login lasts ``LOGIN_S``, and ends when nothing was asked for ``IDLE_S``. Who was
removed is out within ``KNOWN_S``, wherever that was done.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from rallypoint.core.lockout import Lockout
from rallypoint.operator_ports import AuditRow, KeptLogin, KeptOperator, KeptToken, OperatorStore
from rallypoint.ports import Clock, StoreDown

from .passwords import PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Passwords, new_password
from .principals import Principal, Role

__all__ = ["AUDIT_ROWS_MAX", "COOKIE", "IDLE_S", "LOGIN_S", "TOKEN_PREFIX", "Login", "OperatorRefused", "Operators"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.operators")

LOGIN_S: Final = 12 * 3600.0
IDLE_S: Final = 2 * 3600.0
SEEN_EVERY_S: Final = 60.0
"""So often it is written down that a login is used."""
KNOWN_S: Final = 2.0
"""What was looked up in the database is not asked for again so soon."""
KNOWN_DOWN_S: Final = 600.0
"""Nor for so long while the database does not answer: then it is what it was."""
KNOWN_MAX: Final = 1000
AUDIT_WAIT_S: Final = 1.0
"""An act waits so long for being written down."""
AUDIT_ROWS_MAX: Final = 200_000
COOKIE: Final = "rallypoint_operator"
TOKEN_PREFIX: Final = "rpo_"  # noqa: S105  # what all tokens begin with
"""By which a token is known for one, also by programs that look for leaked secrets."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class OperatorRefused(ValueError):
    """What was asked for cannot be; a sentence says why."""


@dataclass(frozen=True, slots=True)
class Login:
    """What came of a try. ``secret``: for the cookie; ``wait_s``: not even looked at, for so long."""

    principal: Principal | None = None
    secret: str = ""
    wait_s: float = 0.0


class Operators:
    """All of one server. ``clock`` counts seconds for waits, ``wall`` is Unix time."""

    def __init__(
        self,
        store: OperatorStore,
        passwords: Passwords | None = None,
        *,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        self.store = store
        self._passwords = passwords or Passwords()
        self._clock = clock
        self._wall = wall
        self._lockout = Lockout()
        self._known: dict[bytes, tuple[float, Any]] = {}
        """What was looked up by the hash of a secret, and when."""

    # --- who somebody is --------------------------------------------------------------------------------------------

    async def login(self, name: str, password: str, peer: str) -> Login:
        """Tries to log in. Who is unknown is answered as who has another password. Raises ``StoreDown``."""
        now = self._clock()
        keys = f"operator {name}", f"address {peer}"
        wait_s = max(self._lockout.wait_s(key, now) for key in keys)
        if wait_s > 0:
            log.warning("login not looked at", peer=peer, wait_s=round(wait_s))
            return Login(wait_s=wait_s)
        for key in keys:  # before the password is looked at: many tries at once are counted, too
            self._lockout.failed(key, now)
        operator = await self.store.operator(name) if _NAME.fullmatch(name) else None
        if not await self._passwords.fits(password, None if operator is None else operator.password_hash):
            # A name that nobody has may be a password, typed into the wrong field.
            await self.audit("login", "" if operator is None else name, peer, "refused")
            return Login()
        assert operator is not None
        for key in keys:
            self._lockout.succeeded(key)
        secret = secrets.token_urlsafe(32)
        wall = self._wall()
        await self.store.remove_old_logins(wall - LOGIN_S)
        login = KeptLogin(_hash(secret), operator.name, wall, wall)
        await self.store.add_login(login)
        principal = _logged_in(operator, secret)
        await self.audit("login", name, peer, "ok", principal)
        return Login(principal, secret)

    async def logged_in(self, secret: str) -> Principal | None:
        """Whose cookie that is. Raises ``StoreDown``."""
        hash_ = _hash(secret)
        known = await self._looked_up(hash_, lambda: self._login_of(hash_))
        if known is None:
            return None
        login, operator = known
        if not self._lasts(login):
            return None
        wall = self._wall()
        if wall - login.seen_at >= SEEN_EVERY_S:
            self._known[hash_] = (self._clock(), (replace(login, seen_at=wall), operator))
            with contextlib.suppress(StoreDown):
                await self.store.saw_login(hash_, wall)
        return _logged_in(operator, secret)

    async def by_token(self, token: str) -> Principal | None:
        """Whose token that is. Raises ``StoreDown``."""
        hash_ = _hash(token)
        kept: KeptToken | None = await self._looked_up(hash_, lambda: self.store.token(hash_))
        if kept is None or not self._good(kept):
            return None
        return Principal(kept.name, Role(kept.role), "token", key=hash_)

    async def still(self, principal: Principal) -> bool:
        """Whether somebody who has come in may still look. If the database is away, they may."""
        key = principal.key
        try:
            if principal.via == "console":
                known = await self._looked_up(key, lambda: self._login_of(key))
                return known is not None and self._lasts(known[0])
            if principal.via == "token":
                kept = await self._looked_up(key, lambda: self.store.token(key))
                return kept is not None and self._good(kept)
        except StoreDown:
            pass
        return True

    async def _login_of(self, hash_: bytes) -> tuple[KeptLogin, KeptOperator] | None:
        login = await self.store.login(hash_)
        operator = None if login is None else await self.store.operator(login.operator)
        return None if login is None or operator is None else (login, operator)

    async def _looked_up(self, hash_: bytes, look: Callable[[], Awaitable[Any]]) -> Any:
        """What is kept of that; not asked for again at once, and for longer if the database is away: operators are
        needed most when something is broken."""
        now = self._clock()
        at, known = self._known.get(hash_, (-math.inf, None))
        if now - at < KNOWN_S:
            return known
        try:
            found = await look()
        except StoreDown:
            if known is not None and now - at < KNOWN_DOWN_S:
                return known
            raise
        self._known.pop(hash_, None)
        if found is not None:
            self._known[hash_] = (now, found)
            while len(self._known) > KNOWN_MAX:
                del self._known[next(iter(self._known))]
        return found

    def _lasts(self, login: KeptLogin) -> bool:
        wall = self._wall()
        return wall - login.created_at < LOGIN_S and wall - login.seen_at < IDLE_S

    def _good(self, token: KeptToken) -> bool:
        return token.expires_at is None or self._wall() < token.expires_at

    async def logout(self, principal: Principal) -> None:
        """The browser's login ends."""
        if principal.via == "console":
            self._known.pop(principal.key, None)
            await self.store.remove_login(principal.key)
            self._known.pop(principal.key, None)  # another request may have looked it up meanwhile

    # --- their keeping ----------------------------------------------------------------------------------------------

    async def add(self, name: str, role: Role, password: str = "") -> str:
        """A new operator; gives the password, a new one if none is given. Raises :class:`OperatorRefused`."""
        if not _NAME.fullmatch(name):
            raise OperatorRefused("an operator's name has 1 to 64 letters, digits, and . _ @ -")
        if role not in (Role.VIEWER, Role.ADMIN):
            raise OperatorRefused("an operator is a viewer or an admin")
        password = password or new_password()
        operator = KeptOperator(name, role.value, await self._hashed(password), self._wall())
        if not await self.store.add_operator(operator):
            raise OperatorRefused(f"there is an operator {name} already")
        return password

    async def set_password(self, name: str, password: str = "") -> str:
        """Another password; ends all logins of that operator. Raises :class:`OperatorRefused`."""
        password = password or new_password()
        if not await self.store.set_password_hash(name, await self._hashed(password)):
            raise OperatorRefused(f"there is no operator {name}")
        self._known.clear()
        return password

    async def remove(self, name: str) -> bool:
        """An operator is out, with all logins and all tokens of that name. False: there was none."""
        removed = await self.store.remove_operator(name)
        self._known.clear()
        return removed

    async def change_password(self, principal: Principal, old: str, new: str, peer: str) -> bool:
        """By the operator: false if ``old`` is wrong. Raises :class:`OperatorRefused`."""
        key = f"operator {principal.name}"
        operator = await self.store.operator(principal.name) if principal.via == "console" else None
        if operator is None:
            raise OperatorRefused("only who is logged in has a password")
        if self._lockout.wait_s(key, self._clock()) > 0 or not await self._passwords.fits(old, operator.password_hash):
            self._lockout.failed(key, self._clock())
            return False
        await self.set_password(principal.name, new)
        return True

    async def new_token(self, name: str, role: Role, days: float | None = None) -> tuple[KeptToken, str]:
        """A token for a program: what is kept of it, and the token, which nobody can look up later."""
        if not _NAME.fullmatch(name):
            raise OperatorRefused("a token's name has 1 to 64 letters, digits, and . _ @ -")
        if days is not None and days <= 0:
            raise OperatorRefused("a token is good for more than no time")
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        wall = self._wall()
        expires_at = None if days is None else wall + days * 86_400
        kept = KeptToken(secrets.token_hex(4), name, role.value, _hash(token), wall, expires_at)
        await self.store.add_token(kept)
        return kept, token

    async def first(self) -> tuple[str, str] | None:
        """Where there is no operator yet: makes one, and gives name and password."""
        if await self.store.operators():
            return None
        return "admin", await self.add("admin", Role.ADMIN)

    async def _hashed(self, password: str) -> str:
        if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
            raise OperatorRefused(f"a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")
        return await self._passwords.hash(password)

    # --- what they have done ----------------------------------------------------------------------------------------

    async def audit(
        self,
        action: str,
        object_: str,
        peer: str,
        outcome: str,
        principal: Principal | None = None,
        detail: str = "{}",
    ) -> None:
        """Writes down what somebody did. If that cannot be, the log has it: operators can act without the database."""
        who = principal or Principal("", Role.ANYBODY, "")
        object_ = object_.replace("\0", "")[:200]
        row = AuditRow(0, self._wall(), who.name, who.role.value, who.via, action, object_, detail, outcome, peer)
        log.info("operator", by=who.name, via=who.via, action=action, object=object_, outcome=outcome, peer=peer)
        try:
            async with asyncio.timeout(AUDIT_WAIT_S):
                await self.store.add_audit(row, AUDIT_ROWS_MAX)
        except (StoreDown, TimeoutError) as error:
            log.error("audit not written", action=action, by=who.name, why=str(error))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _logged_in(operator: KeptOperator, secret: str) -> Principal:
    """What is to be shown with every change is derived from the cookie: it is good for as long as that."""
    csrf = hmac.new(secret.encode("utf-8", "surrogatepass"), b"csrf", "sha256").hexdigest()
    return Principal(operator.name, Role(operator.role), "console", csrf, _hash(secret))
