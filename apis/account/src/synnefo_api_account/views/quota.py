# SPDX-License-Identifier: Apache-2.0
"""How quota is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_core.contracts.quota import QuotaResource
from synnefo_quota import Holding, Shares


def resource(known: QuotaResource) -> dict[str, Any]:
    """Show what is counted."""
    return {
        "description": known.description,
        "unit": known.unit or None,
        "service": known.name.partition(".")[0],
        "system_default": known.user_default,
        "project_default": known.project_default,
        "allow_in_projects": known.is_shown,
    }


def shares(by_project: Shares) -> dict[str, Any]:
    """Show a user's shares beside their projects' holdings."""
    return {
        project_id: {
            name: {
                "limit": share.user.limit,
                "usage": share.user.usage,
                "pending": share.user.pending,
                "effective_limit": share.effective_limit,
                "project_limit": share.project.limit,
                "project_usage": share.project.usage,
                "project_pending": share.project.pending,
            }
            for name, share in by_resource.items()
        }
        for project_id, by_resource in by_project.items()
    }


def projects(by_project: Mapping[str, Mapping[str, Holding]]) -> dict[str, Any]:
    """Show projects' holdings."""
    return {
        project_id: {
            name: {
                "project_limit": holding.limit,
                "project_usage": holding.usage,
                "project_pending": holding.pending,
            }
            for name, holding in by_resource.items()
        }
        for project_id, by_resource in by_project.items()
    }
