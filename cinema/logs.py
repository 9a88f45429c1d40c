"""Logging: readable lines in development, JSON in production, never a secret."""

import logging
import re
import sys
from typing import Any

import structlog

from cinema.settings import Settings

SECRET_NAMES = re.compile(
    r"password|token|secret|authorization|cookie|api_key|cvc|card", re.IGNORECASE
)
SECRET_VALUES = re.compile(
    r"(?:sk|rk)_(?:live|test)_\w+|whsec_\w+|eyJ[\w-]+\.[\w-]+\.[\w-]+|[^\s/:@]+:[^\s/@]+@"
    r"|(?<=token=)[\w.~-]+"
)


def _redact(_: Any, __: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "[secret]" if SECRET_NAMES.search(name) else _clean(value)
        for name, value in entry.items()
    }


def _clean(value: Any) -> Any:
    return SECRET_VALUES.sub("[secret]", value) if isinstance(value, str) else value


def configure_logging(settings: Settings) -> None:
    """Send everything, the libraries' lines too, through structlog to standard output."""
    as_json = settings.is_production if settings.log_json is None else settings.log_json
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Asked first: a line that nobody wants should not be put together.
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
        cache_logger_on_first_use=True,
    )
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        # The default shows local variables beside a traceback, and among them are secrets.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # Tortoise prints bound values, saq prints job arguments, aiohttp a line we write better.
    for name in ("tortoise", "saq", "aiohttp.access", "httpx", "botocore", "stripe", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
