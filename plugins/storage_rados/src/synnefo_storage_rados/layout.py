# SPDX-License-Identifier: Apache-2.0
"""Which names things have in a pool, and the mark that says that a store is there."""

from __future__ import annotations

import json

from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind
from synnefo_storage_rados.options import Options
from synnefo_storage_rados.pool import Pool

MARKER = "synnefo-store"
FORMAT = "synnefo-storage-rados"
VERSION = 1
MARKER_BYTES = 4096


def name_of(kind: Kind, digest: bytes) -> str:
    """Return the name of a thing's object."""
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")
    return f"{kind.value}/{digest.hex()}"


def digest_of(kind: Kind, name: str) -> bytes | None:
    """Return the digest of a thing by the name of its object; None when it is none of the kind."""
    folder, _, digits = name.partition("/")
    if folder != kind.value or len(digits) != 2 * DIGEST_BYTES:
        return None
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return None


def prepare(pool: Pool, told: Options) -> None:
    """Make the store if there is none, and check that it is one that we understand.

    Raises:
        Misconfigured: The namespace holds something else, or another format.
        StorageUnavailable: The cluster does not answer.
    """
    mark = pool.read(MARKER, 0, MARKER_BYTES)
    if mark is None:
        _mark(pool, told)
        mark = pool.read(MARKER, 0, MARKER_BYTES)
    _check(mark, told)


def _mark(pool: Pool, told: Options) -> None:
    if told.must_exist:
        raise Misconfigured(f"{told.place} holds no store")
    if next(pool.names(), MARKER) != MARKER:
        if pool.read(MARKER, 0, MARKER_BYTES) is not None:
            return  # another process has just begun the store
        raise Misconfigured(f"{told.place} is neither empty nor a store")
    content = {"format": FORMAT, "version": VERSION, "block_bytes": told.block_bytes}
    # Of two who begin at once the first one decides.
    pool.create(MARKER, json.dumps(content).encode() + b"\n")


def _check(mark: bytes | None, told: Options) -> None:
    try:
        fields = json.loads(mark or b"")
        form, version, made_with = fields["format"], fields["version"], fields["block_bytes"]
    except (ValueError, KeyError, TypeError) as fault:
        raise Misconfigured(f"{MARKER} in {told.place} cannot be understood") from fault
    if (form, version) != (FORMAT, VERSION):
        raise Misconfigured(f"{told.place} says {form} {version}; this is {FORMAT} {VERSION}")
    if made_with != told.block_bytes:
        raise Misconfigured(
            f"the store in {told.place} has blocks of {made_with} bytes, not {told.block_bytes}"
        )
