# SPDX-License-Identifier: Apache-2.0
"""An object as headers."""

from __future__ import annotations

from synnefo_api_object_store.headers import encoded, http_date, shown_metadata, timestamp
from synnefo_object_store import ObjectInfo


def headers(found: ObjectInfo) -> dict[str, str]:
    """Return what is told of an object; type and length are told by the answer itself."""
    kept = {name: encoded(value) for name, value in found.headers.items()}
    return {
        **state(found),
        **kept,
        **shown_metadata("object", found.metadata),
        "Accept-Ranges": "bytes",
        "X-Object-Hash": found.object_hash,
        "X-Object-UUID": found.id,
    }


def state(found: ObjectInfo) -> dict[str, str]:
    """Return which state of an object this is."""
    return {
        "Etag": found.etag,
        "Last-Modified": http_date(found.modified_at),
        "X-Timestamp": timestamp(found.modified_at),
        "X-Object-Version": str(found.version),
    }
