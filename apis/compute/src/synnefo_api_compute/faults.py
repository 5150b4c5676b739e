# SPDX-License-Identifier: Apache-2.0
"""Nova's dialect of errors: ``{"itemNotFound": {"code": 404, "message": …}}``."""

from __future__ import annotations

from synnefo_core import errors
from synnefo_core.contracts.api import Fault

NAMES = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    406: "notAcceptable",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    429: "overLimit",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def dialect(error: errors.CloudError, _request_id: str) -> Fault:
    """Word an error as Nova does."""
    # Nova forbids what is over quota, where others call it a conflict.
    status = 403 if isinstance(error, errors.QuotaExceeded) else error.status
    name = NAMES.get(status, "computeFault")
    return Fault(status, {name: {"code": status, "message": _sentence(error)}})


def _sentence(error: errors.CloudError) -> str:
    message = str(error)
    if isinstance(error, errors.InvalidField):
        return f"Invalid input for {message}."  # a field's name is not capitalised
    return f"{message[:1].upper()}{message[1:]}."
