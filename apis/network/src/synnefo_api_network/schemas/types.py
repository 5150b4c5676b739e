# SPDX-License-Identifier: Apache-2.0
"""What the schemas of all nouns are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_api_network.filters import Fields

NAME = {"type": "string", "maxLength": 255}
BOOLEAN = {"type": "boolean"}
PROJECT = {"type": "string", "minLength": 1, "maxLength": 64}
ID = {"type": "string", "minLength": 1, "maxLength": 64}
MAC = {"type": "string", "maxLength": 32}
IP = {"type": "string", "maxLength": 64}

# Some clients send numbers as they come from the command line; Neutron takes them.
_DIGITS = {"type": "string", "pattern": "^[0-9]{1,9}$"}

_TEXTS = {"type": "array", "items": {"type": "string", "maxLength": 1024}}

SHOW: Mapping[str, Any] = {"type": "object", "properties": {"fields": _TEXTS}}


def number(**bounds: int) -> Mapping[str, Any]:
    """Return the schema of an integer that may also come as text; the service bounds text."""
    return {"anyOf": [{"type": "integer", **bounds}, _DIGITS]}


def filtered(fields: Fields, **more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a list's query."""
    return {
        "type": "object",
        "properties": {
            **{name: _TEXTS for name, field in fields.items() if field.is_filter},
            "fields": _TEXTS,
            "limit": {"type": "string", "pattern": r"^[0-9]{1,9}$"},
            "marker": ID,
            "page_reverse": {"type": "string"},
            "sort_key": _TEXTS,
            "sort_dir": {"type": "array", "items": {"enum": ["asc", "desc"]}},
            **more,
        },
        "additionalProperties": False,
    }


def texts() -> Mapping[str, Any]:
    """Return the schema of a query parameter that may be given several times."""
    return _TEXTS


def one_or_many(singular: str, noun: Mapping[str, Any], *, plural: str = "") -> dict[str, Any]:
    """Return the schema of ``{"network": {…}}`` or ``{"networks": [{…}, …]}``."""
    return {
        "type": "object",
        "properties": {
            singular: noun,
            plural or f"{singular}s": {
                "type": "array",
                "items": noun,
                "minItems": 1,
                "maxItems": 1000,
            },
        },
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def one(
    singular: str, properties: Mapping[str, Any], *, required: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the schema of ``{"network": {…}}``, by itself with nothing required."""
    noun = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {singular: noun},
        "required": [singular],
        "additionalProperties": False,
    }
