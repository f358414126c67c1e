"""The door: who may open a connection, and what everybody else is told. Answers are plain HTTP, for people to read."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import urlsplit

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from rallypoint.core.limits import AddressAllowances
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import SUBPROTOCOL

from .addresses import Census, client_ip, networks, within
from .connection import Connection, ConnectionLimits
from .refusal import FULL, Refusal

__all__ = ["Handler", "ListenerLimits", "bound", "listen", "origin_allowed", "session_in"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.listener")

Handler = Callable[[Connection], Awaitable[None]]
"""Runs for each open connection; when it returns, the connection is closed (1000), when it raises, too (1011)."""

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
_PRIVATE: Final = networks([*LOOPBACK, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])
_SESSION_PATH: Final = re.compile(r"/session/([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """How many may come, and how fast."""

    connections_max: int = 4096
    """Open ones and handshakes together; above it, 503."""
    handshakes_max: int = 1024
    """Handshakes in progress; above it, 503. A node's clients all come back at once after a restart."""
    open_timeout_s: float = 5.0
    """From the TCP connection to the end of the handshake."""
    address_per_s: float = 20.0
    """Connections from one address (IPv6: one /64); above it, 429."""
    address_burst: int = 100
    per_address_max: int = 512
    """Open ones and handshakes of one address (IPv6: one /64) together; above it, 429."""
    addresses_max: int = 8192
    """Addresses remembered; then those that were quiet for longest are forgotten."""
    exempt_networks: Sequence[str] = LOOPBACK
    """From these, connections are not counted by address."""
    trusted_proxies: Sequence[str] = ()
    """Reverse proxies: from these networks ``X-Forwarded-For`` is believed."""


_BACKLOG: Final = 1024
_LISTENER_LIMITS: Final = ListenerLimits()
_CONNECTION_LIMITS: Final = ConnectionLimits()


async def listen(
    handler: Handler,
    host: str | None,
    port: int,
    *,
    limits: ListenerLimits = _LISTENER_LIMITS,
    connection_limits: ConnectionLimits = _CONNECTION_LIMITS,
    allowed_origins: Sequence[str] = (),
    tls: ssl.SSLContext | None = None,
    clock: Callable[[], float] = time.monotonic,
    connection_class: type[Connection] = Connection,
    subprotocol: str = SUBPROTOCOL,
    sock: socket.socket | None = None,
) -> Server:
    """Serve ``/lobby`` and ``/session/<id>``; ``handler`` finds which in ``connection.request.path``.

    A browser's page must come from the host that it connects to (on any port) or from one of ``allowed_origins``
    (``"https://example.com"``, ``"*"`` for all). Clients that are no browsers send no ``Origin`` and are let in.

    ``connection_class`` and ``subprotocol`` are for tests: another kind of connection, and what has to be offered
    (empty: nothing). ``sock``: listens already, as :func:`bound` gives it, in place of ``host`` and ``port``.

    Port 0 picks a free one: see ``server.sockets``. ``server.close(code=..., reason=...)`` closes all, within
    their deadlines. Raises ``OSError`` if it cannot listen, ``ValueError`` for a network that is none.
    """
    door = _Door(limits, allowed_origins, clock, subprotocol)

    def create(protocol: ServerProtocol, server: Server, **options: Any) -> asyncio.Protocol:
        present, handshakes = len(server.handler_tasks), len(server.handler_tasks) - len(server.all_connections)
        if present >= limits.connections_max or handshakes >= limits.handshakes_max:
            return Refusal(FULL)
        return connection_class(protocol, server, limits=connection_limits, clock=clock, census=door.census, **options)

    return await serve(
        cast("Callable[[ServerConnection], Awaitable[None]]", handler),
        None if sock else host,
        None if sock else port,
        sock=sock,
        create_connection=cast("type[ServerConnection]", create),
        process_request=door.answer,
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        compression=None,
        server_header=None,
        max_size=connection_limits.inbound_bytes_max,
        ping_interval=None,
        open_timeout=limits.open_timeout_s,
        close_timeout=connection_limits.close_deadline_s,
        backlog=_BACKLOG,
        ssl=tls,
    )


def bound(host: str, port: int) -> socket.socket | None:
    """A socket that listens, though nobody accepts yet: who comes meanwhile waits in the kernel, and is not refused.

    ``None`` if the host has several addresses. Raises ``OSError`` if it cannot listen.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    if len(found) != 1:
        return None
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
        listening.setblocking(False)
    except BaseException:
        listening.close()
        raise
    return listening


def session_in(path: str) -> SessionId | None:
    """The session that a request path names; ``None`` for the lobby's and all others."""
    match = _SESSION_PATH.fullmatch(path.partition("?")[0])
    return SessionId(match[1]) if match else None


def origin_allowed(origin: str, host: str, allowed: Sequence[str]) -> bool:
    """Whether a page of ``origin`` may connect to us as ``host`` (both as in the headers)."""
    if "*" in allowed or origin.lower().rstrip("/") in (entry.lower().rstrip("/") for entry in allowed):
        return True
    try:
        page, ours = urlsplit(origin).hostname, urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return page is not None and page == ours


class _Door:
    """Looks at a request before the library does."""

    def __init__(
        self,
        limits: ListenerLimits,
        allowed_origins: Sequence[str],
        clock: Callable[[], float],
        subprotocol: str,
    ) -> None:
        self._subprotocol = subprotocol
        self._allowed_origins = tuple(allowed_origins)
        self._exempt = networks(limits.exempt_networks)
        self._proxies = networks(limits.trusted_proxies)
        self.census = Census(limits.per_address_max, self._exempt + self._proxies)
        self._addresses = AddressAllowances(limits.address_per_s, limits.address_burst, limits.addresses_max, clock)
        self._told_of_proxy = False

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A refusal; ``None`` lets the library go on (and refuse what is no proper WebSocket request)."""
        assert isinstance(connection, Connection)
        headers = request.headers
        forwarded = ",".join(headers.get_all("X-Forwarded-For"))
        if forwarded and not self._told_of_proxy:
            self._tell_of_proxy(connection.remote_ip)
        ip = client_ip(connection.remote_ip, forwarded, self._proxies)
        if not connection.known_as(ip) or not self._may_come(ip):
            response = connection.respond(
                HTTPStatus.TOO_MANY_REQUESTS, "Too many connections from your address. Wait a moment.\n"
            )
            response.headers["Retry-After"] = "5"
            return response
        if request.path.partition("?")[0] != "/lobby" and session_in(request.path) is None:
            return connection.respond(
                HTTPStatus.NOT_FOUND,
                "This is a Rallypoint game server. Connect with a WebSocket client to /lobby or /session/<id>.\n",
            )
        origins, hosts = headers.get_all("Origin"), headers.get_all("Host")
        if len(origins) > 1 or len(hosts) != 1:
            return connection.respond(HTTPStatus.BAD_REQUEST, "One Host header, and no more than one Origin header.\n")
        if origins and not origin_allowed(origins[0], hosts[0], self._allowed_origins):
            return connection.respond(
                HTTPStatus.FORBIDDEN, "Pages of this origin may not connect: see allowed_origins in the settings.\n"
            )
        offered = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
        ours = self._subprotocol
        if ours and "Upgrade" in headers and ours not in (name.strip() for name in offered):
            return connection.respond(HTTPStatus.BAD_REQUEST, f"Offer the WebSocket subprotocol {ours}.\n")
        return None

    def _may_come(self, ip: str) -> bool:
        return not ip or within(ip, self._exempt) or self._addresses.spend(ip)

    def _tell_of_proxy(self, peer: str) -> None:
        """Once: what looks like a proxy of ours is not among those that we trust. All its clients count as one."""
        if within(peer, _PRIVATE) and not within(peer, self._proxies):
            self._told_of_proxy = True
            log.warning("X-Forwarded-For is not believed", peer=peer, hint="a proxy of yours? see trusted_proxies")
