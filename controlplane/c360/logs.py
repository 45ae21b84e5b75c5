"""Structured logs on stderr: one JSON object a line for machines, coloured lines on a terminal.

Modules log through the standard library (`logger.info("delivery settled", extra={...})`): a constant message and
fields. Nothing here decides what is logged, and customer data never is.
"""

from __future__ import annotations

import logging
import sys

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_COPIES = ("color_message",)  # uvicorn's second copy of its message
_QUIET = ("uvicorn.access", "aiohttp.access", "asyncio")


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Send all logs of the process to stderr. `as_json` None: JSON unless stderr is a terminal."""
    wants_json = not sys.stderr.isatty() if as_json is None else as_json
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if wants_json
        # Plain, because the default shows local variables: keys and bodies of requests.
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
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


def _without_copies(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for name in _COPIES:
        event.pop(name, None)
    return event
