# SPDX-License-Identifier: Apache-2.0
"""What is above and below a project as JSON; at the top is the domain.

Source: Identity API reference, "Projects", "Show project details".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synnefo_api_identity.views import things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import Project


def listed(context: RequestContext, shown: Sequence[Project]) -> list[Json]:
    """Show projects one after the other."""
    return [{"project": things.project(context, each)} for each in shown]


def nested_parents(project: Project, above: Sequence[Project]) -> Json:
    """Show the ids above a project, each as the key of what is above it."""
    found: Any = {project.domain_id: None}
    for each in reversed(above):
        found = {each.id: found}
    return {**found}


def nested_children(project: Project, below: Sequence[Project]) -> Json | None:
    """Show the ids below a project, each as the key of what is below it."""
    children: dict[str | None, list[str]] = {}
    for each in below:
        children.setdefault(each.parent_id, []).append(each.id)

    def down(parent_id: str) -> Json | None:
        return {child: down(child) for child in children.get(parent_id, ())} or None

    return down(project.id)
