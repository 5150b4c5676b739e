# SPDX-License-Identifier: Apache-2.0
"""Conditional requests.

Source: RFC 9110, section 13.
"""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime

from synnefo_api_object_store.headers import Environ, given
from synnefo_core.errors import Invalid, PreconditionFailed
from synnefo_object_store import Condition, ObjectInfo


def etags(text: str) -> frozenset[str]:
    """Return the entity tags of a list, without quotes."""
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in text.split(","))
    return frozenset(tag for tag in tags if tag)


def for_writing(environ: Environ) -> Condition:
    """Return under which condition an upload is to be done.

    Raises:
        Invalid: If-None-Match names an entity: an upload can only ask for there to be none.
    """
    match, none_match = given(environ, "If-Match"), given(environ, "If-None-Match")
    if none_match is not None and none_match.strip() != "*":
        msg = "If-None-Match only supports * here"
        raise Invalid(msg)
    return Condition(is_new=none_match is not None, etags=None if match is None else etags(match))


def is_unchanged(environ: Environ, found: ObjectInfo) -> bool:
    """Say whether the client has what it asks for already.

    Raises:
        PreconditionFailed: What there is is not what the client asks for.
    """
    match, limit = given(environ, "If-Match"), _moment(environ, "If-Unmodified-Since")
    if match is not None and not etags(match) & {"*", found.etag}:
        raise _failed("If-Match")
    if match is None and limit is not None and math.ceil(found.modified_at) > limit:
        raise _failed("If-Unmodified-Since")
    none_match = given(environ, "If-None-Match")
    if none_match is not None:
        return bool(etags(none_match) & {"*", found.etag})
    since = _moment(environ, "If-Modified-Since")
    return since is not None and math.ceil(found.modified_at) <= since


def range_holds(environ: Environ, found: ObjectInfo) -> bool:
    """Say whether a Range still means what the client thinks (If-Range)."""
    text = given(environ, "If-Range")
    if text is None:
        return True
    moment = _moment(environ, "If-Range")
    if moment is not None:
        return math.ceil(found.modified_at) == moment
    return found.etag in etags(text)


def _moment(environ: Environ, name: str) -> float | None:
    """Return the date in a header; None without one, or when it is none."""
    text = given(environ, name)
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def _failed(header: str) -> PreconditionFailed:
    return PreconditionFailed(f"the object does not fit {header}")
