# SPDX-License-Identifier: Apache-2.0
"""From the body of a POST to the image that is to be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_image.fields import FIELDS, OBJECT
from synnefo_api_image.schemas.image import READ_ONLY
from synnefo_api_image.views.image import LOCATION
from synnefo_core.errors import Forbidden, InvalidField
from synnefo_image import ImageSpec, Location

_ELSEWHERE = frozenset({"id", "locations", OBJECT})


def spec(body: Mapping[str, Any], *, own_account: str) -> ImageSpec:
    """Return the image that a body asks for.

    Raises:
        Forbidden: It sets what only the cloud says.
        InvalidField: A location is none.
    """
    for name in sorted(body):
        if name in READ_ONLY or name == LOCATION:
            raise Forbidden(f"attribute '{name}' is read-only")
    fields = {ours: body[theirs] for theirs, ours in FIELDS.items() if body.get(theirs) is not None}
    properties = {
        name: value for name, value in body.items() if name not in FIELDS and name not in _ELSEWHERE
    }
    return ImageSpec(
        id=body.get("id"),
        properties=properties,
        location=_location(body, own_account),
        **fields,
    )


def _location(body: Mapping[str, Any], own_account: str) -> Location | None:
    """Return the object that a body names in either way, None when it names none."""
    named = [location["url"] for location in body.get("locations", [])]
    named += [body[OBJECT]] if OBJECT in body else []
    if len(named) > 1:
        raise InvalidField(OBJECT, "an image has one location")
    return Location.parse(named[0], own_account=own_account) if named else None
