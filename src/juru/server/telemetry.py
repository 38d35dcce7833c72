"""Structured logs: one line per event on standard error, JSON or for a person's eyes, nothing secret in any of them.

What libraries log by Python's own ``logging`` comes out the same way. Two nets stand before every line: a field whose
name says that it is secret is masked, and in any text what follows such a name (``pin=1234``, ``"password": "x"``).
"""

from __future__ import annotations

import io
import logging
import re
import sys
from typing import Any, TextIO, cast

import structlog

from juru.server.errors import SettingsError

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
FORMATS = ("json", "console")
MASK = "***"

_SECRET = ("pin", "password", "passwd", "api_key", "apikey", "secret", "sign", "token", "authorization", "cookie")
_FREE = frozenset({"signal", "assigned"})
"""Names that only contain such a word."""

_NAMES = r"(?:new_?)?(?:pin|pass|password|passwd|pwd|api[_-]?key|secret|sign|signature|token|authorization|cookie)"
_WRITTEN = re.compile(
    rf"""(\b{_NAMES}\b["']?\s*(?:=|:|%3D)\s*)
        (b?"[^"]*"|b?'[^']*'|(?:bearer|basic)\s+[^\s"'&,;]+|[^\s"'&,;)}}\]]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_PAIRED = re.compile(rf"""(b?["']{_NAMES}["'],\s*)(b?"[^"]*"|b?'[^']*')""", re.IGNORECASE)
"""Name and value side by side, as pairs of a query or of headers are shown."""


_TAGGED = re.compile(rf"(<{_NAMES}>)[^<]+", re.IGNORECASE)


def scrubbed(text: str) -> str:
    """A text without what stands behind a secret's name."""
    for pattern in (_WRITTEN, _PAIRED, _TAGGED):
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def _mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401
    for key, value in event.items():
        name = key.lower()
        if name not in _FREE and any(word in name for word in _SECRET):
            event[key] = MASK
        elif isinstance(value, str):
            event[key] = scrubbed(value)
        elif not isinstance(value, int | float | bool | None):
            event[key] = scrubbed(repr(value))
    return event


class _Stderr(io.TextIOBase):
    """Standard error as it is when a line is written: whoever puts another in its place is obeyed."""

    def write(self, text: str) -> int:
        """To what is standard error now."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """As ``write``."""
        sys.stderr.flush()


def configure(level: str = "info", form: str = "json") -> None:
    """Set up logging for the process. Raises ``SettingsError`` for a level or form that there is not."""
    if level not in LEVELS:
        raise SettingsError(f"{level!r} is no log level: one of {', '.join(LEVELS)}")
    if form not in FORMATS:
        raise SettingsError(f"{form!r} is no log format: one of {', '.join(FORMATS)}")
    before: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    render: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if form == "console":
        render = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*before, render],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Stderr())),
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_named, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    for other in [h for h in root.handlers if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter)]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(max(LEVELS[level], logging.WARNING) if level != "debug" else logging.DEBUG)


def _named(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:  # noqa: ANN401
    """A library's line says which one it is of."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        event["room"] = record.name
    return event


def logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A room's logger."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return bound
