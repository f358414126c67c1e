"""Where paths of the HTTP API are written down until there is an application that they are of.

FastAPI has routers for that, but makes everything of a path when it is written down and once more when its router is
included, which takes as long again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import FastAPI

__all__ = ["Paths"]

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Paths:
    """Some of them. ``how`` is what :meth:`fastapi.FastAPI.add_api_route` takes."""

    def __init__(self, prefix: str = "", tags: list[str] | None = None) -> None:
        self._prefix = prefix
        self._tags = tags
        self._found: list[tuple[str, str, Callable[..., Any], dict[str, Any]]] = []

    def get(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        """Above a function that answers ``GET``."""
        return self._at("GET", path, how)

    def post(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        """Above a function that answers ``POST``."""
        return self._at("POST", path, how)

    def put(self, path: str, **how: Any) -> Callable[[Endpoint], Endpoint]:
        """Above a function that answers ``PUT``."""
        return self._at("PUT", path, how)

    def _at(self, method: str, path: str, how: dict[str, Any]) -> Callable[[Endpoint], Endpoint]:
        def mark(endpoint: Endpoint) -> Endpoint:
            self._found.append((method, path, endpoint, how))
            return endpoint

        return mark

    def add_to(self, app: FastAPI) -> None:
        """They are paths of that application from now on."""
        for method, path, endpoint, how in self._found:
            tags = [*(self._tags or ()), *how.get("tags", ())]
            own = {**how, "tags": tags or None}
            app.add_api_route(self._prefix + path, endpoint, methods=[method], **own)
