# SPDX-License-Identifier: Apache-2.0
"""Swift's words for errors: a status and a little HTML, which its clients show to people."""

from __future__ import annotations

import html
from http import HTTPStatus

from synnefo_api_object_store.transaction_ids import transaction_id
from synnefo_core import errors
from synnefo_core.contracts.api import Fault


class BrokenOff(errors.CloudError):
    """The client ended before the body that it had promised; nobody reads this answer."""

    status = 499
    code = "client_disconnected"

    def __init__(self) -> None:
        """Say so in the log."""
        super().__init__("the client broke off before the end of the body")


def dialect(error: errors.CloudError, request_id: str) -> Fault:
    """Word an error."""
    status = status_of(error)
    headers = {"X-Trans-Id": transaction_id(request_id)}
    if status == 401:
        headers["WWW-Authenticate"] = 'Swift realm="unknown"'
    body = f"<html><h1>{title(status)}</h1><p>{html.escape(str(error))}</p></html>"
    return Fault(status, body.encode(), "text/html; charset=UTF-8", headers)


def status_of(error: errors.CloudError) -> int:
    """Return the status of an error: Swift says "too large" to what its quotas refuse."""
    return 413 if isinstance(error, errors.QuotaExceeded) else error.status


def title(status: int) -> str:
    """Return the words for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Client Disconnect"
