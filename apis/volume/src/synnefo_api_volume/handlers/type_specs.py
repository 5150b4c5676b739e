# SPDX-License-Identifier: Apache-2.0
"""Extra specs of types: all of them, or one by one.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume types (types)".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_volume
from synnefo_api_volume.views import type as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound


def _seen(context: RequestContext, type_id: str) -> Mapping[str, str]:
    return view.specs(context, synnefo_volume.show_type(context, type_id))


def index(context: RequestContext, type_id: str) -> dict[str, Any]:
    """Answer ``GET /types/{type_id}/extra_specs``."""
    return {"extra_specs": _seen(context, type_id)}


def merge(context: RequestContext, type_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /types/{type_id}/extra_specs``: what is not named stays."""
    specs = _texts(body["extra_specs"])
    synnefo_volume.merge_type_specs(context, type_id, specs)
    return {"extra_specs": specs}


def show(context: RequestContext, type_id: str, key: str) -> dict[str, Any]:
    """Answer ``GET /types/{type_id}/extra_specs/{key}``."""
    specs = _seen(context, type_id)
    if key not in specs:
        noun = f"extra spec of the volume type {type_id}"
        raise NotFound(noun, key)
    return {key: specs[key]}


def update(context: RequestContext, type_id: str, key: str, body: dict[str, Any]) -> dict[str, str]:
    """Answer ``PUT /types/{type_id}/extra_specs/{key}``."""
    if key not in body:
        msg = "the key in the body is not the one in the path"
        raise Invalid(msg)
    specs = _texts(body)
    synnefo_volume.merge_type_specs(context, type_id, specs)
    return specs


def delete(context: RequestContext, type_id: str, key: str) -> None:
    """Answer ``DELETE /types/{type_id}/extra_specs/{key}``."""
    synnefo_volume.remove_type_spec(context, type_id, key)


def _texts(specs: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value or "" for name, value in specs.items()}
