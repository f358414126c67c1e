"""Files of one folder over HTTP: nothing outside of it, nothing hidden, and revalidated at each use."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["Files", "content_type", "revalidated"]

_PATH_CHARACTERS_MAX: Final = 512
_REFUSED: Final = frozenset("\\:\0")
"""Other systems see separators, drives and streams in these."""
_TYPES: Final = {
    **dict.fromkeys((".html", ".htm"), "text/html; charset=utf-8"),
    **dict.fromkeys((".js", ".mjs"), "text/javascript; charset=utf-8"),
    **dict.fromkeys((".txt", ".md", ".ts"), "text/plain; charset=utf-8"),
    **dict.fromkeys((".json", ".map"), "application/json"),
    **dict.fromkeys((".jpg", ".jpeg"), "image/jpeg"),
    ".css": "text/css; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""Our own table: what a system says of ``.js`` decides whether a browser runs it, and some say ``text/plain``."""


def content_type(path: Path) -> str:
    """By the end of its name."""
    return _TYPES.get(path.suffix.lower(), "application/octet-stream")


def revalidated(request: Request, response: Response) -> Response:
    """The response, which has an ETag; or, for who has it already, that it has not changed."""
    from starlette.responses import Response

    response.headers["cache-control"] = "no-cache"
    known = request.headers.get("if-none-match", "")
    if response.headers["etag"] not in (tag.strip().removeprefix("W/") for tag in known.split(",")):
        return response
    kept = ("etag", "cache-control", "vary")
    return Response(
        status_code=304, headers={name: response.headers[name] for name in kept if name in response.headers}
    )


class Files:
    """The files of a folder, which need not exist yet. ``hidden``: names that are not served, at any depth."""

    def __init__(self, folder: Path, hidden: Collection[str] = ()) -> None:
        self.folder = folder
        self._hidden = frozenset(hidden)

    def find(self, path: str) -> Path | None:
        """The file that a path of a URL (decoded, without the first slash) names; a folder's is its ``index.html``.

        ``None`` if there is none, or it must not be seen: outside of the folder, by ``..`` or by a symbolic link, or
        with a name that begins with a dot.
        """
        if len(path) > _PATH_CHARACTERS_MAX or not _REFUSED.isdisjoint(path):
            return None
        parts = path.split("/")
        if not parts[-1]:
            parts[-1] = "index.html"
        if any(not part or part.startswith(".") or part in self._hidden for part in parts):
            return None
        try:
            root = self.folder.resolve(strict=True)
            found = root.joinpath(*parts).resolve(strict=True)
            return found if found.is_relative_to(root) and found.is_file() else None
        except (OSError, ValueError, RuntimeError):  # RuntimeError: a loop of links
            return None

    def is_folder(self, path: str) -> bool:
        """Whether ``path`` lacks its last slash only."""
        return bool(path) and not path.endswith("/") and self.find(f"{path}/") is not None

    async def answer(self, request: Request, path: str) -> Response | None:
        """The file, or that it has not changed since; ``None`` if there is none."""
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import FileResponse, RedirectResponse

        found = await run_in_threadpool(self._stat, path)
        if found is None:
            if await run_in_threadpool(self.is_folder, path):
                return RedirectResponse(f"{path.rpartition('/')[2]}/", 307)
            return None
        file, status = found
        response = FileResponse(file, stat_result=status, media_type=content_type(file))
        response.headers["content-type"] = content_type(file)
        return revalidated(request, response)

    def _stat(self, path: str) -> tuple[Path, os.stat_result] | None:
        file = self.find(path)
        if file is None:
            return None
        try:
            status = file.stat()
        except OSError:  # it has gone since
            return None
        return (file, status) if stat.S_ISREG(status.st_mode) else None
