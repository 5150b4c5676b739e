# SPDX-License-Identifier: Apache-2.0
"""How many servers there are: an extension of this cloud's own (CYC-095)."""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import statistics as view
from synnefo_core.context import RequestContext


def show(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /stats``: what anybody may know."""
    return {"spawned_servers": synnefo_compute.spawned(context)}


def detail(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /stats/detail``."""
    found = synnefo_compute.statistics(context, backend=query.get("backend", ""))
    return view.full(found)
