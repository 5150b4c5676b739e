# SPDX-License-Identifier: Apache-2.0
"""Objects of contents that lie in a store already: what a volume held becomes a file."""

from __future__ import annotations

from synnefo_blocks import Content, Reference, object_hash
from synnefo_core.context import RequestContext
from synnefo_core.errors import TooLarge
from synnefo_object_store import access, etags, versions, writes
from synnefo_object_store.engine import engine, storage_of
from synnefo_object_store.limits import check_headers, check_object_name
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import Place
from synnefo_object_store.writes import Draft


def put_content(
    context: RequestContext,
    place: Place,
    reference: Reference,
    *,
    store: str,
    content_type: str,
) -> ObjectInfo:
    """Make or replace an object of a content; no data is moved.

    The calling room answers for it that the content is the account's to have, and keeps it until
    this returns.

    Raises:
        Forbidden: The caller may not write there.
        Invalid: The object's name or type can't be.
        NotFound: There is no such container.
        QuotaExceeded: The project may not store so much.
        TooLarge: No object may be so long.
    """
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_object_name(place.name)
    check_headers({}, content_type)
    largest = engine(context.cloud).largest_bytes
    if reference.size_bytes > largest:
        raise TooLarge(largest)
    storage, offload = storage_of(context.cloud, store), context.cloud.offload
    names = offload.run(lambda: b"".join(Content(storage, reference).block_names()))
    draft = Draft(
        reference=reference,
        store=store,
        etag=etags.of_content(context, storage, reference, names),
        object_hash=offload.run(object_hash, names).hex(),
        content_type=content_type,
        metadata={},
        headers={},
        names=names,
    )
    return versions.settled(context, lambda session: writes.put(context, session, place, draft))
