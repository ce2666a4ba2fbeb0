"""Logging: structlog, one line an event, to standard error; JSON for machines, colours for a terminal."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Literal

import structlog
from pydantic import SecretStr
from structlog.typing import Processor

__all__ = ["configure_logging", "hide_secrets", "log_context", "silent_on_replay"]

_SECRET_KEY = re.compile(
    r"password|passwd|secret|token|api_?key|credential|cookie|authorization|private", re.IGNORECASE
)
_URL_PASSWORD = re.compile(r"(?P<scheme>\w[\w+.-]*://[^\s:/@]*):[^\s@/]+@")
_HIDDEN = "***"


def configure_logging(log_format: Literal["auto", "json", "console"] = "auto", level: str = "info") -> None:
    """Set up structlog and the standard library's logging alike. `auto`: console on a terminal, else JSON."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    # Plain tracebacks in both: a pretty one prints the frames' variables, passwords among them.
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    renderers: list[Processor] = [structlog.processors.format_exc_info, hide_secrets, last]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            silent_on_replay,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their access lines repeat what our own middleware says, with query strings that may hold tokens.
    for chatty in ("uvicorn.access", "httpx", "httpcore", "alembic.runtime.plugins"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@contextmanager
def log_context(*, workflow: str | None = None, case: str | None = None, actor: str | None = None) -> Iterator[None]:
    """Put these into every line logged inside the block: workflow id, case (stream) and the actor's opaque id."""
    given = {"workflow": workflow, "case": case, "actor": actor}
    with structlog.contextvars.bound_contextvars(**{key: value for key, value in given.items() if value is not None}):
        yield


def silent_on_replay(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a workflow logged already in its first run and says again while it is replayed."""
    # Not imported for it: a process that runs no workflow spares 30 MB and half a second.
    engine = sys.modules.get("temporalio.workflow")
    if engine is not None and engine.in_workflow() and engine.unsafe.is_replaying():
        raise structlog.DropEvent
    return event


def hide_secrets(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank values under secret names, secret types, and passwords inside addresses, however deep."""
    return {
        key: _HIDDEN if _SECRET_KEY.search(key) and value is not None else _clean(value) for key, value in event.items()
    }


def _clean(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return _HIDDEN
    if isinstance(value, str):
        return _URL_PASSWORD.sub(rf"\g<scheme>:{_HIDDEN}@", value)
    if isinstance(value, dict):
        return {
            key: _HIDDEN if isinstance(key, str) and _SECRET_KEY.search(key) else _clean(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(_clean(inner) for inner in value) if type(value) in {list, tuple} else value
    return value
