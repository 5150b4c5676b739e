# SPDX-License-Identifier: Apache-2.0
"""What an S3 server says, in the words of the storage contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from synnefo_core.contracts.storage import StorageError, StorageFull, StorageUnavailable

MISSING = frozenset({"NoSuchKey", "NotFound", "404"})
FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "507"})
REFUSED = frozenset(
    {
        "403",
        "AccessDenied",
        "AllAccessDisabled",
        "AuthorizationHeaderMalformed",
        "Forbidden",
        "InvalidAccessKeyId",
        "InvalidBucketName",
        "NoSuchBucket",
        "PermanentRedirect",
        "SignatureDoesNotMatch",
    }
)
"""When a store is opened these are mistakes of its settings; later, of somebody's at the server."""


def code_of(fault: ClientError) -> str:
    """Return S3's name for what went wrong; the status where it gave none."""
    return str(fault.response.get("Error", {}).get("Code", ""))


def is_missing(fault: ClientError) -> bool:
    """Say whether there is no such object: HEAD has no body and tells it by its status only."""
    return code_of(fault) in MISSING


def explained(fault: ClientError | BotoCoreError, what: str) -> StorageError:
    """Return the error of the contract that ``fault`` is; ``what`` was being done."""
    reason = f"{what}: {fault}"
    is_full = isinstance(fault, ClientError) and code_of(fault) in FULL
    return StorageFull(reason) if is_full else StorageUnavailable(reason)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise what the server or the network refuses as an error of the contract."""
    try:
        yield
    except (ClientError, BotoCoreError) as fault:
        raise explained(fault, what) from fault
