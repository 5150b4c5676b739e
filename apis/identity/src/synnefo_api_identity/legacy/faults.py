# SPDX-License-Identifier: Apache-2.0
"""The original's dialect of errors: an object that is named after the fault."""

from __future__ import annotations

from synnefo_core.contracts.api import Fault
from synnefo_core.errors import CloudError, Unauthenticated

NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "notAllowed",
    409: "conflict",
    413: "overLimit",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def dialect(error: CloudError, request_id: str) -> Fault:
    """Word an error."""
    name = NAMES.get(error.status, "internalServerError")
    reason = error.reason if isinstance(error, Unauthenticated) else ""
    fault = {"code": error.status, "message": reason or str(error), "details": request_id}
    return Fault(error.status, {name: fault}, headers={"Vary": "X-Auth-Token"})
