# SPDX-License-Identifier: Apache-2.0
"""Hashmaps as clients send them: ``{"bytes": 5, "hashes": ["ab…"]}``."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Any

from synnefo_api_object_store.bodies import Body
from synnefo_core.errors import Invalid, InvalidField, TooLarge
from synnefo_core.wsgi.validation import parse_json

LARGEST = 64 * 1024 * 1024
"""The longest body: the hashmap of about 3.5 TiB."""
_DIGEST_CHARACTERS = 64


@dataclass(frozen=True)
class Wanted:
    """What an object is to be made of."""

    names: bytes
    size_bytes: int


def parse(body: Body) -> Wanted:
    """Read a hashmap.

    Raises:
        Invalid: It is none.
        TooLarge: It is too long.
    """
    told = parse_json(_read(body))
    if not isinstance(told, dict):
        msg = "a hashmap is an object with bytes and hashes"
        raise Invalid(msg)
    size_bytes = told.get("bytes")
    if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes < 0:
        raise InvalidField("bytes", "must be the length of the content")
    if told.get("block_hash", "sha256") != "sha256":
        raise InvalidField("block_hash", "must be sha256")
    return Wanted(_names(told.get("hashes")), size_bytes)


def _names(hashes: Any) -> bytes:
    if not isinstance(hashes, list):
        raise InvalidField("hashes", "must be a list")
    if not all(isinstance(each, str) and len(each) == _DIGEST_CHARACTERS for each in hashes):
        raise InvalidField("hashes", "each must have 64 hexadecimal digits")
    try:
        return binascii.unhexlify("".join(hashes))
    except ValueError as cause:
        raise InvalidField("hashes", "each must have 64 hexadecimal digits") from cause


def _read(body: Body) -> bytes:
    pieces, left = [], LARGEST
    while piece := body.read(min(left + 1, 1024 * 1024)):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise TooLarge(LARGEST)
    return b"".join(pieces)
