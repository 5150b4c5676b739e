# SPDX-License-Identifier: Apache-2.0
"""ETags of contents that did not come as one stream, so that nobody has their MD5."""

from __future__ import annotations

import hashlib

from synnefo_blocks import Reader, Reference, object_hash
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Storage


def of_content(
    context: RequestContext, storage: Storage, reference: Reference, names: bytes
) -> str:
    """Return an ETag: the MD5, which Swift's clients check, of what is soon read.

    Of what is longer it is the object hash: clients see by its length that it is no MD5 (PIT-015).

    Args:
        context: The request's.
        storage: Where the content is.
        reference: The content.
        names: The concatenated names of its blocks.
    """
    offload = context.cloud.offload
    if reference.size_bytes > context.cloud.config.object_store.synced_md5_bytes:
        return offload.run(object_hash, names).hex()
    md5 = hashlib.md5(usedforsecurity=False)
    for piece in Reader(storage, offload, reference).read_ahead():
        offload.run(md5.update, piece)
    return md5.hexdigest()
