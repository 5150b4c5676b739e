# SPDX-License-Identifier: Apache-2.0
"""Range requests, single and multiple.

Source: RFC 9110, section 14.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from synnefo_core.errors import RangeUnsatisfiable
from synnefo_object_store import ObjectInfo

MOST = 50
"""Ranges in one request; more are a way to make a small request expensive."""

_ONE = re.compile(r"(\d{1,19})-(\d{0,19})|-(\d{1,19})")


@dataclass(frozen=True)
class Span:
    """Bytes from ``start`` to before ``stop``."""

    start: int
    stop: int

    def header(self, size_bytes: int) -> str:
        """Return the Content-Range of it."""
        return f"bytes {self.start}-{self.stop - 1}/{size_bytes}"


def parse(text: str | None, size_bytes: int) -> list[Span]:
    """Return what a Range header asks for; nothing when it asks for all or makes no sense.

    Raises:
        RangeUnsatisfiable: There is none of it, or it is asked for too much at once.
    """
    unit, _, specs = (text or "").partition("=")
    if unit.strip().lower() != "bytes":
        return []
    matches = [_ONE.fullmatch(spec.strip()) for spec in specs.split(",")]
    spans = []
    for match in matches:
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            return []
        spans.append(_span(match, size_bytes))
    found = [span for span in spans if span.start < span.stop]
    asked = sum(span.stop - span.start for span in found)
    if not found or len(found) > MOST or (len(found) > 1 and asked > 2 * size_bytes):
        raise RangeUnsatisfiable(size_bytes)
    return found


def _span(match: re.Match[str], size_bytes: int) -> Span:
    if match[3] is not None:
        return Span(max(0, size_bytes - int(match[3])), size_bytes)
    stop = int(match[2]) + 1 if match[2] else size_bytes
    return Span(int(match[1]), min(stop, size_bytes))


@dataclass(frozen=True)
class Multipart:
    """Several ranges as one body of type multipart/byteranges."""

    boundary: str
    found: ObjectInfo
    spans: list[Span]

    def head(self, span: Span) -> bytes:
        """Return what comes before the bytes of a range."""
        return (
            f"--{self.boundary}\r\nContent-Type: {self.found.content_type}\r\n"
            f"Content-Range: {span.header(self.found.size_bytes)}\r\n\r\n"
        ).encode()

    @property
    def tail(self) -> bytes:
        """Return what comes behind the last range."""
        return f"--{self.boundary}--".encode()

    @property
    def length(self) -> int:
        """The length of the body."""
        parts = (len(self.head(s)) + s.stop - s.start + len(b"\r\n") for s in self.spans)
        return sum(parts) + len(self.tail)

    def body(self, contents: Iterator[Iterator[bytes]]) -> Iterator[bytes]:
        """Yield the body; ``contents`` are the bytes of each range."""
        for span, content in zip(self.spans, contents, strict=True):
            yield self.head(span)
            yield from content
            yield b"\r\n"
        yield self.tail
