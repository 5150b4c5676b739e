# SPDX-License-Identifier: Apache-2.0
"""Services as components write them down: JSON of the original's form (AST-047).

====================  ======================================================================
key                   meaning
====================  ======================================================================
``type``              what clients look for
``component``         whose the service is
``prefix``            where it is below the component's base URL
``public``            whether menus show it
``endpoints``         a list of objects of texts: ``versionId``, ``publicURL`` (or null: below
                      the base URL), anything else is kept
``resources``         objects with ``name``, ``desc``, ``unit``, ``api_visible``
====================  ======================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synnefo_core.contracts.quota import QuotaResource
from synnefo_core.errors import InvalidField

URLS = {"publicURL": "public", "internalURL": "internal", "adminURL": "admin"}
"""The keys of an endpoint that say where it is, with our words for whom."""


@dataclass(frozen=True)
class Described:
    """A service as its component describes it.

    Attributes:
        name: Unique among the services that components have.
        type: What clients look for.
        component: Whose it is.
        prefix: Where it is below the component's base URL.
        is_public: Whether menus show it.
        endpoints: Of each what is known of it.
        resources: What it counts.
    """

    name: str
    type: str
    component: str
    prefix: str = ""
    is_public: bool = True
    endpoints: tuple[Mapping[str, str | None], ...] = ()
    resources: tuple[QuotaResource, ...] = ()


def read(exported: object) -> list[Described]:
    """Return the services that a component has written down.

    Raises:
        InvalidField: It is not of this form.
    """
    return [_service(name, one) for name, one in _object("", exported).items()]


def _service(name: str, one: object) -> Described:
    known = _object(name, one)
    endpoints = known.get("endpoints", [])
    if not isinstance(endpoints, list):
        raise InvalidField(f"{name}.endpoints", "must be a list")
    return Described(
        name=name,
        type=_text(known, name, "type"),
        component=_text(known, name, "component"),
        prefix=_text(known, name, "prefix", default=""),
        is_public=_flag(known, name, "public"),
        endpoints=tuple(_endpoint(f"{name}.endpoints", each) for each in endpoints),
        resources=tuple(_resources(f"{name}.resources", known.get("resources", {}))),
    )


def _endpoint(field: str, one: object) -> Mapping[str, str | None]:
    known = _object(field, one)
    for key, value in known.items():
        if not isinstance(value, str) and (value is not None or key not in URLS):
            raise InvalidField(f"{field}.{key}", "must be a text")
    return known


def _resources(field: str, several: object) -> Sequence[QuotaResource]:
    found = []
    for key, one in _object(field, several).items():
        where, known = f"{field}.{key}", _object(f"{field}.{key}", one)
        found.append(
            QuotaResource(
                _text(known, where, "name"),
                _text(known, where, "desc", default=""),
                _text(known, where, "unit", default=""),
                is_shown=_flag(known, where, "api_visible"),
            )
        )
    return found


def _object(field: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidField(field, "must be an object")
    return value


def _text(known: Mapping[str, Any], where: str, key: str, *, default: str | None = None) -> str:
    value = known.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not (value or default is not None) or len(value) > 255:
        raise InvalidField(f"{where}.{key}", "must be a text of up to 255 characters")
    return value


def _flag(known: Mapping[str, Any], where: str, key: str) -> bool:
    value = known.get(key, True)
    if not isinstance(value, bool):
        raise InvalidField(f"{where}.{key}", "must be true or false")
    return value
