# SPDX-License-Identifier: Apache-2.0
"""Moments that requests name: when an object is to be removed, and as of when one looks back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from synnefo_api_object_store.headers import Environ, given
from synnefo_api_object_store.paths import version
from synnefo_core.errors import Invalid

_NUMBER = re.compile(r"[+-]?\d{1,12}")
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
LATEST = 9_999_999_999
"""The last moment that Swift can write."""


def end(environ: Environ, now: float) -> float | None:
    """Return when the object is to be removed, or None (X-Delete-At, X-Delete-After).

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


def until(query: Mapping[str, str]) -> float | None:
    """Return the moment of the past that a request is about (``until``), or None.

    Raises:
        Invalid: It is none.
    """
    text = query.get("until")
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        msg = "until must be a number of seconds since the epoch"
        raise Invalid(msg)
    return float(text)


def version_asked(query: Mapping[str, str]) -> tuple[str | None, float | None]:
    """Return which version is asked for: its id, or a moment at which it was current, or neither.

    Raises:
        Invalid: Both are given, or the moment is none.
    """
    by_id, moment = version(query), until(query)
    if by_id is not None and moment is not None:
        msg = "a version is asked for by its id or by until, not both"
        raise Invalid(msg)
    return by_id, moment


def check_listing(query: Mapping[str, str]) -> None:
    """Refuse to list of the past what is known of today only.

    Raises:
        Invalid: That is asked for.
    """
    _check_without(query, ("public", "shared", "versions"))


def check_keys(query: Mapping[str, str]) -> None:
    """Refuse to tell the keys of metadata that were in use once.

    Raises:
        Invalid: They are asked for.
    """
    if "until" in query:
        _check_without(query, ("meta",))


def check_purge(query: Mapping[str, str]) -> None:
    """Refuse a removal that is one of the past and of something else too.

    Raises:
        Invalid: It is.
    """
    _check_without(query, ("bulk-delete", "delimiter", "multipart-manifest"))


def _check_without(query: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        if name in query:
            raise Invalid(f"until does not go with {name}")
