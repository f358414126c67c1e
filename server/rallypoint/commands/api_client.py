"""The HTTP API of a server, as commands ask it: one request after the other, with a token, and errors as sentences."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

__all__ = [
    "API",
    "ApiClient",
    "Misused",
    "NotAllowed",
    "NotReachable",
    "Refused",
    "below",
    "checked_url",
    "headers",
    "is_exposed",
    "read_token",
    "refusal",
    "trusts_environment",
    "verification",
]

API: Final = "/api/v1"
TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
"""Seconds; a dry run takes up to ten."""
PAGE_MAX: Final = 200
TOKEN_CHARS_MAX: Final = 4096


class Misused(Exception):
    """What was typed cannot be, as a sentence."""


class NotReachable(Exception):
    """No server answers there, or what answers is none of ours."""


class Refused(Exception):
    """The server said no. ``answer`` is what it said, for programs."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason or error)
        self.status = status
        self.error = error
        self.answer: Final = {"error": error, "reason": reason}


class NotAllowed(Refused):
    """The token is wrong, or of a role that may not."""


class ApiClient:
    """One server's API. Paths are below ``/api/v1``. Raises :class:`NotReachable`, :class:`Refused`."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self._client = httpx.Client(
            base_url=url + API,
            headers=headers(token),
            timeout=TIMEOUT,
            trust_env=trusts_environment(url),
            verify=verification(url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, **query: object) -> Any:
        """The answer to a ``GET``; what is ``None`` of the query is left out."""
        return self._ask("GET", path, query={key: value for key, value in query.items() if value is not None})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a ``POST``."""
        return self._ask("POST", path, body=body)

    def rows(self, path: str, limit: int, offset: int = 0, **query: object) -> dict[str, Any]:
        """A list's answer, with up to ``limit`` rows: of as many pages as it takes."""
        whole: dict[str, Any] = {}
        rows: list[Any] = []
        while True:
            page = self.get(path, **query, offset=offset + len(rows), limit=min(PAGE_MAX, limit - len(rows)))
            whole = page
            rows += page["rows"]
            if not page["rows"] or len(rows) >= min(limit, page["matched"] - offset):
                return {**whole, "rows": rows}

    def _ask(
        self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            answer = self._client.request(method, path, params=query or None, json=body)
        except httpx.HTTPError as error:
            raise NotReachable(unreachable(self.url, error)) from None
        if answer.is_success:
            try:
                return answer.json() if answer.content else None
            except ValueError:
                raise NotReachable(_foreign(self.url)) from None
        raise refusal(self.url, answer.status_code, answer.content)


def refusal(url: str, status: int, content: bytes) -> Refused | NotReachable:
    """What an answer that is no success says."""
    try:
        said = httpx.Response(status, content=content).json()
        error, reason = str(said["error"]), str(said["reason"])
    except (ValueError, KeyError, TypeError):
        return NotReachable(_foreign(url))
    return (NotAllowed if status in (401, 403) else Refused)(status, error, reason)


def unreachable(url: str, error: httpx.HTTPError) -> str:
    """Why nobody answered, as a sentence."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return f"nothing answers at {url}: does the server run, and is that its operations port (--url)?"
    if isinstance(error, httpx.TimeoutException):
        return f"{url} did not answer in time"
    return f"{url} did not answer as it should: {str(error) or type(error).__name__}"


def _foreign(url: str) -> str:
    return f"what answers at {url} is no operations port of Rallypoint (usually port 8081)"


def headers(token: str) -> dict[str, str]:
    """Of every request."""
    return {"Authorization": f"Bearer {token}"}


def below(*parts: str | int) -> str:
    """A path of these parts, which may be anything: what is in them cannot lead elsewhere."""
    return "".join("/" + quote(str(part), safe="") for part in parts)


def checked_url(url: str) -> str:
    """A server's address without what does not belong there. Raises :class:`Misused`."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Misused(f"--url: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise Misused("--url: give the address of the operations port, as http://127.0.0.1:8081")
    if parts.userinfo or parts.query or parts.fragment:
        raise Misused("--url: an address alone, without user, password and query")
    return str(parts).rstrip("/").removesuffix(API)


def is_exposed(url: str) -> bool:
    """What is sent there goes over a network for everybody to read."""
    parts = httpx.URL(url)
    if parts.scheme == "https" or parts.host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(parts.host).is_loopback
    except ValueError:
        return True


def trusts_environment(url: str) -> bool:
    """Whether proxies of the environment are used: only for what they cannot read."""
    return url.startswith("https://")


def verification(url: str) -> ssl.SSLContext | bool:
    """What ``verify`` of httpx is to be. Where nothing is encrypted, no authorities are read: that takes 0.1 s."""
    return True if url.startswith("https://") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def read_token(given: str, file: Path | None) -> str:
    """The token: of the file, if there is one. Raises :class:`Misused`, :class:`NotAllowed`."""
    where = "RALLYPOINT_TOKEN"
    if file is not None:
        where = str(file)
        try:
            with file.open(encoding="utf-8") as text:
                given = text.read(TOKEN_CHARS_MAX + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise Misused(f"cannot read {file}: {getattr(error, 'strerror', None) or 'it is no text'}") from None
    token = given.strip()
    if len(token) > TOKEN_CHARS_MAX or not all("!" <= char <= "~" for char in token):
        raise Misused(f"{where}: that is no token")
    if not token:
        raise NotAllowed(
            401,
            "unauthorised",
            "there is no token. Make one where the server's data is, with `rallypoint operators token NAME` (for more"
            " than looking: `--role admin`), and put it into RALLYPOINT_TOKEN, or into a file for --token-file",
        )
    return token
