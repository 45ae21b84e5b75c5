"""Structured logs on stderr: one JSON object a line for machines, short lines on a terminal.

Modules log through the standard library (`logger.info("delivery settled", extra={...})`): a constant message and
fields. Nothing here decides what is logged, and customer data never is.
"""

from __future__ import annotations

import logging
import os
import sys

import structlog

from c360.domain.errors import C360Error

_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
]
_COPIES = ("color_message",)  # uvicorn's second copy of its message
_QUIET = ("uvicorn.access", "aiohttp.access", "asyncio")


def configure(level: str = "INFO", form: str = "auto") -> None:
    """Send all logs of the process to stderr as `text`, as `json`, or `auto`: JSON unless stderr is a terminal."""
    wants_json = not sys.stderr.isatty() if form == "auto" else form == "json"
    last: list[structlog.typing.Processor] = (
        [
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
        if wants_json
        else [_for_people, structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False), _lines()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_copies, *last],
        )
    )
    # Modules that log through structlog itself take the same way out.
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _lines() -> structlog.typing.Processor:
    """Time, level, message, fields; colours on a terminal. The default would show local variables: keys and bodies."""
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty() and "NO_COLOR" not in os.environ,
        exception_formatter=structlog.dev.plain_traceback,
        pad_event_to=0,
        pad_level=False,
    )


def _for_people(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An error that has a name is told by its name; where in the code it came up helps nobody at a terminal."""
    event.pop("logger", None)
    error = event.get("exc_info")
    if isinstance(error, tuple):
        error = error[1]
    elif error is True:
        error = sys.exc_info()[1]
    if isinstance(error, C360Error):
        event.pop("exc_info")
        event.update(code=error.code, error=error.message)
        if error.hint:
            event["hint"] = error.hint
    return event


def _without_copies(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in _COPIES:
        event.pop(name, None)
    return event
