# SPDX-License-Identifier: Apache-2.0
"""What names and metadata may be, as in Swift; told to clients by ``/info``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from synnefo_core.errors import Invalid
from synnefo_object_store.values import MANIFEST


@dataclass(frozen=True)
class Limits:
    """What holds for names, metadata and listings; lengths are those of UTF-8."""

    account_listing: int = 10_000
    container_listing: int = 10_000
    account_name_bytes: int = 64
    container_name_bytes: int = 256
    object_name_bytes: int = 1024
    meta_name_bytes: int = 128
    meta_value_bytes: int = 256
    meta_count: int = 90
    meta_total_bytes: int = 4096
    content_type_bytes: int = 255
    header_value_bytes: int = 1024
    access_list_bytes: int = 8192
    user_id_bytes: int = 64
    group_name_bytes: int = 256
    groups: int = 32
    group_members: int = 32
    grantees: int = 128


LIMITS = Limits()
"""The limits of this cloud."""


def check_container_name(name: str) -> None:
    """Refuse what can't name a container.

    Raises:
        Invalid: It is empty, too long, or has a slash or a NUL.
    """
    check_text("container name", name, LIMITS.container_name_bytes)
    if "/" in name:
        msg = "a container name has no slash"
        raise Invalid(msg)


def check_object_name(name: str) -> None:
    """Refuse what can't name an object.

    Raises:
        Invalid: It is empty, too long or has a NUL.
    """
    check_text("object name", name, LIMITS.object_name_bytes)


def check_text(noun: str, text: str, limit: int) -> None:
    """Refuse a text that is empty or too long to be kept.

    Raises:
        Invalid: It is, or no database keeps it.
    """
    length = _length(noun, text)
    if not 1 <= length <= limit:
        msg = f"{noun} length of {length} is not between 1 and {limit}"
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
        if name_bytes > LIMITS.meta_name_bytes:
            msg = f"metadata name too long: {name[: LIMITS.meta_name_bytes]}…; max {LIMITS.meta_name_bytes}"
            raise Invalid(msg)
        if value_bytes > LIMITS.meta_value_bytes:
            msg = f"metadata value of {name} longer than {LIMITS.meta_value_bytes}"
            raise Invalid(msg)
        total += name_bytes + value_bytes
    if len(metadata) > LIMITS.meta_count:
        msg = f"too many metadata items; max {LIMITS.meta_count}"
        raise Invalid(msg)
    if total > LIMITS.meta_total_bytes:
        msg = f"total metadata too large; max {LIMITS.meta_total_bytes}"
        raise Invalid(msg)


def check_headers(headers: Mapping[str, str], content_type: str) -> None:
    """Refuse headers that are too long to be kept.

    Raises:
        Invalid: Names the header.
    """
    if _length("Content-Type", content_type) > LIMITS.content_type_bytes:
        msg = f"Content-Type longer than {LIMITS.content_type_bytes}"
        raise Invalid(msg)
    if MANIFEST in headers:
        manifest_target(headers[MANIFEST])
    for name, value in headers.items():
        if _length(name, value) > LIMITS.header_value_bytes:
            msg = f"{name} longer than {LIMITS.header_value_bytes}"
            raise Invalid(msg)


def manifest_target(header: str) -> tuple[str, str]:
    """Return the container and the prefix that X-Object-Manifest names.

    Raises:
        Invalid: It has not the form container/prefix.
    """
    container, slash, prefix = unquote(header).lstrip("/").partition("/")
    if not (container and slash and prefix) or "?" in header or "&" in header:
        msg = "X-Object-Manifest must be of the form container/prefix"
        raise Invalid(msg)
    return container, prefix


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
