# SPDX-License-Identifier: Apache-2.0
"""Properties of images: how many, and which are not everybody's to set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, InvalidField
from synnefo_image.values import PropertyEdit

MOST_PROPERTIES = 128
RESERVED = "os_glance_"
"""How the names begin of what the cloud itself says of an image."""


def require_new(context: RequestContext, given: Mapping[str, str]) -> None:
    """Refuse properties that a new image can't have.

    Raises:
        Forbidden: One is not the caller's to set.
        InvalidField: There are too many.
    """
    _require_settable(context, given)
    _require_few(given)


def edited(
    context: RequestContext, before: Mapping[str, str], edits: Sequence[PropertyEdit]
) -> dict[str, str]:
    """Return properties after edits, one after another.

    Raises:
        Conflict: One that is to be changed or removed is not there.
        Forbidden: One is not the caller's to change.
        InvalidField: They become too many.
    """
    _require_settable(context, [edit.name for edit in edits])
    after = dict(before)
    for edit in edits:
        if edit.name not in after and not edit.is_new_allowed:
            raise Conflict(f"property {edit.name} does not exist")
        if edit.value is None:
            del after[edit.name]
        else:
            after[edit.name] = edit.value
    _require_few(after)
    return after


def _require_settable(context: RequestContext, names: Iterable[str]) -> None:
    patterns = [] if context.is_admin else context.cloud.config.image.protected_properties
    for name in names:
        if name.startswith(RESERVED):
            raise Forbidden(f"property {name} is reserved")
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            raise Forbidden(f"property {name} is protected")


def _require_few(given: Mapping[str, str]) -> None:
    if len(given) > MOST_PROPERTIES:
        raise InvalidField("properties", f"there are at most {MOST_PROPERTIES}")
