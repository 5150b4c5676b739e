# SPDX-License-Identifier: Apache-2.0
"""Extra specs of flavors: all of them, or one by one.

Source: docs.openstack.org/api-ref/compute, "Flavors extra-specs".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound


def index(context: RequestContext, flavor_id: str) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}/os-extra_specs``."""
    return {"extra_specs": synnefo_compute.show_flavor_specs(context, flavor_id)}


def merge(context: RequestContext, flavor_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /flavors/{flavor_id}/os-extra_specs``: what is not named stays."""
    specs = _texts(body["extra_specs"])
    synnefo_compute.merge_flavor_specs(context, flavor_id, specs)
    return {"extra_specs": specs}


def show(context: RequestContext, flavor_id: str, key: str) -> dict[str, Any]:
    """Answer ``GET /flavors/{flavor_id}/os-extra_specs/{key}``."""
    specs = synnefo_compute.show_flavor_specs(context, flavor_id)
    if key not in specs:
        noun = f"extra spec of the flavor {flavor_id}"
        raise NotFound(noun, key)
    return {key: specs[key]}


def update(
    context: RequestContext, flavor_id: str, key: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Answer ``PUT /flavors/{flavor_id}/os-extra_specs/{key}``."""
    if key not in body:
        msg = "the key in the body is not the one in the path"
        raise Invalid(msg)
    specs = _texts(body)
    synnefo_compute.merge_flavor_specs(context, flavor_id, specs)
    return specs


def delete(context: RequestContext, flavor_id: str, key: str) -> None:
    """Answer ``DELETE /flavors/{flavor_id}/os-extra_specs/{key}``."""
    synnefo_compute.remove_flavor_spec(context, flavor_id, key)


def _texts(specs: dict[str, Any]) -> dict[str, str]:
    """Return the values as text: clients send numbers as such, too."""
    return {name: str(value) for name, value in specs.items()}
