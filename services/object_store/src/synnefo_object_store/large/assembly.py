# SPDX-License-Identifier: Apache-2.0
"""Read what large objects stand for, any range of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from synnefo_blocks import Read, Reader
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict
from synnefo_object_store import objects
from synnefo_object_store.copies import Copying, copy_object, merged
from synnefo_object_store.large import dynamic, static
from synnefo_object_store.large.manifests import MANIFEST_LIMITS, Segment
from synnefo_object_store.values import MANIFEST, Condition, Incoming, ObjectInfo
from synnefo_object_store.versions import STATIC, Place


@dataclass(frozen=True)
class Whole:
    """What an object stands for: its length and ETag, of all segments of a large one."""

    size_bytes: int
    etag: str
    is_large: bool = False


def measured(context: RequestContext, found: ObjectInfo) -> Whole:
    """Return the measures of what an object stands for.

    Raises:
        Forbidden: The caller may not read the segments.
    """
    if found.nature == STATIC:
        etag, size = static.effective(found)
        return Whole(size, etag, is_large=True)
    header = found.headers.get(MANIFEST)
    if header is None:
        return Whole(found.size_bytes, found.etag)
    segments = dynamic.segments_of(context, found, header)
    return Whole(sum(s.length for s in segments), dynamic.etag(segments), is_large=True)


class Assembly:
    """A large object's content; may be used for one range at a time."""

    def __init__(
        self, context: RequestContext, account: str, segments: list[Segment], depth: int = 0
    ) -> None:
        """Remember the segments; nothing is looked up yet."""
        self._context, self._account, self._depth = context, account, depth
        self._segments = segments

    @property
    def size_bytes(self) -> int:
        """The length of the whole."""
        return sum(segment.length for segment in self._segments)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop``; the first piece is read at once.

        Raises:
            Conflict: A segment is not there any more, or another one.
            Forbidden: The caller may not read a segment.
        """
        parts = list(self._parts(start, self.size_bytes if stop is None else stop))
        found = static.look_up_segments(
            self._context, self._account, (segment for segment, _, _ in parts)
        )
        for segment, _, _ in parts:
            _check(segment, found)
        pieces = (self._read(segment, begin, end, found) for segment, begin, end in parts)
        first = next(pieces, iter(()))
        return chain(first, chain.from_iterable(pieces))

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Segment, int, int]]:
        """Yield the segments in a range, and which of their bytes."""
        at = 0
        for segment in self._segments:
            begin, end = max(start, at), min(stop, at + segment.length)
            if begin < end:
                yield segment, segment.start + begin - at, segment.start + end - at
            at += segment.length

    def _read(
        self, segment: Segment, start: int, stop: int, found: static.Found
    ) -> Iterator[bytes]:
        if not segment.container:
            return iter((segment.data[start:stop],))
        info = found[segment.container, segment.name]
        return assembled(self._context, info, self._depth + 1).read(start, stop)


def _check(segment: Segment, found: static.Found) -> None:
    info = found.get((segment.container, segment.name)) if segment.container else None
    if not segment.container:
        return
    if info is None or static.effective(info) != (segment.etag, segment.size_bytes):
        raise Conflict(f"the segment /{segment.container}/{segment.name} is not what it was")


def assembled(context: RequestContext, found: ObjectInfo, depth: int = 0) -> Assembly | Reader:
    """Return a reader of what an object stands for.

    Raises:
        Conflict: Large objects are of large objects, and so on, too deep.
        Forbidden: The caller may not read the segments.
    """
    if depth > MANIFEST_LIMITS.depth:
        msg = "large objects are nested too deep"
        raise Conflict(msg)
    if found.nature == STATIC:
        return Assembly(context, found.account, static.segments_of(context, found), depth)
    header = found.headers.get(MANIFEST)
    if header is None or depth > 0:
        return objects.open_object(context, found)
    return Assembly(context, found.account, dynamic.segments_of(context, found, header), depth)


def copy_whole(
    context: RequestContext, source: ObjectInfo, target: Place, copying: Copying
) -> ObjectInfo:
    """Make or replace an object by what another stands for; blocks are stored once.

    Only what large objects stand for has to be read for that.

    Raises:
        Conflict: A segment is not what it was.
        Forbidden: The caller may not read the source or write there.
        PreconditionFailed: The condition does not hold.
        QuotaExceeded: The project may not store so much.
        TooLarge: One object can't be so long.
    """
    if source.nature != STATIC and MANIFEST not in source.headers:
        return copy_object(context, source, target, copying)
    draft = merged(source, copying)
    reader = assembled(context, source)
    incoming = Incoming(
        content_type=draft.content_type,
        metadata=draft.metadata,
        domain=None,
        headers={name: value for name, value in draft.headers.items() if name != MANIFEST},
        size_bytes=reader.size_bytes,
        expires_at=draft.expires_at,
        condition=copying.condition or Condition(),
    )
    return objects.put_object(
        context,
        target.account,
        target.container,
        target.name,
        read=_stream(reader.read()),
        incoming=incoming,
    )


def _stream(pieces: Iterable[bytes]) -> Read:
    """Return a function that reads pieces as from a file."""
    waiting, rest = iter(pieces), b""

    def read(most: int) -> bytes:
        nonlocal rest
        rest = rest or next(waiting, b"")
        piece, rest = rest[:most], rest[most:]
        return piece

    return read
