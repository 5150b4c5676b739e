# SPDX-License-Identifier: Apache-2.0
"""What a handler returned, as a response."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from webob import Response

from synnefo_core import json_text, logs
from synnefo_core.contracts.api import Reply
from synnefo_core.contracts.driver import DriverError
from synnefo_core.logs import request_id_var

log = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def make_response(outcome: object, status: int, headers: Mapping[str, str]) -> Response:
    """Return the response for what a handler returned."""
    reply = outcome if isinstance(outcome, Reply) else Reply(body=outcome)
    status = reply.status or status
    told = {"Content-Type": reply.content_type, "Content-Length": reply.content_length}
    body = reply.body
    content: Iterable[bytes] = ()
    if body is None:
        if status not in (204, 304) and reply.content_length is None:
            told["Content-Length"] = 0
    elif isinstance(body, Mapping | list | tuple | str | int | float | bytes):
        raw = body if isinstance(body, bytes) else as_json(body)
        if raw is not body and reply.content_type is None:
            told["Content-Type"] = "application/json"
        if reply.content_length is None:
            told["Content-Length"] = len(raw)
        content = (raw,)
    else:
        content = Stream(cast("Iterable[bytes]", body))
    found = {name: str(value) for name, value in told.items() if value is not None}
    for name, value in (*headers.items(), *reply.headers.items()):
        found[_KNOWN.get(name.lower(), name)] = _header(value)
    return Response(status=status, headerlist=list(found.items()), app_iter=content)


_KNOWN = {"content-type": "Content-Type", "content-length": "Content-Length"}


def as_json(body: object) -> bytes:
    """Return the JSON of an answer."""
    return json_text.written(body)


def _header(value: str) -> str:
    """Return a header's value as WSGI wants it: bytes, each as one character.

    Text with characters beyond those is sent as UTF-8.

    Raises:
        ValueError: It would end the header and begin another.
    """
    if _CONTROL.search(value):
        msg = f"a header can't hold {value!r}"
        raise ValueError(msg)
    return value if value.isascii() or max(value) < "\u0100" else value.encode().decode("latin-1")


class Stream:
    """A body on its way out; nobody else would tell that it broke off."""

    def __init__(self, body: Iterable[bytes]) -> None:
        """Remember the request that it answers."""
        self._body, self._request_id = body, request_id_var.get()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body's pieces."""
        try:
            yield from self._body
        except DriverError as cause:
            with logs.request(self._request_id):
                log.warning("answer broke off", extra={"problem": str(cause)})
            raise
        except Exception:
            with logs.request(self._request_id):
                log.exception("answer broke off")
            raise

    def close(self) -> None:
        """Close what is sent."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()
