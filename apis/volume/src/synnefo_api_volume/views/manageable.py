# SPDX-License-Identifier: Apache-2.0
"""How heads are shown of which volumes can be made."""

from __future__ import annotations

from typing import Any

from synnefo_volume import Manageable


def brief(head: Manageable) -> dict[str, Any]:
    """Show what short lists tell; sizes are GiB."""
    return {
        "reference": {"source-name": head.name},
        "size": -(-head.size_bytes // 2**30),
        "safe_to_manage": not head.hindrance,
    }


def full(head: Manageable) -> dict[str, Any]:
    """Show also why one can't."""
    return {
        **brief(head),
        "reason_not_safe": head.hindrance or None,
        "cinder_id": head.name if head.hindrance == "already managed" else None,
        "extra_info": None,
    }
