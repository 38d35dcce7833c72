"""Structured logs: one JSON line per event on standard error, nothing secret in any of them."""

from __future__ import annotations

import sys
from typing import Any

import structlog

_SECRET = ("pin", "password", "api_key", "secret", "sign", "token")


def _mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401
    for key in event:
        if any(word in key for word in _SECRET):
            event[key] = "***"
    return event


def configure(level: int = 20) -> None:
    """Set up logging for the process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A room's logger."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return bound
