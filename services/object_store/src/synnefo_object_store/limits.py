# SPDX-License-Identifier: Apache-2.0
"""What names and metadata may be, as in Swift; told to clients by ``/info``."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_core.errors import Invalid

ACCOUNT_LISTING = 10_000
CONTAINER_LISTING = 10_000
ACCOUNT_NAME_BYTES = 64
CONTAINER_NAME_BYTES = 256
OBJECT_NAME_BYTES = 1024
META_NAME_BYTES = 128
META_VALUE_BYTES = 256
META_COUNT = 90
META_TOTAL_BYTES = 4096
CONTENT_TYPE_BYTES = 255
HEADER_VALUE_BYTES = 1024


def check_container_name(name: str) -> None:
    """Refuse what can't name a container.

    Raises:
        Invalid: It is empty, too long, or has a slash or a NUL.
    """
    _check_name("container", name, CONTAINER_NAME_BYTES)
    if "/" in name:
        msg = "a container name has no slash"
        raise Invalid(msg)


def check_object_name(name: str) -> None:
    """Refuse what can't name an object.

    Raises:
        Invalid: It is empty, too long or has a NUL.
    """
    _check_name("object", name, OBJECT_NAME_BYTES)


def _check_name(noun: str, name: str, limit: int) -> None:
    length = _length(noun, name)
    if not 1 <= length <= limit:
        msg = f"{noun} name length of {length} is not between 1 and {limit}"
        raise Invalid(msg)


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Refuse metadata of which there is too much.

    Raises:
        Invalid: Says which limit is passed.
    """
    total = 0
    for name, value in metadata.items():
        if not name:
            msg = "metadata name cannot be empty"
            raise Invalid(msg)
        name_bytes, value_bytes = _length("metadata", name), _length("metadata", value)
        if name_bytes > META_NAME_BYTES:
            msg = f"metadata name too long: {name[:META_NAME_BYTES]}…; max {META_NAME_BYTES}"
            raise Invalid(msg)
        if value_bytes > META_VALUE_BYTES:
            msg = f"metadata value of {name} longer than {META_VALUE_BYTES}"
            raise Invalid(msg)
        total += name_bytes + value_bytes
    if len(metadata) > META_COUNT:
        msg = f"too many metadata items; max {META_COUNT}"
        raise Invalid(msg)
    if total > META_TOTAL_BYTES:
        msg = f"total metadata too large; max {META_TOTAL_BYTES}"
        raise Invalid(msg)


def check_headers(headers: Mapping[str, str], content_type: str) -> None:
    """Refuse headers that are too long to be kept.

    Raises:
        Invalid: Names the header.
    """
    if _length("Content-Type", content_type) > CONTENT_TYPE_BYTES:
        msg = f"Content-Type longer than {CONTENT_TYPE_BYTES}"
        raise Invalid(msg)
    for name, value in headers.items():
        if _length(name, value) > HEADER_VALUE_BYTES:
            msg = f"{name} longer than {HEADER_VALUE_BYTES}"
            raise Invalid(msg)


def _length(noun: str, text: str) -> int:
    """Return the bytes of a text; no database keeps a NUL or half a surrogate pair."""
    try:
        length = len(text.encode())
    except UnicodeEncodeError as cause:
        msg = f"{noun}: it is not UTF-8"
        raise Invalid(msg) from cause
    if "\0" in text:
        msg = f"{noun}: it contains a NUL"
        raise Invalid(msg)
    return length
