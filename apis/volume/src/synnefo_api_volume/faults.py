# SPDX-License-Identifier: Apache-2.0
"""Cinder's dialect of errors: ``{"itemNotFound": {"code": 404, "message": …}}``."""

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
    """Word an error as Cinder does."""
    status = _status(error)
    name = NAMES.get(status, "computeFault")
    return Fault(status, {name: {"code": status, "message": _sentence(error)}})


def _status(error: errors.CloudError) -> int:
    if isinstance(error, errors.QuotaExceeded):
        return 413
    # To be in another state than an action wants is a mistake of the request's to Cinder.
    return 400 if isinstance(error, errors.InvalidState) else error.status


def _sentence(error: errors.CloudError) -> str:
    message = str(error)
    if isinstance(error, errors.InvalidField):
        return f"Invalid input for {message}."  # a field's name is not capitalised
    return f"{message[:1].upper()}{message[1:]}."
