# SPDX-License-Identifier: Apache-2.0
"""Errors of the client, told in the words of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from synnefo_backend_ganeti.rapi import errors
from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendError,
    BackendUnavailable,
    JobMissing,
    RequestRefused,
)


@contextmanager
def in_contract_words() -> Iterator[None]:
    """Raise what the contract promises instead of the client's own errors."""
    try:
        yield
    except errors.RapiError as error:
        raise _contract_error(error) from error


def _contract_error(error: errors.RapiError) -> BackendError:
    match error:
        case errors.JobNotFound():
            return JobMissing(str(error))
        case errors.QueueDrained() | errors.QueueFull() | errors.NoFreeConnection():
            return BackendBusy(str(error))
        case errors.BadRequest() | errors.NotFound():
            return RequestRefused(str(error))
        # A wrong password or certificate too: once the operator has put it right, the same
        # request will do. Until then the cluster is as good as down.
        case _:
            return BackendUnavailable(str(error))
