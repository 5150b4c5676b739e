# SPDX-License-Identifier: Apache-2.0
"""When an object is to be removed (X-Delete-At, X-Delete-After)."""

from __future__ import annotations

import re

from synnefo_api_object_store.headers import Environ, given
from synnefo_core.errors import Invalid

_NUMBER = re.compile(r"[+-]?\d{1,12}")
LATEST = 9_999_999_999
"""The last moment that Swift can write."""


def end(environ: Environ, now: float) -> float | None:
    """Return when the object is to be removed, or None.

    Raises:
        Invalid: That is no moment, or past.
    """
    after, at = given(environ, "X-Delete-After"), given(environ, "X-Delete-At")
    if after:
        return _future("X-Delete-After", int(now) + _number("X-Delete-After", after), now)
    return _future("X-Delete-At", _number("X-Delete-At", at), now) if at else None


def _number(header: str, text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise Invalid(f"{header} must be a number of seconds")
    return int(text)


def _future(header: str, moment: int, now: float) -> float:
    if moment <= now:
        raise Invalid(f"{header} is in the past")
    return float(min(moment, LATEST))
