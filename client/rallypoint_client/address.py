"""The addresses of a server."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["lobby_url"]


def lobby_url(url: str) -> str:
    """The lobby's address of the server at ``url``: ``ws``, ``wss``, ``http`` and ``https`` are all understood.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(url)
    scheme = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}.get(parts.scheme)
    if scheme is None or not parts.hostname:
        raise ValueError(f"{url!r} is not a server's address, as ws://localhost:8000 is")
    path = parts.path.rstrip("/").removesuffix("/lobby")
    return parts._replace(scheme=scheme, path=f"{path}/lobby", query="", fragment="").geturl()
