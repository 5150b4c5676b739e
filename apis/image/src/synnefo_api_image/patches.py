# SPDX-License-Identifier: Apache-2.0
"""Glance's JSON patches: ``[{"op": "replace", "path": "/name", "value": "…"}]``.

Source: OpenStack Image API v2, "Appendix: HTTP PATCH media types".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synnefo_api_image.fields import FIELDS, OBJECT
from synnefo_api_image.schemas.image import BASE, LOCATIONS, PROPERTY, READ_ONLY
from synnefo_api_image.views.image import LOCATION
from synnefo_core.errors import Forbidden, Invalid, InvalidField
from synnefo_core.wsgi.validation import Schema
from synnefo_image import ImageChanges, Location, PropertyEdit

MEDIA_TYPES = (
    "application/openstack-images-v2.1-json-patch",
    "application/openstack-images-v2.0-json-patch",
)

_RESERVED = frozenset({"location", "deleted", "deleted_at", "direct_url", LOCATION})
_SCHEMAS = {name: Schema(schema) for name, schema in BASE.items()}
_LOCATIONS, _PROPERTY = Schema(LOCATIONS), Schema(PROPERTY)


@dataclass
class Patch:
    """What a patch asks for."""

    changes: ImageChanges = field(default_factory=lambda: ImageChanges())
    edits: list[PropertyEdit] = field(default_factory=list)


def parse(steps: Sequence[Mapping[str, Any]], *, own_account: str) -> Patch:
    """Return what the steps of a patch ask for.

    Raises:
        Forbidden: A field is not the client's to change.
        Invalid: A step makes no sense.
    """
    patch = Patch()
    for step in steps:
        operation, names = _step(step)
        if operation != "remove" and "value" not in step:
            raise Invalid(f"the operation {operation} needs a value")
        if names[0] == "locations":
            patch.changes["location"] = _location(operation, names, step, own_account)
        elif len(names) > 1:
            raise Invalid(f"the path /{'/'.join(names)} leads too deep")
        elif names[0] == OBJECT and operation != "remove":
            _PROPERTY.check(step["value"], OBJECT)
            patch.changes["location"] = Location.parse(step["value"], own_account=own_account)
        elif names[0] in BASE or names[0] in READ_ONLY or names[0] in _RESERVED:
            _change_field(patch.changes, operation, names[0], step.get("value"))
        else:
            patch.edits.append(_edit(operation, names[0], step.get("value")))
    return patch


def _step(step: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the operation and the parts of the path, of either media type."""
    if "op" in step and "path" in step:
        operation, path = step["op"], step["path"]
    else:
        named = [name for name in ("add", "replace", "remove") if name in step]
        if len(named) != 1:
            raise Invalid("each step needs one operation and a path")
        operation, path = named[0], step[named[0]]
    if not path.startswith("/") or path == "/" or "//" in path:
        raise Invalid(f"the path {path!r} must name a field, like /name")
    parts = path[1:].rstrip("/").split("/")
    return operation, [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _location(
    operation: str, names: Sequence[str], step: Mapping[str, Any], own_account: str
) -> Location:
    if operation == "remove":
        raise Forbidden("an image keeps its location")
    value = step["value"]
    locations = value if len(names) == 1 else [value]
    _LOCATIONS.check(locations, "locations")
    return Location.parse(locations[0]["url"], own_account=own_account)


def _change_field(changes: ImageChanges, operation: str, name: str, value: Any) -> None:
    if name in READ_ONLY or name == "id":
        raise Forbidden(f"attribute '{name}' is read-only")
    if name in _RESERVED:
        raise Forbidden(f"attribute '{name}' is reserved")
    if operation == "remove":
        raise Forbidden(f"property {name} may not be removed")
    _SCHEMAS[name].check(value, name)
    if name == "owner" and value is None:
        raise InvalidField(name, "an image has an owner")
    changes[FIELDS[name]] = "" if value is None else value  # type: ignore[literal-required]  # names of a table


def _edit(operation: str, name: str, value: Any) -> PropertyEdit:
    if operation == "remove":
        return PropertyEdit(name, None)
    _PROPERTY.check(value, name)
    return PropertyEdit(name, value, is_new_allowed=operation == "add")
