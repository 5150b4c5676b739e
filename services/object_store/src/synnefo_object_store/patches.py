# SPDX-License-Identifier: Apache-2.0
"""Objects changed in part (PIT-023, PIT-024): whole blocks that stay are named, not read.

The new content is put together of parts: what is before the change, the change, and what is behind
it. A block that one part brings whole keeps its name; others are read, put together and stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from synnefo_blocks import ZERO_BLOCK, Content, Read, Reader, object_hash, settle, store_block
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Storage
from synnefo_core.errors import Conflict, Invalid, RangeUnsatisfiable, TooLarge
from synnefo_core.offload import Offload, Pending
from synnefo_object_store import access, etags, versions, writes
from synnefo_object_store.engine import engine, storage_of
from synnefo_object_store.hashmaps import sealed
from synnefo_object_store.limits import check_headers, check_metadata
from synnefo_object_store.uploads import Upload, uploads
from synnefo_object_store.values import Condition, ObjectInfo
from synnefo_object_store.versions import Place
from synnefo_object_store.writes import Draft

_IN_FLIGHT = 4
"""How many blocks of a change are hashed and stored at a time."""


@dataclass(frozen=True)
class Patch:
    """What is to be changed of an object.

    Attributes:
        start: Where the new bytes go; None: to its end.
        read: The new bytes as a stream; None without any.
        source: The object that has the new bytes, instead of a stream.
        size_bytes: How many bytes of the source are taken, from its beginning; None: all.
        final_bytes: How long the object is to be in the end; what is behind is cut off. None: as
            it comes.
        metadata: Added to the object's own.
    """

    start: int | None = None
    read: Read | None = None
    source: ObjectInfo | None = None
    size_bytes: int | None = None
    final_bytes: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    condition: Condition | None = None


def patch_object(context: RequestContext, place: Place, patch: Patch) -> ObjectInfo:
    """Change an object in part.

    Raises:
        Conflict: The object, or the source, is being changed by others.
        Forbidden: The caller may not.
        Invalid: The object has no content of its own.
        NotFound: There is no such object.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
        RangeUnsatisfiable: The change begins behind the end, or the end would be behind it.
        StorageFull: The store has no room.
        TooLarge: The object would be too long.
    """
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    check_metadata(patch.metadata)
    with context.reading() as session:
        base = versions.shown(place, versions.required(context, session, place))
    if base.nature or (patch.source is not None and patch.source.nature):
        msg = "only an object with a content of its own can be changed in part, or be taken from"
        raise Invalid(msg)
    if patch.start is not None and patch.start > base.size_bytes:
        raise RangeUnsatisfiable(base.size_bytes)
    metadata = {**base.metadata, **patch.metadata}
    check_metadata(metadata)
    check_headers(base.headers, base.content_type)
    with uploads(context.cloud).begin(base.store) as upload:
        draft = replace(_stored(context, base, patch, upload), metadata=metadata)

        def change(session: Session) -> ObjectInfo:
            source = patch.source
            # Blocks of its store are named, so it must not have moved to another.
            if source and versions.hold_for(session, source, place) != source.store:
                msg = "the source is being changed by others; try again"
                raise Conflict(msg)
            return writes.put(
                context, session, place, draft, patch.condition, replaced=base.reference
            )

        return versions.settled(context, change)


def _stored(context: RequestContext, base: ObjectInfo, patch: Patch, upload: Upload) -> Draft:
    """Store what is new of a patched content, and its map."""
    storage, offload = storage_of(context.cloud, base.store), context.cloud.offload
    limit = engine(context.cloud).largest_bytes
    assembly = _Assembly(storage, offload, upload, patch.final_bytes, limit)
    names = assembly.run(_parts(context, base, patch))
    reference = offload.run(sealed, storage, names, assembly.size_bytes)
    is_own = patch.source is None or patch.source.account == base.account
    return Draft(
        reference=reference,
        store=base.store,
        etag=etags.of_content(context, storage, reference, names),
        object_hash=offload.run(object_hash, names).hex(),
        content_type=base.content_type,
        metadata=base.metadata,
        headers=base.headers,
        expires_at=base.expires_at,
        names=bytes(assembly.new_names) if is_own else names,
    )


class _Stream:
    """A part that comes from the client: it has no blocks yet."""

    def __init__(self, read: Read) -> None:
        self._read, self.length = read, 0

    def name(self) -> None:
        """Return that there is none."""

    def read(self, most: int) -> bytes:
        piece = self._read(most)
        self.length += len(piece)
        return piece


class _Piece:
    """A part of an object that is there."""

    def __init__(
        self, context: RequestContext, found: ObjectInfo, start: int, stop: int, *, names_for: str
    ) -> None:
        """Take the bytes from ``start`` to before ``stop``; ``names_for``: the store in use."""
        storage, offload = storage_of(context.cloud, found.store), context.cloud.offload
        self._content = offload.run(Content, storage, found.reference)
        self._reader = Reader(storage, offload, found.reference)
        self._offload = offload
        self._at, self._stop = start, stop
        fits = self._content.block_bytes == storage.properties.block_bytes
        self._block_bytes = self._content.block_bytes if fits and found.store == names_for else 0
        self.length = stop - start

    def name(self) -> bytes | None:
        """Return the name of the whole block that comes next, which is then behind; else None."""
        whole = self._block_bytes
        if not whole or self._at % whole or self._stop - self._at < whole:
            return None
        name = self._offload.run(self._content.block_name, self._at // whole)
        self._at += whole
        return name

    def read(self, most: int) -> bytes:
        length = min(most, self._stop - self._at)
        piece = b"".join(self._reader.read(self._at, self._at + length))
        self._at += length
        return piece


_Part = _Stream | _Piece


def _parts(context: RequestContext, base: ObjectInfo, patch: Patch) -> Iterator[_Part]:
    """Yield the parts of the new content; the last begins where the one before has ended."""

    def of(found: ObjectInfo, start: int, stop: int) -> _Piece:
        return _Piece(context, found, start, stop, names_for=base.store)

    start = base.size_bytes if patch.start is None else patch.start
    yield of(base, 0, start)
    change: _Part | None = None
    if patch.source is not None:
        length = patch.source.size_bytes if patch.size_bytes is None else patch.size_bytes
        if length > patch.source.size_bytes:
            raise RangeUnsatisfiable(patch.source.size_bytes)
        change = of(patch.source, 0, length)
    elif patch.read is not None:
        change = _Stream(patch.read)
    if change is not None:
        yield change
        start += change.length
    if start < base.size_bytes:
        yield of(base, start, base.size_bytes)


class _Assembly:
    """A content that is put together of parts."""

    def __init__(
        self,
        storage: Storage,
        offload: Offload,
        upload: Upload,
        final_bytes: int | None,
        limit_bytes: int,
    ) -> None:
        self._blocks, self._offload, self._upload = storage.blocks, offload, upload
        self._block_bytes = storage.properties.block_bytes
        self._final_bytes, self._limit_bytes = final_bytes, limit_bytes
        self._names = bytearray()
        self._stored: deque[Pending[tuple[bytes, bool]]] = deque()
        self.new_names = bytearray()
        self.size_bytes = 0

    def run(self, parts: Iterable[_Part]) -> bytes:
        """Store what is new; return the concatenated names of all blocks.

        Raises:
            RangeUnsatisfiable: There is less than the final length.
            TooLarge: There is too much.
        """
        try:
            self._take(parts)
            self._collect()
        finally:
            settle(self._stored)
        if self._final_bytes is not None and self.size_bytes < self._final_bytes:
            raise RangeUnsatisfiable(self.size_bytes)
        return bytes(self._names)

    def _take(self, parts: Iterable[_Part]) -> None:
        block = bytearray()
        for part in parts:
            while room := min(self._block_bytes - len(block), self._left()):
                name = part.name() if room == self._block_bytes else None
                if name is not None:
                    self._keep(name)
                    continue
                piece = part.read(room)
                if not piece:
                    break
                block += piece
                self.size_bytes += len(piece)
                if len(block) == self._block_bytes:
                    self._store(bytes(block))
                    block.clear()
            if not self._left():
                self._check_length(part)
        if block:
            self._store(bytes(block))

    def _left(self) -> int:
        """Return how many bytes may still come."""
        most = self._limit_bytes if self._final_bytes is None else self._final_bytes
        return min(most, self._limit_bytes) - self.size_bytes

    def _check_length(self, part: _Part) -> None:
        """Refuse what goes on behind the limit, unless the end was said to be there."""
        is_said = self._final_bytes is not None and self._final_bytes <= self._limit_bytes
        if not is_said and part.read(1):
            raise TooLarge(self._limit_bytes)

    def _keep(self, name: bytes) -> None:
        self._collect()
        self._names += name
        self.size_bytes += self._block_bytes

    def _store(self, block: bytes) -> None:
        if len(self._stored) == _IN_FLIGHT:
            self._collect_one()
        self._stored.append(self._offload.submit(store_block, self._blocks, block))

    def _collect(self) -> None:
        while self._stored:
            self._collect_one()

    def _collect_one(self) -> None:
        name, _ = self._stored.popleft().result()
        self._names += name
        self.new_names += name
        if name != ZERO_BLOCK:
            self._upload.stored(name)
