# SPDX-License-Identifier: Apache-2.0
"""How browsers are to treat what they get: Content-Disposition, and who says it (PIT-041)."""

from __future__ import annotations

from webob import Request

from synnefo_api_object_store import headers
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.signed import named
from synnefo_core.errors import Invalid
from synnefo_object_store import ObjectInfo


def asked(request: Request, found: ObjectInfo) -> dict[str, str]:
    """Return the header that ``?disposition-type`` asks for; nothing without it.

    Raises:
        Invalid: No browser knows that type.
    """
    kind = parameters(request).get("disposition-type")
    if kind is None:
        return {}
    if kind not in ("inline", "attachment"):
        msg = "disposition-type must be inline or attachment"
        raise Invalid(msg)
    return _named(kind, found)


def of_page(request: Request, found: ObjectInfo) -> dict[str, str]:
    """Return the header of a page: as asked for, as the object says, or to be shown.

    Raises:
        Invalid: No browser knows that type.
    """
    kept = found.headers.get("Content-Disposition")
    said = {"Content-Disposition": headers.encoded(kept)} if kept else _named("inline", found)
    return said | asked(request, found)


def _named(kind: str, found: ObjectInfo) -> dict[str, str]:
    return {"Content-Disposition": named(kind, found.name.rstrip("/").rpartition("/")[2])}
