# SPDX-License-Identifier: Apache-2.0
"""How services are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.versions import FORCED_DOWN
from synnefo_backends import Service
from synnefo_core.clock import iso_naive
from synnefo_core.contracts.api import Version


def full(service: Service, version: Version) -> dict[str, Any]:
    """Show all."""
    told = {"forced_down": False} if version >= FORCED_DOWN else {}
    return told | {
        "id": service.id,
        "binary": service.binary,
        "host": service.host,
        "zone": service.zone,
        "state": "up" if service.is_up else "down",
        "status": _status(service),
        "disabled_reason": service.disabled_reason or None,
        "updated_at": iso_naive(service.updated_at) if service.updated_at else None,
    }


def switched(service: Service) -> dict[str, Any]:
    """Show what is told of a service that was enabled or disabled by its name."""
    shown = {"host": service.host, "binary": service.binary, "status": _status(service)}
    return shown if service.is_enabled else {**shown, "disabled_reason": service.disabled_reason}


def forced(service: Service) -> dict[str, Any]:
    """Show what is told of a service that was asked to be forced down, or not."""
    return {"host": service.host, "binary": service.binary, "forced_down": False}


def _status(service: Service) -> str:
    return "enabled" if service.is_enabled else "disabled"
