"""Structured logs: readable lines for a person, or one JSON object a line for a machine."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

__all__ = ["set_up"]


def set_up(form: Literal["console", "json"], level: str) -> None:
    """Sends everything to standard error: structlog's lines, and those of libraries from ``warning`` on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        tail: list[structlog.typing.Processor] = [
            # Without local variables, which the usual one has: tokens are among them, and what players sent.
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
    else:
        plain = structlog.dev.plain_traceback
        tail = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # A handshake that is none (a port scan, an HTTP client) is no fault of ours: the listener answers it.
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
