# SPDX-License-Identifier: Apache-2.0
"""How quality of service specs are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.views import link
from synnefo_core.context import RequestContext
from synnefo_volume import Qos, VolumeType


def brief(found: Qos) -> dict[str, Any]:
    """Show what they say."""
    return {
        "id": found.id,
        "name": found.name,
        "consumer": found.consumer,
        "specs": dict(found.specs),
    }


def full(context: RequestContext, found: Qos) -> dict[str, Any]:
    """Show where they are, too."""
    return {"qos_specs": brief(found), "links": link.both(context, f"qos-specs/{found.id}")}


def association(found: VolumeType) -> dict[str, Any]:
    """Show a type that has them."""
    return {"association_type": "volume_type", "name": found.name, "id": found.id}
