# SPDX-License-Identifier: Apache-2.0
"""One thing or many of a kind, made all or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synnefo_core.context import RequestContext

Make = Callable[[RequestContext, Mapping[str, Any]], dict[str, Any]]


def create(
    context: RequestContext,
    body: Mapping[str, Any],
    singular: str,
    make: Make,
    *,
    plural: str = "",
) -> dict[str, Any]:
    """Make what a body asks for, in one transaction; ``make`` returns the view of one."""
    if singular in body:
        return {singular: make(context, body[singular])}
    plural = plural or f"{singular}s"
    with context.unit_of_work():
        return {plural: [make(context, asked) for asked in body[plural]]}


def project(asked: Mapping[str, Any]) -> str | None:
    """Return the project that a body names by either of its two names."""
    named: str | None = asked.get("project_id", asked.get("tenant_id"))
    return named
