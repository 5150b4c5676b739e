# SPDX-License-Identifier: Apache-2.0
"""An object as headers."""

from __future__ import annotations

from synnefo_api_object_store.headers import encoded, http_date, shown_metadata, timestamp
from synnefo_api_object_store.wholes import Asked
from synnefo_object_store import FILES, STATIC, ObjectInfo, within


def asked(what: Asked, domain: str = FILES) -> dict[str, str]:
    """Return what is told of an object as it is asked for."""
    told = {**headers(what.info, domain), "Etag": what.etag}
    if what.kept.nature == STATIC:
        told |= {"X-Static-Large-Object": "True", "X-Manifest-Etag": what.kept.etag}
    return told


def headers(found: ObjectInfo, domain: str = FILES) -> dict[str, str]:
    """Return what is told of an object; type and length are told by the answer itself."""
    kept = {name: encoded(value) for name, value in found.headers.items()}
    return {
        **state(found),
        **kept,
        **shown_metadata("object", within(found.metadata, domain)),
        "Accept-Ranges": "bytes",
        "X-Object-Hash": found.object_hash,
        "X-Object-UUID": found.id,
        "X-Object-Version-Timestamp": http_date(found.version / 1_000_000),
        **_end(found),
    }


def public(what: Asked) -> dict[str, str]:
    """Return what anybody is told of an object: as a web server tells of a file."""
    told = asked(what)
    return {name: value for name, value in told.items() if not name.startswith("X-")}


def writer(found: ObjectInfo) -> dict[str, str]:
    """Return who wrote an object."""
    return {"X-Object-Modified-By": encoded(found.modified_by)}


def _end(found: ObjectInfo) -> dict[str, str]:
    return {} if found.expires_at is None else {"X-Delete-At": str(int(found.expires_at))}


def version(found: ObjectInfo) -> dict[str, str]:
    """Return the id of a version that its container keeps."""
    return {"X-Object-Version-Id": str(found.version)} if found.is_versioned else {}


def state(found: ObjectInfo) -> dict[str, str]:
    """Return which state of an object this is."""
    return {
        "Etag": found.etag,
        "Last-Modified": http_date(found.modified_at),
        "X-Timestamp": timestamp(found.modified_at),
        "X-Object-Version": str(found.version),
        **version(found),
    }
