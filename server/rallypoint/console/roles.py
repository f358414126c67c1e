"""What each role may do. Every path of the HTTP API says which role it needs, or there is no API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from rallypoint.core.orders import Denial

from .api_errors import Denied
from .principals import PRINCIPAL, Principal, Role

__all__ = ["Role", "check_all", "check_role", "needs", "paths_of", "principal_of", "role_of"]

_ROLE: Final = "rallypoint_role"
Route = TypeVar("Route", bound=Callable[..., Any])


def needs(role: Role) -> Callable[[Route], Route]:
    """Below the path of every route: ``@needs(Role.VIEWER)``."""

    def mark(endpoint: Route) -> Route:
        setattr(endpoint, _ROLE, role)
        return endpoint

    return mark


def role_of(endpoint: object) -> Role:
    """The role that a path needs. Raises ``LookupError`` if it does not say so."""
    role = getattr(endpoint, _ROLE, None)
    if not isinstance(role, Role):
        raise LookupError(f"{getattr(endpoint, '__qualname__', endpoint)} does not say which role it needs")
    return role


def paths_of(app: FastAPI) -> list[RouteContext]:
    """Every path of the API, with its methods, and the endpoint behind it."""
    found = iter_route_contexts(app.routes)
    return [context for context in found if isinstance(context.original_route, APIRoute)]


def check_all(app: FastAPI) -> None:
    """Raises ``LookupError`` for a path without a role."""
    for path in paths_of(app):
        role_of(path.endpoint)


def principal_of(request: Request) -> Principal:
    """Whoever asks."""
    principal: Principal = request.scope[PRINCIPAL]
    return principal


async def check_role(request: Request) -> None:
    """Before every path: refuses whoever has not the role that it needs."""
    needed = role_of(request.scope["endpoint"])
    if not principal_of(request).role.includes(needed):
        raise Denied(Denial("forbidden", f"that needs the role {needed}, and yours is {principal_of(request).role}"))
