"""JSON that never fails: names and states come from games and strangers, and may hold halves of surrogate pairs."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import JSONResponse

__all__ = ["AsciiJSON"]


class AsciiJSON(JSONResponse):
    """Everything beyond ASCII is escaped, and nobody keeps a copy: answers hold tokens."""

    def init_headers(self, headers: Any = None) -> None:
        """Adds ``Cache-Control: no-store``."""
        super().init_headers({"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")
