"""Answers of the console's paths: dataclasses and msgspec structs, written at once and without a second look.

FastAPI would validate and rebuild each of thousands of rows, between two steps of all games. Their paths give the
dataclass as ``response_model``, for the description, and tests validate what they answer against it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

__all__ = ["plain_answer"]

_encode = msgspec.json.Encoder().encode


def plain_answer(value: Any, status: int = 200) -> Response:
    """``value`` as JSON."""
    return Response(_encode(value), status, media_type="application/json")
