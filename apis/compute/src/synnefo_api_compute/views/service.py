# SPDX-License-Identifier: Apache-2.0
"""How services are shown."""

from __future__ import annotations

from typing import Any

from synnefo_backends import Service
from synnefo_core.clock import iso_naive


def full(service: Service) -> dict[str, Any]:
    """Show all."""
    return {
        "id": service.id,
        "binary": service.binary,
        "host": service.host,
        "zone": service.zone,
        "state": "up" if service.is_up else "down",
        "status": "enabled" if service.is_enabled else "disabled",
        "disabled_reason": service.disabled_reason or None,
        "updated_at": iso_naive(service.updated_at) if service.updated_at else None,
    }
