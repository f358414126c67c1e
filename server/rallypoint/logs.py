"""Structured logs: readable lines for a person, or one JSON object a line for a machine."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog

__all__ = ["set_up"]


def set_up(form: Literal["console", "json"], level: str, node: str = "") -> None:
    """Sends everything to standard error: structlog's lines, and those of libraries from ``warning`` on.

    ``node``: of which node these are. Each line for a machine has it; a person sees one node's alone.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        tail: list[structlog.typing.Processor] = [
            _named(node),
            # Without local variables, which the usual one has: tokens are among them, and what players sent.
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ]
        handler.setFormatter(_of_libraries(shared, tail))
    else:
        plain = structlog.dev.plain_traceback
        tail = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    structlog.configure(
        processors=[*shared, *tail],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # A handshake that is none (a port scan, an HTTP client) is no fault of ours: the listener answers it.
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)


def _named(node: str) -> structlog.typing.Processor:
    def name(logger: object, method: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        if node:
            line.setdefault("node", node)
        return line

    return name


def _of_libraries(
    shared: list[structlog.typing.Processor], tail: list[structlog.typing.Processor]
) -> structlog.stdlib.ProcessorFormatter:
    """Their lines are like ours."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
    )
