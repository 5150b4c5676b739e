# SPDX-License-Identifier: Apache-2.0
"""Logging: events with fields, as text for people or JSON for machines."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

request_id_var: ContextVar[str] = ContextVar("request_id", default="")


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Have all that is logged inside say which request it is for."""
    token = request_id_var.set(request_id)
    try:
        yield
    finally:
        request_id_var.reset(token)


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    request_id = request_id_var.get()
    if request_id:
        fields["request_id"] = request_id
    return fields


class TextFormatter(logging.Formatter):
    """``TIME LEVEL LOGGER event field=value …``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, and the trace below it."""
        fields = " ".join(f"{name}={value!s}" for name, value in _fields(record).items())
        moment = self.formatTime(record, "%H:%M:%S")
        line = f"{moment} {record.levelname:<7} {record.name} {record.getMessage()} {fields}"
        # What a stranger sends must not look like a line of ours.
        line = line.rstrip().replace("\r", "\\r").replace("\n", "\\n")
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; the trace is a field."""
        standard = {
            "time": record.created,
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line = {**standard, **_fields(record), **standard}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def configure(form: str, level: str) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    quieten()


def spare() -> None:
    """Look for nothing that no line of ours shows, as the library's documentation advises.

    Only for processes of our own: under another server its lines may show that.
    """
    logging._srcfile = None  # noqa: SLF001  # the documented way
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def quieten() -> None:
    """Keep libraries from telling what is of use to nobody."""
    for noisy in ("alembic", "stevedore", "oslo_policy", "urllib3", "amqp"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
