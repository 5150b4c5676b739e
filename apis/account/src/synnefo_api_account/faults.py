# SPDX-License-Identifier: Apache-2.0
"""The dialect of errors: ``{"itemNotFound": {"code": 404, "message": …, "data": …}}``."""

from __future__ import annotations

from typing import Any

from synnefo_core import errors
from synnefo_core.contracts.api import Fault
from synnefo_quota import NothingToGiveBack, ProvisionRefused

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


def dialect(error: errors.CloudError, _request_id: str) -> Fault:
    """Word an error as the original did; what is over quota is 413."""
    is_over = isinstance(error, errors.QuotaExceeded | NothingToGiveBack)
    status = 413 if is_over else error.status
    words: dict[str, Any] = {"code": status, "message": str(error)}
    if isinstance(error, errors.Unauthenticated) and error.reason:
        words["message"] = error.reason
    if isinstance(error, ProvisionRefused | NothingToGiveBack):
        provision = error.provision
        words["data"] = {
            "provision": {
                "holder": provision.holder,
                "source": provision.source or None,
                "resource": provision.resource,
                "quantity": provision.quantity,
            },
            "usage": error.usage,
        }
    if isinstance(error, ProvisionRefused):
        words["data"]["limit"] = error.limit
    return Fault(status, {NAMES.get(status, "internalServerError"): words})
