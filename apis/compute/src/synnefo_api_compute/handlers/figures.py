# SPDX-License-Identifier: Apache-2.0
"""What a server used, for graphs: an extension of this cloud's own (CYC-036, CYC-096)."""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.views import figures as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField


def show(context: RequestContext, server_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/snf-stats``."""
    found = synnefo_compute.server_figures(
        context,
        server_id,
        since=queries.moment("since", query),
        step_s=int(query.get("step", 0)),
    )
    return view.full(found, _metrics(query))


def _metrics(query: dict[str, Any]) -> set[str]:
    asked = set(query["metric"].split(",")) if "metric" in query else set(view.METRICS)
    if not asked <= view.METRICS.keys():
        name = "metric"
        raise InvalidField(name, f"there are {', '.join(view.METRICS)}")
    return asked
