"""A replay's stream as an answer: as it lies there for browsers, which all take gzip; unpacked for others."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .files import revalidated

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

__all__ = ["replay_answer"]

_TYPE: Final = "application/octet-stream"
_TAKES_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
"""``gzip;q=0`` says that it is not wanted."""
_CHUNK_BYTES: Final = 64 * 1024


def replay_answer(request: Request, path: Path) -> Response:
    """``path``: a stream that is compressed with gzip, and is used now."""
    from starlette.responses import FileResponse, StreamingResponse

    if not _TAKES_GZIP.search(request.headers.get("accept-encoding", "").lower()):
        return StreamingResponse(_unpacked(path), media_type=_TYPE, headers={"vary": "accept-encoding"})
    headers = {"content-encoding": "gzip", "vary": "accept-encoding"}
    status = path.stat()
    response = FileResponse(path, stat_result=status, media_type=_TYPE, headers=headers)
    response.headers["etag"] = f'"{path.name}-{status.st_size}"'  # not its time: that says when it was used
    return revalidated(request, response)


def _unpacked(path: Path) -> Iterator[bytes]:
    """In the threads of the server, piece by piece."""
    with gzip.open(path) as file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece
