# SPDX-License-Identifier: Apache-2.0
"""How Shibboleth writes what it knows of a person."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from synnefo_core.contracts.auth import Rejected

LONGEST = 16 * 1024
_SEPARATOR = re.compile(r"(?<!\\);")


def _plain(text: str) -> str:
    # WSGI shows bytes as characters below U+0100; they are UTF-8.
    return text.encode("latin-1").decode()


def _url(text: str) -> str:
    return unquote(_plain(text), errors="strict")


def _base64(text: str) -> str:
    return base64.b64decode(text, validate=True).decode()


_FORMS: Mapping[str, Callable[[str], str]] = {"plain": _plain, "url": _url, "base64": _base64}


def read(text: str, encoding: str = "plain") -> list[str]:
    """Return the values of an attribute: separated by semicolons, escaped where they are meant.

    Raises:
        Rejected: It is not written like that.
    """
    if len(text) > LONGEST:
        raise Rejected("an attribute is too long")
    try:
        written = _FORMS[encoding](text)
    except (UnicodeError, binascii.Error) as cause:
        msg = f"an attribute is not {encoding} text"
        raise Rejected(msg) from cause
    values = (part.replace("\\;", ";").strip() for part in _SEPARATOR.split(written))
    return [value for value in values if value]
