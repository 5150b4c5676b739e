# SPDX-License-Identifier: Apache-2.0
"""How counts of servers are shown: by the words for states that clients see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.views.server import VM_STATES
from synnefo_compute import Amount, Statistics

_STATUS = {vm_state: status for status, vm_state in VM_STATES.items()}


def full(found: Statistics) -> dict[str, Any]:
    """Show all that was counted."""
    return {
        "servers": _by_status(found.states),
        "clusters": {name: _by_status(states) for name, states in found.clusters.items()},
        "sizes": [
            {
                "vcpus": size.vcpus,
                "ram": size.ram_mib,
                "disk": size.disk_gib,
                "count": size.servers,
            }
            for size in found.sizes
        ],
        "images": [{"id": image_id, "count": count} for image_id, count in found.images.items()],
    }


def _by_status(states: Mapping[str, Amount]) -> dict[str, Any]:
    return {_STATUS[state]: _amount(amount) for state, amount in states.items()}


def _amount(amount: Amount) -> dict[str, int]:
    return {
        "count": amount.servers,
        "vcpus": amount.vcpus,
        "ram": amount.ram_mib,
        "disk": amount.disk_gib,
    }
