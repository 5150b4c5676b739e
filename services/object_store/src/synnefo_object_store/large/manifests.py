# SPDX-License-Identifier: Apache-2.0
"""Manifests of static large objects, as clients send them and as they are kept.

Source: OpenStack Swift documentation, "Static Large Objects".
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

from synnefo_core.errors import Invalid

_KEYS = {"path": {"path", "etag", "size_bytes", "range"}, "data": {"data"}}
_ISO = "%Y-%m-%dT%H:%M:%S.%f"
_RANGE = re.compile(r"(\d{1,18})-(\d{0,18})|-(\d{1,18})")


@dataclass(frozen=True)
class ManifestLimits:
    """What one manifest may have; told to clients by ``/info``."""

    segments: int = 1000
    bytes: int = 8 * 1024 * 1024
    depth: int = 10


MANIFEST_LIMITS = ManifestLimits()
"""The limits of this cloud."""


class BadManifest(Invalid):
    """A manifest has segments that can't be; ``problems`` are (segment, what is wrong)."""

    code = "bad_manifest"

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        """Name them all."""
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Wanted:
    """A segment as a client asks for it."""

    number: int
    container: str = ""
    name: str = ""
    etag: str | None = None
    size_bytes: int | None = None
    range: str | None = None
    data: bytes = b""

    @property
    def path(self) -> str:
        """Return the segment's place, or its number when its bytes are in the manifest."""
        return f"/{self.container}/{self.name}" if self.container else f"segment {self.number}"


@dataclass(frozen=True)
class Segment:
    """A part of a large object: some bytes of another object, or bytes in the manifest itself.

    Attributes:
        etag: What the object must have still.
        size_bytes: How long it is as a whole.
        start, stop: Which of its bytes are meant.
        is_large: It is a static large object itself.
    """

    container: str
    name: str
    etag: str
    size_bytes: int
    start: int
    stop: int
    content_type: str = ""
    modified_at: float = 0.0
    is_large: bool = False
    data: bytes = b""

    @property
    def length(self) -> int:
        """How many bytes of the large object it makes."""
        return self.stop - self.start

    @property
    def is_part(self) -> bool:
        """Whether it is less than the whole object."""
        return self.length != self.size_bytes

    @property
    def seal(self) -> str:
        """What it adds to the large object's ETag."""
        return f"{self.etag}:{self.start}-{self.stop - 1};" if self.is_part else self.etag

    def kept(self) -> dict[str, Any]:
        """Return the form in which it is kept, and shown by ``multipart-manifest=get``."""
        if self.data:
            return {"data": base64.b64encode(self.data).decode()}
        told = {
            "name": f"/{self.container}/{self.name}",
            "hash": self.etag,
            "bytes": self.size_bytes,
            "content_type": self.content_type,
            "last_modified": datetime.fromtimestamp(self.modified_at, UTC).strftime(_ISO),
        }
        if self.is_part:
            told["range"] = f"{self.start}-{self.stop - 1}"
        return {**told, "sub_slo": True} if self.is_large else told

    def asked(self) -> dict[str, Any]:
        """Return the form in which a client would ask for it again."""
        if self.data:
            return self.kept()
        told = {
            "path": f"/{self.container}/{self.name}",
            "etag": self.etag,
            "size_bytes": self.size_bytes,
        }
        return {**told, "range": f"{self.start}-{self.stop - 1}"} if self.is_part else told


def inline(data: bytes) -> Segment:
    """Return the segment whose bytes are in the manifest."""
    etag = md5(data, usedforsecurity=False).hexdigest()
    return Segment("", "", etag, len(data), 0, len(data), data=data)


def read(content: bytes) -> list[Segment]:
    """Return the segments of a manifest as it is kept."""
    return [_kept(item) for item in json.loads(content)]


def _kept(item: Mapping[str, Any]) -> Segment:
    if "data" in item:
        return inline(base64.b64decode(item["data"]))
    container, _, name = item["name"].lstrip("/").partition("/")
    start, stop = span(item.get("range"), item["bytes"])
    is_large = item.get("sub_slo", False)
    return Segment(container, name, item["hash"], item["bytes"], start, stop, is_large=is_large)


def parse(content: bytes) -> list[Wanted]:
    """Return the segments that a client asks for.

    Raises:
        Invalid: It is no manifest, or one of the segments none.
    """
    try:
        items = json.loads(content)
    except (ValueError, RecursionError) as cause:
        msg = "the manifest must be valid JSON"
        raise Invalid(msg) from cause
    if not isinstance(items, list) or not items:
        msg = "the manifest must be a list of segments"
        raise Invalid(msg)
    if len(items) > MANIFEST_LIMITS.segments:
        raise Invalid(f"a manifest has at most {MANIFEST_LIMITS.segments} segments")
    found, problems = [], []
    for number, item in enumerate(items):
        try:
            found.append(_wanted(number, item, is_last=number == len(items) - 1))
        except Invalid as problem:
            problems.append((f"segment {number}", str(problem)))
    if not problems and not any(wanted.container for wanted in found):
        problems.append(("manifest", "at least one segment must be an object"))
    if problems:
        raise BadManifest(problems)
    return found


def _wanted(number: int, item: object, *, is_last: bool) -> Wanted:
    kind = next((kind for kind in _KEYS if isinstance(item, dict) and kind in item), None)
    if not isinstance(item, dict) or kind is None:
        msg = "it must have a path or data"
        raise Invalid(msg)
    extra = sorted(str(key)[:64] for key in item if key not in _KEYS[kind])
    if extra:
        raise Invalid(f"unknown keys {', '.join(extra)}")
    if kind == "data":
        return Wanted(number, data=_data(item["data"]))
    path = item["path"]
    container, slash, name = path.lstrip("/").partition("/") if isinstance(path, str) else ("",) * 3
    if not (container and slash and name):
        msg = "the path must be of the form /container/object"
        raise Invalid(msg)
    return Wanted(
        number,
        container,
        name,
        etag=_text(item, "etag"),
        size_bytes=_size(item.get("size_bytes"), is_last=is_last),
        range=_text(item, "range"),
    )


def _data(text: object) -> bytes:
    try:
        data = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as cause:
        msg = "data must be valid base64"
        raise Invalid(msg) from cause
    if not data:
        msg = "data must be base64 of at least one byte"
        raise Invalid(msg)
    return data


def _text(item: Mapping[str, object], key: str) -> str | None:
    value = item.get(key)
    if not (value is None or isinstance(value, str)):
        raise Invalid(f"{key} must be text")
    return value.strip('"') if value else None


def _size(value: object, *, is_last: bool) -> int | None:
    if value is None:
        return None
    text = str(value)
    if not (isinstance(value, int | str) and text.isascii() and text.isdecimal()):
        msg = "size_bytes must be a number"
        raise Invalid(msg)
    if len(text) > 18:
        msg = "size_bytes is too large"
        raise Invalid(msg)
    if int(text) == 0 and not is_last:
        msg = "each segment must have at least one byte"
        raise Invalid(msg)
    return int(text)


def span(text: str | None, size_bytes: int) -> tuple[int, int]:
    """Return the first byte and the one behind the last that a segment's range means.

    Raises:
        Invalid: It is no range, or there is none of it.
    """
    if text is None:
        return 0, size_bytes
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        msg = "the range must be one, of the form first-last"
        raise Invalid(msg)
    if match[3] is not None:
        start, stop = max(0, size_bytes - int(match[3])), size_bytes
    else:
        start, stop = int(match[1]), min(int(match[2] or size_bytes) + 1, size_bytes)
    if start >= stop:
        msg = "the range is unsatisfiable"
        raise Invalid(msg)
    return start, stop
