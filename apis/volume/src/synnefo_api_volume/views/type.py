# SPDX-License-Identifier: Apache-2.0
"""How types are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_core.context import RequestContext
from synnefo_volume import VolumeType

SEE_SPECS = "volume:type:see_specs"
FOR_ALL = ("RESKEY:availability_zones", "multiattach", "replication_enabled")
"""The extra specs that everybody sees."""


def full(context: RequestContext, found: VolumeType) -> dict[str, Any]:
    """Show a type: administrators see more."""
    shown: dict[str, Any] = {
        "id": found.id,
        "name": found.name,
        "description": found.description or None,
        "is_public": found.is_public,
        "os-volume-type-access:is_public": found.is_public,
        "extra_specs": specs(context, found),
    }
    if sees_all(context):
        shown["qos_specs_id"] = found.qos_id or None
    return shown


def specs(context: RequestContext, found: VolumeType) -> Mapping[str, str]:
    """Show what the caller may know of what is said of a type."""
    if sees_all(context):
        return found.extra_specs
    return {name: value for name, value in found.extra_specs.items() if name in FOR_ALL}


def sees_all(context: RequestContext) -> bool:
    """Return whether the caller sees everything that is said of types."""
    return context.cloud.policy.allows(context, SEE_SPECS)


def access(type_id: str, projects: Sequence[str]) -> dict[str, Any]:
    """Show who may use a type that is not public."""
    rows = [{"volume_type_id": type_id, "project_id": project_id} for project_id in projects]
    return {"volume_type_access": rows}


def default(project_id: str, type_id: str) -> dict[str, Any]:
    """Show the default type of a project."""
    return {"project_id": project_id, "volume_type_id": type_id}
