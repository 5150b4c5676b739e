# SPDX-License-Identifier: Apache-2.0
"""How host aggregates are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import AGGREGATE_UUIDS
from synnefo_backends import Aggregate
from synnefo_core.clock import iso_naive
from synnefo_core.contracts.api import Version


def created(aggregate: Aggregate, version: Version) -> dict[str, Any]:
    """Show a new one: nothing is in it and little is said of it."""
    told = {"uuid": aggregate.uuid} if version >= AGGREGATE_UUIDS else {}
    return told | {
        "id": aggregate.id,
        "name": aggregate.name,
        "availability_zone": aggregate.zone or None,
        "created_at": iso_naive(aggregate.created_at),
        "updated_at": iso_naive(aggregate.updated_at) if aggregate.updated_at else None,
        "deleted": False,
        "deleted_at": None,
    }


def full(aggregate: Aggregate, version: Version) -> dict[str, Any]:
    """Show all; what Nova calls a host is a cluster."""
    told = {"hosts": list(aggregate.clusters), "metadata": dict(aggregate.metadata)}
    return created(aggregate, version) | told
