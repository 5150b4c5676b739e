# SPDX-License-Identifier: Apache-2.0
"""The original's names of errors, where they are not Nova's."""

from __future__ import annotations

from synnefo_api_compute import faults
from synnefo_core import errors
from synnefo_core.contracts.api import Fault

_NAMES = {"conflictingRequest": "conflict", "badMethod": "notAllowed"}
_OVER_LIMIT = 413


def dialect(error: errors.CloudError, request_id: str) -> Fault:
    """Word an error as the original did: what is over quota is too large."""
    fault = faults.dialect(error, request_id)
    if isinstance(fault.body, bytes):
        return fault
    ((name, told),) = fault.body.items()
    status, name = fault.status, _NAMES.get(name, name)
    if isinstance(error, errors.QuotaExceeded):
        status, name = _OVER_LIMIT, "overLimit"
    return Fault(status, {name: {**told, "code": status, "details": ""}})
