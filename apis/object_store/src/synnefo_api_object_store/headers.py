# SPDX-License-Identifier: Apache-2.0
"""Headers in and out: Swift's are UTF-8, WSGI's are Latin-1."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from synnefo_core.errors import Invalid

Environ = Mapping[str, Any]

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

_DIGITS = 18

KEPT = (
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Expires",
    "X-Object-Manifest",
    "X-Robots-Tag",
)
"""Headers of an object that are given back as they came."""


_SECRET = frozenset({"Temp-Url-Key", "Temp-Url-Key-2"})


def decoded(value: str) -> str:
    """Return what a header says.

    Raises:
        Invalid: It is not UTF-8, or has control characters in it.
    """
    try:
        text = value.encode("latin-1").decode()
    except UnicodeError as cause:
        msg = "headers must be valid UTF-8"
        raise Invalid(msg) from cause
    if _CONTROL.search(text):
        msg = "headers can hold no control characters"
        raise Invalid(msg)
    return text


def encoded(value: str) -> str:
    """Return a text as WSGI carries it: UTF-8, each byte as one character."""
    return value.encode().decode("latin-1")


def given(environ: Environ, name: str) -> str | None:
    """Return what a header of the request says, or None without it."""
    value = environ.get(f"HTTP_{_key(name)}")
    return None if value is None else decoded(value)


def number(environ: Environ, name: str) -> int | None:
    """Return the number that a header says, or None without it.

    Raises:
        Invalid: It is none.
    """
    text = given(environ, name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise Invalid(f"{name} must be a number")
    return int(text)


def metadata(environ: Environ, noun: str) -> dict[str, str]:
    """Return the metadata that a request brings for an "account", "container" or "object"."""
    return dict(_named(environ, f"HTTP_X_{noun.upper()}_META_"))


def metadata_changes(environ: Environ, noun: str) -> dict[str, str]:
    """Return metadata to be set, and to be removed as empty (X-Remove-Account-Meta-Name)."""
    removed = _named(environ, f"HTTP_X_REMOVE_{noun.upper()}_META_")
    return metadata(environ, noun) | {name: "" for name, _ in removed}


def settings(environ: Environ, names: Mapping[str, str]) -> dict[str, str]:
    """Return settings to be set, or to be removed as empty, by the headers that tell them."""
    found = {}
    for header, name in names.items():
        if f"HTTP_X_REMOVE_{_key(header)}" in environ:
            found[name] = ""
        text = given(environ, f"X-{header}")
        if text is not None and found.get(name) != "":
            found[name] = text.strip()
    return found


def shown_settings(names: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return settings as headers of an answer."""
    return {
        f"X-{header}": encoded(values[name]) for header, name in names.items() if name in values
    }


def is_true(text: str | None) -> bool:
    """Say whether a header or parameter means yes."""
    return (text or "").strip().lower() in ("1", "true", "yes", "on", "t", "y")


@lru_cache(maxsize=512)
def _key(header: str) -> str:
    return header.upper().replace("-", "_")


def _named(environ: Environ, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        if key.startswith(prefix):
            words = decoded(key[len(prefix) :]).split("_")
            yield "-".join(word.capitalize() for word in words), decoded(value)


def kept(environ: Environ) -> dict[str, str]:
    """Return the headers that an object keeps."""
    found = {name: given(environ, name) for name in KEPT}
    return {name: value for name, value in found.items() if value}


def content_type(environ: Environ) -> str | None:
    """Return the content type that the client has sent, or None."""
    raw = environ.get("headers_raw")
    if raw is not None and not any(name.lower() == "content-type" for name, _ in raw):
        return None  # eventlet makes one up
    return decoded(environ.get("CONTENT_TYPE") or "") or None


def shown_metadata(
    noun: str, values: Mapping[str, str], *, is_owner: bool = True
) -> dict[str, str]:
    """Return metadata as headers of an answer; keys that sign only to who has them."""
    if not is_owner:
        values = {name: value for name, value in values.items() if name not in _SECRET}
    prefix = f"X-{noun.capitalize()}-Meta-"
    return {encoded(prefix + name): encoded(value) for name, value in values.items()}


def http_date(moment: float) -> str:
    """Return a moment as HTTP does, rounded up: what is newer is never taken for the same."""
    return _second(math.ceil(moment))


@lru_cache(maxsize=1024)
def _second(moment: int) -> str:
    return formatdate(moment, usegmt=True)


def timestamp(moment: float) -> str:
    """Return a moment as Swift's X-Timestamp."""
    return f"{moment:.5f}"
