# SPDX-License-Identifier: Apache-2.0
"""Sync by hashes: what a client has to send are the blocks that its account lacks (PIT-020…022).

A client asks for an object's hashmap, the names of its blocks; it makes one by sending a hashmap and,
as far as the answer tells, blocks. An account may name only blocks that it has shown to have, and
is told of all others that they are missing, whoever else has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import synnefo_quota
from synnefo_blocks import (
    ZERO_BLOCK,
    Content,
    Read,
    Reference,
    object_hash,
    seal,
    split,
    store_blocks,
    store_map,
)
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import DIGEST_BYTES, Kind, Storage
from synnefo_core.errors import Conflict, Invalid, TooLarge
from synnefo_core.offload import Offload
from synnefo_object_store import access, etags, possession, versions, writes
from synnefo_object_store.engine import Engine, engine, storage_of
from synnefo_object_store.limits import check_headers, check_metadata, check_object_name
from synnefo_object_store.objects import limited
from synnefo_object_store.rows import DISKSPACE
from synnefo_object_store.uploads import uploads
from synnefo_object_store.values import Condition, Incoming, ObjectInfo
from synnefo_object_store.versions import Place
from synnefo_object_store.writes import Draft

_AT_ONCE = 64
"""How many blocks are looked at in one call of a native thread."""
_READ_AT_ONCE = 1024
"""How many names are read in one."""


class Missing(Conflict):
    """An account lacks blocks; ``names`` are theirs, each once, in the order of the hashmap."""

    def __init__(self, names: Sequence[bytes]) -> None:
        """Say how many."""
        super().__init__(f"{len(names)} blocks are missing from the account")
        self.names = names


@dataclass(frozen=True)
class Hashmap:
    """The blocks of a content: all of ``block_bytes`` but the last.

    Attributes:
        names: Their names in order, some at a time, read as they are asked for.
    """

    size_bytes: int
    block_bytes: int
    names: Iterator[Sequence[bytes]]


def hashmap_of(context: RequestContext, found: ObjectInfo) -> Hashmap:
    """Return the hashmap of an object that was found.

    Raises:
        MissingBlock: The store has no map of it.
        CorruptMap: Its map is not what its name says.
    """
    offload = context.cloud.offload
    content = offload.run(Content, storage_of(context.cloud, found.store), found.reference)
    return Hashmap(found.size_bytes, content.block_bytes, _names(offload, content))


def _names(offload: Offload, content: Content) -> Iterator[Sequence[bytes]]:
    count = content.block_count
    for first in range(0, count, _READ_AT_ONCE):
        numbers = range(first, min(first + _READ_AT_ONCE, count))
        yield offload.run(lambda some=numbers: [content.block_name(each) for each in some])


def put_hashmap(
    context: RequestContext, place: Place, names: bytes, size_bytes: int, incoming: Incoming
) -> ObjectInfo:
    """Make or replace an object of blocks that its account has.

    Args:
        context: Who asks.
        place: Where the object is to be.
        names: The concatenated names of its blocks.
        size_bytes: The length of its content.
        incoming: What else it is to be.

    Raises:
        Forbidden: The caller may not.
        Invalid: The names do not fit the size, or the object's name or metadata can't be.
        Missing: The account lacks blocks.
        NotFound: There is no such container.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
        TooLarge: The content is too long.
    """
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_object_name(place.name)
    check_metadata(incoming.metadata)
    check_headers(incoming.headers, incoming.content_type)
    ours = engine(context.cloud)
    _check_size(ours, names, size_bytes)
    writes.look_first(context, place, incoming.condition, size_bytes)
    with uploads(context.cloud).begin(ours.store) as upload:
        possessor = access.possessor(context, place.account)
        _require(context, ours, possessor, names)
        _check_last(ours, names, size_bytes)
        reference = ours.offload.run(sealed, ours.storage, names, size_bytes)
        draft = Draft(
            reference=reference,
            store=ours.store,
            etag=etags.of_content(context, ours.storage, reference, names),
            object_hash=ours.offload.run(object_hash, names).hex(),
            content_type=incoming.content_type,
            metadata=incoming.metadata,
            domain=incoming.domain,
            headers=incoming.headers,
            expires_at=incoming.expires_at,
            names=b"" if possessor == place.account else names,
        )
        for name in split(names):
            upload.stored(name)
        return versions.settled(
            context,
            lambda session: writes.put(context, session, place, draft, incoming.condition),
        )


def put_blocks(
    context: RequestContext, account: str, container: str, read: Read, size_bytes: int | None
) -> list[bytes]:
    """Store a stream in blocks for an object that will name them; return their names.

    They belong to the account, or to a guest's own. Garbage collection takes those that no object
    names by the time that they are no longer young.

    Raises:
        Forbidden: The caller may not.
        NotFound: There is no such container.
        QuotaExceeded: The project may not store so much.
        StorageFull: The store has no room.
        TooLarge: It is too long.
    """
    access.require_any(context, account, container, "object_store:object:write")
    possessor = access.possessor(context, account)
    ours = engine(context.cloud)
    if (size_bytes or 0) > ours.largest_bytes:
        raise TooLarge(ours.largest_bytes)
    pays = writes.look_first(context, Place(account, container, ""), Condition(), size_bytes or 0)
    holding = synnefo_quota.left(context, pays, DISKSPACE)
    most = min(ours.largest_bytes, max(0, holding.limit - holding.usage))
    names: list[bytes] = []
    with uploads(context.cloud).begin(ours.store) as upload:
        for name in store_blocks(ours.storage, ours.offload, limited(read, most)):
            names.append(name)
            upload.stored(name)
        with context.unit_of_work() as session:
            changes = possession.change(context, project_id=possessor, names=b"".join(names))
            possession.add(session, changes)
    return names


def sealed(storage: Storage, names: bytes, size_bytes: int) -> Reference:
    """Store the map of a content whose blocks are there. Blocks the caller."""
    made = seal(names, size_bytes, storage.properties.block_bytes)
    store_map(storage.blocks, made)
    return made.reference


def _check_size(ours: Engine, names: bytes, size_bytes: int) -> None:
    if size_bytes > ours.largest_bytes:
        raise TooLarge(ours.largest_bytes)
    block_bytes = ours.storage.properties.block_bytes
    expected = -(-size_bytes // block_bytes)
    if len(names) != expected * DIGEST_BYTES:
        count = len(names) // DIGEST_BYTES
        msg = f"{size_bytes} bytes have {expected} blocks of {block_bytes}, not {count}"
        raise Invalid(msg)


def _check_last(ours: Engine, names: bytes, size_bytes: int) -> None:
    """Refuse a last block that is longer than what is left for it."""
    last, left = names[-DIGEST_BYTES:], size_bytes % ours.storage.properties.block_bytes
    if left and last != ZERO_BLOCK:
        length = ours.offload.run(ours.storage.blocks.size, Kind.BLOCK, last)
        if length is not None and length > left:
            msg = f"the last block has {length} bytes, {left} at most fit"
            raise Invalid(msg)


def _require(context: RequestContext, ours: Engine, account: str, names: bytes) -> None:
    """Refuse blocks that an account lacks, and make the others young again.

    Raises:
        Missing: It lacks some.
    """
    wanted = [name for name in dict.fromkeys(split(names)) if name != ZERO_BLOCK]
    has = possession.among(context, account, wanted)
    gone = {name for name in wanted if name not in has}
    known = [name for name in wanted if name in has]
    for first in range(0, len(known), _AT_ONCE):
        gone |= ours.offload.run(_collected, ours.storage, known[first : first + _AT_ONCE])
    if gone:
        raise Missing([name for name in wanted if name in gone])


def _collected(storage: Storage, names: Sequence[bytes]) -> set[bytes]:
    """Return which blocks the store has no more; the others are made young."""
    return {name for name in names if not storage.blocks.touch(Kind.BLOCK, name)}
