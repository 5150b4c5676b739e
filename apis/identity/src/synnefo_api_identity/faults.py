# SPDX-License-Identifier: Apache-2.0
"""Keystone's dialect of errors."""

from __future__ import annotations

from http import HTTPStatus

from synnefo_core.contracts.api import Dialect, Fault
from synnefo_core.errors import CloudError, InvalidField


def dialect(base: str) -> Dialect:
    """Return the dialect of the identity API at a base URL."""

    def say(error: CloudError, _request_id: str) -> Fault:
        title = HTTPStatus(error.status).phrase
        body = {"error": {"code": error.status, "title": title, "message": _sentence(error)}}
        headers = {"Vary": "X-Auth-Token"}
        if error.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = f'Keystone uri="{base}/identity"'
        return Fault(error.status, body, headers=headers)

    return say


def _sentence(error: CloudError) -> str:
    text = str(error)
    if isinstance(error, InvalidField):
        return text  # begins with the field's name, as the client wrote it
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
