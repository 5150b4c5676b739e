# SPDX-License-Identifier: Apache-2.0
"""What a handler returned, as a response."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from webob import Response

from synnefo_core import logs
from synnefo_core.contracts.api import Reply
from synnefo_core.logs import request_id_var

log = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def make_response(outcome: object, status: int, headers: Mapping[str, str]) -> Response:
    """Return the response for what a handler returned."""
    reply = outcome if isinstance(outcome, Reply) else Reply(body=outcome)
    response = Response(status=reply.status or status)
    response.headers.pop("Content-Type", None)
    response.headers.pop("Content-Length", None)
    body = reply.body
    if body is None:
        if response.status_int not in (204, 304) and reply.content_length is None:
            response.content_length = 0
    elif isinstance(body, bytes):
        response.body = body
    elif isinstance(body, Mapping | list | tuple | str | int | float):
        response.body = json.dumps(body, separators=(",", ":")).encode()
        response.headers["Content-Type"] = "application/json"
    else:
        response.app_iter = Stream(cast("Iterable[bytes]", body))
    if reply.content_length is not None:
        response.content_length = reply.content_length
    if reply.content_type is not None:
        response.headers["Content-Type"] = reply.content_type
    for name, value in (*headers.items(), *reply.headers.items()):
        response.headers[name] = _header(value)
    return response


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
        except Exception:
            with logs.request(self._request_id):
                log.exception("answer broke off")
            raise

    def close(self) -> None:
        """Close what is sent."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()
