# SPDX-License-Identifier: Apache-2.0
"""How transfers are shown."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume import versions
from synnefo_api_volume.views import link
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Transfer


def brief(context: RequestContext, transfer: Transfer) -> dict[str, Any]:
    """Show what short lists tell."""
    return {
        "id": transfer.id,
        "name": transfer.name or None,
        "volume_id": transfer.volume_id,
        "links": link.both(context, f"volume-transfers/{transfer.id}"),
    }


def full(context: RequestContext, transfer: Transfer, version: Version) -> dict[str, Any]:
    """Show all; the key is told once, to who offers the volume."""
    shown = {**brief(context, transfer), "created_at": iso_naive(transfer.created_at)}
    if version >= versions.TRANSFERS_WITH_SNAPSHOTS:
        shown["no_snapshots"] = not transfer.with_snapshots
    if version >= versions.TRANSFER_PROJECTS:
        shown |= {
            "source_project_id": transfer.project_id,
            # One that was taken is gone.
            "destination_project_id": None,
            "accepted": False,
        }
    return shown
